"""What `poetry.lock` has decided: every format from Poetry 1.0 to 2.x.

What the project asks for stands in `pyproject.toml` alone; the lock says what each distribution asks for in turn, which version
of it there is, and the names and hashes of its files, not where they lie.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.utils import InvalidWheelFilename, NormalizedName, canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from pottle.errors import ProjectError
from pottle.project import lock_entries, neighbour, poetry_dependency, poetry_freshness, poetry_project
from pottle.project.clues import Clue, Said
from pottle.project.facts import Artifact, Lock, LockedDistribution, Repository, SourceKind
from pottle.project.lock_entries import Entries, Entry
from pottle.project.lock_format import LockFormat, beside, declaring, named
from pottle.project.requirement import marker, without_credentials
from pottle.project.survey import Survey
from pottle.project.wanted import Wanted, alternatives, for_any_extra
from pottle.text import Location
from pottle.toml import Document

PATH = "poetry.lock"
MAJORS = (1, 2)
"""Of the format's version; later minor versions only add keys."""
AGAIN = "run `poetry lock`"
UNSAFE: frozenset[NormalizedName] = frozenset(map(canonicalize_name, ("setuptools", "distribute", "pip", "wheel")))
"""What Poetry before 1.3 left to whoever makes the environment."""

_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
_DEPENDENCIES = "[package.dependencies"
_MAIN = "main"

Table = Mapping[str, Any]


def detect(survey: Survey, path: str) -> Iterator[Clue]:
    """The lock at `path`, for what `pyproject.toml` asks for."""
    document = survey.toml(path)
    if document is None:
        return
    _check_version(document)
    yield Said("package_manager", "poetry", Location(path, 1))
    project = declaring(survey, path)
    wants = poetry_project.wants(project)
    again = AGAIN if evidence(survey) else f"{AGAIN}, or remove it if the project no longer uses Poetry"
    loose = UNSAFE if _version(document).major < 2 else frozenset()
    found = tuple(_entries(survey, document))
    entries = Entries(found, poetry_project.itself(project), again, loose=loose)
    pythons = _pythons(document)
    poetry_freshness.check(project, document, wants, entries, pythons)
    roots = entries.edges(wants.main)
    distributions = entries.distributions(roots)
    for edge in lock_entries.undecided(roots, distributions):
        what = f"{edge.name} is in no lock of Poetry before 1.3, so that every build may get another version: {AGAIN}"
        yield Said("unpinned", what, edge.at)
    yield Lock(
        format="poetry",
        at=Location(path),
        roots=roots,
        distributions=distributions,
        requires_python=pythons[0] if len(pythons) == 1 else None,
        extras=tuple((extra, entries.edges(group, asked=False)) for extra, group in wants.extras.items()),
        groups=tuple((name, entries.edges(group, asked=False)) for name, group in wants.groups.items()),
        members=tuple(sorted(_directories(entries))),
    )


def evidence(survey: Survey) -> Location | None:
    """`[tool.poetry]`, or Poetry's backend, which is all that a project of Poetry 2 may have."""
    document = survey.pyproject
    if document is None:
        return None
    if document.get("tool", "poetry") is not None:
        return document.at("tool", "poetry")
    backend = document.get("build-system", "build-backend")
    return document.at("build-system", "build-backend") if str(backend).startswith("poetry.") else None


def _check_version(document: Document) -> None:
    if not document.table("metadata"):
        what = "this is no whole lock of Poetry: it has no [metadata]"
        raise ProjectError(what, at=Location(document.path, 1), hint=AGAIN)
    try:
        if _version(document).major in MAJORS:
            return
    except (InvalidVersion, TypeError):
        pass
    written = document.get("metadata", "lock-version")
    raise ProjectError(
        f"the lock has format version {written}, and only 1.x and 2.x are known",
        at=document.at("metadata", "lock-version"),
        hint="upgrade pottle, or lock with an older Poetry",
    )


def _version(document: Document) -> Version:
    return Version(document.get("metadata", "lock-version") or "1.0")  # which the first of them left out


def _pythons(document: Document) -> tuple[SpecifierSet, ...]:
    """The Pythons that the lock is for: more than one set for a union."""
    bound = document.get("metadata", "python-versions")
    try:
        return alternatives(bound) if isinstance(bound, str) else ()
    except ValueError as error:
        at = document.at("metadata", "python-versions")
        raise ProjectError(f"the lock's Python cannot be read: {error}", at=at, hint=AGAIN) from None


def _directories(entries: Entries) -> Iterator[str]:
    for entry in entries.entries:
        if entry.distribution.source in ("directory", "editable"):
            yield entry.distribution.source_id


def _entries(survey: Survey, document: Document) -> Iterator[Entry]:
    tables = document.get("package") or []
    if not isinstance(tables, list):
        raise ProjectError("`package` is no list of tables", at=document.at("package"), hint=AGAIN)
    reader = _Reader(survey, document)
    for number, table in enumerate(tables):
        with lock_entries.reading(table, reader.at(number), "Poetry", AGAIN):
            yield reader.entry(table, number)


