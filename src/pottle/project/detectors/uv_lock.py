"""What `uv.lock` has decided: the graph of distributions, with the files and hashes of each.

The format is uv's own and carries a version; only version 1 is read (later revisions of it only add keys). A lock that
`pyproject.toml` has moved away from stops here.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from pottle.errors import ProjectError
from pottle.project import freshness
from pottle.project.clues import Clue, Said
from pottle.project.facts import Artifact, Dependency, Lock, LockedDistribution, SourceKind
from pottle.project.requirement import marker, without_credentials
from pottle.project.survey import Survey
from pottle.text import Location
from pottle.toml import Document

PATH = "uv.lock"
VERSION = 1
AGAIN = "run `uv lock`"

_DIGEST = re.compile(r"[0-9a-f]{64}")

_KINDS: Mapping[str, SourceKind] = {
    "registry": "registry",
    "git": "vcs",
    "url": "url",
    "path": "path",
    "directory": "directory",
    "editable": "editable",
    "virtual": "virtual",
}

Table = Mapping[str, Any]
Edges = tuple[Dependency, ...]


def detect(survey: Survey) -> Iterator[Clue]:
    """The lock, if there is one."""
    document = survey.toml(PATH)
    if document is None:
        return
    _check_version(document)
    yield Said("package_manager", "uv", Location(PATH, 1))
    try:
        lock = _lock(document)
        freshness.check(survey, document)
    except KeyError as error:
        raise ProjectError(f"it is not as uv writes it: {error} is missing", at=Location(PATH), hint=AGAIN) from None
    except (TypeError, AttributeError):
        # Entries have their own message, this is for all the rest.
        raise ProjectError("a value is of another type than uv writes", at=Location(PATH), hint=AGAIN) from None
    except ValueError as error:
        raise ProjectError(f"it is not as uv writes it: {error}", at=Location(PATH), hint=AGAIN) from None
    yield lock


def _check_version(document: Document) -> None:
    version = document.get("version")
    if version == VERSION:
        return
    at = document.at("version")
    if isinstance(version, int) and version > VERSION:
        hint = "upgrade pottle, or lock with an older uv"
        raise ProjectError(f"the lock has format version {version}, and only {VERSION} is known", at=at, hint=hint)
    raise ProjectError("this is no lock of uv: it has no format version", at=Location(PATH, at.line or 1), hint=AGAIN)


def _lock(document: Document) -> Lock:
    tables = document.get("package") or []
    if not isinstance(tables, list):
        raise ValueError("`package` is no list of tables")  # noqa: TRY004 - of the file, not of the program
    lines = _package_lines(document)
    distributions = tuple(_distribution(document, table, line) for table, line in zip(tables, lines, strict=False))
    root, table = _root(distributions, tables)
    bound = document.get("requires-python")
    groups = _grouped(document, table, "dev-dependencies", root.at.line or 1)
    lock = Lock(
        format="uv",
        at=Location(PATH),
        roots=root.dependencies,
        distributions=distributions,
        requires_python=SpecifierSet(bound) if bound else None,
        extras=root.optional,
        groups=groups,
    )
    _check_edges(lock)
    return lock


def _package_lines(document: Document) -> list[int]:
    """The line of every `[[package]]`, in order."""
    return [number for number, line in enumerate(document.lines, 1) if line.strip() == "[[package]]"]


def _root(distributions: tuple[LockedDistribution, ...], tables: list[Table]) -> tuple[LockedDistribution, Table]:
    """The project's own entry: the one whose source is the lock's own directory."""
    for distribution, table in zip(distributions, tables, strict=True):
        if distribution.source in ("editable", "virtual", "directory") and distribution.source_id == ".":
            return distribution, table
    hint = "a workspace whose root is no project: build one of its members"
    raise ProjectError("the lock has no entry for the project itself", at=Location(PATH), hint=hint)


def _distribution(document: Document, table: Table, line: int) -> LockedDistribution:
    """One `[[package]]`, whose header stands on `line`."""
    try:
        kind, source_id = _source(table["source"])
        version = table.get("version")
        return LockedDistribution(
            name=canonicalize_name(table["name"]),
            version=_version(version) if version is not None else None,
            source=kind,
            source_id=source_id,
            at=Location(PATH, line + 1),
            dependencies=_edges(document, table.get("dependencies", ()), line),
            optional=_grouped(document, table, "optional-dependencies", line),
            wheels=tuple(_artifact(wheel) for wheel in table.get("wheels", ())),
            sdist=_artifact(table["sdist"]) if "sdist" in table else None,
            markers=tuple(marker(text) for text in table.get("resolution-markers", ())),
        )
    except KeyError as error:
        raise _broken(table, line, f"{error} is missing") from None
    except (TypeError, AttributeError):
        # A number where a text belongs, and the like: what Python says of it tells nobody anything.
        raise _broken(table, line, "a value is of another type than uv writes") from None
    except ValueError as error:
        raise _broken(table, line, str(error)) from None


def _broken(table: object, line: int, why: str) -> ProjectError:
    name = table.get("name") if isinstance(table, Mapping) else None
    subject = f"the entry of {name}" if isinstance(name, str) else "this entry"
    return ProjectError(f"{subject} cannot be read: {why[:1].lower()}{why[1:]}", at=Location(PATH, line), hint=AGAIN)


def _source(source: Table) -> tuple[SourceKind, str]:
    for key, kind in _KINDS.items():
        if key in source:
            return kind, without_credentials(source[key])
    raise ValueError(f"unknown source {dict(source)!r}")


def _grouped(document: Document, table: Table, key: str, line: int) -> tuple[tuple[NormalizedName, Edges], ...]:
    groups = table.get(key, {})
    return tuple((canonicalize_name(name), _edges(document, edges, line)) for name, edges in groups.items())


def _edges(document: Document, edges: list[Table], line: int) -> Edges:
    """Edges of the entry at `line`; uv writes one per line, in the order of the list."""
    found = []
    for edge in edges:
        line = _line_of(document, edge["name"], line)
        found.append(_edge(edge, Location(PATH, line)))
    return tuple(found)


def _line_of(document: Document, name: str, line: int) -> int:
    start = f'{{ name = "{name}"'
    for number in range(line + 1, len(document.lines) + 1):
        text = document.lines[number - 1].lstrip()
        if text.startswith(start):
            return number
        if text.startswith("[[package]]"):
            break
    return line


def _edge(edge: Table, at: Location) -> Dependency:
    return Dependency(
        canonicalize_name(edge["name"]),
        at,
        version=_version(edge["version"]) if "version" in edge else None,
        source=_source(edge["source"])[1] if "source" in edge else None,
        extras=tuple(canonicalize_name(extra) for extra in edge.get("extra", ())),
        marker=marker(edge["marker"]) if "marker" in edge else None,
    )


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
    lists = [edges for d in lock.distributions for edges in (d.dependencies, *(edges for _, edges in d.optional))]
    for edge in (edge for edges in (*lists, *(edges for _, edges in lock.groups)) for edge in edges):
        if edge.name not in names:
            raise ProjectError(f"the lock has no entry for {edge.name}, which is needed here", at=edge.at, hint=AGAIN)
