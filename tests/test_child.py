"""A child process ends when it should, and never outlives who wants it."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from pottle import child
from pottle.stop import Stop, Stopped

HERE = Path("/")
ENV = {"PATH": os.environ["PATH"]}


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def gone(pid: int) -> bool:
    deadline = time.monotonic() + 5
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not alive(pid)


def test_gives_status_and_stderr():
    assert child.run(["sh", "-c", "echo out; echo err >&2; exit 3"], Stop(), env=ENV, cwd=HERE) == (3, b"err\n")


def test_reads_what_it_is_given(tmp_path):
    (tmp_path / "in").write_bytes(b"text")
    with (tmp_path / "in").open("rb") as file:
        assert child.run(["sh", "-c", "cat >&2"], Stop(), env=ENV, cwd=HERE, stdin=file) == (0, b"text")


def test_writes_where_it_is_told(tmp_path):
    with (tmp_path / "out").open("wb") as file:
        assert child.run(["sh", "-c", "echo out; echo err >&2"], Stop(), env=ENV, cwd=HERE, stdout=file) == (
            0,
            b"err\n",
        )
    assert (tmp_path / "out").read_text() == "out\n"


def test_a_stop_ends_it_and_what_it_started(tmp_path):
    stop, note = Stop(), tmp_path / "pid"
    threading.Thread(target=lambda: (wait_for(note), stop.set())).start()
    started = time.monotonic()
    with pytest.raises(Stopped):
        child.run(["sh", "-c", f"sleep 60 & echo $! > {note}.new; mv {note}.new {note}; wait"], stop, env=ENV, cwd=HERE)
    assert time.monotonic() - started < 10
    assert gone(int(note.read_text()))


def test_an_interrupt_ends_it(tmp_path):
    note = tmp_path / "pid"
    threading.Thread(target=lambda: (wait_for(note), os.kill(os.getpid(), signal.SIGINT))).start()
    with pytest.raises(KeyboardInterrupt):
        child.run(["sh", "-c", f"echo $$ > {note}.new; mv {note}.new {note}; exec sleep 60"], Stop(), env=ENV, cwd=HERE)
    assert gone(int(note.read_text()))


def test_none_is_started_after_the_stop(tmp_path):
    stop = Stop()
    stop.set()
    with pytest.raises(Stopped):
        child.run(["touch", str(tmp_path / "started")], stop, env=ENV, cwd=HERE)
    assert list(tmp_path.iterdir()) == []


def wait_for(path: Path) -> None:
    while not path.exists():
        time.sleep(0.01)


def test_what_was_just_written_can_be_executed(tmp_path):
    """While other threads start children, which for a moment have what we write open: `ETXTBSY` otherwise, in one of fourteen."""
    over = threading.Event()

    def start_others() -> None:
        while not over.is_set():
            child.run(["true"], Stop(), env=ENV, cwd=HERE)

    others = [threading.Thread(target=start_others) for _ in range(3)]
    for other in others:
        other.start()
    try:
        for number in range(150):
            program = tmp_path / f"{number}"
            with child.WRITING_PROGRAM:
                program.write_bytes(b"#!/bin/sh\nexit 0\n")
            program.chmod(0o755)
            assert child.run([str(program)], Stop(), env=ENV, cwd=HERE) == (0, b"")
    finally:
        over.set()
        for other in others:
            other.join()
