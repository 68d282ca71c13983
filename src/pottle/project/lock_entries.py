"""The entries of a lock that another installer reads (Poetry's, PDM's), linked into a graph.

Such a lock says what each distribution asks for, not which entry answers it: with one entry of a name that is plain, among several
the constraint decides, and what it leaves open is left to the walk (`pottle.plan.selection`).
"""

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, assert_never
from urllib.parse import unquote

from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from pottle.errors import ProjectError
from pottle.project.facts import Artifact, Dependency, LockedDistribution
from pottle.project.poetry_dependency import python_marker
from pottle.project.requirement import marker, without_credentials
from pottle.project.wanted import Origin, Wanted, both
from pottle.text import Location

_DIGEST = re.compile(r"[0-9a-f]{64}")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
SDIST = (".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz")

Edges = tuple[Dependency, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One distribution, and what it asks for."""

    distribution: LockedDistribution
    """Without edges."""
    wanted: tuple[Wanted, ...] = ()
    optional: tuple[tuple[NormalizedName, tuple[Wanted, ...]], ...] = ()
    source: str | None = None
    """The name of its index."""
    requires: str = ""
    """The Pythons that it is for, as a constraint."""
    condition: Marker | None = None
    """When it counts at all, whoever asks for it: edges of Poetry 1.0 do not say."""

    def answers(self, wanted: Wanted) -> bool:
        """Whether this is what is asked for. Raises `ValueError` where that cannot be read."""
        found = self.distribution
        if wanted.origin is not None:
            return _is_from(found, wanted.origin)
        if wanted.source is not None and not _is_index(wanted.source, self.source):
            return False
        return found.version is None or wanted.admits(found.version)


def _is_index(wanted: str, found: str | None) -> bool:
    """PyPI is no source that a lock would name."""
    return wanted.lower() == "pypi" if found is None else wanted == found


def _is_from(found: LockedDistribution, origin: Origin) -> bool:
    match origin.kind:
        case "vcs":
            return found.source == "vcs"
        case "url":
            return found.source == "url"
        case "path":
            return found.source in ("path", "directory", "editable")
        case _:
            assert_never(origin.kind)


@dataclass(frozen=True)
class Entries:
    """All of one lock."""

    entries: Sequence[Entry]
    itself: NormalizedName | None
    """The project: it is in no lock of its own."""
    again: str
    """How to lock anew: "run `poetry lock`"."""
    left_out: frozenset[NormalizedName] = frozenset()
    """Names that the project leaves out, whoever asks for them."""
    loose: frozenset[NormalizedName] = frozenset()
    """Names that the lock's format never holds, and whatever version of them there is will do."""
    by_name: Mapping[NormalizedName, Sequence[Entry]] = field(init=False)

    def __post_init__(self) -> None:
        by_name: dict[NormalizedName, list[Entry]] = {}
        for entry in self.entries:
            by_name.setdefault(entry.distribution.name, []).append(entry)
        object.__setattr__(self, "by_name", by_name)

    def distributions(self, roots: Edges = ()) -> tuple[LockedDistribution, ...]:
        """Them with their edges. Raises `ProjectError` for an edge that leads nowhere though nothing limits it."""
        decided = tuple(
            replace(
                entry.distribution,
                markers=entry.distribution.markers or self._markers(entry),
                dependencies=self.edges(entry.wanted),
                optional=tuple((extra, self.edges(wanted)) for extra, wanted in entry.optional),
            )
            for entry in self.entries
        )
        open_ = self.loose - self.by_name.keys()
        wanted = {edge.name: edge.at for edges in (roots, *(d.dependencies for d in decided)) for edge in edges}
        further = (
            LockedDistribution(name, None, "registry", "", wanted[name]) for name in sorted(open_ & wanted.keys())
        )
        return (*decided, *further)

    def edges(self, wanted: Iterable[Wanted], *, asked: bool = True) -> Edges:
        """What is asked for, as edges of the graph; not `asked`: only if somebody asks for an extra or a group."""
        kept = (each for each in wanted if each.name != self.itself and each.name not in self.left_out)
        return tuple(self._edge(each, asked=asked) for each in kept)

    def _markers(self, entry: Entry) -> tuple[Marker, ...]:
        """Where nothing says when an entry counts among several of its name: when its Python is right."""
        if entry.condition is not None:
            return (entry.condition,)
        if len(self.by_name[entry.distribution.name]) < 2 or not (text := python_marker(entry.requires)):
            return ()
        return (marker(text),)

    def _edge(self, wanted: Wanted, *, asked: bool = True) -> Dependency:
        found = self.by_name.get(wanted.name, ())
        edge = Dependency(wanted.name, wanted.at, extras=wanted.extras, marker=wanted.marker)
        if not found and asked and wanted.marker is None and not (wanted.optional or wanted.name in self.loose):
            what = f"the lock has no entry for {wanted.name}, which is needed here"
            raise ProjectError(what, at=wanted.at, hint=self.again)
        if len(found) < 2:
            return replace(edge, marker=both(edge.marker, found[0].condition)) if found and found[0].condition else edge
        try:
            fitting = [entry for entry in found if entry.answers(wanted)] or found
        except ValueError as error:
            raise ProjectError(f"this cannot be read: {error}", at=wanted.at, hint=self.again) from None
        if len(fitting) == 1:
            only = fitting[0].distribution
            return replace(edge, version=only.version, source=only.source_id)
        others = (entry.distribution.version for entry in found if not any(entry is each for each in fitting))
        return replace(edge, specifier=SpecifierSet(",".join(f"!={version}" for version in others if version)))


def undecided(roots: Edges, distributions: Iterable[LockedDistribution]) -> Iterator[Dependency]:
    """Of the edges on the way from `roots` those that lead to a distribution without a version: one for each."""
    by_name = {each.name: each for each in distributions}
    seen: set[NormalizedName] = set()
    todo = list(roots)
    while todo:
        edge = todo.pop()
        found = by_name.get(edge.name)
        if found is not None and edge.name not in seen:
            seen.add(edge.name)
            todo += found.dependencies
            if found.version is None and found.source == "registry":
                yield edge


@contextmanager
def reading(entry: object, at: Location, tool: str, again: str) -> Iterator[None]:
    """Whatever is wrong with one entry of a lock is told with its name and its line."""
    name = entry.get("name") if isinstance(entry, Mapping) else None
    subject = f"the entry of {name}" if isinstance(name, str) else "this entry"
    try:
        yield
    except KeyError as error:
        raise ProjectError(f"{subject} cannot be read: {error} is missing", at=at, hint=again) from None
    except (TypeError, AttributeError):
        # A number where a text belongs, and the like: what Python says of it tells nobody anything.
        what = f"{subject} cannot be read: a value is of another type than {tool} writes"
        raise ProjectError(what, at=at, hint=again) from None
    except ValueError as error:
        why = str(error)
        raise ProjectError(f"{subject} cannot be read: {why[:1].lower()}{why[1:]}", at=at, hint=again) from None


@lru_cache(maxsize=4096)
def version(text: str) -> Version:
    """The version that `text` is."""
    return Version(text)


def artifact(filename: str, digest: str, url: str | None = None) -> Artifact:
    """One file; of a digest that is no SHA-256 nothing is kept. Raises `ValueError` for a broken one."""
    algorithm, _, value = digest.partition(":")
    if algorithm == "sha256" and not _DIGEST.fullmatch(value):
        raise ValueError(f"{value!r} is no SHA-256 digest")
    return Artifact(filename, url, value if algorithm == "sha256" else None, None)


def at_url(url: str, digest: str) -> Artifact:
    """The file that lies at `url`."""
    clean = without_credentials(url)
    path = clean.partition("#")[0].partition("?")[0]
    return artifact(unquote(path.rpartition("/")[2]), digest, clean)


def wheels(files: Iterable[Artifact]) -> tuple[Artifact, ...]:
    """Those that are wheels."""
    return tuple(file for file in files if file.filename.endswith(".whl"))


def sdist(files: Iterable[Artifact]) -> Artifact | None:
    """The one that is a source distribution."""
    return next((file for file in files if file.filename.endswith(SDIST)), None)


def commit(text: Any, place: str) -> str:
    """The commit that a lock pins. Raises `ValueError` for a branch, a tag, or half of one."""
    if not isinstance(text, str) or not _COMMIT.fullmatch(text):
        raise ValueError(f"{place!r} is locked at no commit")
    return text


def beside(lock: str, path: str) -> str:
    """A path that the lock at `lock` tells, relative to the project."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(lock), path))
