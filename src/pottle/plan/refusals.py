"""What cannot be installed: not a wheel, or no wheel that fits. Everything that is wrong is said at once."""

import re
from collections.abc import Iterable

from pottle.errors import ProjectError
from pottle.oci.platform import Platform
from pottle.plan.bases import BASES, Base
from pottle.project.facts import Dependency, LockedDistribution, Packaging
from pottle.tags import Target, choose_wheel

_COMPILING = frozenset({"maturin", "scikit_build_core", "mesonpy", "py_build_cmake", "sipbuild"})
"""Modules of build backends that compile, always."""
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


def compiled(packaging: Packaging | None) -> ProjectError | None:
    """For a project whose backend compiles its code: what comes of it fits the machine that builds, not the image."""
    backend = packaging.backend.partition(".")[0] if packaging else ""
    if packaging is None or backend not in _COMPILING:
        return None
    hint = "publish its wheel on an index and depend on that, or build from that wheel"
    what = f"{backend.replace('_', '-')} compiles the project, and only pure Python can be built for an image yet"
    return ProjectError(what, at=packaging.at, hint=hint)


def no_wheel(distribution: LockedDistribution, base: Base, platform: Platform) -> ProjectError:
    """For a distribution whose files the lock lists, none of which fits."""
    name = f"{distribution.name} {distribution.version}"
    others = [other.python for other in BASES if other is not base and _fits(distribution, other, platform)]
    if not distribution.wheels:
        hint = f"choose a version of {distribution.name} that has wheels, or build one and publish it on your own index"
    elif others:
        hint = f"it has one for CPython {' and '.join(sorted(others))}: set `python` under [tool.pottle]"
    else:
        hint = f"see whether a newer version has one: `uv lock --upgrade-package {distribution.name}`"
    return ProjectError(
        f"the lock has no wheel of {name} for {Target(base.python, str(platform), base.glibc)}",
        at=distribution.at,
        hint=hint,
    )


def _fits(distribution: LockedDistribution, base: Base, platform: Platform) -> bool:
    names = [wheel.filename for wheel in distribution.wheels]
    return choose_wheel(names, python=base.python, platform=platform, glibc=base.glibc) is not None
