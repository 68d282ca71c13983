"""A program that Nuitka has compiled beside the same project under CPython: `make bench`.

    python -m benchmarks.compiled [--runs N] [--write docs/benchmarks.md]

Needs the engines, as `benchmarks.docker` does, and an index the first time. Compiling takes minutes.
"""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks import command, report
from benchmarks.docker import engines
from benchmarks.measure import Job, Times, alternate
from benchmarks.project import checkout
from benchmarks.sides import Docker, Pottle, Size, emptied

CPYTHON, NUITKA = "cpython", "nuitka"
MARK = "compiled"


@dataclass(frozen=True)
class Side:
    """One image of one project."""

    size: Size
    start: Times
    build: float
    """Seconds of processors for a build that has nothing but what CPython's image has left in the caches."""


def measured(pottle: Pottle, docker: Docker, scratch: Path, runs: int) -> dict[str, Side]:
    """A command line, both ways."""
    here = checkout("tally", scratch, docker.environ, edited="tally/cli.py").directory
    flags: Mapping[str, tuple[str, ...]] = {CPYTHON: (), NUITKA: ("--compile=nuitka",)}
    built = {}
    for side, given in flags.items():
        command.say(f"building by {side}")
        built[side] = _processor(lambda given=given: pottle.build(here, *given))
    for side, given in flags.items():
        pottle.build(here, "--load", f"--tag=bench-{side}", *given)

    def run(side: str) -> None:
        docker("run", "--rm", "--network=none", f"bench-{side}", *(("tally",) if side == CPYTHON else ()), "one", "two")

    times = alternate({side: Job(lambda side=side: run(side)) for side in flags}, runs)
    compressed = {s: sum(x.compressed for x in pottle.layers(here, *given).values()) for s, given in flags.items()}
    return {s: Side(Size(docker.unpacked(f"bench-{s}"), compressed[s]), times[s], built[s]) for s in flags}


def _processor(work: Callable[[], object]) -> float:
    """Seconds of processors that children took."""

    def spent() -> float:
        now = os.times()
        return now.children_user + now.children_system

    before = spent()
    work()
    return spent() - before


def text(sides: Mapping[str, Side], where: str) -> str:
    """The table: ratios, the program's to CPython's."""
    other, ours = sides[CPYTHON], sides[NUITKA]
    rows = [
        (
            "on disk",
            f"**{ours.size.unpacked / other.size.unpacked:.2f}**",
            _mb(other.size.unpacked),
            _mb(ours.size.unpacked),
        ),
        (
            "compressed",
            f"**{ours.size.compressed / other.size.compressed:.2f}**",
            _mb(other.size.compressed),
            _mb(ours.size.compressed),
        ),
        ("start to end", f"**{ours.start.median / other.start.median:.2f}**", other.start, ours.start),
        (
            "to build, of processors",
            f"**{ours.build / other.build:.0f}**",
            f"{other.build:.0f} s",
            f"{ours.build:.0f} s",
        ),
    ]
    return f"{where}\n\n{report.table(('', 'Nuitka ÷ CPython', 'CPython', 'Nuitka'), rows)}\n"


def _mb(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


def main() -> int:
    environ = engines()

    def measure(scratch: Path, runs: int) -> dict[str, Side]:
        return measured(emptied(environ, scratch), Docker(environ), scratch, runs)

    return command.run(
        __doc__, MARK, measure, lambda results, runs, load: text(results, report.circumstances(environ, runs, load))
    )


if __name__ == "__main__":
    sys.exit(main())
