"""Times whole processes from outside: alternating, so that a machine that slows down slows every side; medians, never the best."""

import os
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

Action = Callable[[], None]


@dataclass(frozen=True)
class Times:
    """Seconds of several runs."""

    seconds: tuple[float, ...]
    processor: tuple[float, ...] = ()
    """Of the processes that were started and of theirs; what a daemon does for them is not in it. Other load hardly moves it."""

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    def __str__(self) -> str:
        low, high = min(self.seconds), max(self.seconds)
        return f"{self.median:.2f} s ({low:.2f} to {high:.2f})"


@dataclass(frozen=True)
class Job:
    """What is timed, and what happens before it without being timed."""

    timed: Callable[[], object]
    before: Action = lambda: None


def alternate(jobs: Mapping[str, Job], runs: int) -> dict[str, Times]:
    """Each job once, then each once more …: `runs` rounds, after one that does not count."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in jobs}
    for number in range(runs + 1):
        for name, job in jobs.items():
            job.before()
            found = _stopwatch(job.timed)
            if number:
                taken[name].append(found)
    return {name: Times(*zip(*found, strict=True)) for name, found in taken.items()}


def _stopwatch(timed: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the wall, and of processors."""
    began, used = time.perf_counter(), _processor_time()
    timed()
    return time.perf_counter() - began, _processor_time() - used


def _processor_time() -> float:
    spent = os.times()
    return spent.children_user + spent.children_system


def call(arguments: Sequence[object], environ: Mapping[str, str], directory: Path | None = None) -> str:
    """The output of a program that must succeed."""
    done = subprocess.run(
        [str(argument) for argument in arguments],
        env=dict(environ),
        cwd=directory,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, arguments))}\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


def peak_memory(timed: Action) -> int:
    """The most bytes that this process's children held at one moment: shared pages counted once (PSS), every 10 ms."""
    peak, done = 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.01):
            peak = max(peak, sum(map(_pss, _descendants(os.getpid()))))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        timed()
    finally:
        done.set()
        watcher.join()
    return peak


def _descendants(pid: int) -> list[int]:
    found: list[int] = []
    for child in _children(pid):
        if not _shares_memory(child, pid):
            found += [child, *_descendants(child)]
    return found


def _children(pid: int) -> list[int]:
    """Of each of its threads; it, or some, may have ended meanwhile."""
    children: list[int] = []
    with suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            with suppress(OSError):
                children += map(int, Path(f"/proc/{pid}/task/{thread}/children").read_text().split())
    return children


def _shares_memory(child: int, parent: int) -> bool:
    """Whether the child was made by vfork(2) and has not become a program of its own yet: it would count its parent twice."""
    return _command(child) == _command(parent)


def _command(pid: int) -> bytes | None:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return None  # it has ended


def _pss(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0  # it has ended
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
