"""Commands in a root directory: what they can reach, what they leave, and what they are ended for."""

import os
import threading
from pathlib import Path

import pytest

from pottle.errors import HostError
from pottle.run.bounds import Bounds
from pottle.run.command import Ended, Task, run_in
from pottle.run.settings import Host
from pottle.stop import Stop, Stopped

BOMB = "f() { f | f & }; f; sleep 60"
PROGRAMS = ("usr", "lib", "lib64")


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    """A root with this machine's programs in it, and a directory that can be written to."""
    root, out = tmp_path / "root", tmp_path / "out"
    for name in (*PROGRAMS, "proc", "dev", "tmp", "out"):
        (root / name).mkdir(parents=True)
    (root / "bin").symlink_to("usr/bin")
    out.mkdir()
    return root, out


def run(places: tuple[Path, Path], script: str, bounds: Bounds | None = None, stop: Stop | None = None) -> Ended:
    root, out = places
    there = {f"/{name}": Path("/", name) for name in PROGRAMS if Path("/", name).is_dir()}
    task = Task(("/bin/sh", "-c", script), (("PATH", "/usr/bin"),), "/out", {"/out": out}, there)
    try:
        return run_in(root, task, Host(os.environ, root), stop or Stop(), bounds or Bounds())
    except HostError as error:
        pytest.skip(error.what)


def test_it_writes_where_it_may(places):
    assert run(places, "echo 1 > one") == Ended(0, "")
    assert (places[1] / "one").read_text() == "1\n"


def test_it_writes_nowhere_else(places):
    ended = run(places, "echo 1 > /usr/one || echo 1 > /one || echo 1 > /dev/one")
    assert ended.code != 0
    assert not (places[0] / "one").exists()


def test_it_has_no_network_and_nothing_of_the_caller(places):
    ended = run(places, "cat /proc/net/dev | tail -n +3 | cut -d: -f1; set | grep -c HOME=; id -u")
    assert ended.said.split() == ["lo", "0", "65532"]


def test_it_sees_no_process_of_the_machine(places):
    assert int(run(places, "ls -d /proc/[0-9]* | wc -l").said) < 10


@pytest.mark.parametrize(
    ("script", "bounds", "reason"),
    [
        ("sleep 60", Bounds(seconds=0.5), "it took more than 0.5 seconds"),
        (
            "while :; do head -c 1000000 /dev/zero > $((i = i + 1)); done",
            Bounds(disk=20 << 20),
            "it wrote more than 20 MiB",
        ),
        ("yes", Bounds(disk=20 << 20), "it wrote more than 20 MiB"),
        (
            "head -c 300000000 /dev/zero | tail; sleep 60",
            Bounds(memory=100 << 20),
            "it took more than 100 MiB of memory",
        ),
    ],
    ids=["time", "files", "words", "memory"],
)
def test_what_takes_too_much_is_ended(places, script: str, bounds: Bounds, reason: str):
    ended = run(places, script, bounds)
    assert ended.exceeded == reason
    assert ended.code != 0


def test_a_fork_bomb_is_stopped(places):
    """By the kernel, which counts the processes of a user, be they of another sandbox, or by who looks: whoever is first."""
    ended = run(places, BOMB, Bounds(processes=30, seconds=20))
    assert ended.code != 0
    assert ended.exceeded == "it started more than 30 processes" or "fork" in ended.said


def test_it_is_ended_when_told_to(places):
    stop = Stop()
    threading.Timer(0.5, stop.set).start()
    with pytest.raises(Stopped):
        run(places, "sleep 600", stop=stop)


def test_nothing_is_left_running(places):
    run(places, "sleep 4711 & sleep 4711 & exit 3")
    commands = (Path(path, "cmdline") for path in Path("/proc").glob("[0-9]*"))
    assert not [path for path in commands if b"4711" in _content(path)]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_memory_that_is_a_directory_is_bounded(places):
    said = run(places, "grep -E ' (/tmp|/dev/shm) ' /proc/mounts | grep -o size=.*k").said
    assert said.split() == ["size=2097152k"] * 2
