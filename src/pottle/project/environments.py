"""Environments in which markers are tried out: every Python, system and machine that makes a difference to them.

Two lists of requirements mean the same if all of these would install the same from them; a requirement that none of them would
install need not be in a lock.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import TypeAlias

from packaging.specifiers import SpecifierSet
from packaging.version import Version

Environment: TypeAlias = Mapping[str, str]

_SYSTEMS = (
    ("linux", "Linux", "posix", "x86_64"),
    ("linux", "Linux", "posix", "aarch64"),
    ("darwin", "Darwin", "posix", "arm64"),
    ("win32", "Windows", "nt", "AMD64"),
)
_MINORS = range(6, 18)


def pythons(texts: Iterable[str]) -> list[Version]:
    """Every X.Y.0 and late X.Y.Z, and whatever the texts name with its neighbours."""
    found = {Version(f"3.{minor}.{patch}") for minor in _MINORS for patch in (0, 40)}
    for literal in {literal for text in texts for literal in re.findall(r"\d+(?:\.\d+)+", text)}:
        major, minor, patch = (*map(int, literal.split(".")), 0, 0)[:3]
        found |= {Version(f"{major}.{minor}.{p}") for p in (patch - 1, patch, patch + 1) if p >= 0}
    return sorted(found)


def grid(markers: Sequence[str], bound: SpecifierSet) -> Iterator[dict[str, str]]:
    """The environments that these markers tell apart, of the Pythons that `bound` admits."""
    extras = {"", *(extra for text in markers for extra in re.findall(r"extra\s*==\s*['\"]([^'\"]+)", text))}
    extras |= {part for text in markers for part in text.split("|")[1:2]}
    versions = [version for version in pythons(markers) if version in bound]
    for version, system, extra in product(versions, _SYSTEMS, sorted(extras)):
        platform, name, os_name, machine = system
        yield {
            "python_version": f"{version.major}.{version.minor}",
            "python_full_version": str(version),
            "implementation_name": "cpython",
            "implementation_version": str(version),
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_version": "",
            "sys_platform": platform,
            "platform_system": name,
            "os_name": os_name,
            "platform_machine": machine,
            "extra": extra,
        }
