"""Suites that are no longer on the mirrors, so that `apt-get update` of an image that has their sources fails.

Source: the mirrors' own lists of suites (state of 2026-11: buster 404; bullseye, bookworm, trixie 200), Ubuntu's "end of standard
support"; what the official Python images stood on is in the history of docker-library/official-images, library/python.
"""

from collections.abc import Mapping

DEBIAN = frozenset({"jessie", "stretch", "buster"})
UBUNTU = frozenset(
    [
        "16.10",
        "17.04",
        "17.10",
        "18.10",
        "19.04",
        "19.10",
        "20.10",
        "21.04",
        "21.10",
        "22.10",
        "23.04",
        "23.10",
        "24.10",
    ]
)
"""Those without long support, by their numbers: the others stay."""

PYTHON_PATCHES: Mapping[str, int] = {"3.4": 10, "3.5": 10, "3.6": 13, "3.7": 10, "3.8": 10, "3.9": 5}
"""Minor version → the last patch whose image `python:X.Y.Z` was built for the last time while buster or an older suite was the default
(bullseye came in August 2021)."""
