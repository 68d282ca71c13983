"""A sandbox seen from outside: the process above it, and how signals reach the program."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

_APPEARS_WITHIN = 2.0


class SandboxContainer:
    """A running sandbox. `program` finds the process that signals are for."""

    def __init__(self, outer: subprocess.Popen[bytes], program: Callable[[], int | None]) -> None:
        self._outer = outer
        self._program = program

    def wait(self) -> int:
        """The exit code."""
        code = self._outer.wait()
        return code if code >= 0 else 128 - code

    def signal(self, number: int) -> None:
        """To the program; a moment is granted in which it is about to appear."""
        deadline = time.monotonic() + _APPEARS_WITHIN
        while self._outer.poll() is None:
            if (program := self._program()) is not None:
                return _send(program, number)
            if time.monotonic() > deadline:
                return self.kill()
            time.sleep(0.01)
        return None

    def kill(self) -> None:
        """Process 1 of the namespace dies with its parent, everything else with process 1."""
        if self._outer.poll() is None:
            self._outer.kill()

    def close(self) -> None:
        """Nothing runs any more."""
        self.kill()
        self._outer.wait()


def _send(process: int, number: int) -> None:
    try:
        os.kill(process, signal.Signals(number))
    except ProcessLookupError:
        pass


def memory_file(name: str, content: bytes) -> int:
    """A descriptor to read `content` from, that nobody else can look into."""
    descriptor = os.memfd_create(name)
    with open(descriptor, "wb", closefd=False) as file:
        file.write(content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def eldest_child(parent: int) -> int | None:
    """The process that `parent` started first: what it adopted from others is younger."""
    children = [(born, pid) for pid, above, born in _processes() if above == parent]
    return min(children)[1] if children else None


def descendants(ancestor: int) -> list[int]:
    """All that `ancestor` and its children have started, as far as they are alive."""
    children: dict[int, list[int]] = {}
    for pid, above, _ in _processes():
        children.setdefault(above, []).append(pid)
    found, pending = [], [ancestor]
    while pending:
        below = children.get(pending.pop(), [])
        found += below
        pending += below
    return found


def _processes() -> Iterator[tuple[int, int, int]]:
    """Process, parent and start time of all there are (proc(5), /proc/PID/stat, fields 1, 4 and 22)."""
    for entry in os.listdir("/proc"):
        if entry.isdecimal():
            try:
                fields = Path("/proc", entry, "stat").read_bytes().rpartition(b")")[2].split()
            except OSError:
                continue
            yield int(entry), int(fields[1]), int(fields[19])
