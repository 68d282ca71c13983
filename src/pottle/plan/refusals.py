"""What cannot be installed: not a wheel, or no wheel that fits. Everything that is wrong is said at once."""

import re
from collections.abc import Iterable, Iterator

from packaging.version import Version

from pottle.errors import ProjectError
from pottle.oci.platform import Platform
from pottle.plan import bases
from pottle.plan.bases import BASES, Base, on_glibc
from pottle.project.facts import LockedDistribution, Packaging
from pottle.tags import choose_wheel

_COMPILING = frozenset({"maturin", "scikit_build_core", "mesonpy", "py_build_cmake", "sipbuild"})
"""Modules of build backends that compile, always."""
_WHEEL = re.compile(r"https?://[^#]+\.whl(#.*)?")


def refuse(refusals: Iterable[ProjectError | None]) -> None:
    """Raises the first of `refusals`, with the others beside it; None is none."""
    if errors := [error for error in refusals if error is not None]:
        first, *others = errors
        raise ProjectError(first.what, at=first.at, hint=first.hint, also=others)


def not_an_index(distribution: LockedDistribution) -> ProjectError | None:
    """For a distribution that is neither a wheel of an index nor anything that the lock says how to build."""
    match distribution.source:
        case "vcs":
            whence = "a repository, and nothing says which commit"
        case "path":
            whence = f"the file {distribution.source_id}, and there is no hash of it"
        case "url" if not distribution.wheels:
            whence = "a source archive, and there is no hash of it"
        case _:
            return None
    hint = "lock the project again, with hashes"
    return ProjectError(f"{distribution.name} comes from {whence}", at=distribution.at, hint=hint)


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
    if not distribution.wheels:
        hint = f"choose a version of {distribution.name} that has wheels, or build one and publish it on your own index"
    elif base.musl is not None and _fits(distribution, on_glibc(base), platform):
        hint = f'it has one for glibc: choose a base with glibc, `base = "debian"` or python:{base.python}-slim'
    elif others := [other.python for other in _others(base) if _fits(distribution, other, platform)]:
        hint = f"it has one for CPython {' and '.join(others)}: set `python` under [tool.pottle]"
    else:
        hint = f"see whether a newer version has one: `{_upgrade(distribution)}`"
    return ProjectError(
        f"the lock has no wheel of {name} for {base.target(platform)}",
        at=distribution.at,
        hint=hint,
    )


def _upgrade(distribution: LockedDistribution) -> str:
    """The command that locks a newer version, by the name of the lock."""
    commands = {"poetry.lock": "poetry update", "pdm.lock": "pdm update", "Pipfile.lock": "pipenv upgrade"}
    command = commands.get(distribution.at.path.rpartition("/")[2], "uv lock --upgrade-package")
    return f"{command} {distribution.name}"


def _others(base: Base) -> Iterator[Base]:
    """Every other CPython that an image could have, by version."""
    standalone = (bases.standalone(base, version) for version in bases.STANDALONE)
    by_version = {other.python: other for other in (*standalone, *BASES) if other.python != base.python}
    yield from sorted(by_version.values(), key=lambda other: Version(other.python))


def _fits(distribution: LockedDistribution, base: Base, platform: Platform) -> bool:
    names = [wheel.filename for wheel in distribution.wheels]
    return choose_wheel(names, base.target(platform)) is not None
