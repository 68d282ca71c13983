"""Requirements that no lock has decided: what locking has to ask an index for, in the image's environment."""

from collections.abc import Iterable, Mapping, Sequence

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName

from pottle.errors import ProjectError
from pottle.plan import refusals
from pottle.plan.environment import Environment
from pottle.plan.model import Requirement
from pottle.plan.selection import holds
from pottle.project.facts import Dependency, Lock, LockedDistribution
from pottle.text import Location

Listed = Mapping[tuple[NormalizedName, Location], LockedDistribution]


def requirements(lock: Lock, roots: Iterable[Dependency], environment: Environment) -> tuple[Requirement, ...]:
    """One requirement for each name that `roots` want in `environment`, by name.

    Raises `ProjectError` for what an index cannot answer: a repository, a directory, a source archive.
    """
    listed = {(distribution.name, distribution.at): distribution for distribution in lock.distributions}
    wanted = [root for root in roots if holds(root.marker, environment)]
    refusals.refuse(_refusal(each, listed) for each in wanted)
    by_name: dict[NormalizedName, list[Dependency]] = {}
    for each in wanted:
        by_name.setdefault(each.name, []).append(each)
    return tuple(_requirement(by_name[name], listed) for name in sorted(by_name))


def _refusal(dependency: Dependency, listed: Listed) -> ProjectError | None:
    found = listed.get((dependency.name, dependency.at))
    return refusals.not_an_index(found) if found is not None else refusals.not_a_wheel(dependency)


def _requirement(same: Sequence[Dependency], listed: Listed) -> Requirement:
    """What several lines ask of one name, as one."""
    found = [listed[key] for each in same if (key := (each.name, each.at)) in listed]
    pins = {each.version for each in same if each.version is not None}
    return Requirement(
        name=same[0].name,
        version=str(pins.pop()) if len(pins) == 1 else None,
        index=next((each.source_id for each in found if each.source == "registry" and each.source_id), None),
        wheel=None,
        wanted=_wanted(same),
        hashes=tuple(dict.fromkeys(digest for each in found for digest in each.hashes)),
        at=str(same[0].at),
    )


def _wanted(same: Sequence[Dependency]) -> str:
    extras = sorted({extra for each in same for extra in each.extras})
    name = f"{same[0].name}[{','.join(extras)}]" if extras else str(same[0].name)
    if url := next((each.url for each in same if each.url), None):
        return f"{name} @ {url}"
    specifier = SpecifierSet()
    for each in same:
        specifier &= each.specifier or SpecifierSet()
    return f"{name}{specifier}"
