"""Whether `uv.lock` still says what `pyproject.toml` asks for: judged from the two files, without an interpreter.

uv writes into the lock what it resolved (`[package.metadata]`): requirements, extras, groups, sources. The project's side is
normalised likewise and both are compared by meaning: two lists are equal when every environment in a grid of Pythons, systems
and machines (built from the versions that the markers name) would install the same from them.
"""

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import parse_qs, urlsplit

from packaging.requirements import Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name

from pottle.errors import ProjectError
from pottle.project import environments, groups
from pottle.project.environments import Environment
from pottle.project.requirement import marker, parse, without_credentials
from pottle.project.survey import Survey
from pottle.text import Location
from pottle.toml import Document

Condition: TypeAlias = Callable[[Environment], bool]

AGAIN = "run `uv lock`"

_LOCAL = ("path", "directory", "editable", "virtual")


@dataclass(frozen=True, slots=True)
class Wish:
    """One requirement of one list, normalised as far as meaning goes."""

    name: str
    extras: frozenset[str]
    specifier: SpecifierSet
    source: str
    """Where from, canonical: "" for any index."""

    def __str__(self) -> str:
        extras = f"[{','.join(sorted(self.extras))}]" if self.extras else ""
        return f"{self.name}{extras}{self.specifier}" + (f" from {self.source}" if self.source else "")


@dataclass(frozen=True, slots=True)
class Asked:
    """A wish, when it counts, and where it stands."""

    wish: Wish
    condition: Condition
    marker: str
    """The condition as text: equal texts need no grid."""
    at: Location


@dataclass(frozen=True, slots=True)
class Member:
    """One project of the lock and the sources that its requirements may come from."""

    document: Document
    directory: str
    sources: Mapping[NormalizedName, Any]
    indexes: Mapping[str, str]
    members: frozenset[str]


def check(survey: Survey, lock: Document, ours: Callable[[str], str] = posixpath.normpath) -> None:
    """Raise `ProjectError` at the first place where a project has moved away from `lock`.

    `ours` turns a path that the lock tells, relative to where it lies, into one that is relative to the project.
    """
    root = survey.toml(ours("pyproject.toml"))
    if root is None:
        raise ProjectError(
            "there is a uv.lock, but no pyproject.toml", at=Location(lock.path), hint="run `uv init --bare`"
        )
    members = frozenset(map(canonicalize_name, lock.table("manifest").get("members", ())))
    for package in lock.get("package") or ():
        directory = next((package["source"][kind] for kind in _LOCAL if kind in package["source"]), None)
        if directory is None or directory.startswith(("..", "/")):
            continue
        document = survey.toml(ours(posixpath.join(directory, "pyproject.toml")))
        if document is not None and document.get("project") is not None:
            member = _member(root, document, directory, members)
            _check_member(member, lock, package)
            if directory == ".":
                _check_manifest(member, lock)


def check_script(script: Document, lock: Document) -> None:
    """Raise `ProjectError` where a script's metadata (PEP 723) have moved away from `lock`, which lies beside it."""
    member = _member(script, script, ".", frozenset())
    try:
        _check_python_of(script, ("requires-python",), lock, alone=True)
        wanted = [
            asked
            for text in script.get("dependencies") or ()
            for asked in _wishes(text, script.at("dependencies", item=str(text)), member, "")
        ]
        locked = list(_locked(lock.table("manifest").get("requirements", ()), member))
        _compare(wanted, locked, _pythons(lock), script.at("dependencies"))
        _check_manifest(member, lock)
    except ProjectError as error:
        what = error.what.replace("uv.lock is stale", f"{lock.path} is stale")
        raise ProjectError(what, at=error.at, hint=f"run `uv lock --script {script.path}`") from None
    except (KeyError, TypeError, AttributeError):
        hint = f"run `uv lock --script {script.path}`"
        raise ProjectError("it is not as uv writes it", at=Location(lock.path), hint=hint) from None


def _member(root: Document, own: Document, directory: str, members: frozenset[str]) -> Member:
    tables = [document.table("tool", "uv") for document in (root, own)]
    indexes = {
        index["name"]: index["url"]
        for table in tables
        for index in table.get("index", ())
        if {"name", "url"} <= index.keys()
    }
    sources = {canonicalize_name(name): source for table in tables for name, source in table.get("sources", {}).items()}
    return Member(own, directory, sources, indexes, members)


def _check_member(member: Member, lock: Document, package: Mapping[str, Any]) -> None:
    document = member.document
    _check_name(document, package)
    _check_python(document, lock, alone=member.directory == "." and len(member.members) < 2)
    metadata = package.get("metadata", {})
    dynamic = document.table("project").get("dynamic", ())
    pythons = _pythons(lock)
    if "dependencies" not in dynamic and "optional-dependencies" not in dynamic:
        gone = document.at("project", "dependencies")
        _compare(list(_asked(member)), list(_locked(metadata.get("requires-dist", ()), member)), pythons, gone)
    _check_groups(member, metadata.get("requires-dev", {}), pythons)


