"""The environment's distributions as requirements: each with the one wheel that fits the image, where the lock names wheels."""

from collections.abc import Iterable, Sequence

from pottle.errors import ProjectError
from pottle.oci.platform import Platform
from pottle.plan.bases import Base
from pottle.plan.environment import marker_environment
from pottle.plan.model import Requirement, Wheel
from pottle.plan.selection import select
from pottle.project.facts import Artifact, Lock, LockedDistribution
from pottle.tags import Target, choose_wheel

LOCAL = ("directory", "editable", "virtual")


def third_party(lock: Lock, base: Base, platform: Platform) -> tuple[LockedDistribution, ...]:
    """The locked distributions that the image needs, less the project itself."""
    selected = select(lock, marker_environment(base, platform))
    return tuple(d for d in selected if d.source not in LOCAL or d.source_id != ".")


def missing(distributions: Iterable[LockedDistribution], base: Base, platform: Platform) -> tuple[str, ...]:
    """The names of those that list files, but no wheel for this base and platform."""
    return tuple(d.name for d in distributions if _lists_files(d) and _wheel(d, base, platform) is None)


def requirements(
    distributions: Sequence[LockedDistribution], base: Base, platform: Platform
) -> tuple[Requirement, ...]:
    """One requirement for each distribution, by name.

    Raises `ProjectError` for one that has no wheel for the platform, or that is not a wheel at all (a repository, a directory).
    """
    return tuple(_requirement(distribution, base, platform) for distribution in distributions)


def _requirement(distribution: LockedDistribution, base: Base, platform: Platform) -> Requirement:
    if distribution.source in LOCAL or distribution.source == "vcs":
        raise ProjectError(
            f"{distribution.name} comes from {_whence(distribution)}: only wheels can be installed yet",
            at=distribution.at,
            hint=f"build {distribution.name} into a wheel, publish it on an index and lock again",
        )
    wheel = _wheel(distribution, base, platform)
    if wheel is None and _lists_files(distribution):
        raise _no_wheel(distribution, base, platform)
    return Requirement(
        name=distribution.name,
        version=str(distribution.version),
        index=distribution.source_id or None if distribution.source == "registry" else None,
        wheel=_value(wheel) if wheel else None,
        hashes=distribution.hashes,
        at=str(distribution.at),
    )


def _wheel(distribution: LockedDistribution, base: Base, platform: Platform) -> Artifact | None:
    by_name = {wheel.filename: wheel for wheel in distribution.wheels}
    best = choose_wheel(by_name, python=base.python, platform=platform, glibc=base.glibc)
    return by_name[best] if best is not None else None


def _lists_files(distribution: LockedDistribution) -> bool:
    return bool(distribution.wheels or distribution.sdist) or not distribution.hashes


def _value(wheel: Artifact) -> Wheel:
    if wheel.sha256 is None:
        raise ProjectError(f"the lock has no hash for {wheel.filename}", hint="lock the project again, with hashes")
    return Wheel(filename=wheel.filename, url=wheel.url, sha256=wheel.sha256, size=wheel.size)


def _whence(distribution: LockedDistribution) -> str:
    return {"vcs": "a repository"}.get(distribution.source, f"the directory {distribution.source_id}")


def _no_wheel(distribution: LockedDistribution, base: Base, platform: Platform) -> ProjectError:
    name = f"{distribution.name} {distribution.version}"
    if not distribution.wheels:
        hint = f"choose a version of {distribution.name} that has wheels, or build one and publish it on your own index"
    else:
        hint = (
            f"choose another Python (`python` under [tool.pottle]) or `uv lock --upgrade-package {distribution.name}`"
        )
    return ProjectError(
        f"the lock has no wheel of {name} for {Target(base.python, str(platform), base.glibc)}",
        at=distribution.at,
        hint=hint,
    )
