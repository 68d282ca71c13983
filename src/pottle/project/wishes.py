"""What somebody listed, as a `Lock`: complete where the list leaves nothing open, else to be resolved.

A list names projects of the repository by their directory. What they need themselves is part of what is wanted, and so is what
the project itself needs where the list names it, or was made for it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName

from pottle.errors import ProjectError
from pottle.project import metadata, neighbour
from pottle.project.clues import Said
from pottle.project.declared import Named, Needs
from pottle.project.facts import Artifact, Dependency, Lock, LockedDistribution
from pottle.project.requirements_file import Collected, Wanted
from pottle.project.survey import Survey
from pottle.text import Location


@dataclass(frozen=True, slots=True)
class Listing:
    """Which list it is, and how its tool makes it anew."""

    format: str
    at: Location
    again: str
    """A command, or what else helps: "run `rye lock`"."""


@dataclass(frozen=True, slots=True)
class Own:
    """What the project itself declares, for a list that was made for it."""

    needs: Needs | None
    extras: frozenset[NormalizedName] = frozenset()
    """Those that the list names."""
    closed: bool = False
    """The list has all of it, with what that needs in turn: what is missing makes the list stale."""


def as_lock(survey: Survey, found: Collected, listing: Listing, own: Own | None = None) -> Lock:
    """The lock that a list is. Raises `ProjectError` where it contradicts the projects that it was made for."""
    listed = [_named(survey, one) for one in found.wanted]
    needs = own.needs if own is not None else None
    wanted = list(listed)
    if own is not None and needs is not None:
        asked = [_named(survey, one) for one in _asked(needs, own.extras)]
        wanted += _missing(asked, listed, listing, closed=own.closed)
    wanted += _further(survey, wanted, listing)
    extras = _all_named(survey, needs.extras) if needs is not None else ()
    groups = _all_named(survey, needs.groups) if needs is not None else ()
    return lock(survey, wanted, listing, found, extras=extras, groups=groups)


def lock(
    survey: Survey,
    wanted: Sequence[Wanted],
    listing: Listing,
    found: Collected | None = None,
    *,
    extras: Named = (),
    groups: Named = (),
    requires_python: SpecifierSet | None = None,
) -> Lock:
    """The lock that these requirements are."""
    index = found.index if found else None
    every = (*wanted, *(one for _, more in (*extras, *groups) for one in more))
    distributions = (_distribution(survey, one, index or "") for one in every)
    return Lock(
        format=listing.format,
        at=listing.at,
        roots=tuple(one.dependency for one in wanted),
        distributions=tuple(_each_once(distributions)),
        requires_python=requires_python,
        complete=all(one.sealed for one in wanted),
        extras=_edges(extras),
        groups=_edges(groups),
        index=index,
        extra_indexes=tuple(dict.fromkeys(found.extra_indexes)) if found else (),
        members=tuple(sorted({one.location for one in wanted if one.kind == "directory"})),
    )


def unfinished(lock: Lock, wanted: Sequence[Wanted], advice: str) -> Iterator[Said]:
    """The warning that the list does not decide everything; `advice` says how it would."""
    if lock.complete:
        return
    loose = [one for one in wanted if not one.pinned]
    bare = [one for one in wanted if not one.sealed]
    first = next(iter(loose or bare), None)
    what = f"{len(loose or bare)} of {len(wanted)} requirements {'are not pinned' if loose else 'have no hashes'}"
    at = first.dependency.at if first is not None else lock.roots[0].at
    yield Said("unpinned", f"{what}, so that every build may get others: {advice}", at)


def check_fresh(asked: Iterable[Wanted], listed: Sequence[Wanted], listing: Listing) -> None:
    """Raise `ProjectError` where a closed list lacks what is asked for, or has a version of it that is not."""
    for _ in _missing(list(asked), listed, listing, closed=True):
        pass


def covers(listed: Iterable[Wanted], needs: Needs) -> bool:
    """Whether a list has anything to do with what the project declares: no name in common, and it is about something else."""
    names = {one.dependency.name for one in listed}
    declared = {one.dependency.name for one in needs.dependencies}
    return not declared or bool(names & declared)


# --- what is wanted besides -----------------------------------------------------------------------


def _named(survey: Survey, one: Wanted) -> Wanted:
    """A directory by the name that its project has."""
    if one.kind != "directory" or one.dependency.name:
        return one
    dependency = one.dependency
    return replace(one, dependency=replace(dependency, name=neighbour.name(survey, one.location, dependency.at)))


def _all_named(survey: Survey, named: Named) -> Named:
    return tuple((name, tuple(_named(survey, one) for one in more)) for name, more in named)


def _further(survey: Survey, listed: Sequence[Wanted], listing: Listing) -> Iterator[Wanted]:
    """What the listed directories need, and those that they name in turn."""
    todo = [one for one in listed if one.kind == "directory"]
    seen: set[str] = set()
    while todo:
        one = todo.pop(0)
        if one.location in seen:
            continue
        seen.add(one.location)
        needs = metadata.read(survey, one.location).needs
        if needs is None:
            continue
        asked = [_named(survey, each) for each in _asked(needs, frozenset(one.dependency.extras))]
        further = [_under(each, one.dependency) for each in _missing(asked, listed, listing, closed=False)]
        todo += [each for each in further if each.kind == "directory"]
        yield from further


def _under(wanted: Wanted, parent: Dependency) -> Wanted:
    """What a directory needs counts where the directory does."""
    dependency = wanted.dependency
    if parent.marker is None or dependency.marker is not None:
        return wanted
    return replace(wanted, dependency=replace(dependency, marker=parent.marker))


def _asked(needs: Needs, extras: frozenset[NormalizedName]) -> Iterator[Wanted]:
    yield from needs.dependencies
    for name, more in needs.extras:
        if name in extras:
            yield from more


def _missing(asked: Sequence[Wanted], listed: Sequence[Wanted], listing: Listing, *, closed: bool) -> Iterator[Wanted]:
    """What is asked for and the list has not pinned. Raises `ProjectError` where it has pinned something else."""
    pins: dict[NormalizedName, list[Wanted]] = {}
    for one in listed:
        if one.pinned:
            pins.setdefault(one.dependency.name, []).append(one)
    for each in asked:
        if each.dependency.name in pins:
            _check_pins(each.dependency, pins[each.dependency.name], listing)
        elif closed and each.dependency.marker is not None:
            continue  # it may have been made where that does not hold
        elif closed:
            what = f"{listing.at.path} is stale: the project asks for {each.dependency.name}, which it does not have"
            raise ProjectError(what, at=each.dependency.at, hint=listing.again)
        else:
            yield each


def _check_pins(wish: Dependency, pins: Sequence[Wanted], listing: Listing) -> None:
    versions = [one.dependency.version for one in pins]
    specifier = wish.specifier or SpecifierSet()
    if wish.marker is not None or any(
        version is None or specifier.contains(version, prereleases=True) for version in versions
    ):
        return
    what = f"{listing.at.path} is stale: the project asks for {wish.name}{specifier}, and it has {versions[0]}"
    raise ProjectError(what, at=wish.at, hint=listing.again)


# --- as the lock's values -------------------------------------------------------------------------


def _edges(named: Named) -> tuple[tuple[NormalizedName, tuple[Dependency, ...]], ...]:
    return tuple((name, tuple(one.dependency for one in more)) for name, more in named)


def _each_once(distributions: Iterable[LockedDistribution]) -> Iterator[LockedDistribution]:
    """What two lists of one file name alike is one distribution, at the first place."""
    seen = set()
    for each in distributions:
        key = replace(each, at=Location("")) if each.version is not None else each
        if key not in seen:
            seen.add(key)
            yield each


def _distribution(survey: Survey, one: Wanted, index: str) -> LockedDistribution:
    dependency = one.dependency
    built = one.kind == "directory"
    return LockedDistribution(
        name=dependency.name,
        version=dependency.version,
        source=one.kind,
        source_id=(one.location or index) if one.kind == "registry" else one.location,
        at=dependency.at,
        wheels=tuple(_wheel(one)),
        hashes=one.hashes,
        markers=(dependency.marker,) if dependency.marker else (),
        repository=one.repository,
        backend=neighbour.backend(survey, one.location, dependency.at) if built else None,
    )


def _wheel(one: Wanted) -> Iterator[Artifact]:
    """The wheel itself, where the list names one by its URL or path."""
    filename = one.location.partition("#")[0].rpartition("/")[2]
    if one.kind in ("url", "path") and filename.endswith(".whl"):
        sha256 = one.hashes[0].removeprefix("sha256:") if one.hashes else None
        yield Artifact(filename, one.location, sha256, None)
