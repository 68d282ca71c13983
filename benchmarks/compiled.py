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
from benchmarks.project import Project, checkout
from benchmarks.sides import Docker, Pottle, Size, emptied

CPYTHON, NUITKA = "cpython", "nuitka"
MARK = "compiled"


@dataclass(frozen=True)
class Side:
    """One image of one project."""

    size: Size
    start: Times
    build: float
    """Seconds of processors for a build that has everything but the project's own image."""


def measured(pottle: Pottle, docker: Docker, scratch: Path, runs: int) -> dict[str, dict[str, Side]]:
    """A command line and a server, each both ways."""
    tally = checkout("tally", scratch, docker.environ, edited="tally/cli.py")
    desk = checkout("desk", scratch, docker.environ, edited="main.py")

    def ends(side: str, tag: str) -> None:
        docker("run", "--rm", "--network=none", tag, *(("tally",) if side == CPYTHON else ()), "one", "two")

    def answers(side: str, tag: str) -> None:
        docker.answers(tag, "main:app", ("uvicorn",) if side == CPYTHON else ())

    return {
        "command line: click, orjson": _both(pottle, docker, tally, ends, runs),
        "server: Starlette, uvicorn": _both(pottle, docker, desk, answers, runs),
    }


def _both(
    pottle: Pottle, docker: Docker, project: Project, starts: Callable[[str, str], None], runs: int
) -> dict[str, Side]:
    flags: Mapping[str, tuple[str, ...]] = {CPYTHON: (), NUITKA: ("--compile=nuitka",)}
    tags = {side: f"bench-{side}-{project.directory.name}" for side in flags}
    built = {}
    for side, given in flags.items():
        command.say(f"building {tags[side]}")
        built[side] = _processor(
            lambda side=side, given=given: pottle.build(project.directory, "--load", f"--tag={tags[side]}", *given)
        )
    times = alternate({side: Job(lambda side=side: starts(side, tags[side])) for side in flags}, runs)
    found = {}
    for side, given in flags.items():
        compressed = sum(layer.compressed for layer in pottle.layers(project.directory, *given).values())
        found[side] = Side(Size(docker.unpacked(tags[side]), compressed), times[side], built[side])
    return found


def _processor(work: Callable[[], object]) -> float:
    """Seconds of processors that children took."""

    def spent() -> float:
        now = os.times()
        return now.children_user + now.children_system

    before = spent()
    work()
    return spent() - before


def text(results: Mapping[str, Mapping[str, Side]], where: str) -> str:
    """The tables: ratios, the program's to CPython's."""
    sizes = ("", "on disk", "compressed", *(f"{side}, on disk / compressed" for side in (CPYTHON, NUITKA)))
    starts = ("", "start", *(f"{side}, start" for side in (CPYTHON, NUITKA)), "processors, to compile")
    pairs = {name: (sides[CPYTHON], sides[NUITKA]) for name, sides in results.items()}
    size_rows = [
        (
            name,
            f"**{ours.size.unpacked / other.size.unpacked:.2f}**",
            f"**{ours.size.compressed / other.size.compressed:.2f}**",
            *(f"{side.size.unpacked / 1e6:.1f} / {side.size.compressed / 1e6:.1f} MB" for side in (other, ours)),
        )
        for name, (other, ours) in pairs.items()
    ]
    start_rows = [
        (
            name,
            f"**{ours.start.median / other.start.median:.2f}**",
            str(other.start),
            str(ours.start),
            f"{ours.build:.0f} s",
        )
        for name, (other, ours) in pairs.items()
    ]
    return f"{where}\n\n{report.table(sizes, size_rows)}\n\n{report.table(starts, start_rows)}\n"


def main() -> int:
    environ = engines()

    def measure(scratch: Path, runs: int) -> dict[str, dict[str, Side]]:
        return measured(emptied(environ, scratch), Docker(environ), scratch, runs)

    return command.run(
        __doc__, MARK, measure, lambda results, runs, load: text(results, report.circumstances(environ, runs, load))
    )


if __name__ == "__main__":
    sys.exit(main())
