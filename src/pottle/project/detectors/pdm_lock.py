"""What `pdm.lock` has decided: format 4, of PDM 2.

What the project asks for stands in `pyproject.toml` alone; the lock says what each distribution asks for in turn. A distribution with
extras has further entries, one for each set of them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import InvalidVersion, Version

from pottle.errors import ProjectError
from pottle.project import lock_entries, neighbour, pdm_freshness, pdm_project
from pottle.project.clues import Clue, Said
from pottle.project.facts import Artifact, Dependency, Lock, LockedDistribution, Repository, SourceKind
from pottle.project.lock_entries import Entries, Entry
from pottle.project.lock_format import LockFormat, beside, declaring, named
from pottle.project.poetry_dependency import address
from pottle.project.requirement import marker, without_credentials
from pottle.project.survey import Survey
from pottle.project.wanted import Wanted, required
from pottle.text import Location
from pottle.toml import Document

PATH = "pdm.lock"
MAJOR = 4
"""Of the format's version."""
AGAIN = "run `pdm lock`"

_REPOSITORIES = ("git", "hg", "svn", "bzr")
_LINUX = ("linux", "manylinux")
_FILES = (".whl", ".tar.gz", ".zip")

Table = Mapping[str, Any]


def detect(survey: Survey, path: str) -> Iterator[Clue]:
    """The lock at `path`, for what `pyproject.toml` asks for."""
    document = survey.toml(path)
    if document is None:
        return
    _check_version(document)
    yield Said("package_manager", "pdm", Location(path, 1))
    project = declaring(survey, path)
    _check_targets(document)
    yield _lock(survey, document, project)


def _lock(survey: Survey, document: Document, project: Document) -> Lock:
    wants = pdm_project.wants(project)
    again = AGAIN if evidence(survey) else f"{AGAIN}, or remove it if the project no longer uses PDM"
    left_out = pdm_project.excluded(project.table("tool", "pdm", "resolution"))
    found = tuple(_entries(survey, document, project))
    entries = Entries(found, pdm_project.itself(project), again, left_out)
    python = _python(document)
    pdm_freshness.check(project, document, wants, entries)
    index, besides = pdm_project.indexes(project)
    dynamic = "dependencies" in project.table("project").get("dynamic", ())
    return Lock(
        format="pdm",
        at=Location(document.path),
        roots=tuple(_default(document, entries)) if dynamic else entries.edges(wants.main),
        distributions=entries.distributions(),
        requires_python=python,
        extras=_named(wants.extras, entries, document),
        groups=_named(wants.groups, entries, document),
        index=index,
        extra_indexes=besides,
        members=tuple(sorted(_directories(entries))),
    )


def _named(
    named: Mapping[NormalizedName, tuple[Wanted, ...]], entries: Entries, document: Document
) -> tuple[tuple[NormalizedName, tuple[Dependency, ...]], ...]:
    """Extras or groups, as far as they were locked: PDM may leave some out."""
    locked = document.get("metadata", "groups")
    known = {canonicalize_name(str(name)) for name in locked} if isinstance(locked, list) else named.keys()
    return tuple((name, entries.edges(group, asked=False)) for name, group in named.items() if name in known)


def _default(document: Document, entries: Entries) -> Iterator[Dependency]:
    """What is locked for everybody, where the project's backend alone knows what it asks for."""
    for table, entry in zip(_tables(document), entries.entries, strict=False):
        if "groups" not in table:
            hint = "lock with the strategy `inherit_metadata`"
            raise ProjectError(
                "the dependencies are dynamic, and the lock does not say which", at=entry.distribution.at, hint=hint
            )
        if "default" in table["groups"]:
            found = entry.distribution
            condition = marker(table["marker"]) if "marker" in table else None
            yield Dependency(found.name, found.at, version=found.version, source=found.source_id, marker=condition)


def evidence(survey: Survey) -> Location | None:
    """`[tool.pdm]`, or PDM's backend."""
    document = survey.pyproject
    if document is None:
        return None
    if document.get("tool", "pdm") is not None:
        return document.at("tool", "pdm")
    backend = document.get("build-system", "build-backend")
    return document.at("build-system", "build-backend") if str(backend).startswith("pdm.") else None


