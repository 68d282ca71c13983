"""pottle beside `docker build`, in one run, on one project: `make bench`.

    python -m benchmarks.docker [--runs N] [--write docs/benchmarks.md]

Needs the engines (`tools/engines up`, and its `env`) and, the first time, an index: what both sides download is downloaded
before anything is timed.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks import command, report
from benchmarks.measure import Job, Times, alternate, call, peak_memory
from benchmarks.project import Project, checkout
from benchmarks.sides import Docker, Pottle, Size, emptied

ENGINES = Path(__file__).parents[1] / "tools" / "engines"
GUIDE, PATTERN = "guide", "pattern"
DOCKERFILES = (GUIDE, PATTERN)
BASE = "python:3.13-slim"
MARK = "docker"


@dataclass(frozen=True)
class Bench:
    """Both sides, and where they work."""

    pottle: Pottle
    docker: Docker
    scratch: Path
    runs: int

    @property
    def archive(self) -> Path:
        return self.scratch / "image.tar"

    def cold(self, project: Project, other: Project) -> dict[str, Times]:
        """Everything is made anew, or everything but the base, which `other` stands on too; nothing has to be downloaded."""
        here = project.directory
        self.pottle.forget_builds()
        self.pottle.build(other.directory)
        known = self.pottle.copied(self.scratch / "known")
        jobs = {
            "pottle": Job(lambda: self.pottle.build(here), self.pottle.forget_builds),
            "known": Job(lambda: self.pottle.build(here), lambda: self.pottle.restore(known)),
        }
        for name in DOCKERFILES:
            jobs[name] = Job(lambda name=name: self.docker.build(here, name, "--no-cache"))
        return alternate(jobs, max(3, self.runs // 3))

    def change_to_image(self, project: Project) -> dict[str, Times]:
        """One line of code was edited → an image in the builder's own store."""
        here = project.directory
        jobs = {"pottle": Job(lambda: self.pottle.build(here), project.change)}
        for name in DOCKERFILES:
            jobs[name] = Job(lambda name=name: self.docker.build(here, name), project.change)
        return alternate(jobs, self.runs)

    def change_to_archive(self, project: Project) -> dict[str, Times]:
        """One line of code was edited → a new archive on disk, in place of none."""
        here = project.directory

        def before() -> None:
            project.change()
            self.archive.unlink(missing_ok=True)

        jobs = {"pottle": Job(lambda: self.pottle.build(here, "-o", self.archive), before)}
        for name in DOCKERFILES:
            jobs[name] = Job(
                lambda name=name: self.docker.save(self.docker.build(here, name), self.archive),
                before,
            )
        return alternate(jobs, self.runs)

    def change_to_engine(self, project: Project) -> dict[str, Times]:
        """One line of code was edited → an image that the Docker engine can start."""
        here = project.directory
        jobs = {"pottle": Job(lambda: self.pottle.build(here, "--load", "--tag=bench-pottle"), project.change)}
        for name in DOCKERFILES:
            jobs[name] = Job(lambda name=name: self.docker.build(here, name), project.change)
        return alternate(jobs, self.runs)

    def start(self, project: Project) -> dict[str, Times]:
        """`docker run` → the first answer, of fresh containers."""
        for name, option in (("bench-pottle", "speed"), ("bench-pottle-size", "size")):
            self.pottle.build(project.directory, "--load", f"--tag={name}", f"--optimize={option}")
        tags = ("bench-pottle", "bench-pottle-size", *(self.docker.build(project.directory, n) for n in DOCKERFILES))
        return alternate(
            {tag: Job(lambda tag=tag: self.docker.answers(tag, "shop.main:app")) for tag in tags}, self.runs
        )

    def images(self, project: Project) -> dict[str, Size]:
        """On disk as the engine counts it, compressed as a registry holds it."""
        here = project.directory
        found = {}
        for name, option in (("bench-pottle", "speed"), ("bench-pottle-size", "size")):
            compressed = sum(layer.compressed for layer in self.pottle.layers(here, f"--optimize={option}").values())
            found[name] = Size(self.docker.unpacked(name), compressed)
        for name in DOCKERFILES:
            found[f"bench-{name}"] = self.docker.size(f"bench-{name}")
        return {**found, BASE: self.docker.size(BASE)}

    def memory(self, *projects: Project) -> dict[str, int]:
        """The peak of a cold build, watched in a run of its own."""
        peaks = {}
        for project in projects:
            self.pottle.build(project.directory)  # downloads are not the question
            self.pottle.forget_builds()
            peaks[project.directory.name] = peak_memory(lambda here=project.directory: self.pottle.build(here))
        return peaks

    def help_page(self) -> Times:
        """What every call of `pottle` costs at least."""
        return alternate({"help": Job(lambda: self.pottle("--help"))}, self.runs)["help"]


def measured(bench: Bench) -> report.Results:
    """All of it, in the order of the report."""
    environ, scratch = bench.docker.environ, bench.scratch
    shop = checkout("shop", scratch, environ, edited="shop/main.py")
    packaged = checkout("shop", scratch, environ, edited="shop/main.py", packaged=True)
    analysis = checkout("analysis", scratch, environ, edited="main.py")
    command.say("downloading what both sides need")
    for project in (shop, packaged):
        bench.pottle.build(project.directory)
        for name in DOCKERFILES:
            bench.docker.build(project.directory, name)
    command.say("cold")
    times = {"cold": bench.cold(shop, checkout("hello", scratch, environ, edited="main.py"))}
    for title, measure, project in (
        ("image", bench.change_to_image, shop),
        ("archive", bench.change_to_archive, shop),
        ("packaged", bench.change_to_archive, packaged),
        ("engine", bench.change_to_engine, shop),
        ("start", bench.start, shop),
    ):
        command.say(title)
        times[title] = measure(project)
    command.say("sizes and memory")
    return report.Results(
        times=times,
        help=bench.help_page(),
        images=bench.images(shop),
        layers=bench.pottle.layers(shop.directory),
        layers_for_size=bench.pottle.layers(shop.directory, "--optimize=size"),
        memory=bench.memory(shop, analysis),
        wheels=bench.pottle.wheels(shop.directory),
    )


def main() -> int:
    environ = engines()

    def measure(scratch: Path, runs: int) -> report.Results:
        return measured(Bench(emptied(environ, scratch), Docker(environ), scratch, runs))

    def text(results: report.Results, runs: int, before: float) -> str:
        return report.text(results, report.circumstances(environ, runs, before))

    return command.run(__doc__, MARK, measure, text)


def engines() -> Mapping[str, str]:
    """The engines', with nothing that changes how either side works; both images that Dockerfiles start from are made."""
    script = f'lines=$({ENGINES} env) || exit 1; eval "$lines"; env -0'
    lines = call(["bash", "-c", script], os.environ).split("\0")
    environ = dict(line.split("=", 1) for line in lines if "=" in line)
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "VIRTUAL_ENV"):
        environ.pop(name, None)
    call([ENGINES, "builder-image", "3.13"], environ)
    return environ


if __name__ == "__main__":
    sys.exit(main())
