"""`pottle.lock`: the question that an index was asked, kept with its answer. Another question makes the answer stale.

Written by `pottle.plan.pottle_lock` and read by `pottle.project.detectors.pottle_lock`; docs/reference/pottle-lock.md is the contract.
"""

from collections.abc import Iterable, Mapping

from pottle.config.options import Options
from pottle.errors import ProjectError
from pottle.oci.platform import Platform
from pottle.plan.bases import Base
from pottle.plan.model import Requirement, Source, Wheel
from pottle.plan.wheels import Installed
from pottle.project.facts import Lock, Pin, PinnedEnvironment, PinnedSource, Pins
from pottle.tags import choose_wheel
from pottle.text import Location

PATH = "pottle.lock"
AGAIN = "run `pottle lock`"


def asked(requirements: Iterable[Requirement], lock: Lock, options: Options) -> Mapping[str, str | None]:
    """The question that an index is asked, a line for each part of it, sorted → the place that asks.

    Lines are those of pip's file format; `--backend` stands for what only the project's backend knows, by what it reads.
    """
    lines: dict[str, str | None] = {}
    if lock.index:
        lines[f"--index-url {lock.index}"] = str(lock.at)
    lines |= {f"--extra-index-url {url}": str(lock.at) for url in lock.extra_indexes}
    if lock.asks is not None:
        extras = f" [{','.join(sorted(options.extras))}]" if options.extras else ""
        lines[f"--backend sha256:{lock.asks.value}{extras}"] = str(lock.asks.at)
    lines |= {_line(each, lock): each.at for each in requirements}
    return dict(sorted(lines.items()))


def _line(requirement: Requirement, lock: Lock) -> str:
    index = f" --index {requirement.index}" if requirement.index and requirement.index != lock.index else ""
    hashes = "".join(f" --hash={digest}" for digest in requirement.hashes)
    return f"{requirement.wanted or requirement.name}{index}{hashes}"


def applied(found: Installed, lock: Lock, pins: Pins, target: tuple[Base, Platform], options: Options) -> Installed:
    """What is installed by the answer that was kept. Raises `ProjectError` where it answers another question."""
    base, platform = target
    question = asked(found.requirements, lock, options)
    if not question:
        return found
    kept = environment(pins, str(platform), base.python)
    _check_fresh(question, kept)
    _check_fits(kept, base, platform)
    requirements = tuple(_requirement(pin) for pin in kept.wheels)
    return Installed(requirements, tuple(map(_source, kept.sources)), found.neighbours)


def environment(pins: Pins, platform: str, python: str) -> PinnedEnvironment:
    """The answer for one platform and one Python."""
    for each in pins.environments:
        if (each.platform, each.python) == (platform, python):
            return each
    known = ", ".join(f"{each.platform} with Python {each.python}" for each in pins.environments) or "nothing"
    what = f"{PATH} has nothing for {platform} with Python {python}: it has {known}"
    raise ProjectError(what, at=pins.at, hint=f"run `pottle lock --platform {platform}`")


def missing(pins: Pins | None, platform: str, asked: Location | None) -> ProjectError:
    """What is to be said where everything has to come from locks, and there is none for `platform`."""
    what = f"everything has to come from locks, and {PATH} has nothing for {platform}"
    if pins is None or not pins.written:
        what = f"everything has to come from locks, and there is no {PATH}"
        return ProjectError(what, at=asked, hint=f"{AGAIN}, and commit the file")
    return ProjectError(what, at=pins.at, hint=f"run `pottle lock --platform {platform}`")


def _check_fresh(question: Mapping[str, str | None], kept: PinnedEnvironment) -> None:
    if new := [line for line in question if line not in kept.wanted]:
        at = question[new[0]]
        raise _stale(f"it was made without {_told(new[0])}", Location.parse(at) if at else kept.at)
    if gone := [line for line in kept.wanted if line not in question]:
        raise _stale(f"it was made for {_told(gone[0])}, which is no longer asked for", kept.at)


def _told(line: str) -> str:
    return "what the project's backend asks for now" if line.startswith("--backend") else line.partition(" --hash")[0]


def _stale(what: str, at: Location) -> ProjectError:
    return ProjectError(f"{PATH} is stale: {what}", at=at, hint=AGAIN)


def _check_fits(kept: PinnedEnvironment, base: Base, platform: Platform) -> None:
    """The base may be another one than it was made for, with an older glibc."""
    for pin in kept.wheels:
        if choose_wheel([pin.wheel.filename], base.target(platform)) is None:
            what = f"the wheel of {pin.name} {pin.version} does not fit {base.target(platform)}"
            raise ProjectError(what, at=pin.at, hint="run `pottle lock --upgrade`")


def _requirement(pin: Pin) -> Requirement:
    wheel = pin.wheel
    assert wheel.sha256 is not None, "it is not read without"
    value = Wheel(filename=wheel.filename, url=wheel.url, sha256=wheel.sha256, size=wheel.size)
    return Requirement(name=pin.name, version=pin.version, index=pin.index, wheel=value, at=str(pin.at))


def _source(pinned: PinnedSource) -> Source:
    return Source(
        name=pinned.name,
        version=pinned.version,
        url=pinned.url,
        commit=pinned.commit,
        subdirectory=pinned.subdirectory,
        sha256=pinned.sha256,
        index=pinned.index,
        at=str(pinned.at),
    )
