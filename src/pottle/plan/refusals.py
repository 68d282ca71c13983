"""What cannot be installed: not a wheel, or no wheel that fits. Everything that is wrong is said at once."""

import re
from collections.abc import Iterable, Iterator

from packaging.version import Version

from pottle.errors import ProjectError
from pottle.oci.platform import Platform
from pottle.plan import bases
from pottle.plan.bases import BASES, Base
from pottle.project.facts import Dependency, LockedDistribution
from pottle.tags import Target, choose_wheel

_WHEEL = re.compile(r"https?://[^#]+\.whl(#.*)?")


def refuse(refusals: Iterable[ProjectError | None]) -> None:
    """Raises the first of `refusals`, with the others beside it; None is none."""
    if errors := [error for error in refusals if error is not None]:
        first, *others = errors
        raise ProjectError(first.what, at=first.at, hint=first.hint, also=others)


def not_an_index(distribution: LockedDistribution) -> ProjectError | None:
    """For a distribution that comes from the project's own tree or from a repository."""
    match distribution.source:
        case "vcs":
            whence = "a repository"
        case "directory" | "editable" | "virtual":
            whence = f"the directory {distribution.source_id}"
        case "path":
            whence = f"the file {distribution.source_id}"
        case "url" if not distribution.wheels:
            whence = "a source archive"
        case _:
            return None
    return _only_wheels(distribution.name, whence, distribution)


def not_a_wheel(dependency: Dependency) -> ProjectError | None:
    """For a direct reference (PEP 508 `name @ url`) to anything but a wheel."""
    if dependency.url is None or _WHEEL.fullmatch(dependency.url):
        return None
    whence = "a repository" if dependency.url.partition("+")[0] in ("git", "hg", "svn", "bzr") else "a source archive"
    return _only_wheels(dependency.name, whence, dependency)


def _only_wheels(name: str, whence: str, place: Dependency | LockedDistribution) -> ProjectError:
    return ProjectError(
        f"{name} comes from {whence}: only wheels can be installed yet",
        at=place.at,
        hint=f"build {name} into a wheel, publish it on an index and lock again",
    )


def no_wheel(distribution: LockedDistribution, base: Base, platform: Platform) -> ProjectError:
    """For a distribution whose files the lock lists, none of which fits."""
    name = f"{distribution.name} {distribution.version}"
    others = [other.python for other in _others(base) if _fits(distribution, other, platform)]
    if not distribution.wheels:
        hint = f"choose a version of {distribution.name} that has wheels, or build one and publish it on your own index"
    elif others:
        hint = f"it has one for CPython {' and '.join(others)}: set `python` under [tool.pottle]"
    else:
        hint = f"see whether a newer version has one: `uv lock --upgrade-package {distribution.name}`"
    return ProjectError(
        f"the lock has no wheel of {name} for {Target(base.python, str(platform), base.glibc)}",
        at=distribution.at,
        hint=hint,
    )


def _others(base: Base) -> Iterator[Base]:
    """Every other CPython that an image could have, by version."""
    standalone = (bases.standalone(base, version) for version in bases.STANDALONE)
    by_version = {other.python: other for other in (*standalone, *BASES) if other.python != base.python}
    yield from sorted(by_version.values(), key=lambda other: Version(other.python))


def _fits(distribution: LockedDistribution, base: Base, platform: Platform) -> bool:
    names = [wheel.filename for wheel in distribution.wheels]
    return choose_wheel(names, python=base.python, platform=platform, glibc=base.glibc) is not None
