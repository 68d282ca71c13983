"""Requirements without a list of wheels → exactly one wheel each, as the user's indexes have them now."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from pottle.errors import IntegrityError, ProjectError
from pottle.sources.pypi import pylock, uv
from pottle.sources.pypi.failure import failure
from pottle.sources.pypi.pylock import Package, PinnedWheel
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


def resolve(
    session: uv.Session, wanted: Sequence[Wanted], *, complete: bool = False, indexes: Indexes | None = None
) -> tuple[PinnedWheel, ...]:
    """The wheels that satisfy `wanted` and all that these depend on, by name; `complete` means that nothing may be added.

    Raises `ProjectError` where no wheel fits the target, `IntegrityError` where those that fit do not have a wanted hash.
    """
    if not wanted:
        return ()
    asked = {_name(each): each for each in wanted}
    places = {name: each.at for name, each in asked.items() if each.at is not None}
    lines = (indexes or Indexes()).lines() + "".join(f"{each.requirement}\n" for each in wanted)
    found = pylock.read(_compile(session, lines, places, complete=complete))
    pinned = [_pin(session.target, package, asked.get(canonicalize_name(package.name))) for package in found]
    return tuple(sorted(pinned, key=lambda wheel: wheel.name))


def _compile(session: uv.Session, lines: str, places: Mapping[str, Location], *, complete: bool) -> bytes:
    with uv.scratch(session) as work:
        asked, lock = work / "requirements.in", work / "pylock.toml"
        asked.write_text(lines, encoding="utf-8")
        options = ["--no-deps"] if complete else []
        try:
            uv.run(session, [*_COMPILE, *uv.for_target(session.target), *options, "--output-file", lock, asked], work)
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


def _name(wanted: Wanted) -> str:
    try:
        requirement = Requirement(wanted.requirement)
    except InvalidRequirement as error:
        reason = str(error).partition("\n")[0]
        raise ProjectError(f"not a requirement: {wanted.requirement!r}: {reason}", at=wanted.at) from error
    if requirement.url is not None and not re.match(r"https?://[^#]+\.whl(#|$)", requirement.url):
        hint = "build it into a wheel and name that, or a version on an index"
        raise ProjectError(f"{requirement.name} is not a wheel but {_shown(requirement.url)}", at=wanted.at, hint=hint)
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
