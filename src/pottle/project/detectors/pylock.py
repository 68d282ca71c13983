"""What `pylock.toml` has decided: the standard's lock (PEP 751), whichever tool wrote it.

It is a flat list: what counts is what its markers say for the image, with the extras and groups that are asked for. Beside the plain
one there may be others, `pylock.NAME.toml`, for other purposes: they are read where they are named, or where there is one of them and
nothing else.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from pottle.errors import ProjectError
from pottle.project import metadata, neighbour, wishes
from pottle.project.clues import Clue, Direct, Said
from pottle.project.facts import Artifact, Dependency, Lock, LockedDistribution, Repository, SourceKind
from pottle.project.lock_format import LockFormat, nothing
from pottle.project.requirement import marker, without_credentials
from pottle.project.requirements_file import Wanted
from pottle.project.survey import Survey
from pottle.project.wishes import Listing
from pottle.text import Location
from pottle.toml import Document

PATH = "pylock.toml"
VERSION = "1."

_NAMED = re.compile(r"pylock\.[^./]+\.toml")
_WRITERS = {"uv": "uv.lock", "pdm": "pdm.lock", "poetry": "poetry.lock"}
"""`created-by` → the lock that such a file was exported from, where that lies beside it."""
_MANAGERS = ("uv", "poetry", "pdm", "rye")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")

Table = Mapping[str, Any]
Named = tuple[tuple[NormalizedName, tuple[Dependency, ...]], ...]


def detect(survey: Survey, path: str) -> Iterator[Clue]:
    """The lock at `path`, which the project's own dependencies have to agree with."""
    document = survey.toml(path)
    if document is None:
        return
    again = _again(document)
    try:
        _check_version(document, again)
        lock = _lock(document, survey, again)
    except (TypeError, AttributeError):
        what = "a value is of another type than PEP 751 says"
        raise ProjectError(what, at=Location(path), hint=again) from None
    except ValueError as error:
        why = str(error)
        raise ProjectError(
            f"it is not as PEP 751 says: {why[:1].lower()}{why[1:]}", at=Location(path), hint=again
        ) from None
    yield _manager(survey, path)
    needs = metadata.read(survey, sources=False).needs
    if needs is not None:
        wishes.check_fresh(needs.dependencies, _listed(lock), Listing("pylock", Location(path), again))
    yield from (Direct(one.dependency) for one in needs.dependencies) if needs is not None else map(Direct, lock.roots)
    yield lock


def _again(document: Document) -> str:
    writer = document.get("created-by")
    return f"write it anew with {writer}" if isinstance(writer, str) and len(writer) < 40 else "write it anew"


def _manager(survey: Survey, path: str) -> Said:
    """The tool whose tables the project has; the file itself may be any tool's."""
    for tool in _MANAGERS:
        if survey.pyproject is not None and survey.pyproject.get("tool", tool) is not None:
            return Said("package_manager", tool, survey.pyproject.at("tool", tool))
    return Said("package_manager", "pylock", Location(path, 1))


def _check_version(document: Document, again: str) -> None:
    version = document.get("lock-version")
    if isinstance(version, str) and version.startswith(VERSION):
        return
    at = document.at("lock-version")
    if isinstance(version, str) and re.fullmatch(r"\d+\.\d+", version):
        what = f"the lock has format version {version}, and only {VERSION}x is known"
        raise ProjectError(what, at=at, hint="upgrade pottle, or write the lock for version 1.0")
    what = "this is no pylock.toml: it has no `lock-version`"
    raise ProjectError(what, at=Location(document.path, at.line or 1), hint=again)


def _lock(document: Document, survey: Survey, again: str) -> Lock:
    tables = document.get("packages")
    if not isinstance(tables, list):
        raise ValueError("'packages' is missing, or no list")  # noqa: TRY004 - of the file, not of the program
    lines = [number for number, line in enumerate(document.lines, 1) if line.strip() == "[[packages]]"]
    entries = _Entries(document, survey, again)
    rows = [(table, lines[n] if n < len(lines) else None) for n, table in enumerate(tables)]
    pairs = [entries.read(table, line) for table, line in rows]
    distributions = tuple(distribution for distribution, _ in pairs)
    bound = document.get("requires-python")
    return Lock(
        format="pylock",
        at=Location(document.path),
        roots=tuple(edge for each, edge in pairs if each.source != "directory" or each.source_id != "."),
        distributions=distributions,
        requires_python=SpecifierSet(bound) if bound else None,
        extras=_names(document, "extras"),
        groups=_names(document, "dependency-groups"),
        default_groups=tuple(canonicalize_name(name) for name in document.get("default-groups") or ()),
        environments=tuple(marker(text) for text in document.get("environments") or ()),
        members=tuple(sorted({each.source_id for each in distributions if each.source == "directory"} - {"."})),
    )


def _names(document: Document, key: str) -> Named:
    """What may be asked for; the markers of the packages say what it brings."""
    return tuple((canonicalize_name(name), ()) for name in document.get(key) or ())


def _listed(lock: Lock) -> list[Wanted]:
    return [Wanted(edge, kind="path" if edge.version is None else "registry") for edge in lock.roots]


