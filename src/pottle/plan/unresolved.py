"""Requirements that no lock has decided: what locking has to ask an index for, in the image's environment."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName

from pottle.config.options import Options
from pottle.plan import sources
from pottle.plan.environment import Environment
from pottle.plan.markers import holds
from pottle.plan.model import Requirement
from pottle.plan.wheels import DIRECTORIES, Installed
from pottle.project.facts import Dependency, Lock, LockedDistribution
from pottle.text import Location

Listed = Mapping[tuple[NormalizedName, Location], LockedDistribution]

_WHEEL = re.compile(r"https?://[^#]+\.whl(#.*)?")
_REPOSITORY = re.compile(r"(?:git|hg|svn|bzr)\+")


def installed(lock: Lock, roots: Iterable[Dependency], environment: Environment, options: Options) -> Installed:
    """One requirement for each name that `roots` want in `environment`, by name, and the directories among them."""
    listed = {(distribution.name, distribution.at): distribution for distribution in lock.distributions}
    wanted = [root for root in roots if holds(root.marker, environment)]
    neighbours = {d.name: d for each in wanted if (d := _directory(each, listed)) is not None}
    asked = [each for each in wanted if each.name not in neighbours]
    by_name: dict[NormalizedName, list[Dependency]] = {}
    for each in asked:
        by_name.setdefault(each.name, []).append(each)
    requirements = tuple(_requirement(by_name[name], listed) for name in sorted(by_name))
    beside = tuple(neighbours[name] for name in sorted(neighbours))
    return Installed(requirements, (), beside, tuple(_warnings(asked, options)))


def _directory(dependency: Dependency, listed: Listed) -> LockedDistribution | None:
    found = listed.get((dependency.name, dependency.at))
    return found if found is not None and found.source in DIRECTORIES else None


def _warnings(asked: Iterable[Dependency], options: Options) -> Iterator[str]:
    """For direct references (PEP 508 `name @ url`) to anything but a wheel, unless they may be built."""
    for each in asked:
        if each.url is None or _WHEEL.fullmatch(each.url) or sources.allowed(each.name, options):
            continue
        told = sources.TOLD.format(each.name, "repository" if _REPOSITORY.match(each.url) else "source archive")
        yield f"{each.at}: {told}: {sources.advice(each.name)}"


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
