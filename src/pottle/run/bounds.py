"""How much a command may take while an image is built, and who looks that it does not take more.

Nobody has to be root for it, nor cgroups be delegated: a thread looks at /proc and at what can be written, a few times a second, and
ends the sandbox where it finds too much. What no look can be in time for (a file that grows) the kernel bounds itself: setrlimit(2).
"""

import os
import shutil
import stat
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import IO

from pottle.run.process import descendants

_EVERY = 0.1
_SHARE_OF_MEMORY = 0.75
_PAGE = os.sysconf("SC_PAGE_SIZE")


def _memory() -> int:
    return int(os.sysconf("SC_PHYS_PAGES") * _PAGE * _SHARE_OF_MEMORY)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What all processes of one command may come to."""

    processes: int = 1000
    memory: int = field(default_factory=_memory)
    """Bytes that are theirs alone. Three quarters of what the machine has."""
    disk: int = 8 << 30
    """Bytes below the directories that it may write to, and of what it says; see `on`."""
    seconds: float = 3600.0

    def on(self, places: Iterable[Path]) -> "Bounds":
        """The same, where no more is written than half of what is free at any of the places."""
        free = [shutil.disk_usage(place).free // 2 for place in places]
        return replace(self, disk=min([self.disk, *free]))

    @property
    def limits(self) -> tuple[tuple[str, int], ...]:
        """What the kernel is told, so that nothing grows beyond measure between two looks: processes of the user, bytes of a file."""
        return ("nproc", 2 * self.processes), ("fsize", self.disk)

    @property
    def too_large(self) -> str:
        """What is said of who wrote too much."""
        return f"it wrote more than {_amount(self.disk)}"


@contextmanager
def enforced(
    bounds: Bounds, process: subprocess.Popen[bytes], places: Sequence[Path], heard: IO[bytes]
) -> Iterator[list[str]]:
    """While the block runs, `process` is killed where its descendants take too much; why is in the list then."""
    found: list[str] = []
    over = threading.Event()

    def look() -> None:
        started, due = time.monotonic(), 0.0
        while not over.wait(_EVERY):
            now = time.monotonic()
            reason = _too_much(bounds, process.pid) or _too_long(bounds, now - started)
            if reason is None and now >= due:
                reason = _too_large(bounds, places, os.fstat(heard.fileno()).st_size)
                due = time.monotonic() + 10 * (time.monotonic() - now)  # a tenth of the time at most goes into looking
            if reason is not None:
                found.append(reason)
                process.kill()
                return

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        over.set()
        thread.join()


def _too_long(bounds: Bounds, seconds: float) -> str | None:
    return f"it took more than {bounds.seconds:g} seconds" if seconds > bounds.seconds else None


def _too_much(bounds: Bounds, process: int) -> str | None:
    those = descendants(process)
    if len(those) > bounds.processes:
        return f"it started more than {bounds.processes} processes"
    if sum(map(_own_memory, those)) > bounds.memory:
        return f"it took more than {_amount(bounds.memory)} of memory"
    return None


def _own_memory(process: int) -> int:
    """What it shares with nobody (proc(5), /proc/PID/statm: resident less shared)."""
    with suppress(OSError, ValueError, IndexError):
        fields = Path(f"/proc/{process}/statm").read_bytes().split()
        return (int(fields[1]) - int(fields[2])) * _PAGE
    return 0


def _too_large(bounds: Bounds, places: Iterable[Path], said: int) -> str | None:
    left = bounds.disk - said
    for size in chain.from_iterable(map(_sizes, places)):
        if left < 0:
            break
        left -= size
    return bounds.too_large if left < 0 else None


def _sizes(place: Path) -> Iterator[int]:
    """Of whatever lies there, as it is: links are not followed, and what goes away meanwhile is passed over."""
    pending = [os.fspath(place)]
    while pending:
        with suppress(OSError), os.scandir(pending.pop()) as entries:
            for entry in entries:
                with suppress(OSError):
                    there = entry.stat(follow_symlinks=False)
                    if stat.S_ISDIR(there.st_mode):
                        pending.append(entry.path)
                    yield there.st_blocks * 512


def _amount(size: int) -> str:
    return f"{size / (1 << 30):.3g} GiB" if size >= 1 << 30 else f"{size / (1 << 20):.3g} MiB"