@dataclass(frozen=True, slots=True)
class _Entries:
    """The packages of one lock."""

    document: Document
    survey: Survey
    again: str

    def read(self, table: Table, line: int | None) -> tuple[LockedDistribution, Dependency]:
        """One `[[packages]]`, whose header stands on `line`, and the edge that leads to it."""
        at = Location(self.document.path, line + 1 if line is not None else None)
        try:
            found = self._distribution(table, at)
            condition = marker(table["marker"]) if "marker" in table else None
            return found, Dependency(found.name, at, found.version, found.source_id, marker=condition)
        except KeyError as error:
            raise self._broken(table, at, f"{error} is missing") from None
        except (TypeError, AttributeError):
            raise self._broken(table, at, "a value is of another type than PEP 751 says") from None
        except ValueError as error:
            raise self._broken(table, at, str(error)) from None

    def _broken(self, table: object, at: Location, why: str) -> ProjectError:
        name = table.get("name") if isinstance(table, Mapping) else None
        subject = f"the entry of {name}" if isinstance(name, str) else "this entry"
        return ProjectError(f"{subject} cannot be read: {why[:1].lower()}{why[1:]}", at=at, hint=self.again)

    def _distribution(self, table: Table, at: Location) -> LockedDistribution:
        kind, source_id = self._source(table)
        version = table.get("version")
        return LockedDistribution(
            name=canonicalize_name(table["name"]),
            version=Version(version) if version is not None else None,
            source=kind,
            source_id=source_id,
            at=at,
            wheels=tuple(_artifact(wheel) for wheel in (*table.get("wheels", ()), *_archived(table, ".whl"))),
            sdist=_artifact(table["sdist"]) if "sdist" in table else None,
            repository=_repository(table["vcs"]) if kind == "vcs" else None,
            backend=neighbour.backend(self.survey, source_id, at) if kind == "directory" and source_id != "." else None,
        )

    def _source(self, table: Table) -> tuple[SourceKind, str]:
        """PEP 751 has one of vcs, directory, archive, or else files of an index."""
        if "vcs" in table:
            vcs = table["vcs"]
            return "vcs", without_credentials(vcs.get("url") or self._path(vcs["path"]))
        if "directory" in table:
            directory = table["directory"]
            return "directory", self._path(posixpath.join(directory["path"], directory.get("subdirectory", "")))
        if "archive" in table:
            archive = table["archive"]
            if "url" in archive:
                return "url", without_credentials(archive["url"])
            return "path", self._path(archive["path"])
        if "wheels" not in table and "sdist" not in table:
            raise ValueError("it names no file, archive, directory or repository")
        return "registry", without_credentials(table.get("index", ""))

    def _path(self, path: str) -> str:
        return posixpath.normpath(posixpath.join(posixpath.dirname(self.document.path), path))


def _archived(table: Table, suffix: str) -> Iterator[Table]:
    """An archive that is a wheel."""
    archive: Table = table.get("archive", {})
    place = archive.get("url") or archive.get("path") or ""
    if place.partition("#")[0].endswith(suffix):
        yield archive


def _artifact(table: Table) -> Artifact:
    url, path = table.get("url"), table.get("path")
    place = url or path or ""
    digest = table["hashes"].get("sha256")
    if digest is not None and not _DIGEST.fullmatch(digest):
        raise ValueError(f"{digest!r} is no SHA-256 digest")
    return Artifact(
        filename=table.get("name") or unquote(place.partition("#")[0].partition("?")[0].rpartition("/")[2]),
        url=without_credentials(place) if place else None,
        sha256=digest,
        size=table.get("size"),
    )


def _repository(vcs: Table) -> Repository | None:
    commit = vcs["commit-id"]
    if not _COMMIT.fullmatch(commit):
        raise ValueError(f"{commit!r} is no commit")
    url = vcs.get("url")
    return Repository(without_credentials(url), commit, vcs.get("subdirectory")) if url else None


# --- which of several -----------------------------------------------------------------------------


def _plain(survey: Survey) -> str | None:
    return PATH if survey.tree.exists(PATH) and not _exported(survey) else None


def _exported(survey: Survey) -> bool:
    """Another tool's lock lies beside it, and that tool wrote it: it says the same, or less."""
    text = survey.tree.read(PATH) or ""
    writer = re.search(r"^created-by\s*=\s*[\"'](\w+)", text, re.MULTILINE)
    lock = _WRITERS.get(writer[1].lower()) if writer else None
    return lock is not None and survey.tree.exists(lock)


def _others(survey: Survey) -> Sequence[str]:
    return [path for path in survey.tree.files() if _NAMED.fullmatch(path)]


def _first_other(survey: Survey) -> str | None:
    return None if survey.tree.exists(PATH) else next(iter(_others(survey)), None)


def _detect_other(survey: Survey, path: str) -> Iterator[Clue]:
    """The only one. Raises `ProjectError` where there are several."""
    first, *more = _others(survey)
    if more:
        hint = f'choose: `lockfile = "{first}"` under [tool.pottle] in pyproject.toml'
        raise ProjectError(f"{first} and {more[0]} are locks for different purposes", at=Location(first), hint=hint)
    yield from detect(survey, path)


def _is_one(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name == PATH or _NAMED.fullmatch(name) is not None


FORMAT = LockFormat("pylock", "lock", _plain, _is_one, nothing, detect)
OTHERS = LockFormat("pylock", "lock", _first_other, lambda path: False, nothing, _detect_other)  # noqa: ARG005
FORMATS = (FORMAT, OTHERS)
