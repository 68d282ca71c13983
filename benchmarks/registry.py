"""pottle beside `docker build` and `docker push`, to one registry over a wire with a meter: `make bench`.

    python -m benchmarks.registry [--runs N] [--write docs/benchmarks.md]

Needs the engines, as `benchmarks.docker` does. A registry that nobody has pushed to is the same one under a new port: both sides keep
in mind what they have pushed where.
"""

import json
import statistics
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks import command, report
from benchmarks.docker import engines
from benchmarks.measure import Job, Times, alternate, call, peak_memory
from benchmarks.project import Project, checkout
from benchmarks.sides import Docker, Pottle, emptied
from benchmarks.wire import Wire, metered

GUIDE = "guide"
MARK = "registry"
_IDNA = ("3.4", "3.5", "3.6", "3.7", "3.8", "3.9", "3.10", "3.11")
"""Releases of a small wheel that a lock changes to, one after the other."""
_UV = Path(sys.executable).with_name("uv")


@dataclass(frozen=True)
class Pushed:
    """Of several runs, the first left out."""

    times: Times
    bytes: tuple[int, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.bytes)


@dataclass(frozen=True)
class Bench:
    """Both sides, and where they push."""

    pottle: Pottle
    docker: Docker
    server: str
    runs: int

    def changes(self, project: Project, change: Callable[[], object]) -> dict[str, Pushed]:
        """Something changed → the image is in the registry, which had the one before."""
        with metered(self.server) as wire:
            sent: dict[str, list[int]] = {"pottle": [], GUIDE: []}
            jobs = {
                "pottle": Job(lambda: self._counted(sent["pottle"], wire, self._pottle(project, wire)), change),
                GUIDE: Job(lambda: self._counted(sent[GUIDE], wire, self._guide(project, wire))),
            }
            times = alternate(jobs, self.runs)
        return {side: Pushed(times[side], tuple(found[1:])) for side, found in sent.items()}

    def cold(self, project: Project) -> dict[str, Pushed]:
        """Nothing is built, nothing pushed; what is downloaded lies here, Docker's base image as well."""
        sent: dict[str, list[int]] = {"pottle": [], GUIDE: []}

        def pottle() -> None:
            with metered(self.server) as wire:
                self._counted(sent["pottle"], wire, self._pottle(project, wire))

        def guide() -> None:
            with metered(self.server) as wire:
                self._counted(sent[GUIDE], wire, self._guide(project, wire, "--no-cache"))

        times = alternate({"pottle": Job(pottle, self.pottle.forget_builds), GUIDE: Job(guide)}, max(3, self.runs // 3))
        return {side: Pushed(times[side], tuple(found[1:])) for side, found in sent.items()}

    def platforms(self, project: Project) -> dict[str, Times]:
        """One platform beside two, cold and after a change of code."""
        one, two = "--platform=linux/amd64", "--platform=linux/amd64,linux/arm64"
        here = project.directory
        cold = {
            f"cold: {name}": Job(lambda option=option: self.pottle.build(here, option), self.pottle.forget_builds)
            for name, option in (("one", one), ("two", two))
        }
        times = alternate(cold, max(3, self.runs // 3))
        change = {
            f"change: {name}": Job(lambda option=option: self.pottle.build(here, option), project.change)
            for name, option in (("one", one), ("two", two))
        }
        return {**times, **alternate(change, self.runs)}

    def memory(self, project: Project) -> int:
        """The peak of a cold build that is pushed."""
        self.pottle.forget_builds()
        with metered(self.server) as wire:
            return peak_memory(self._pottle(project, wire))

    def _pottle(self, project: Project, wire: Wire) -> Callable[[], object]:
        return lambda: self.pottle.build(
            project.directory, "--push", f"--tag={wire.address}/{wire.name}/pottle/{_name(project)}"
        )

    def _guide(self, project: Project, wire: Wire, *options: str) -> Callable[[], object]:
        def build_and_push() -> None:
            tag = self.docker.build(project.directory, GUIDE, *options)
            remote = f"{wire.address}/{wire.name}/guide/{_name(project)}"
            self.docker("tag", tag, remote)
            self.docker("push", "--quiet", remote)

        return build_and_push

    @staticmethod
    def _counted(sent: list[int], wire: Wire, push: Callable[[], object]) -> None:
        before = wire.sent
        push()
        sent.append(wire.sent - before)


def _name(project: Project) -> str:
    return project.directory.name


@dataclass(frozen=True)
class Results:
    """All that was measured."""

    code: Mapping[str, Pushed]
    lock: Mapping[str, Pushed]
    wheel: int
    """Bytes of the wheel that the lock changed to, the median."""
    cold: Mapping[str, Pushed]
    platforms: Mapping[str, Times]
    memory: int


def measured(bench: Bench, scratch: Path) -> Results:
    environ = bench.docker.environ
    shop = checkout("shop", scratch, environ, edited="shop/main.py")
    analysis = checkout("analysis", scratch, environ, edited="main.py")
    releases = iter(_IDNA)
    sizes = []

    def lock_another() -> None:
        call(
            [_UV, "lock", "--quiet", "--python", sys.executable, "--upgrade-package", f"idna=={next(releases)}"],
            environ,
            shop.directory,
        )
        sizes.append(_wheel(bench.pottle, shop, "idna"))

    command.say("downloading what both sides need")
    for project in (shop, analysis):
        for platform in ("linux/amd64", "linux/arm64"):
            bench.pottle.build(project.directory, f"--platform={platform}")
        bench.docker.build(project.directory, GUIDE)
    command.say("a change of code")
    code = bench.changes(shop, shop.change)
    command.say("a change of the lock")
    lock = replace(bench, runs=min(bench.runs, len(_IDNA) - 1)).changes(shop, lock_another)
    command.say("large wheels, cold")
    cold = bench.cold(analysis)
    command.say("platforms")
    platforms = bench.platforms(shop)
    command.say("memory")
    return Results(code, lock, int(statistics.median(sizes[1:])), cold, platforms, bench.memory(analysis))


def _wheel(pottle: Pottle, project: Project, name: str) -> int:
    plan = json.loads(pottle("plan", "--format=json", project.directory))
    steps = (step for layer in plan["layers"] for step in layer["steps"])
    return next(r["wheel"]["size"] for step in steps for r in step.get("requirements", ()) if r["name"] == name)


def text(results: Results, where: str) -> str:
    """The tables."""
    rows = [
        _row("code change → pushed", results.code),
        _row("another release of one small wheel in the lock → pushed", results.lock),
        _row("large wheels: nothing built, nothing pushed → pushed", results.cold),
    ]
    head = ("", "time: guide ÷ pottle", "bytes: guide ÷ pottle", "pottle", "guide", "pottle sends", "guide sends")
    p = results.platforms
    limits = [
        _limit(
            "code change → pushed, against the guide", _ratio(results.code), "≥ 10 times", _times(results.code) >= 10
        ),
        _limit("bytes of it", _size(results.code["pottle"].median), "≤ 20 KB", results.code["pottle"].median <= 20e3),
        _limit(
            f"bytes of a lock change, beside the wheel's {_size(results.wheel)}",
            f"{results.lock['pottle'].median / results.wheel:.1f} times",
            "≤ 2 times",
            results.lock["pottle"].median <= 2 * results.wheel,
        ),
        _limit("large wheels, cold, against the guide", _ratio(results.cold), "≥ 3 times", _times(results.cold) >= 3),
        _limit(
            "amd64 and arm64 beside amd64 alone, cold",
            f"{p['cold: two'].median / p['cold: one'].median:.2f} times",
            "≤ 1.3 times",
            p["cold: two"].median <= 1.3 * p["cold: one"].median,
        ),
        _limit(
            "amd64 and arm64 beside amd64 alone, code change",
            f"{p['change: two'].median / p['change: one'].median:.2f} times",
            "≤ 1.3 times",
            p["change: two"].median <= 1.3 * p["change: one"].median,
        ),
        _limit(
            "peak memory of a cold build of large wheels that is pushed, all processes",
            f"{results.memory / 1e6:.0f} MB",
            "< 200 MB",
            results.memory < 200e6,
        ),
    ]
    return "\n\n".join([where, report.table(head, rows), report.table(("", "measured", "limit", ""), limits)]) + "\n"


def _row(title: str, sides: Mapping[str, Pushed]) -> tuple[object, ...]:
    ours, guide = sides["pottle"], sides[GUIDE]
    sent = f"**{guide.median / ours.median:.1f}**"
    return title, f"**{_times(sides):.1f}**", sent, ours.times, guide.times, _size(ours.median), _size(guide.median)


def _times(sides: Mapping[str, Pushed]) -> float:
    return sides[GUIDE].times.median / sides["pottle"].times.median


def _ratio(sides: Mapping[str, Pushed]) -> str:
    return f"{_times(sides):.1f} times"


def _size(size: float) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.1f} KB"


def _limit(title: str, measured: str, limit: str, kept: bool) -> tuple[str, ...]:
    return title, measured, limit, "kept" if kept else "**missed**"


def main() -> int:
    environ = engines()

    def measure(scratch: Path, runs: int) -> Results:
        bench = Bench(emptied(environ, scratch), Docker(environ), environ["POTTLE_E2E_REGISTRY"], runs)
        return measured(bench, scratch)

    def told(results: Results, runs: int, before: float) -> str:
        return text(results, report.circumstances(environ, runs, before))

    return command.run(__doc__, MARK, measure, told)


if __name__ == "__main__":
    sys.exit(main())
