"""What `uv.lock` has decided: the graph of distributions, with the files and hashes of each.

The format is uv's own and carries a version; only version 1 is read (later revisions of it only add keys). A lock that
`pyproject.toml` has moved away from stops here. The one lock of a workspace lies at its root: paths in it are told from there
and turned into paths that are relative to the project.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from pottle.errors import ProjectError
from pottle.project import freshness, neighbour, workspace
from pottle.project.clues import Clue, Said
from pottle.project.facts import Artifact, Dependency, Lock, LockedDistribution, Repository, SourceKind
from pottle.project.lock_format import LockFormat, in_use, named
from pottle.project.requirement import marker, without_credentials
from pottle.project.survey import Survey
from pottle.text import Location
from pottle.toml import Document

PATH = "uv.lock"
VERSION = 1
AGAIN = "run `uv lock`"

_DIGEST = re.compile(r"[0-9a-f]{64}")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")

_KINDS: Mapping[str, SourceKind] = {
    "registry": "registry",
    "git": "vcs",
    "url": "url",
    "path": "path",
    "directory": "directory",
    "editable": "editable",
    "virtual": "virtual",
}

_LOCAL: tuple[SourceKind, ...] = ("path", "directory", "editable", "virtual")

Table = Mapping[str, Any]
Edges = tuple[Dependency, ...]


def find(survey: Survey) -> str | None:
    """The workspace's lock for its members, whatever lies beside them; else the project's own."""
    around = workspace.find(survey)
    path = around.path(PATH) if around is not None else PATH
    return path if survey.tree.exists(path) else None


def detect(survey: Survey, path: str) -> Iterator[Clue]:
    """The lock at `path`."""
    document = survey.toml(path)
    if document is None:
        return
    here = Location(path)
    _check_version(document)
    yield Said("package_manager", "uv", Location(path, 1))
    try:
        place = _place(survey, path)
        lock = _lock(document, place)
        freshness.check(survey, document, place.ours)
    except KeyError as error:
        raise ProjectError(f"it is not as uv writes it: {error} is missing", at=here, hint=AGAIN) from None
    except (TypeError, AttributeError):
        # Entries have their own message, this is for all the rest.
        raise ProjectError("a value is of another type than uv writes", at=here, hint=AGAIN) from None
    except ValueError as error:
        raise ProjectError(f"it is not as uv writes it: {error}", at=here, hint=AGAIN) from None
    yield _with_backends(survey, lock)


@dataclass(frozen=True, slots=True)
class _Place:
    """The project's directory, seen from where the lock lies."""

    directory: str

    def ours(self, below: str) -> str:
        """A path that the lock tells, relative to the project."""
        return posixpath.relpath(posixpath.join("/r", below), posixpath.join("/r", self.directory))


def _place(survey: Survey, path: str) -> _Place:
    return _Place(dict(workspace.above(survey)).get(posixpath.dirname(path), "."))


def _with_backends(survey: Survey, lock: Lock) -> Lock:
    """How each other project of the repository is built."""
    built = {"directory", "editable"}
    distributions = tuple(
        replace(each, backend=neighbour.backend(survey, each.source_id, each.at))
        if each.source in built and each.source_id != "."
        else each
        for each in lock.distributions
    )
    return replace(lock, distributions=distributions)


def _check_version(document: Document) -> None:
    version = document.get("version")
    if version == VERSION:
        return
    at = document.at("version")
    if isinstance(version, int) and version > VERSION:
        hint = "upgrade pottle, or lock with an older uv"
        raise ProjectError(f"the lock has format version {version}, and only {VERSION} is known", at=at, hint=hint)
    what = "this is no lock of uv: it has no format version"
    raise ProjectError(what, at=Location(document.path, at.line or 1), hint=AGAIN)


