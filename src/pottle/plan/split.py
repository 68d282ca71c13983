"""How an environment becomes layers: large distributions alone, the rest in ranges of the alphabet.

What a node has to pull after a change of the lock are the layers that hold what has changed. The decision is a function of names and
sizes alone, the same in every project: who is large is large everywhere, so that layer is shared, and it changes sides only with a new
version, when it has to be pulled anyway. No distribution moves because of another, but at the limit of how many layers there may be.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Chosen by `benchmarks/layer_history.py`, whose tables are in docs/benchmarks.md."""

    grain: int = 1_000_000
    """Bytes of a wheel from which it is alone."""
    fine: int = 100_000
    """Bytes of a range above which it is divided as long as there may be more layers. What is smaller costs more by being a layer (a
    request, a snapshot) than it saves."""
    alone: int = 32
    """How many have a layer each: of more, the largest."""
    most: int = 48
    """Layers of one environment, those included. Engines have room for 127 in an image."""


LIMITS = Limits()
UNKNOWN = 100_000
"""Bytes of a wheel whose size nobody tells: about the median of what public applications lock."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz-"
"""The order of the ranges. What is no letter is the last, and so is a name's end."""
_LAST = len(_LETTERS) - 1


@dataclass(frozen=True, slots=True)
class Share:
    """What one layer holds."""

    names: tuple[str, ...]
    """Sorted."""
    size: int
    """Bytes of their wheels."""
    span: str | None
    """The range of names, `a-m`; empty where the rest is one range, None for what is alone because it is large."""


def shares(sizes: Mapping[str, int | None], limits: Limits | None = None) -> tuple[Share, ...]:
    """The layers, the lowest first; `sizes` are wheels' by the distributions' names.

    The largest lie lowest, by classes of size so that they stay in their order: engines that know a layer by what is below it pull
    everything above a change.
    """
    limits = limits or LIMITS
    known = {name: UNKNOWN if size is None else size for name, size in sizes.items()}
    large = sorted(
        (name for name, size in known.items() if size >= limits.grain), key=lambda name: (-known[name], name)
    )
    alone = sorted(large[: limits.alone], key=lambda name: (-known[name].bit_length(), name))
    ranges = _ranges(
        {name: size for name, size in known.items() if name not in alone}, limits.fine, limits.most - len(alone)
    )
    return (*(Share((name,), known[name], None) for name in alone), *ranges)


def _ranges(sizes: Mapping[str, int], fine: int, most: int) -> list[Share]:
    """The heaviest range is divided again and again, until none is too heavy or there are enough."""
    waiting = [_Range("", 0, _LAST, sizes)] if sizes else []
    done: list[_Range] = []
    while waiting and len(waiting) + len(done) < most:
        heaviest = min(waiting, key=lambda each: (-each.size, each.span))
        waiting.remove(heaviest)
        parts = heaviest.parts() if heaviest.size > fine else ()
        (waiting if parts else done).extend(parts or (heaviest,))
    return sorted((each.share() for each in (*waiting, *done)), key=lambda share: share.names)


@dataclass(frozen=True, slots=True)
class _Range:
    """The names that begin with `prefix` and then a letter from `low` to `high`. Where it is divided does not depend on what is in it."""

    prefix: str
    low: int
    high: int
    sizes: Mapping[str, int]

    @property
    def size(self) -> int:
        return sum(self.sizes.values())

    @property
    def span(self) -> str:
        """As it is called."""
        if (self.low, self.high) == (0, _LAST):
            return self.prefix
        low, high = self.prefix + _LETTERS[self.low], self.prefix + _LETTERS[min(self.high, _LAST - 1)]
        return low if self.low >= self.high else f"{low}-{high}"

    def share(self) -> Share:
        return Share(tuple(sorted(self.sizes)), self.size, self.span)

    def parts(self) -> "tuple[_Range, ...]":
        """The largest two parts that both hold something; none where nothing tells the names apart."""
        found, longest = self, max(map(len, self.sizes))
        while len(found.sizes) > 1 and len(found.prefix) <= longest:
            halves = found._halves()
            if len(halves) > 1:
                return halves
            (found,) = halves
        return ()

    def _halves(self) -> "tuple[_Range, ...]":
        """Those of its halves that hold something."""
        if self.low == self.high:
            return (_Range(self.prefix + _LETTERS[self.low], 0, _LAST, self.sizes),)
        middle = (self.low + self.high) // 2
        below = {name: size for name, size in self.sizes.items() if self._letter(name) <= middle}
        above = {name: size for name, size in self.sizes.items() if name not in below}
        halves = (
            _Range(self.prefix, self.low, middle, below),
            _Range(self.prefix, middle + 1, self.high, above),
        )
        return tuple(half for half in halves if half.sizes)

    def _letter(self, name: str) -> int:
        found = _LETTERS.find(name[len(self.prefix) : len(self.prefix) + 1] or "-")
        return found if found >= 0 else _LAST
