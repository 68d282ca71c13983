"""Which base an image stands on: the first whose CPython everybody agrees to, and for which the lock has wheels.

A range (`requires-python`) admits, an exact wish (`.python-version`) decides; between bases that are equally admitted, wheels do:
a lock that has only cp312 wheels is not put on 3.13.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from packaging.version import Version

from pottle.errors import ConfigError, ProjectError
from pottle.plan.bases import BASES, Base, named
from pottle.plan.model import Reason
from pottle.project.facts import Fact, LockedDistribution, PythonWish


@dataclass(frozen=True, slots=True)
class Choice:
    """A base, why it was taken, and what its reader should know."""

    base: Base
    reasons: tuple[Reason, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """A base that everybody admits, and the distributions that the lock has no wheel of for it."""

    base: Base
    gaps: Sequence[LockedDistribution]


Gaps = Callable[[Base], Sequence[LockedDistribution]]
"""The distributions that have no wheel for a base. It is asked for as few bases as can be: a large lock takes its time."""


def choose(wishes: Sequence[PythonWish], *, base: Fact[str] | None, python: PythonWish | None, gaps: Gaps) -> Choice:
    """The base for these wishes. `base` and `python` are what the configuration says ("debian", "trixie"; "3.12").

    Raises `ConfigError` for a base that does not exist and `ProjectError` when nothing fits.
    """
    candidates = _of_name(base)
    exact = [python] if python is not None else [wish for wish in wishes if wish.exact]
    ranges = [wish for wish in wishes if not wish.exact]
    fitting = [b for b in candidates if _admitted(b, ranges) and all(_is(b, wish.exact) for wish in exact)]
    if not fitting:
        raise _nothing_fits(candidates, ranges, exact)
    chosen, skipped = _first_whole(fitting, gaps)
    why = _python_reason(chosen, candidates, skipped, (*exact, *ranges))
    return Choice(chosen, (why, _base_reason(chosen, base)), tuple(_patch_warnings(chosen, exact)))


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
    what, hint = f"there is no base named {wanted.value!r}", f"pottle assembles bases from: {known}"
    raise ConfigError(what, at=wanted.at, hint=hint)


def _admitted(base: Base, ranges: Sequence[PythonWish]) -> bool:
    return all(_admits(wish, base) for wish in ranges)


def _admits(wish: PythonWish, base: Base) -> bool:
    # A range such as ">=3.13.2" is about patch versions too: the suite's own decides.
    return wish.specifier.contains(base.python_full, prereleases=True)


def _is(base: Base, wish: str | None) -> bool:
    return wish is None or Version(wish).release[:2] == Version(base.python).release


def _nothing_fits(
    candidates: Sequence[Base], ranges: Sequence[PythonWish], exact: Sequence[PythonWish]
) -> ProjectError:
    asked = [f"{wish.exact or wish.specifier} ({wish.at})" for wish in (*exact, *ranges)]
    have = ", ".join(f"{base.python} ({base.suite})" for base in candidates)
    return ProjectError(
        f"no base has the Python asked for: {' and '.join(asked)}", at=(*exact, *ranges)[0].at, hint=f"there are {have}"
    )


def _python_reason(
    chosen: Base, candidates: Sequence[Base], skipped: Sequence[Skipped], wishes: Sequence[PythonWish]
) -> Reason:
    """Wheels decide where nothing else does; an exact wish is worth more than a range."""
    at = wishes[0].at if wishes else None
    if wishes and wishes[0].exact:
        because = f"{wishes[0].exact} is asked for"
    elif skipped:
        first, others = skipped[0].gaps[0], len(skipped[0].gaps) - 1
        because = f"the lock has no {skipped[0].base.python} wheel of {first.name}" + (
            f" and {others} more" if others else ""
        )
        at = first.at
    elif excluding := next((w for w in wishes if chosen is not candidates[0] and not _admits(w, candidates[0])), None):
        because, at = f"{excluding.specifier} leaves {candidates[0].python} out", excluding.at
    elif len(candidates) == 1:
        because, at = f"{chosen.name} has no other", None
    elif wishes:
        because = f"{wishes[0].specifier} admits it"
    else:
        because = "nothing asks for another version"
    return Reason(decision="python", value=chosen.python, because=because, at=str(at) if at else None)


def _base_reason(chosen: Base, wanted: Fact[str] | None) -> Reason:
    because = f"{chosen.distribution.title()} {chosen.standing} has CPython {chosen.python}"
    if wanted is None:
        return Reason(decision="base", value=chosen.name, because=because)
    return Reason(decision="base", value=chosen.name, because=f"{wanted.value} is asked for", at=str(wanted.at))


def _patch_warnings(chosen: Base, exact: Sequence[PythonWish]) -> list[str]:
    return [
        f"{wish.at}: Python {wish.exact} is asked for, and {chosen.name} has {chosen.python_full}"
        for wish in exact
        if wish.exact and len(Version(wish.exact).release) > 2 and wish.exact != chosen.python_full
    ]