def _check_groups(member: Member, locked: Mapping[str, Any], pythons: SpecifierSet) -> None:
    written = groups.read(member.document)
    for name in sorted(written.keys() | locked.keys()):
        at = member.document.at("dependency-groups", name)
        wanted = [asked for text, place in written.get(name, ()) for asked in _wishes(text, place, member, "")]
        _compare(wanted, list(_locked(locked.get(name, ()), member)), pythons, at)


def _check_manifest(member: Member, lock: Document) -> None:
    """Overrides and constraints of the workspace's root."""
    for key in ("override", "constraint"):
        at = member.document.at("tool", "uv", f"{key}-dependencies")
        texts = member.document.table("tool", "uv").get(f"{key}-dependencies", ())
        wanted = [asked for text in texts for asked in _wishes(text, at, member, "")]
        _compare(wanted, list(_locked(lock.table("manifest").get(f"{key}s", ()), member)), _pythons(lock), at)


def _stale(what: str, at: Location) -> ProjectError:
    return ProjectError(f"uv.lock is stale: {what}", at=at, hint=AGAIN)


def _check_name(document: Document, package: Mapping[str, Any]) -> None:
    name = document.get("project", "name")
    if isinstance(name, str) and canonicalize_name(name) != canonicalize_name(package["name"]):
        raise _stale(f"it was made for {package['name']}, and the project is {name}", document.at("project", "name"))


def _check_python(document: Document, lock: Document, *, alone: bool) -> None:
    _check_python_of(document, ("project", "requires-python"), lock, alone=alone)


def _check_python_of(document: Document, keys: tuple[str, ...], lock: Document, *, alone: bool) -> None:
    wanted, locked = document.get(*keys), lock.get("requires-python")
    if not isinstance(wanted, str) or not isinstance(locked, str):
        return
    at = document.at(*keys)
    try:
        mine, theirs = SpecifierSet(wanted), SpecifierSet(locked)
    except InvalidSpecifier:
        raise ProjectError(f"{wanted!r} is no version specifier", at=at, hint='write it as ">=3.12"') from None
    for version in environments.pythons([wanted, locked]):
        inside = version in theirs
        if (inside and version not in mine) or (alone and not inside and version in mine):
            raise _stale(f"it was made for Python {locked}, and the project asks for {wanted}", at)


def _compare(wanted: Sequence[Asked], locked: Sequence[Asked], pythons: SpecifierSet, gone: Location) -> None:
    """Raise for the first difference; `gone` is the place of what the project no longer names."""
    ours, theirs = _markers(wanted), _markers(locked)
    # Most wishes stand in both lists in the same words: they need no grid, and in a large project it takes a second.
    doubtful = [wish for wish in {**ours, **theirs} if ours.get(wish) != theirs.get(wish)]
    numbers = {wish: number for number, wish in enumerate(doubtful)}
    mine = [(numbers[a.wish], a.condition) for a in wanted if a.wish in numbers]
    other = [(numbers[a.wish], a.condition) for a in locked if a.wish in numbers]
    markers = [a.marker for a in (*wanted, *locked) if a.wish in numbers]
    for environment in environments.grid(markers, pythons) if doubtful else ():
        here = {number for number, holds in mine if holds(environment)}
        there = {number for number, holds in other if holds(environment)}
        for number in sorted(here ^ there, key=lambda number: (number not in here, str(doubtful[number]))):
            raise _difference(doubtful[number], wanted, locked, gone)


def _markers(asked: Sequence[Asked]) -> dict[Wish, set[str]]:
    """Under which conditions each wish counts, as they are written."""
    found: dict[Wish, set[str]] = {}
    for each in asked:
        found.setdefault(each.wish, set()).add(each.marker)
    return found


def _difference(wish: Wish, wanted: Sequence[Asked], locked: Sequence[Asked], gone: Location) -> ProjectError:
    asked = next((a for a in wanted if a.wish == wish), None)
    if asked is None:
        return _stale(f"it was made for {wish}, and the project no longer asks for that", gone)
    if all(a.wish != wish for a in locked):
        return _stale(f"the project asks for {wish}, and it was made without that", asked.at)
    return _stale(f"the project asks for {wish} under another marker", asked.at)


# --- what the project asks for --------------------------------------------------------------------


def _asked(member: Member) -> Iterator[Asked]:
    document = member.document
    for text in document.table("project").get("dependencies", ()):
        yield from _wishes(text, document.at("project", "dependencies", item=str(text)), member, "")
    for extra, texts in document.table("project").get("optional-dependencies", {}).items():
        for text in texts:
            at = document.at("project", "optional-dependencies", extra, item=str(text))
            yield from _wishes(text, at, member, canonicalize_name(extra))


