"""What is asked of the Python, put in the order of its authority: the configuration, exact versions, ranges, a package's own claims.

A pin (`.python-version` …) decides and a range (`requires-python` …) admits. Two pins for different X.Y contradict each other, and so
does a pin that a range leaves out: both places are named, nothing is guessed. A file that is seldom kept up to date (`runtime.txt`,
`environment.yml`) is heard where no other says the same kind of thing. Among what is admitted, the project's Dockerfile names the one
that it runs on today; classifiers are heard where nothing else says anything.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from packaging.version import Version

from pottle.errors import ProjectError
from pottle.plan.bases import Base
from pottle.project.facts import Fact, PythonWish

_MOST_PATCHES = 100
"""No X.Y has had as many: 3.7 had 18, 2.7 had 19."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What a Python has to be."""

    pins: tuple[PythonWish, ...]
    """All of one X.Y."""
    ranges: tuple[PythonWish, ...]
    preferred: PythonWish | None
    """Among what is admitted: what the Dockerfile stands on; classifiers, where nothing else says anything."""
    outranked: tuple[Fact[str], ...]
    """Pins that are not heeded, in words."""

    @property
    def all(self) -> tuple[PythonWish, ...]:
        """Whatever has to be met, the weightiest first."""
        return (*self.pins, *self.ranges)

    def met(self, base: Base) -> bool:
        """Whether `base` has one of the X.Y that are asked for, within the ranges."""
        return all(_minor(pin) == base.python for pin in self.pins) and not self.against(base)

    def met_exactly(self, base: Base) -> bool:
        """Whether it has the very patch version that a pin names, too."""
        return self.met(base) and not self.unmet_patches(base)

    def against(self, base: Base) -> tuple[PythonWish, ...]:
        """The ranges that leave `base` out. One such as ">=3.13.2" is about patch versions too: the suite's own decides."""
        return tuple(wish for wish in self.ranges if not wish.admits(base.python_full))

    def unmet_patches(self, base: Base) -> tuple[PythonWish, ...]:
        """The pins that name another patch version than `base` has."""
        return tuple(pin for pin in self.pins if _patch(pin) not in (None, base.python_full))

    def patches(self) -> Iterator[str]:
        """The versions that are named to the patch: X.Y.Z."""
        for pin in self.pins:
            if patch := _patch(pin):
                yield patch
        for each in (each for wish in self.ranges for each in (wish.specifier, *wish.others)):
            for specifier in each:
                if (
                    specifier.operator in ("==", "===")
                    and specifier.version.count(".") == 2
                    and specifier.version[-1] != "*"
                ):
                    yield specifier.version


def demand(wishes: Sequence[PythonWish], configured: PythonWish | None) -> Demand:
    """What `wishes` and the configuration ask for together. Raises `ProjectError`, with both places, for what contradicts."""
    pins, outranked = _pins(wishes, configured)
    if not pins:
        pins, outranked = _inherited(wishes)
    ranges = (
        _ranges(wishes)
        if pins
        else _ranges(wishes) or tuple(w for w in wishes if w.standing == "aside" and not w.exact)
    )
    for pin in pins:
        _check_agrees(pins[0], pin)
        for wish in ranges:
            _check_admits(wish, pin)
    heard = () if pins else ("dockerfile",) if ranges else ("dockerfile", "classifier")
    preferred = next((wish for standing in heard for wish in wishes if wish.standing == standing), None)
    return Demand(pins, ranges, preferred, tuple(outranked))


def _pins(
    wishes: Sequence[PythonWish], configured: PythonWish | None
) -> tuple[tuple[PythonWish, ...], list[Fact[str]]]:
    """The exact wishes that count, and what is to be said of the others."""
    if configured is not None:
        return (configured,), []
    own = tuple(wish for wish in wishes if wish.exact and wish.standing is None)
    aside = tuple(wish for wish in wishes if wish.exact and wish.standing == "aside")
    if not own:
        return aside, []
    other = [wish for wish in aside if _minor(wish) != _minor(own[0])]
    return own, [
        Fact(f"Python {wish} is asked for, which {own[0].at} outranks with {own[0]}", wish.at) for wish in other
    ]


def _inherited(wishes: Sequence[PythonWish]) -> tuple[tuple[PythonWish, ...], list[Fact[str]]]:
    """The pin of a directory above: it was not made for this project, so a range outranks it."""
    pins = [wish for wish in wishes if wish.standing == "inherited"]
    against = [(pin, wish) for pin in pins for wish in _ranges(wishes) if not _admitted(wish, pin)]
    if against:
        pin, wish = against[0]
        return (), [Fact(f"Python {pin} is asked for, which {wish.at} outranks with {wish}", pin.at)]
    return tuple(pins), []


def _ranges(wishes: Sequence[PythonWish]) -> tuple[PythonWish, ...]:
    """The project's own, each once: where a lock repeats what the project says, the project is the one to name."""
    found: dict[str, PythonWish] = {}
    for wish in wishes:
        if not wish.exact and wish.standing is None:
            found.setdefault(str(wish), wish)
    return tuple(found.values())


def _check_agrees(first: PythonWish, pin: PythonWish) -> None:
    if _minor(first) != _minor(pin):
        what = f"{first.at} asks for Python {first}, and {pin.at} for {pin}"
        hint = "make them agree, remove one of them, or set `python` under [tool.pottle]"
        raise ProjectError(what, at=pin.at, hint=hint)


def _admitted(wish: PythonWish, pin: PythonWish) -> bool:
    """Whether a range admits the pin, or some patch version of it."""
    patch = _patch(pin)
    return any(map(wish.admits, [patch] if patch else (f"{pin}.{n}" for n in range(_MOST_PATCHES))))


def _check_admits(wish: PythonWish, pin: PythonWish) -> None:
    if not _admitted(wish, pin):
        what = f"Python {pin} is asked for ({pin.at}), and {wish} leaves it out ({wish.at})"
        raise ProjectError(what, at=pin.at, hint="change one of the two")


def _minor(pin: PythonWish) -> str:
    return ".".join(map(str, Version(str(pin)).release[:2]))


def _patch(pin: PythonWish) -> str | None:
    return pin.exact if pin.exact and len(Version(pin.exact).release) > 2 else None
