"""A directory that any number of processes use at once, and that one may tidy: flock(2) on a file in it, shared and exclusive.

Who uses it holds the lock shared for a whole command, so what a command has found there stays until it ends. Where a directory
cannot be locked (a read-only or old network file system) it is used all the same, and nobody may tidy it.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Final, Self

from pottle.errors import HostError

LOCK: Final = "lock"
"""The file in the directory. It is empty, and stays."""
FINE_ENOUGH: Final = 3600.0
"""Seconds: a use is noted no more often than that."""
_EVERY = 0.1


class Use:
    """That somebody uses the directory, until `end`, or until the process does.

    Who only reads, `makes` being false, leaves one that is not there away.
    """

    def __init__(self, directory: Path, *, makes: bool = True) -> None:
        self._directory, self._makes = directory, makes
        self._lock: int | None = None
        self.begin()

    def begin(self) -> None:
        """Once more, after an `end`; waits for somebody who tidies."""
        if self._lock is not None:
            return
        with suppress(OSError):
            if self._makes:
                self._directory.mkdir(parents=True, exist_ok=True)
            self._lock = _opened(self._directory)
            fcntl.flock(self._lock, fcntl.LOCK_SH)

    def end(self) -> None:
        """May be called often."""
        lock, self._lock = self._lock, None
        if lock is not None:
            os.close(lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()


@contextmanager
def alone(
    directory: Path, patience: float, waiting: Callable[[], AbstractContextManager[object]] = nullcontext
) -> Iterator[None]:
    """Nobody uses the directory during the block: who begins waits, so it should be short.

    Those who use it now are waited for, `patience` seconds at most, inside of `waiting()`. Raises `HostError` where that is not enough, and
    where the directory cannot be locked.
    """
    try:
        lock = _opened(directory)
    except OSError as error:
        raise _unusable(directory, error) from error
    try:
        if not _taken(lock, directory):
            with waiting():
                _wait(lock, directory, patience)
        yield
    finally:
        os.close(lock)


def used(path: Path) -> None:
    """Notes that `path` is used: its modification time says when, to about an hour. Trouble with that is nobody's."""
    with suppress(OSError):
        if abs(time.time() - path.stat().st_mtime) > FINE_ENOUGH:
            os.utime(path)  # now, which who may write the file may say; another time only its owner


@contextmanager
def occupied(directory: Path) -> Iterator[None]:
    """Holds this one directory, apart from the whole that it is in: for what lasts longer than a command may hold that."""
    lock = None
    with suppress(OSError):
        lock = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        fcntl.flock(lock, fcntl.LOCK_SH)
    try:
        yield
    finally:
        if lock is not None:
            os.close(lock)


def is_occupied(path: Path) -> bool:
    """Whether anybody holds it."""
    try:
        lock = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return not _taken(lock, path)
    finally:
        os.close(lock)


def _opened(directory: Path) -> int:
    return os.open(directory / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)


def _taken(lock: int, place: Path) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise _unusable(place, error) from error
    return True


def _wait(lock: int, directory: Path, patience: float) -> None:
    deadline = time.monotonic() + patience
    while not _taken(lock, directory):
        if time.monotonic() >= deadline:
            raise HostError(
                f"{directory} has been in use for {patience:.0f} s without a break",
                hint="try again when no pottle runs there",
            )
        time.sleep(_EVERY)


def _unusable(place: Path, error: OSError) -> HostError:
    reason = (error.strerror or str(error)).lower()
    return HostError(f"{place} cannot be locked: {reason}", hint="check its owner, its mode and its file system")
