"""The environment's distributions: each as the one wheel that fits the image, as something to build, or as a project of the repository."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pottle.config.options import Options
from pottle.errors import ProjectError
from pottle.oci.platform import Platform
from pottle.plan import refusals, sources
from pottle.plan.bases import Base
from pottle.plan.model import Requirement, Source, Wheel
from pottle.project.facts import Artifact, LockedDistribution
from pottle.tags import choose_wheel


@dataclass(frozen=True, slots=True)
class Pick:
    """A distribution, and the wheel of it that fits best."""

    distribution: LockedDistribution
    wheel: Artifact | None

    @property
    def gap(self) -> bool:
        """The lock says which wheels there are, and none of them fits: another base may do better."""
        return self.wheel is None and bool(self.distribution.wheels)


@dataclass(frozen=True, slots=True)
class Installed:
    """What goes into the environment, by the way in which it gets there; each by name."""

    requirements: tuple[Requirement, ...] = ()
    sources: tuple[Source, ...] = ()
    neighbours: tuple[LockedDistribution, ...] = ()
    """Packages of the project's repository: `source_id` is the directory, `backend` builds it."""
    warnings: tuple[str, ...] = ()
    """What stops a build of the plan as it stands."""


def picks(distributions: Iterable[LockedDistribution], base: Base, platform: Platform) -> tuple[Pick, ...]:
    """The best wheel of each for this base and platform."""
    return tuple(Pick(distribution, _best(distribution, base, platform)) for distribution in distributions)


def installed(picked: Sequence[Pick], base: Base, platform: Platform, options: Options) -> Installed:
    """Where each comes from. Raises one `ProjectError` that holds all that cannot be installed: no wheel fits, no hash."""
    to_build = [pick.distribution for pick in picked if _is_built(pick, options)]
    built = tuple(each for found in to_build if (each := sources.source(found)))
    neighbours = tuple(pick.distribution for pick in picked if pick.distribution.source in DIRECTORIES)
    elsewhere = {each.name for each in built} | {str(each.name) for each in neighbours}
    wheels = [pick for pick in picked if pick.distribution.name not in elsewhere]
    refusals.refuse(_refusal(pick, base, platform) for pick in wheels)
    return Installed(tuple(map(_requirement, wheels)), built, neighbours)


DIRECTORIES = ("directory", "editable")


def _is_built(pick: Pick, options: Options) -> bool:
    """Nothing else is there, or there are wheels that fit something else and the configuration says to build it."""
    found = pick.distribution
    if pick.wheel is not None or found.source in DIRECTORIES or not _lists_files(found):
        return False
    return not found.wheels or sources.allowed(found.name, options)


def _best(distribution: LockedDistribution, base: Base, platform: Platform) -> Artifact | None:
    by_name = {wheel.filename: wheel for wheel in distribution.wheels}
    best = choose_wheel(by_name, base.target(platform))
    return by_name[best] if best is not None else None


def _lists_files(distribution: LockedDistribution) -> bool:
    """Whether the lock says which files there are; of what it has no version of it says nothing at all."""
    undecided = distribution.source == "registry" and distribution.version is None
    return bool(distribution.wheels or distribution.sdist) or not (distribution.hashes or undecided)


def _refusal(pick: Pick, base: Base, platform: Platform) -> ProjectError | None:
    distribution, wheel = pick.distribution, pick.wheel
    if wheel is None:
        if refusal := refusals.not_an_index(distribution):
            return refusal
        return refusals.no_wheel(distribution, base, platform) if _lists_files(distribution) else None
    if wheel.sha256 is None:
        hint = "lock the project again, with hashes"
        return ProjectError(f"the lock has no hash for {wheel.filename}", at=distribution.at, hint=hint)
    return None


def _requirement(pick: Pick) -> Requirement:
    found = pick.distribution
    version = str(found.version) if found.version is not None else None
    return Requirement(
        name=found.name,
        version=version,
        index=found.source_id or None if found.source == "registry" else None,
        wheel=_value(pick.wheel) if pick.wheel is not None else None,
        wanted=(f"{found.name}=={version}" if version else str(found.name)) if pick.wheel is None else None,
        hashes=found.hashes,
        at=str(found.at),
    )


def _value(wheel: Artifact) -> Wheel:
    assert wheel.sha256 is not None, "refused before"
    return Wheel(filename=wheel.filename, url=wheel.url, sha256=wheel.sha256, size=wheel.size)