def _lock(document: Document, place: _Place) -> Lock:
    tables = document.get("package") or []
    if not isinstance(tables, list):
        raise ValueError("`package` is no list of tables")  # noqa: TRY004 - of the file, not of the program
    lines = _package_lines(document)
    entry = _Entries(document, place)
    distributions = tuple(entry.distribution(table, line) for table, line in zip(tables, lines, strict=False))
    root, table = _root(document, distributions, tables)
    bound = document.get("requires-python")
    groups = entry.grouped(table, "dev-dependencies", root.at.line or 1)
    locals_ = {each.source_id for each in distributions if each.source in _LOCAL and each.source_id != "."}
    lock = Lock(
        format="uv",
        at=Location(document.path),
        roots=root.dependencies,
        distributions=distributions,
        requires_python=SpecifierSet(bound) if bound else None,
        extras=root.optional,
        groups=groups,
        owner=root.name if document.get("conflicts") else None,
        members=tuple(sorted(locals_)),
    )
    _check_edges(lock)
    return lock


def of_script(document: Document) -> Lock:
    """The lock of a script (`script.py.lock`), which has no entry for it: its requirements stand in the manifest."""
    at = Location(document.path)
    try:
        _check_version(document)
        entry = _Entries(document, _Place("."))
        tables = document.get("package") or []
        lines = _package_lines(document)
        bound = document.get("requires-python")
        edges = [
            {**each, "extra": each.get("extras", ())} for each in document.table("manifest").get("requirements", ())
        ]
        lock = Lock(
            format="uv",
            at=at,
            roots=tuple(entry.root(each, document.at("manifest", "requirements", item=each["name"])) for each in edges),
            distributions=tuple(entry.distribution(table, line) for table, line in zip(tables, lines, strict=False)),
            requires_python=SpecifierSet(bound) if bound else None,
        )
    except (KeyError, TypeError, AttributeError, ValueError):
        hint = f"run `uv lock --script {document.path.removesuffix('.lock')}`"
        raise ProjectError("it is not as uv writes it", at=at, hint=hint) from None
    _check_edges(lock)
    return lock


def _package_lines(document: Document) -> list[int]:
    """The line of every `[[package]]`, in order."""
    return [number for number, line in enumerate(document.lines, 1) if line.strip() == "[[package]]"]


def _root(
    document: Document, distributions: tuple[LockedDistribution, ...], tables: list[Table]
) -> tuple[LockedDistribution, Table]:
    """The project's own entry: the one whose source is the project's own directory."""
    for distribution, table in zip(distributions, tables, strict=True):
        if distribution.source in ("editable", "virtual", "directory") and distribution.source_id == ".":
            return distribution, table
    at = Location(document.path)
    members = sorted(each.source_id for each in distributions if each.source in ("editable", "virtual"))
    if members:
        raise ProjectError(
            "the workspace's root is no project", at=at, hint=f"build one of its members: {', '.join(members)}"
        )
    raise ProjectError("the lock has no entry for the project itself", at=at, hint=AGAIN)


