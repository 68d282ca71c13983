"""Requirements without a list of wheels → exactly one wheel each, as the user's indexes have them now."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from pottle.errors import IntegrityError, ProjectError
from pottle.sources.pypi import pylock, uv
from pottle.sources.pypi.failure import failure
from pottle.sources.pypi.pylock import Package, PinnedSource, PinnedWheel
from pottle.tags import Target, choose_wheel
from pottle.text import Location


@dataclass(frozen=True, slots=True)
class Wanted:
    """A requirement (PEP 508), and the hashes (`sha256:…`) of the files that may satisfy it: none means any."""

    requirement: str
    hashes: tuple[str, ...] = ()
    at: Location | None = None


@dataclass(frozen=True, slots=True)
class Indexes:
    """The indexes that a list of requirements names itself; with none of them, the user's own are asked."""

    instead: str | None = None
    """In place of the user's."""
    besides: tuple[str, ...] = ()

    def lines(self) -> str:
        """The options of pip's requirements file format that say so."""
        instead = [f"--index-url {self.instead}\n"] if self.instead else []
        return "".join([*instead, *(f"--extra-index-url {url}\n" for url in self.besides)])


@dataclass(frozen=True, slots=True)
class Asked:
    """How an index is asked."""

    complete: bool = False
    """Nothing may be added to what is wanted."""
    indexes: Indexes = field(default_factory=Indexes)
    may_build: tuple[str, ...] = ()
    """Distributions that may be sources; `*`: any that has no wheel which fits."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """What satisfies the requirements; each by name."""

    wheels: tuple[PinnedWheel, ...] = ()
    sources: tuple[PinnedSource, ...] = ()


def resolve(session: uv.Session, wanted: Sequence[Wanted], how: Asked | None = None) -> Resolved:
    """The wheels that satisfy `wanted` and all that these depend on, and what of them has to be built.

    Raises `ProjectError` where no wheel fits the target, `IntegrityError` where those that fit do not have a wanted hash.
    """
    if not wanted:
        return Resolved()
    how = how or Asked()
    asked = {_name(each, how): each for each in wanted}
    places = {name: each.at for name, each in asked.items() if each.at is not None}
    lines = how.indexes.lines() + "".join(f"{each.requirement}\n" for each in wanted)
    found = sorted(pylock.read(_compile(session, lines, places, how)), key=lambda package: package.name)
    built = tuple(
        package.source for package in found if package.source is not None and _is_built(session, package, how)
    )
    names = {source.name for source in built}
    others = [package for package in found if package.name not in names]
    return Resolved(
        tuple(_pin(session.target, package, asked.get(canonicalize_name(package.name))) for package in others), built
    )


def _is_built(session: uv.Session, package: Package, how: Asked) -> bool:
    if not _may_build(package.name, how):
        return False
    return not any(_choose(session.target, [wheel.filename]) for wheel in package.wheels)


def _may_build(name: str, how: Asked) -> bool:
    return "*" in how.may_build or canonicalize_name(name) in {str(canonicalize_name(each)) for each in how.may_build}


def _compile(session: uv.Session, lines: str, places: Mapping[str, Location], how: Asked) -> bytes:
    with uv.scratch(session) as work:
        asked, lock = work / "requirements.in", work / "pylock.toml"
        asked.write_text(lines, encoding="utf-8")
        options = [*uv.for_target(session.target, how.may_build), *(["--no-deps"] if how.complete else [])]
        try:
            uv.run(session, [*_COMPILE, *options, "--output-file", lock, asked], work)
        except uv.UvFailed as failed:
            raise failure(failed.said, places) from failed
        return lock.read_bytes()


_COMPILE = (
    "pip",
    "compile",
    "--preview-features",
    "pylock",
    "--format",
    "pylock.toml",
    "--no-header",
    "--no-annotate",
    "--no-sources",
)


def _name(wanted: Wanted, how: Asked) -> str:
    try:
        requirement = Requirement(wanted.requirement)
    except InvalidRequirement as error:
        reason = str(error).partition("\n")[0]
        raise ProjectError(f"not a requirement: {wanted.requirement!r}: {reason}", at=wanted.at) from error
    is_wheel = requirement.url is None or re.match(r"https?://[^#]+\.whl(#|$)", requirement.url)
    if not is_wheel and not _may_build(requirement.name, how):
        hint = f'allow that by `source-builds = ["{canonicalize_name(requirement.name)}"]` under [tool.pottle]'
        raise ProjectError(
            f"{requirement.name} is not a wheel but {_shown(str(requirement.url))}", at=wanted.at, hint=hint
        )
    return canonicalize_name(requirement.name)


def _shown(url: str) -> str:
    return re.sub(r"//[^/@]+@", "//", url)


def _pin(target: Target, package: Package, wanted: Wanted | None) -> PinnedWheel:
    at = wanted.at if wanted else None
    fitting = [wheel for wheel in package.wheels if _choose(target, [wheel.filename])]
    if not fitting:
        hint = "choose a version that has a wheel, another Python, or build the wheel and publish it on your own index"
        raise ProjectError(f"{package.name} {package.version or ''} has no wheel for {target}", at=at, hint=hint)
    allowed = [
        wheel for wheel in fitting if not (wanted and wanted.hashes) or f"sha256:{wheel.sha256}" in wanted.hashes
    ]
    if not allowed:
        hint = "if the hashes are those of an sdist, add the wheel's: hash the requirements again for this platform"
        raise IntegrityError(
            f"no wheel of {package.name} {package.version} has a hash that is allowed", at=at, hint=hint
        )
    best = _choose(target, [wheel.filename for wheel in allowed])
    return next(wheel for wheel in allowed if wheel.filename == best)


def _choose(target: Target, filenames: Sequence[str]) -> str | None:
    return choose_wheel(filenames, python=target.python, platform=target.platform, glibc=target.glibc)
