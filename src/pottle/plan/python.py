"""Which base an image stands on: the first whose CPython everybody agrees to, and for which the lock has wheels.

A range (`requires-python`) admits, an exact wish (`.python-version`) decides; between bases that are equally admitted, wheels do:
a lock that has only cp312 wheels is not put on 3.13.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from pottle.errors import ConfigError, ProjectError
from pottle.plan.bases import BASES, Base, named
from pottle.plan.model import Reason
from pottle.project.facts import PythonWish
from pottle.text import Location

_ANY = SpecifierSet()


@dataclass(frozen=True, slots=True)
class Choice:
    """A base, why it was taken, and what its reader should know."""

    base: Base
    reasons: tuple[Reason, ...]
    warnings: tuple[str, ...] = ()


Missing = Callable[[Base], Sequence[str]]
"""The distributions that have no wheel for a base."""


def choose(wishes: Sequence[PythonWish], *, base: str, python: str | None, missing: Missing) -> Choice:
    """The base for these wishes. `base` and `python` are what the configuration says ("debian", "trixie"; "3.12" or None).

    Raises `ConfigError` for a base that does not exist and `ProjectError` when nothing fits.
    """
    candidates = _of_name(base)
    exact = [wish for wish in wishes if wish.exact]
    if python is not None:
        exact = [PythonWish(wishes[0].specifier if wishes else _ANY, python, Location("configuration"))]
    fitting = [b for b in candidates if _admitted(b, wishes) and all(_is(b, wish.exact) for wish in exact)]
    if not fitting:
        raise _nothing_fits(candidates, wishes, exact)
    gaps = {b.name: tuple(missing(b)) for b in fitting}
    chosen = next((b for b in fitting if not gaps[b.name]), fitting[0])
    return Choice(chosen, tuple(_reasons(chosen, fitting, gaps, exact, wishes)), tuple(_patch_warnings(chosen, exact)))


def _of_name(name: str) -> tuple[Base, ...]:
    if name in ("debian", "auto"):
        # "debian" is the embedded default: Ubuntu's suites stand in for versions that no Debian suite has.
        return BASES
    if found := named(name):
        return found
    known = ", ".join(["debian", "ubuntu", *(base.suite for base in BASES)])
    raise ConfigError(f"there is no base named {name!r}", hint=f"pottle assembles bases from: {known}")


def _admitted(base: Base, wishes: Sequence[PythonWish]) -> bool:
    # A wish such as ">=3.13.2" is about patch versions too: the suite's own decides.
    return all(wish.specifier.contains(base.python_full, prereleases=True) for wish in wishes if wish.exact is None)


def _is(base: Base, wish: str | None) -> bool:
    return wish is None or Version(wish).release[:2] == Version(base.python).release


def _nothing_fits(
    candidates: Sequence[Base], wishes: Sequence[PythonWish], exact: Sequence[PythonWish]
) -> ProjectError:
    asked = ", ".join(
        f"{wish.exact or wish.specifier} ({wish.at})" for wish in (*exact, *wishes) if wish.exact or wish.specifier
    )
    have = ", ".join(f"{base.python} ({base.suite})" for base in candidates)
    place = (exact or wishes)[0].at if (exact or wishes) else None
    return ProjectError(f"no base has the Python asked for: {asked}", at=place, hint=f"there are {have}")


def _reasons(
    chosen: Base,
    fitting: Sequence[Base],
    gaps: dict[str, tuple[str, ...]],
    exact: Sequence[PythonWish],
    wishes: Sequence[PythonWish],
) -> list[Reason]:
    wish = next(iter((*exact, *wishes)), None)
    if exact:
        because = f"{exact[0].exact} is asked for"
    elif skipped := [b for b in fitting[: fitting.index(chosen)] if gaps[b.name]]:
        names = gaps[skipped[0].name]
        because = f"the lock has no {skipped[0].python} wheel of {names[0]}" + (
            f" and {len(names) - 1} more" if names[1:] else ""
        )
    elif wish is not None:
        because = f"the first of {len(fitting)} that {wish.specifier or 'any version'} admits"
    else:
        because = "nothing asks for another version"
    at = str(wish.at) if wish else None
    return [
        Reason(decision="python", value=chosen.python, because=because, at=at),
        Reason(decision="base", value=chosen.name, because=f"{chosen.standing} has CPython {chosen.python}"),
    ]


def _patch_warnings(chosen: Base, exact: Sequence[PythonWish]) -> list[str]:
    return [
        f"{wish.at} asks for Python {wish.exact}; {chosen.name} has {chosen.python_full}"
        for wish in exact
        if wish.exact and len(Version(wish.exact).release) > 2 and wish.exact != chosen.python_full
    ]
