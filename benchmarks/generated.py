"""The generated Dockerfile beside the one of uv's guide, built by the same engine: `make bench`.

    python -m benchmarks.generated [--runs N] [--write docs/benchmarks.md]

Needs the engines, as `benchmarks.docker` does.
"""

import statistics
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks import command, report
from benchmarks.docker import ENGINES, engines
from benchmarks.measure import Job, Times, alternate, call
from benchmarks.project import Project, checkout
from benchmarks.sides import Docker, Pottle, emptied
from benchmarks.wire import Wire, metered

GENERATED, GUIDE = "generated", "guide"
MARK = "generated"


@dataclass(frozen=True)
class Change:
    """One line of code was edited, several times, the first left out."""

    image: Mapping[str, Times]
    """→ an image in the engine."""
    pushed: Mapping[str, Times]
    """→ the image in a registry that has the one before."""
    bytes: Mapping[str, float]
    """Of those, what was sent."""


@dataclass(frozen=True)
class Bench:
    """One engine, one registry."""

    pottle: Pottle
    docker: Docker
    server: str
    runs: int

    def change(self, project: Project) -> Change:
        """Both sides in turn, for the same edit."""
        self._write(project)
        for side in (GENERATED, GUIDE):
            self.docker.build(project.directory, side)  # downloads, and what an edit does not change
        image = {
            side: Job(lambda side=side: self.docker.build(project.directory, side), project.change)
            for side in (GENERATED, GUIDE)
        }
        times = alternate(image, self.runs)
        sent: dict[str, list[int]] = {GENERATED: [], GUIDE: []}
        with metered(self.server) as wire:
            push = {side: Job(self._pushed(project, side, wire, sent[side]), project.change) for side in sent}
            pushed = alternate(push, self.runs)
        return Change(times, pushed, {side: statistics.median(found[1:]) for side, found in sent.items()})

    def _write(self, project: Project) -> None:
        text = self.pottle("generate", "dockerfile", "--quiet", "--stdout", "--secret=ca", project.directory)
        (project.directory / f"{GENERATED}.Dockerfile").write_text(text)

    def _pushed(self, project: Project, side: str, wire: Wire, sent: list[int]) -> Callable[[], object]:
        def build_and_push() -> None:
            before = wire.sent
            tag = self.docker.build(project.directory, side)
            remote = f"{wire.address}/{wire.name}/{side}/{project.directory.name}"
            self.docker("tag", tag, remote)
            self.docker("push", "--quiet", remote)
            self.docker("rmi", remote)
            sent.append(wire.sent - before)

        return build_and_push


def measured(bench: Bench, scratch: Path) -> dict[str, Change]:
    """A program that is copied, and one that is a package."""
    found = {}
    for title, packaged in (("modules that are copied", False), ("a package with a wheel of its own", True)):
        command.say(title)
        project = checkout("shop", scratch, bench.docker.environ, edited="shop/main.py", packaged=packaged)
        found[title] = bench.change(project)
    return found


def text(results: Mapping[str, Change], where: str) -> str:
    """The tables."""
    head = ("", "time to the image", "time to the registry", "bytes", "generated", "guide", "sends", "guide sends")
    rows = [_row(title, change) for title, change in results.items()]
    slowest = min(_ratio(change.image) for change in results.values())
    most = max(change.bytes[GENERATED] / change.bytes[GUIDE] for change in results.values())
    limits = [
        (
            "an image after a change of code, against the guide",
            f"{slowest:.1f} times",
            "≥ 1 times",
            _kept(slowest >= 1),
        ),
        ("bytes that are pushed of it, of the guide's", f"{most:.1%}", "< 25%", _kept(most < 0.25)),
    ]
    return "\n\n".join([where, report.table(head, rows), report.table(("", "measured", "limit", ""), limits)]) + "\n"


def _row(title: str, change: Change) -> tuple[object, ...]:
    ours, guide = change.bytes[GENERATED], change.bytes[GUIDE]
    ratios = (f"**{_ratio(change.image):.1f}**", f"**{_ratio(change.pushed):.1f}**", f"**{guide / ours:.0f}**")
    times = (change.image[GENERATED], change.image[GUIDE])
    return title, *ratios, *times, f"{ours / 1e3:.1f} KB", f"{guide / 1e6:.1f} MB"


def _ratio(sides: Mapping[str, Times]) -> float:
    return sides[GUIDE].median / sides[GENERATED].median


def _kept(kept: bool) -> str:
    return "kept" if kept else "**missed**"


def main() -> int:
    environ = engines()
    call([ENGINES, "suite-image", "trixie"], environ)

    def measure(scratch: Path, runs: int) -> dict[str, Change]:
        bench = Bench(emptied(environ, scratch), Docker(environ), environ["POTTLE_E2E_REGISTRY"], runs)
        return measured(bench, scratch)

    def told(results: dict[str, Change], runs: int, before: float) -> str:
        return text(results, report.circumstances(environ, runs, before))

    return command.run(__doc__, MARK, measure, told)


if __name__ == "__main__":
    sys.exit(main())