def _wishes(text: object, at: Location, member: Member, extra: str) -> Iterator[Asked]:
    """What one requirement asks for: once per source that `[tool.uv.sources]` gives it, and from any index for the rest."""
    requirement = parse(text, at)
    own = _condition(str(requirement.marker) if requirement.marker else "", extra)
    described = f"{requirement.marker or ''}|{extra}"
    rest: list[Condition] = []
    for source in _sources(member, requirement, extra):
        condition = _condition(source.get("marker", ""), canonicalize_name(source.get("extra", "")))
        yield Asked(
            _wish(requirement, _origin(source, member, requirement), direct=_is_direct(source, member, requirement)),
            lambda env, own=own, condition=condition: own(env) and condition(env),  # type: ignore[misc]
            f"{described}|{source.get('marker', '')}",
            at,
        )
        if "marker" not in source and "extra" not in source:
            return
        rest.append(condition)
    yield Asked(
        _wish(requirement, _direct(requirement), direct=requirement.url is not None),
        lambda env: own(env) and not any(condition(env) for condition in rest),
        described if not rest else f"{described}|rest",
        at,
    )


def _sources(member: Member, requirement: Requirement, extra: str) -> list[Mapping[str, Any]]:
    found = member.sources.get(canonicalize_name(requirement.name), [])
    listed = [found] if isinstance(found, Mapping) else list(found)
    return [source for source in listed if "group" not in source and source.get("extra") in (None, extra)]


def _condition(text: str, extra: str) -> Condition:
    parsed = marker(text) if text else None

    def holds(environment: Environment) -> bool:
        if extra and environment["extra"] != extra:
            return False
        return parsed is None or parsed.evaluate(dict(environment))

    return holds


def _wish(requirement: Requirement, source: str, *, direct: bool) -> Wish:
    """What comes from one place has no version to choose: uv writes none into the lock, whatever the requirement says."""
    extras = frozenset(canonicalize_name(extra) for extra in requirement.extras)
    specifier = SpecifierSet() if direct else requirement.specifier
    return Wish(canonicalize_name(requirement.name), extras, specifier, source)


def _is_direct(source: Mapping[str, Any], member: Member, requirement: Requirement) -> bool:
    """Whether it is a place and not an index."""
    named = source.get("workspace") or canonicalize_name(requirement.name) in member.members
    return bool(named) or any(kind in source for kind in ("git", "url", "path"))


def _origin(source: Mapping[str, Any], member: Member, requirement: Requirement) -> str:
    """A `[tool.uv.sources]` entry, canonical."""
    name = canonicalize_name(requirement.name)
    if source.get("workspace") or name in member.members:
        return "workspace"
    if "git" in source:
        ref = next((str(source[key]) for key in ("rev", "tag", "branch") if key in source), "")
        return _git(source["git"], ref, source.get("subdirectory", ""))
    if "url" in source:
        return _address(source["url"])
    if "path" in source:
        return f"path {posixpath.normpath(posixpath.join(member.directory, source['path']))}"
    return _address(member.indexes.get(source.get("index", ""), ""))


def _direct(requirement: Requirement) -> str:
    """The `@ url` of a requirement, canonical."""
    url = requirement.url
    if url is None:
        return ""
    if not url.startswith("git+"):
        return _address(url)
    address, _, fragment = url.removeprefix("git+").partition("#")
    head, at, ref = address.rpartition("@")
    address, ref = (head, ref) if at and "/" in head.partition("://")[2] else (address, "")
    return _git(address, ref, parse_qs(fragment).get("subdirectory", [""])[0])


def _git(url: str, ref: str, subdirectory: str) -> str:
    return " ".join(filter(None, ("git", _address(url), ref, subdirectory)))


def _address(url: str) -> str:
    return without_credentials(url.partition("#")[0]).rstrip("/")


# --- what the lock was made for -------------------------------------------------------------------


def _locked(entries: Iterable[Mapping[str, Any]], member: Member) -> Iterator[Asked]:
    for entry in entries:
        text = entry.get("marker", "")
        name = canonicalize_name(entry["name"])
        extras = frozenset(map(canonicalize_name, entry.get("extras", ())))
        wish = Wish(name, extras, SpecifierSet(entry.get("specifier", "")), _locked_origin(entry, member))
        yield Asked(wish, _condition(text, ""), f"{text}|", Location("uv.lock"))


def _locked_origin(entry: Mapping[str, Any], member: Member) -> str:
    if "git" in entry:
        parts = urlsplit(entry["git"])
        query = parse_qs(parts.query)
        ref = next((query[key][0] for key in ("rev", "tag", "branch") if key in query), "")
        return _git(parts._replace(query="", fragment="").geturl(), ref, query.get("subdirectory", [""])[0])
    local = next((entry[kind] for kind in _LOCAL if kind in entry), None)
    if local is not None:
        return (
            "workspace" if canonicalize_name(entry["name"]) in member.members else f"path {posixpath.normpath(local)}"
        )
    return _address(entry.get("url") or entry.get("index") or "")


def _pythons(lock: Document) -> SpecifierSet:
    bound = lock.get("requires-python")
    return SpecifierSet(bound) if isinstance(bound, str) else SpecifierSet()
