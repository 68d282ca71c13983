"""Whoever wants pottle to end waits a moment at most; nobody it started stays, and the next build is as good as any."""

import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.test_faults import litter
from tests.world import World, world

from pottle.testing.package_index import PackageIndex
from pottle.testing.wheel_file import WheelFile

SIGNALS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
AT_ONCE = 5.0
"""Seconds: one, and what a busy machine needs for ending an interpreter."""


class Hanging(PackageIndex):
    """An index that accepts a request and never answers it."""

    def __init__(self, *wheels: WheelFile) -> None:
        super().__init__(*wheels)
        self.asked, self.over = threading.Event(), threading.Event()

    def answer(self, path: str, authorization: str | None) -> tuple[int, str, bytes]:
        self.asked.set()
        self.over.wait(60)
        return 404, "text/plain", b""


def children(pid: int) -> set[int]:
    """Everybody whose ancestor is `pid`."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            except (FileNotFoundError, ProcessLookupError):
                continue
            if state != "Z":
                parents[int(entry.name)] = int(parent)
    found, new = set(), {pid}
    while new:
        new = {child for child, parent in parents.items() if parent in new} - found
        found |= new
    return found


def wait_until(true, patience: float = 30) -> None:
    deadline = time.monotonic() + patience
    while not true():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.01)


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def interrupt(process: "subprocess.Popen[str]", number: signal.Signals, *, nobody: bool = True) -> float:
    """Send the signal; gives the seconds until the process had ended, checks all that must be true then."""
    started = children(process.pid)
    sent = time.monotonic()
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    took = time.monotonic() - sent
    if process.returncode == 0:  # it was done before the signal came
        return took
    assert process.returncode == SIGNALS[number], err
    assert (out, err) == ("", "stopped\n")
    wait_until(lambda: not any(map(running, started)), 5)
    return took


@pytest.fixture(params=SIGNALS, ids=lambda number: number.name)
def number(request: pytest.FixtureRequest) -> Iterator[signal.Signals]:
    return request.param


def test_a_build_backend_that_takes_its_time_is_ended(here: World, tmp_path: Path, number: signal.Signals):
    project = here.packaged(tmp_path / "shop", sleep="60")
    process = here.start("build", "-q", project)
    wait_until(lambda: any("own" in cmdline(pid) or "hook" in cmdline(pid) for pid in children(process.pid)))
    assert interrupt(process, number) < AT_ONCE
    assert litter(here) == []
    (project / "sleep").write_text("0")
    assert here.pottle("build", project).digest == here.fresh("other").pottle("build", project).digest


def cmdline(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def test_an_index_that_does_not_answer_is_left(tmp_path: Path, number: signal.Signals):
    from tests.world import NATIVE, WHEELS

    hanging = Hanging(*WHEELS, NATIVE)
    with world(tmp_path / "home", index=hanging) as here:
        process = here.start("build", "-q", here.virtual(tmp_path / "shop"))
        wait_until(hanging.asked.is_set)
        took = interrupt(process, number)
        hanging.over.set()
        assert took < AT_ONCE
        assert litter(here) == []


@pytest.mark.parametrize("part", ["InRelease", "by-hash", "netbase"])
def test_a_mirror_that_does_not_answer_is_left(here: World, tmp_path: Path, part: str):
    here.archive.fail(part, "hang")
    process = here.start("build", "-q", here.virtual(tmp_path / "shop"))
    wait_until(lambda: any(part in path for path in list(here.archive.requests)))
    assert interrupt(process, signal.SIGINT) < AT_ONCE
    assert litter(here) == []


def test_a_failure_ends_the_other_thread_too(here: World, tmp_path: Path):
    """A package cannot be had while the build backend sleeps."""
    here.archive.fail("netbase", 404)
    started = time.monotonic()
    said = here.spawn("build", "-q", here.packaged(tmp_path / "shop", sleep="60"))
    assert said.code == 4
    assert time.monotonic() - started < 15
    assert litter(here) == []


@pytest.mark.parametrize("seed", range(4))
def test_at_any_moment(here: World, tmp_path: Path, seed: int):
    chance = random.Random(seed)
    project = here.packaged(tmp_path / "shop")
    whole = time.monotonic()
    expected = here.fresh("calm").spawn("build", "-q", project).digest
    whole = time.monotonic() - whole
    for _ in range(3):
        process = here.start("build", "-q", project)
        wait_until(lambda process=process: awake(process))
        time.sleep(chance.uniform(0, whole / 2))
        assert interrupt(process, chance.choice(list(SIGNALS))) < AT_ONCE
        assert litter(here) == []
    assert here.spawn("build", "-q", project).digest == expected


def awake(process: "subprocess.Popen[str]") -> bool:
    """Whether it hears signals already: the mask of those it catches (proc_pid_status(5))."""
    if process.poll() is not None:
        return True
    caught = next(
        line for line in Path(f"/proc/{process.pid}/status").read_text().splitlines() if line.startswith("SigCgt")
    )
    return bool(int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1)


def test_a_killed_build_leaves_a_cache_that_works_and_the_next_one_tidies(here: World, tmp_path: Path):
    project = here.packaged(tmp_path / "shop", sleep="60")
    process = here.start("build", "-q", project, process_group=0)
    wait_until(lambda: any("hook" in cmdline(pid) or "own" in cmdline(pid) for pid in children(process.pid)))
    orphans = children(process.pid)
    process.kill()
    process.communicate()
    for orphan in orphans:
        if running(orphan):
            os.kill(orphan, signal.SIGKILL)
    (project / "sleep").write_text("0")
    assert here.pottle("build", project).digest == here.fresh("other").pottle("build", project).digest
    assert list((here.cache / "work").glob("*")) == []
