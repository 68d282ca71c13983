"""The environment's distributions, each with the one wheel that fits the image where the lock lists wheels."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pottle.errors import ProjectError
from pottle.oci.platform import Platform
from pottle.plan import refusals
from pottle.plan.bases import Base
from pottle.plan.model import Requirement, Wheel
from pottle.project.facts import Artifact, LockedDistribution
from pottle.tags import choose_wheel


@dataclass(frozen=True, slots=True)
class Pick:
    """A distribution, and the wheel of it that fits best."""

    distribution: LockedDistribution
    wheel: Artifact | None

    @property
    def gap(self) -> bool:
        """The lock says which files there are, and none of them fits."""
        found = self.distribution
        return self.wheel is None and found.source in ("registry", "url") and _lists_files(found)


def picks(distributions: Iterable[LockedDistribution], base: Base, platform: Platform) -> tuple[Pick, ...]:
    """The best wheel of each for this base and platform."""
    return tuple(Pick(distribution, _best(distribution, base, platform)) for distribution in distributions)


def requirements(picked: Sequence[Pick], base: Base, platform: Platform) -> tuple[Requirement, ...]:
    """One requirement for each pick.

    Raises one `ProjectError` that holds all that cannot be installed: no wheel fits, no wheel at all, no hash.
    """
    refusals.refuse(_refusal(pick, base, platform) for pick in picked)
    return tuple(_requirement(pick) for pick in picked)


def _best(distribution: LockedDistribution, base: Base, platform: Platform) -> Artifact | None:
    by_name = {wheel.filename: wheel for wheel in distribution.wheels}
    best = choose_wheel(by_name, python=base.python, platform=platform, glibc=base.glibc)
    return by_name[best] if best is not None else None


def _lists_files(distribution: LockedDistribution) -> bool:
    return bool(distribution.wheels or distribution.sdist) or not distribution.hashes


def _refusal(pick: Pick, base: Base, platform: Platform) -> ProjectError | None:
    distribution, wheel = pick.distribution, pick.wheel
    if refusal := refusals.not_an_index(distribution):
        return refusal
    if wheel is None:
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
        wanted=f"{found.name}=={version}" if pick.wheel is None else None,
        hashes=found.hashes,
        at=str(found.at),
    )


def _value(wheel: Artifact) -> Wheel:
    assert wheel.sha256 is not None, "refused before"
    return Wheel(filename=wheel.filename, url=wheel.url, sha256=wheel.sha256, size=wheel.size)
