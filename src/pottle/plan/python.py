"""Which base an image stands on: the first whose CPython everybody agrees to, and for which the lock has wheels.

First the suites, each with the CPython of its own; where none has the one that is asked for, python-build-standalone's on the first suite
that may be taken. Between what is equally admitted, wheels decide: a lock that has only cp312 wheels is not put on 3.13.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pottle.errors import ConfigError, ProjectError
from pottle.oci.reference import Reference
from pottle.plan import base_images, bases
from pottle.plan.bases import BASES, STANDALONE, Base, named
from pottle.plan.model import Reason
from pottle.plan.wishes import Demand, demand
from pottle.project.facts import Fact, LockedDistribution, PinnedBaseImage, PythonWish


@dataclass(frozen=True, slots=True)
class Choice:
    """A base, why it was taken, and where it is not what was asked for."""

    base: Base
    reasons: tuple[Reason, ...]
    warnings: tuple[Fact[str], ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """A base that everybody admits, and the distributions that the lock has no wheel of for it."""

    base: Base
    gaps: Sequence[LockedDistribution]


Gaps = Callable[[Base], Sequence[LockedDistribution]]
"""The distributions that have no wheel for a base. It is asked for as few bases as can be: a large lock takes its time."""


def choose(
    wishes: Sequence[PythonWish], *, base: Fact[str] | None, python: PythonWish | None, gaps: Gaps, strict: bool = False
) -> Choice:
    """The base for these wishes. `base` and `python` are what the configuration says ("debian", "trixie"; "3.12").

    With `strict`, a patch version that is named is demanded. Raises `ConfigError` for a base that does not exist and `ProjectError`
    where wishes contradict each other or nothing fits.
    """
    suites, wanted = _of_name(base), demand(wishes, python)
    fitting = list(_fitting(suites, wanted, strict=strict))
    if not fitting:
        raise _nothing_fits(suites, wanted)
    chosen, skipped = _first_whole(fitting, gaps)
    why = _python_reason(chosen, suites, skipped, wanted)
    return Choice(chosen, (why, *_base_reasons(chosen, suites, base)), (*_unmet(chosen, wanted), *wanted.outranked))


def choose_on_image(
    wishes: Sequence[PythonWish],
    image: Reference,
    found: PinnedBaseImage | None,
    *,
    base: Fact[str],
    python: PythonWish | None,
    gaps: Gaps,
    strict: bool = False,
) -> Choice:
    """The same on a base image: the first of its Pythons that everybody agrees to."""
    there, wanted = base_images.bases(image, found, base.at), demand(wishes, python)
    fitting = [each for each in there if (wanted.met_exactly if strict else wanted.met)(each)]
    if not fitting:
        raise _nothing_on_image(there, wanted)
    chosen, skipped = _first_whole(fitting, gaps)
    why = _python_reason(chosen, there, skipped, wanted)
    return Choice(
        chosen, (why, *base_images.reasons(chosen, base, found)), (*_unmet(chosen, wanted), *wanted.outranked)
    )


def _nothing_on_image(there: Sequence[Base], wanted: Demand) -> ProjectError:
    asked = [f"{wish} ({wish.at})" for wish in wanted.all]
    have = ", ".join(f"{'python-build-standalone ' if base.standalone else ''}{base.python_full}" for base in there)
    what = f"the base image {there[0].title} has CPython {have}, and asked for is {' and '.join(asked)}"
    return ProjectError(what, at=wanted.all[0].at, hint="name another base image, or change what is asked for")


def _fitting(suites: Sequence[Base], wanted: Demand, *, strict: bool) -> Iterator[Base]:
    """What meets the demand, in the order of preference: a CPython that no suite has is asked of python-build-standalone."""
    meets = wanted.met_exactly if strict else wanted.met
    found = [suite for suite in suites if meets(suite)]
    yield from sorted(found, key=lambda suite: not (wanted.preferred and wanted.preferred.admits(suite.python_full)))
    seen = {suite.python for suite in found}
    for other in _standalone(suites[0], wanted):
        if other.python not in seen and meets(other):
            seen.add(other.python)
            yield other


def _standalone(suite: Base, wanted: Demand) -> Iterator[Base]:
    """What python-build-standalone could give it: patch versions that are named, if it has that X.Y at all, then the newest of each."""
    minors = {version.rpartition(".")[0] for version in STANDALONE}
    named = (version for version in wanted.patches() if version.rpartition(".")[0] in minors)
    yield from (bases.standalone(suite, version) for version in named)
    for version in STANDALONE:
        any_patch = wanted.met(bases.standalone(suite, f"{version.rpartition('.')[0]}.0"))
        yield bases.standalone(suite, version, newest=any_patch)


def _first_whole(fitting: Sequence[Base], gaps: Gaps) -> tuple[Base, list[Skipped]]:
    """The first base for which the lock has all wheels; where there is none, the first of all, whose gaps are then told."""
    skipped: list[Skipped] = []
    for base in fitting if len(fitting) > 1 else ():
        missing = gaps(base)
        if not missing:
            return base, skipped
        skipped.append(Skipped(base, missing))
    return fitting[0], []


def _of_name(wanted: Fact[str] | None) -> tuple[Base, ...]:
    if wanted is None or wanted.value in ("debian", "auto"):
        # "debian" is the embedded default: Ubuntu's suites stand in for versions that no Debian suite has.
        return BASES
    if found := named(wanted.value):
        return found
    known = ", ".join(["debian", "ubuntu", *(base.suite for base in BASES)])
    what = f"there is no base named {wanted.value!r}"
    hint = f"pottle assembles bases from: {known}; or name an image with its tag: python:3.13-slim"
    raise ConfigError(what, at=wanted.at, hint=hint)


def _nothing_fits(suites: Sequence[Base], wanted: Demand) -> ProjectError:
    asked = [f"{wish} ({wish.at})" for wish in wanted.all]
    have = ", ".join(f"{base.python} ({base.suite})" for base in suites)
    further = ", ".join(version.rpartition(".")[0] for version in STANDALONE)
    return ProjectError(
        f"no base has the Python asked for: {' and '.join(asked)}",
        at=wanted.all[0].at,
        hint=f"there are {have}, and from python-build-standalone {further}; another one has to come with a base image",
    )


# --- why --------------------------------------------------------------------------------------------


def _python_reason(chosen: Base, suites: Sequence[Base], skipped: Sequence[Skipped], wanted: Demand) -> Reason:
    """Wheels decide where nothing else does; an exact wish is worth more than a range."""
    first = wanted.all[0] if wanted.all else None
    at = first.at if first else None
    if wanted.pins:
        because = f"{wanted.pins[0]} is asked for"
    elif skipped:
        missing, others = skipped[0].gaps[0], len(skipped[0].gaps) - 1
        because = f"the lock has no {skipped[0].base.python} wheel of {missing.name}" + (
            f" and {others} more" if others else ""
        )
        at = missing.at
    elif (claim := wanted.preferred) and claim.standing == "dockerfile" and claim.admits(chosen.python_full):
        because, at = "the Dockerfile stands on it", claim.at
    elif chosen is not suites[0] and (excluding := wanted.against(suites[0])):
        because, at = f"{excluding[0]} leaves {suites[0].python} out", excluding[0].at
    elif chosen.own is not None and not first:
        because, at = "the base image has it", None
    elif len(suites) == 1:
        because, at = f"{chosen.title} has no other", None
    elif first:
        because = f"{first} admits it"
    elif claim and claim.admits(chosen.python_full):
        because, at = "a classifier names it, and nothing else says anything", claim.at
    else:
        because = "nothing asks for another version"
    return Reason(decision="python", value=chosen.python, because=because, at=str(at) if at else None)


def _base_reasons(chosen: Base, suites: Sequence[Base], named: Fact[str] | None) -> Iterator[Reason]:
    standing = f"{chosen.distribution.title()} {chosen.standing}"
    if named is not None:
        yield Reason(decision="base", value=chosen.name, because=f"{named.value} is asked for", at=str(named.at))
    elif chosen.standalone:
        yield Reason(decision="base", value=chosen.name, because=f"{standing} is the first choice")
    else:
        yield Reason(decision="base", value=chosen.name, because=f"{standing} has CPython {chosen.python}")
    if chosen.standalone:
        whose = f"{suites[0].name} has" if len(suites) == 1 else "no suite has"
        version = chosen.python_full if chosen.python in {suite.python for suite in suites} else chosen.python
        because = f"{whose} {'another CPython' if len(suites) == 1 else f'CPython {version}'}"
        yield Reason(decision="interpreter", value=f"python-build-standalone {chosen.standalone}", because=because)


def _unmet(chosen: Base, wanted: Demand) -> Iterator[Fact[str]]:
    for pin in wanted.unmet_patches(chosen):
        whose = "the image" if chosen.standalone else chosen.title
        yield Fact(f"Python {pin} is asked for, and {whose} has {chosen.python_full}", pin.at)