@dataclass(frozen=True)
class _Reader:
    """The entries of one lock."""

    survey: Survey
    document: Document

    def at(self, number: int) -> Location:
        """Where an entry begins."""
        return Location(self.document.path, self._lines[0][number] if number < len(self._lines[0]) else None)

    def entry(self, table: Table, number: int) -> Entry:
        """One `[[package]]`."""
        name = canonicalize_name(table["name"])
        distribution, source = self._sourced(table, name, number)
        wanted = tuple(self._wanted(table, number))
        extras = {canonicalize_name(extra): _names(texts) for extra, texts in table.get("extras", {}).items()}
        aside = [w for w in wanted if _for_an_extra(w) and any(w.name in names for names in extras.values())]
        return Entry(
            distribution,
            tuple(each for each in wanted if each not in aside),
            tuple(
                (extra, found)
                for extra, names in extras.items()
                if (found := tuple(each for each in aside if each.name in names))
            ),
            source,
            table.get("python-versions", ""),
            for_any_extra(marker(table["marker"])) if "marker" in table else None,
        )

    def _sourced(self, table: Table, name: NormalizedName, number: int) -> tuple[LockedDistribution, str | None]:
        source = table.get("source", {})
        at = replace(self.at(number), line=(self.at(number).line or 0) + 1)
        kind, place, repository = self._source(source, editable=table.get("develop") is True)
        files = tuple(self._files(table, source))
        backend = neighbour.backend(self.survey, place, at) if kind in ("directory", "editable") else None
        distribution = LockedDistribution(
            name=name,
            version=lock_entries.version(table["version"]),
            source=kind,
            source_id=place,
            at=at,
            wheels=lock_entries.wheels(files),
            sdist=lock_entries.sdist(files),
            markers=tuple(_markers(table)),
            repository=repository,
            backend=backend,
        )
        return distribution, source.get("reference") if kind == "registry" and place else None

    def _source(self, source: Table, *, editable: bool) -> tuple[SourceKind, str, Repository | None]:
        """The kind, the place, and the commit where there is one."""
        match source.get("type"):
            case None:
                return "registry", "", None
            case "legacy":
                return "registry", without_credentials(source["url"]).rstrip("/"), None
            case "git":
                url = poetry_dependency.address(source["url"])
                commit = lock_entries.commit(source.get("resolved_reference"), url)
                subdirectory = source.get("subdirectory")
                place = f"{url}?subdirectory={subdirectory}#{commit}" if subdirectory else f"{url}#{commit}"
                return "vcs", place, Repository(url, commit, subdirectory)
            case "url":
                return "url", without_credentials(source["url"]), None
            case "file":
                return "path", lock_entries.beside(self.document.path, source["url"]), None
            case "directory":
                place = lock_entries.beside(self.document.path, source["url"])
                return "editable" if editable else "directory", place, None
            case other:
                raise ValueError(f"unknown source {other!r}")

    def _files(self, table: Table, source: Table) -> Iterator[Artifact]:
        """Those of this version: the older formats list the files of a name together."""
        files = table.get("files")
        if files is None:
            every = self.document.table("metadata", "files")
            files = [each for each in every.get(table["name"], ()) if _is_of(each["file"], table["version"])]
        for each in files:
            found = lock_entries.artifact(each["file"], each["hash"])
            match source.get("type"):
                case "url":
                    yield replace(found, url=without_credentials(source["url"]))
                case "file":
                    yield replace(found, url=lock_entries.beside(self.document.path, source["url"]))
                case _:
                    yield found

    def _wanted(self, table: Table, number: int) -> Iterator[Wanted]:
        for name, value in table.get("dependencies", {}).items():
            line = self._lines[1].get((number, name), self.at(number).line)
            yield from poetry_dependency.read(name, value, Location(self.document.path, line))

    @cached_property
    def _lines(self) -> tuple[list[int], dict[tuple[int, str], int]]:
        """The line of every `[[package]]`, and of every dependency: (number of its package, name) → line."""
        headers: list[int] = []
        dependencies: dict[tuple[int, str], int] = {}
        inside = False
        for number, line in enumerate(self.document.lines, 1):
            if line.startswith("["):
                inside = line.startswith(_DEPENDENCIES)
                if line.rstrip() == "[[package]]":
                    headers.append(number)
                elif inside and line.startswith(
                    f"{_DEPENDENCIES}."
                ):  # a table of its own, as the first formats have them
                    name = line.removeprefix(f"{_DEPENDENCIES}.").rstrip().rstrip("]").strip('"')
                    dependencies.setdefault((len(headers) - 1, name), number)
            elif inside:
                dependencies.setdefault((len(headers) - 1, line.partition("=")[0].strip().strip('"')), number)
        return headers, dependencies


def _for_an_extra(wanted: Wanted) -> bool:
    """Whether a dependency is optional and its marker does not say for which extra, as it does since Poetry 1.1."""
    return wanted.optional and "extra" not in str(wanted.marker)


def _names(texts: list[str]) -> frozenset[NormalizedName]:
    """The names in a list of requirements, some of which are none (PEP 508) in older locks."""
    return frozenset(canonicalize_name(match[0]) for text in texts if (match := _NAME.match(text)))


def _markers(table: Table) -> Iterator[Marker]:
    """The environments in which an entry counts: those of the main group, if it is a part of that."""
    value = table.get("markers", {})
    if isinstance(value, str):
        yield marker(value)
        return
    groups = table.get("groups", [_MAIN])
    told = [value.get(group) for group in ([_MAIN] if _MAIN in groups else groups)]
    if all(told):
        yield from map(marker, told)


def _is_of(filename: str, version: str) -> bool:
    """Whether a file is of this version, as its name tells."""
    if not filename.endswith(".whl"):
        return any(filename.endswith(f"-{version}{suffix}") for suffix in lock_entries.SDIST)
    try:
        return parse_wheel_filename(filename)[1] == lock_entries.version(version)
    except InvalidWheelFilename:
        return False


FORMAT = LockFormat("poetry", "lock", beside(PATH), named(PATH), evidence, detect)
