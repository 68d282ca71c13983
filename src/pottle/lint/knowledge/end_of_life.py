"""When support ends.

Source: https://devguide.python.org/versions/, Debian's, Ubuntu's and Alpine's release pages; state of 2026-11.
"""

from datetime import date

STATE = date(2026, 11, 26)
"""The day for which the tables hold."""

PYTHON = {
    "3.0": date(2009, 6, 27),
    "3.1": date(2012, 4, 9),
    "3.2": date(2016, 2, 20),
    "3.3": date(2017, 9, 29),
    "3.4": date(2019, 3, 18),
    "3.5": date(2020, 9, 30),
    "3.6": date(2021, 12, 23),
    "3.7": date(2023, 6, 27),
    "3.8": date(2024, 10, 7),
    "3.9": date(2025, 10, 31),
    "3.10": date(2026, 10, 31),
    "3.11": date(2027, 10, 31),
    "3.12": date(2028, 10, 31),
    "3.13": date(2029, 10, 31),
    "3.14": date(2030, 10, 31),
}
"""The last day with security fixes: PEP 596, 619, 664, 693, 719, 745; 2026-10-31 and later are planned dates."""
