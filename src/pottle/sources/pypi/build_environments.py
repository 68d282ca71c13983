"""What a source is built with, as a tree of files: its `[build-system]` (PEP 518), fetched as wheels for the machine that builds."""

import re
import shutil
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from pottle.errors import PottleError, ProjectError
from pottle.sources.pypi import build_system, installed, uv
from pottle.sources.pypi.build_requirements import Given
from pottle.sources.pypi.failure import failure
from pottle.sources.pypi.installed import Distribution
from pottle.text import Location

_LARGEST = 1 << 20
"""Bytes of a `pyproject.toml` that are read."""
_LEGACY = "setuptools.build_meta:__legacy__"
_BACKEND = re.compile(r"[\w.]+(:[\w.]+)?")


@dataclass(frozen=True, slots=True)
class BuildSystem:
    """What `pyproject.toml` says of how it is built (PEP 517, PEP 518)."""

    requires: tuple[str, ...] = ("setuptools>=40.8.0", "wheel")
    backend: str = _LEGACY
    backend_path: tuple[str, ...] = ()


def read(tree: Path, name: str, at: Location | None = None) -> BuildSystem:
    """That of the source at `tree`. Raises `ProjectError` for one that is none."""
    path = tree / "pyproject.toml"
    if path.is_symlink() or not path.is_file():
        return BuildSystem()
    try:
        build_system.complete(tree)
        return _of(tomllib.loads(path.read_bytes()[:_LARGEST].decode("utf-8-sig")).get("build-system"))
    except (ValueError, TypeError, AttributeError) as error:
        raise ProjectError(f"{name} cannot be built: {error}", at=at, hint="choose another version of it") from error


def _of(table: Any) -> BuildSystem:
    if table is None:
        return BuildSystem()
    requires, backend, places = (
        table.get("requires"),
        table.get("build-backend", _LEGACY),
        table.get("backend-path", []),
    )
    if not all(isinstance(each, list) for each in (requires, places)):
        raise ValueError("its [build-system] does not say what it requires")
    if not all(isinstance(each, str) for each in (*requires, *places, backend)) or not _BACKEND.fullmatch(backend):
        raise ValueError("its [build-system] holds something else than names")
    return BuildSystem(tuple(requires), backend, tuple(places))


class WithoutWheel(ProjectError):
    """Something that a source is built with has no wheel that fits."""

    name = ""
    """The distribution, normalized."""


def provide(
    session: uv.Session,
    name: str,
    requires: Sequence[str],
    into: Path,
    given: Given | None = None,
    at: Location | None = None,
    built: Sequence[Path] = (),
) -> tuple[Distribution, ...]:
    """The wheels of all that is required, unpacked below `into`, which must not exist yet; by name.

    What is `given` is taken, and nothing else; of what is `built` already, its wheel. Raises `WithoutWheel` where one has none: `name` is
    who wants it.
    """
    into.mkdir(parents=True)
    with uv.scratch(session) as work:
        command = (*asking(requires, given, built, work), *uv.for_target(session.target), "--prefix", into)
        try:
            if (requires and given is None) or (given is not None and given.requires):
                uv.run(session, command, work)
        except uv.UvFailed as failed:
            shutil.rmtree(into, ignore_errors=True)
            told = _told(failure(failed), name, at)
            if (named := _WITHOUT_WHEEL.search(failed.said)) is None:
                raise told from failed
            missing = WithoutWheel(told.what, at=told.at, hint="choose a version that is built with something else")
            missing.name = str(canonicalize_name(named[1]))
            raise missing from failed
    found = installed.read(into)
    if given is not None:
        _check(requires, found, given, session.target.python)
    return found


_WITHOUT_WHEEL = re.compile(r"Wheels are required for `([^`]+)`")
_INSTALL = ("pip", "install", "--no-compile-bytecode", "--break-system-packages", "--link-mode", "hardlink")


def asking(requires: Sequence[str], given: Given | None, built: Sequence[Path], work: Path) -> Sequence[str | Path]:
    """The arguments of uv that ask for what is required; `work` is where its list is written."""
    listed = work / "requirements.txt"
    lines = given.lines(built) if given is not None else (f"{each}\n" for each in requires)
    listed.write_text("".join(lines), encoding="utf-8")
    how = ("--require-hashes", "--no-deps") if given is not None else ()
    return (*_INSTALL, *how, *links(built), "--requirements", listed)


def links(built: Iterable[Path]) -> Iterator[str | Path]:
    """The options by which uv finds wheels that lie here."""
    for wheel in built:
        yield from ("--find-links", wheel.parent)


def _told(error: PottleError, name: str, at: Location | None) -> PottleError:
    error.what = f"what {name} is built with: {error.what}"
    error.at = error.at or at
    return error


def _check(requires: Iterable[str], found: Sequence[Distribution], given: Given, python: str) -> None:
    """Whether all is there that the backend asks for."""
    there = {each.name: each.version for each in found}
    for text in requires:
        try:
            wanted = Requirement(text)
        except InvalidRequirement as error:
            raise ProjectError(f"the build backend asks for {text!r}, which is no requirement", at=given.at) from error
        if wanted.marker is not None and not wanted.marker.evaluate({"python_version": python, "extra": ""}):
            continue
        version = there.get(str(canonicalize_name(wanted.name)))
        if version is None or not wanted.specifier.contains(version, prereleases=True):
            raise given.stale_by(text)