def _check_version(document: Document) -> None:
    written = document.get("metadata", "lock_version")
    if not isinstance(written, str):
        what = "this is no whole lock of PDM: it has no format version"
        raise ProjectError(what, at=Location(document.path, 1), hint=AGAIN)
    try:
        if (major := Version(written).major) == MAJOR:
            return
    except InvalidVersion:
        major = MAJOR
    newer = major > MAJOR
    raise ProjectError(
        f"the lock has format version {written}, and only {MAJOR}.x is known",
        at=document.at("metadata", "lock_version"),
        hint="upgrade pottle, or lock with an older PDM" if newer else AGAIN,
    )


def _check_targets(document: Document) -> None:
    """A lock may be for some platforms alone."""
    targets = document.get("metadata", "targets")
    platforms = [str(t["platform"]) for t in targets or () if isinstance(t, Mapping) and "platform" in t]
    if platforms and len(platforms) == len(targets) and not any(each.startswith(_LINUX) for each in platforms):
        what = f"the lock was made for {' and '.join(platforms)}, not for Linux"
        raise ProjectError(what, at=document.at("metadata", "targets"), hint="run `pdm lock --platform linux --append`")


def _python(document: Document) -> SpecifierSet | None:
    """The Pythons that the lock is for; None where it has a target for each of several."""
    targets = document.get("metadata", "targets")
    bounds = {str(t["requires_python"]) for t in targets or () if isinstance(t, Mapping) and "requires_python" in t}
    if len(bounds) != 1:
        return None
    (bound,) = bounds
    try:
        return SpecifierSet(bound)
    except InvalidSpecifier:
        at = document.at("metadata", "targets")
        raise ProjectError(
            f"the lock's Python is {bound!r}, which is no version specifier", at=at, hint=AGAIN
        ) from None


def _directories(entries: Entries) -> Iterator[str]:
    for entry in entries.entries:
        if entry.distribution.source in ("directory", "editable"):
            yield entry.distribution.source_id


def _tables(document: Document) -> list[Table]:
    """The entries of distributions, without those of their extras."""
    return [table for table in document.get("package") or [] if isinstance(table, Mapping) and not table.get("extras")]


def _entries(survey: Survey, document: Document, project: Document) -> Iterator[Entry]:
    tables = document.get("package") or []
    if not isinstance(tables, list):
        raise ProjectError("`package` is no list of tables", at=document.at("package"), hint=AGAIN)
    reader = _Reader(survey, document, project)
    plain: list[Entry] = []
    extras: dict[tuple[str, str], list[tuple[tuple[NormalizedName, ...], Entry]]] = {}
    for number, table in enumerate(tables):
        with lock_entries.reading(table, reader.at(number), "PDM", AGAIN):
            found = reader.entry(table, number)
            if names := tuple(map(canonicalize_name, table.get("extras", ()))):
                extras.setdefault(_key(found), []).append((names, found))
            else:
                plain.append(found)
    known = {_key(entry) for entry in plain}
    # What is asked for with extras alone has no entry of its own in older locks.
    plain += [found[0][1] for key, found in extras.items() if key not in known]
    for entry in plain:
        yield replace(entry, optional=tuple(_optional(entry.distribution.name, extras.get(_key(entry), []))))


def _key(entry: Entry) -> tuple[str, str]:
    return entry.distribution.name, f"{entry.distribution.version} {entry.distribution.source_id}"


def _optional(
    name: NormalizedName, found: Iterable[tuple[tuple[NormalizedName, ...], Entry]]
) -> Iterator[tuple[NormalizedName, tuple[Wanted, ...]]]:
    """Extra → what it brings; of several together what they bring together, unless one has an entry of its own."""
    ordered = sorted(found, key=lambda pair: len(pair[0]))
    known: set[NormalizedName] = set()
    for names, entry in ordered:
        for extra in names:
            if extra not in known:
                known.add(extra)
                yield extra, tuple(each for each in entry.wanted if each.name != name)


