"""When support ends.

Source: https://devguide.python.org/versions/, https://wiki.debian.org/LTS, https://wiki.ubuntu.com/Releases,
https://alpinelinux.org/releases/; state of 2026-11.
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

DISTRIBUTIONS = {
    "jessie": ("Debian 8", date(2020, 6, 30)),
    "stretch": ("Debian 9", date(2022, 6, 30)),
    "buster": ("Debian 10", date(2024, 6, 30)),
    "bullseye": ("Debian 11", date(2026, 8, 31)),
    "bookworm": ("Debian 12", date(2028, 6, 30)),
    "trixie": ("Debian 13", date(2030, 6, 30)),
    "bionic": ("Ubuntu 18.04", date(2023, 5, 31)),
    "focal": ("Ubuntu 20.04", date(2025, 5, 31)),
    "jammy": ("Ubuntu 22.04", date(2027, 4, 30)),
    "noble": ("Ubuntu 24.04", date(2029, 4, 30)),
    **{
        f"alpine{version}": (f"Alpine {version}", ended)
        for version, ended in {
            "3.5": date(2018, 11, 1),
            "3.6": date(2019, 5, 1),
            "3.7": date(2019, 11, 1),
            "3.8": date(2020, 5, 1),
            "3.9": date(2020, 11, 1),
            "3.10": date(2021, 5, 1),
            "3.11": date(2021, 11, 1),
            "3.12": date(2022, 5, 1),
            "3.13": date(2022, 11, 1),
            "3.14": date(2023, 5, 1),
            "3.15": date(2023, 11, 1),
            "3.16": date(2024, 5, 23),
            "3.17": date(2024, 11, 22),
            "3.18": date(2025, 5, 9),
            "3.19": date(2025, 11, 1),
            "3.20": date(2026, 4, 1),
            "3.21": date(2026, 11, 1),
            "3.22": date(2027, 5, 1),
            "3.23": date(2027, 11, 1),
        }.items()
    },
}
"""Code name, or `alpine3.20` → what people call it, and the last day with security fixes for everybody: Debian's LTS, Ubuntu's standard support."""
