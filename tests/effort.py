"""How much work something is, on whatever machine and beside whatever neighbours.

A second is a different amount of work on another machine, and on this one while others use its caches: a bound in
seconds is either of no use or fails for no reason. So work is measured in units of other work, done beside it.
"""

import json
import time
from collections.abc import Callable

_TEXT = json.dumps([{"name": f"n{number}", "marks": ["x", {"y": number}] * 5} for number in range(1000)])


def effort(work: Callable[[], object], enough: float = 0) -> float:
    """Processor time of `work` in units of a fixed piece of work in Python; the least of three tries, or the first below `enough`.

    A unit is some 50 ms on a machine of 2024.
    """
    least = float("inf")
    for _ in range(3):
        before, taken, after = _seconds(_unit), _seconds(work), _seconds(_unit)
        least = min(least, taken / max(before, after))
        if least < enough:
            break
    return least


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _unit() -> None:
    """What readers of locks do: texts taken apart, dictionaries filled, functions called."""
    for _ in range(8):
        found = dict[str, int]()
        for entry in json.loads(_TEXT):
            _count(entry, found)


def _count(value: object, found: dict[str, int]) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            found[name] = found.get(name, 0) + 1
            _count(inner, found)
    elif isinstance(value, list):
        for inner in value:
            _count(inner, found)
    else:
        text = str(value)
        found[text] = found.get(text, 0) + len(text.partition("n")[2])
