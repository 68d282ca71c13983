"""Names of distributions' releases, and what the official images set.

Source: the releases' own pages and docker-library/official-images; state of 2026-11.
"""

SUITES = (
    "buster", "bullseye", "bookworm", "trixie", "forky", "sid", "stretch", "jessie",
    "bionic", "focal", "jammy", "noble", "resolute",
)  # fmt: skip
"""Code names of Debian and Ubuntu."""

DEBIAN_NUMBERS: dict[tuple[str, str], str] = {
    ("debian", "8"): "jessie",
    ("debian", "9"): "stretch",
    ("debian", "10"): "buster",
    ("debian", "11"): "bullseye",
    ("debian", "12"): "bookworm",
    ("debian", "13"): "trixie",
    ("debian", "stable"): "trixie",
    ("debian", "oldstable"): "bookworm",
    ("ubuntu", "18.04"): "bionic",
    ("ubuntu", "20.04"): "focal",
    ("ubuntu", "22.04"): "jammy",
    ("ubuntu", "24.04"): "noble",
    ("ubuntu", "26.04"): "resolute",
}
"""The release that a number in a tag means; of Ubuntu's the LTS of April alone."""

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""BuildKit's default; every Linux image has at least these."""

PYTHON_SUITE = "trixie"
"""What `python:3.14` and its like stand on where the tag names no suite, since August 2025."""
PYTHON_SUITE_SINCE = (3, 9)
"""The oldest minor version of which there are such images."""

UV = "0.13.8"
"""The uv of the day."""

DISTROLESS = {
    "gcr.io/distroless/python3-debian11": "3.9",
    "gcr.io/distroless/python3-debian12": "3.11",
    "gcr.io/distroless/python3-debian13": "3.13",
}
"""The Python of Debian's release, in /usr/bin (GoogleContainerTools/distroless, python3)."""
