"""The files that a lock lists for what the project surely needs, and whether they fit a Python and a C library.

Read from the lock's own text: what all facts of the project room cost is too much for a look at file names.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, TypeAlias

from pottle.lint.project import Project

Libc: TypeAlias = Literal["glibc", "musl"]

_WHEEL = re.compile(r".+-([\w.]+)-([\w.]+)-([\w.]+)\.whl")
_VERSIONED = re.compile(r"(cp|py)3(\d*)")


@dataclass(frozen=True, slots=True)
class Locked:
    """One distribution that is installed on every platform."""

    name: str
    version: str
    wheels: tuple[str, ...]
    """Names of files."""

    def fits(self, minor: int, libc: Libc) -> bool:
        """Whether one of its wheels is for CPython 3.`minor` and this C library, whatever the machine."""
        return any(_fits(each, minor, libc) for each in self.wheels)

    @property
    def native(self) -> bool:
        """Whether it has modules of machine code on Linux: wheels for an ABI. (watchdog's are for a platform alone, and hold none.)"""
        found = [match for each in self.wheels if (match := _WHEEL.fullmatch(each)) is not None]
        return any("linux" in each[3] and each[2] != "none" for each in found)


@lru_cache(maxsize=8192)
def _fits(filename: str, minor: int, libc: Libc) -> bool:
    found = _WHEEL.fullmatch(filename)
    if found is None:
        return False
    wanted = "musllinux" if libc == "musl" else "manylinux"
    platform = any(each == "any" or each.startswith((wanted, "linux_")) for each in found[3].split("."))
    return platform and any(_runs(tag, found[2], minor) for tag in found[1].split("."))


def _runs(tag: str, abi: str, minor: int) -> bool:
    """PEP 425: `cp312-cp312`, `cp38-abi3`, `py3-none`."""
    versioned = _VERSIONED.fullmatch(tag)
    if versioned is None:
        return False
    number = int(versioned[2] or 0)
    if versioned[1] == "py" or abi == "abi3":
        return number <= minor
    return number == minor and (abi == "none" or f"cp3{minor}" in abi.split("."))


def of_uv(project: Project) -> tuple[Locked, ...]:
    """What `uv.lock` has for the project itself: no groups, no extras, nothing under a marker."""
    lock = project.toml("uv.lock")
    if lock is None or lock.get("supported-markers") is not None:
        return ()
    packages: dict[str, list[Mapping[str, Any]]] = {}
    for each in lock.get("package") or []:
        packages.setdefault(str(each.get("name")), []).append(each)
    roots = [name for name, found in packages.items() if any(_is_root(each) for each in found)]
    edges = {name: tuple(_edges(found[0])) for name, found in packages.items()}
    reached = _reached(roots, edges)
    return tuple(
        Locked(name, str(found[0].get("version")), tuple(_filenames(found[0])))
        for name in reached
        if len(found := packages.get(name, [])) == 1 and "registry" in found[0].get("source", {})
    )


def _is_root(package: Mapping[str, Any]) -> bool:
    source = package.get("source", {})
    return any(source.get(kind) == "." for kind in ("editable", "virtual"))


def _edges(package: Mapping[str, Any]) -> Iterator[str]:
    return (str(each["name"]) for each in package.get("dependencies", ()) if "marker" not in each and "name" in each)


def _filenames(package: Mapping[str, Any]) -> Iterator[str]:
    for each in package.get("wheels", ()):
        place = str(each.get("url") or each.get("path") or each.get("filename") or "")
        yield place.partition("#")[0].rpartition("/")[2]


def of_poetry(project: Project) -> tuple[Locked, ...]:
    """What `poetry.lock` has for the project itself, likewise."""
    lock, declared = project.toml("poetry.lock"), project.pyproject
    if lock is None or declared is None:
        return ()
    packages: dict[str, list[Mapping[str, Any]]] = {}
    for each in lock.get("package") or []:
        packages.setdefault(_normal(str(each.get("name"))), []).append(each)
    own = declared.table("tool", "poetry", "dependencies")
    roots = [_normal(name) for name, wanted in own.items() if _always(wanted)]
    named = [
        text for text in declared.get("project", "dependencies") or () if isinstance(text, str) and ";" not in text
    ]
    roots += [_normal(name[0]) for text in named if (name := re.match(r"[\w.-]+", text)) is not None]
    edges = {
        name: tuple(_normal(key) for key, wanted in found[0].get("dependencies", {}).items() if _always(wanted))
        for name, found in packages.items()
    }
    return tuple(
        Locked(name, str(found[0].get("version")), tuple(_listed(found[0])))
        for name in _reached(roots, edges)
        if len(found := packages.get(name, [])) == 1 and found[0].get("files") and found[0].get("source") is None
    )


def _listed(package: Mapping[str, Any]) -> Iterator[str]:
    return (name for each in package.get("files", ()) if (name := str(each.get("file"))).endswith(".whl"))


def _always(wanted: object) -> bool:
    """Whether Poetry installs it whatever the platform, the Python and the extras."""
    return not isinstance(wanted, list) and not (
        isinstance(wanted, Mapping)
        and {"markers", "optional", "python", "platform", "path", "git", "url"} & wanted.keys()
    )


def _reached(roots: list[str], edges: Mapping[str, tuple[str, ...]]) -> list[str]:
    found: dict[str, None] = {}
    pending = list(roots)
    while pending:
        name = pending.pop()
        if name not in found:
            found[name] = None
            pending += edges.get(name, ())
    return sorted(found)


def _normal(name: str) -> str:
    """PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()