@dataclass(frozen=True)
class _Reader:
    """The entries of one lock."""

    survey: Survey
    document: Document
    project: Document

    def at(self, number: int) -> Location:
        """Where an entry begins."""
        headers = self._lines[0]
        return Location(self.document.path, headers[number] if number < len(headers) else None)

    def entry(self, table: Table, number: int) -> Entry:
        """One `[[package]]`."""
        name, at = canonicalize_name(table["name"]), self.at(number)
        kind, place, repository = self._source(table, name)
        files = tuple(self._files(table))
        here = replace(at, line=(at.line or 0) + 1)
        version = table.get("version")
        distribution = LockedDistribution(
            name=name,
            version=lock_entries.version(version) if version is not None else None,
            source=kind,
            source_id=place,
            at=here,
            wheels=lock_entries.wheels(files),
            sdist=lock_entries.sdist(files),
            markers=(marker(table["marker"]),) if "marker" in table else (),
            repository=repository,
            backend=neighbour.backend(self.survey, place, here) if kind in ("directory", "editable") else None,
        )
        wanted = tuple(self._wanted(table, number))
        # An entry without extras is the whole of it; PDM names it again in those with some.
        return Entry(distribution, wanted, requires=table.get("requires_python", ""))

    def _source(self, table: Table, name: NormalizedName) -> tuple[SourceKind, str, Repository | None]:
        if (kind := next((each for each in _REPOSITORIES if each in table), None)) is not None:
            url, subdirectory = address(table[kind]), table.get("subdirectory")
            commit = lock_entries.commit(table.get("revision"), url)
            place = f"{url}?subdirectory={subdirectory}#{commit}" if subdirectory else f"{url}#{commit}"
            return "vcs", place, Repository(url, commit, subdirectory) if kind == "git" else None
        if "path" in table:
            place = lock_entries.beside(self.document.path, table["path"])
            if place.endswith(_FILES):
                return "path", place, None
            return "editable" if table.get("editable") else "directory", place, None
        if "url" in table:
            url = without_credentials(table["url"])
            if url.startswith(("file:", "{root:uri}")):
                return self._source({**table, "path": pdm_project.path(url)}, name)
            return "url", url.partition("#")[0], None
        return "registry", pdm_project.index_of(self.project, name), None

    def _files(self, table: Table) -> Iterator[Artifact]:
        """Those of the entry; the first of the formats have them apart, by name and version."""
        files = table.get("files")
        if files is None:
            files = self.document.table("metadata", "files").get(f"{table['name']} {table.get('version')}", ())
        for each in files:
            if "url" in each:
                yield lock_entries.at_url(each["url"], each["hash"])
            elif "url" in table and not str(table["url"]).startswith(("file:", "{root:uri}")):
                yield replace(lock_entries.at_url(table["url"], each["hash"]), filename=each["file"])
            else:
                place = lock_entries.beside(self.document.path, table["path"]) if "path" in table else None
                yield lock_entries.artifact(each["file"], each["hash"], place)

    def _wanted(self, table: Table, number: int) -> Iterator[Wanted]:
        lines = self._lines[1].get(number, [])
        for place, text in enumerate(table.get("dependencies", ())):
            at = Location(self.document.path, lines[place]) if place < len(lines) else self.at(number)
            yield required(text, at)

    @cached_property
    def _lines(self) -> tuple[list[int], dict[int, list[int]]]:
        """The line of every `[[package]]`, and those of its dependencies: PDM writes one per line."""
        headers: list[int] = []
        dependencies: dict[int, list[int]] = {}
        inside = False
        for number, line in enumerate(self.document.lines, 1):
            if inside:
                inside = not line.startswith("]")
                if inside:
                    dependencies[len(headers) - 1].append(number)
            elif line.startswith("[[package]]"):
                headers.append(number)
            elif line.startswith("dependencies = [") and line.rstrip() == "dependencies = [":
                inside = True
                dependencies[len(headers) - 1] = []
        return headers, dependencies


FORMAT = LockFormat("pdm", "lock", beside(PATH), named(PATH), evidence, detect)