@dataclass(frozen=True, slots=True)
class _Entries:
    """The entries of one lock, as distributions of the project at `place`."""

    document: Document
    place: _Place

    def distribution(self, table: Table, line: int) -> LockedDistribution:
        """One `[[package]]`, whose header stands on `line`."""
        try:
            return self._distribution(table, line)
        except KeyError as error:
            raise self._broken(table, line, f"{error} is missing") from None
        except (TypeError, AttributeError):
            # A number where a text belongs, and the like: what Python says of it tells nobody anything.
            raise self._broken(table, line, "a value is of another type than uv writes") from None
        except ValueError as error:
            raise self._broken(table, line, str(error)) from None

    def _distribution(self, table: Table, line: int) -> LockedDistribution:
        kind, source_id = self._source(table["source"])
        version = table.get("version")
        return LockedDistribution(
            name=canonicalize_name(table["name"]),
            version=_version(version) if version is not None else None,
            source=kind,
            source_id=source_id,
            at=Location(self.document.path, line + 1),
            dependencies=self.edges(table.get("dependencies", ()), line),
            optional=self.grouped(table, "optional-dependencies", line),
            wheels=tuple(_artifact(wheel) for wheel in table.get("wheels", ())),
            sdist=_artifact(table["sdist"]) if "sdist" in table else None,
            markers=tuple(marker(text) for text in table.get("resolution-markers", ())),
            repository=_repository(table["source"]["git"]) if kind == "vcs" else None,
        )

    def _broken(self, table: object, line: int, why: str) -> ProjectError:
        name = table.get("name") if isinstance(table, Mapping) else None
        subject = f"the entry of {name}" if isinstance(name, str) else "this entry"
        at = Location(self.document.path, line)
        return ProjectError(f"{subject} cannot be read: {why[:1].lower()}{why[1:]}", at=at, hint=AGAIN)

    def _source(self, source: Table) -> tuple[SourceKind, str]:
        for key, kind in _KINDS.items():
            if key in source:
                place = without_credentials(source[key])
                return kind, self.place.ours(place) if kind in _LOCAL else place
        raise ValueError(f"unknown source {dict(source)!r}")

    def grouped(self, table: Table, key: str, line: int) -> tuple[tuple[NormalizedName, Edges], ...]:
        """Extras or groups of the entry at `line`."""
        groups = table.get(key, {})
        return tuple((canonicalize_name(name), self.edges(edges, line)) for name, edges in groups.items())

    def edges(self, edges: list[Table], line: int) -> Edges:
        """Edges of the entry at `line`; uv writes one per line, in the order of the list."""
        found = []
        for edge in edges:
            line = self._line_of(edge["name"], line)
            found.append(self._edge(edge, Location(self.document.path, line)))
        return tuple(found)

    def _line_of(self, name: str, line: int) -> int:
        start = f'{{ name = "{name}"'
        for number in range(line + 1, len(self.document.lines) + 1):
            text = self.document.lines[number - 1].lstrip()
            if text.startswith(start):
                return number
            if text.startswith("[[package]]"):
                break
        return line

    def root(self, edge: Table, at: Location) -> Dependency:
        """A requirement of the manifest: which version answers it, the markers of the entries say."""
        return self._edge({key: edge[key] for key in ("name", "extra", "marker") if key in edge}, at)

    def _edge(self, edge: Table, at: Location) -> Dependency:
        return Dependency(
            canonicalize_name(edge["name"]),
            at,
            version=_version(edge["version"]) if "version" in edge else None,
            source=self._source(edge["source"])[1] if "source" in edge else None,
            extras=tuple(canonicalize_name(extra) for extra in edge.get("extra", ())),
            marker=marker(edge["marker"]) if "marker" in edge else None,
        )


def _repository(url: str) -> Repository:
    """`https://host/path?subdirectory=x&rev=main#COMMIT`, as uv writes it."""
    parts = urlsplit(without_credentials(url))
    if not _COMMIT.fullmatch(parts.fragment):
        raise ValueError(f"{without_credentials(url)!r} names no commit")
    subdirectory = parse_qs(parts.query).get("subdirectory", [None])[0]
    return Repository(parts._replace(query="", fragment="").geturl(), parts.fragment, subdirectory)


@lru_cache(maxsize=4096)
def _version(text: str) -> Version:
    return Version(text)


def _artifact(table: Table) -> Artifact:
    location = table.get("url") or table.get("path")
    # Ten thousand times in a large lock: `urlsplit` alone would take a third of all the time.
    path = location.partition("#")[0].partition("?")[0] if location else table["filename"]
    algorithm, _, digest = table.get("hash", "").partition(":")
    return Artifact(
        filename=unquote(path.rpartition("/")[2]),
        url=without_credentials(location) if location else None,
        sha256=_sha256(digest) if algorithm == "sha256" else None,
        size=table.get("size"),
    )


def _sha256(digest: str) -> str:
    if not _DIGEST.fullmatch(digest):
        raise ValueError(f"{digest!r} is no SHA-256 digest")
    return digest


def _check_edges(lock: Lock) -> None:
    """Every edge leads to an entry: half a lock, or an edited one, does not get further."""
    names = {distribution.name for distribution in lock.distributions}
    lists = [lock.roots, *_edges_of(lock)]
    for edge in (edge for edges in lists for edge in edges):
        if edge.name not in names:
            raise ProjectError(f"the lock has no entry for {edge.name}, which is needed here", at=edge.at, hint=AGAIN)


def _edges_of(lock: Lock) -> Iterator[Edges]:
    for distribution in lock.distributions:
        yield distribution.dependencies
        yield from (edges for _, edges in distribution.optional)
    yield from (edges for _, edges in lock.groups)


FORMAT = LockFormat("uv", "lock", find, named(PATH), in_use("tool", "uv"), detect)
