"""Files and directories that are either whole or not there: made beside their place under another name, then moved.

Whoever is killed while writing leaves a temporary one behind. It is locked (flock(2)) as long as its writer lives, so the
next writer can tell that it is nobody's any more and removes it.
"""

import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import IO

from pottle.errors import HostError

_SUFFIX = ".part"
_COPY_SIZE = 1 << 30
_READ_SIZE = 1 << 20

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_CANNOT_COPY = {errno.EXDEV, errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM, errno.EBADF, errno.ENOTSOCK}


@contextmanager
def host_errors(place: Path) -> Iterator[None]:
    """Turns what the operating system says while `place` is written into an error with a way out."""
    try:
        yield
    except OSError as error:
        raise _host_error(error, place) from error


def _host_error(error: OSError, place: Path) -> HostError:
    if error.errno in _FULL:
        return HostError(f"no space left to write {place}", hint="free some space there, or write to another place")
    if error.errno in _FORBIDDEN:
        return HostError(f"{place} is not writable", hint="check its owner and mode, or write to another place")
    reason = (error.strerror or str(error)).lower()
    return HostError(f"{place} could not be written: {reason}", hint="check the path, or write to another place")


class Staged:
    """A temporary file that is still to get its name."""

    def __init__(self, file: IO[bytes], path: Path) -> None:
        self.file, self._path = file, path

    def move_to(self, target: Path, mode: int = 0o644) -> None:
        """Gives the file its name, in place of what has it now; the mode does not depend on the umask."""
        self.file.flush()
        os.fchmod(self.file.fileno(), mode)
        self._path.replace(target)


@contextmanager
def staged(directory: Path, prefix: str) -> Iterator[Staged]:
    """A temporary file in `directory`, gone after the block unless it was moved."""
    _sweep(directory, prefix)
    with _leased(lambda: _new_file(directory, prefix)) as path:
        try:
            with path.open("wb") as file:
                yield Staged(file, path)
        finally:
            path.unlink(missing_ok=True)


@contextmanager
def staged_directory(directory: Path, prefix: str) -> Iterator[Path]:
    """A temporary directory in `directory`, which only its owner may enter, gone after the block unless it was moved."""
    _sweep(directory, prefix)
    with _leased(lambda: Path(tempfile.mkdtemp(_SUFFIX, prefix, directory))) as path:
        try:
            yield path
        finally:
            remove_tree(path)


@contextmanager
def replacing(path: Path, mode: int = 0o644) -> Iterator[IO[bytes]]:
    """A file that takes the place of `path` when the block ends well, and leaves nothing behind when it does not."""
    with host_errors(path), staged(path.parent, f".{path.name}.") as temporary:
        yield temporary.file
        temporary.move_to(path, mode)


def remove_tree(path: Path) -> None:
    """Removes a directory with all that is in it, also directories that their owner may not write to."""
    for parent, directories, _ in os.walk(path):
        for name in directories:
            if not os.path.islink(child := os.path.join(parent, name)):
                os.chmod(child, 0o700)
    shutil.rmtree(path, ignore_errors=True)


def copy_content(source: BufferedReader, target: IO[bytes]) -> int:
    """Copies an unread file to the end of `target`, inside the kernel where it can; says how many bytes that were."""
    target.flush()
    copied = 0
    for name in ("copy_file_range", "sendfile"):
        copied += _copy_in_kernel(name, source.fileno(), target.fileno())
    while chunk := source.read(_READ_SIZE):
        copied += target.write(chunk)
    return copied


def _copy_in_kernel(name: str, source: int, target: int) -> int:
    """Copies from where the two files stand, as far as the system and its file systems are able to."""
    copied = 0
    with suppress(AttributeError):
        copy = getattr(os, name)
        try:
            while (
                count := copy(source, target, _COPY_SIZE)
                if name != "sendfile"
                else copy(target, source, None, _COPY_SIZE)
            ):
                copied += count
        except OSError as error:
            if error.errno not in _CANNOT_COPY:
                raise
    return copied


def _new_file(directory: Path, prefix: str) -> Path:
    descriptor, path = tempfile.mkstemp(_SUFFIX, prefix, directory)
    os.close(descriptor)
    return Path(path)


@contextmanager
def _leased(make: Callable[[], Path]) -> Iterator[Path]:
    """What `make` makes, under a lock; made again if a sweep was faster than the lock."""
    while True:
        path = make()
        with suppress(FileNotFoundError):
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if path.exists():
                break
            os.close(descriptor)
    try:
        yield path
    finally:
        os.close(descriptor)


def _sweep(directory: Path, prefix: str) -> None:
    """Removes what writers who are gone have left under `prefix`."""
    with suppress(OSError):
        left = [name for name in os.listdir(directory) if name.startswith(prefix) and name.endswith(_SUFFIX)]
        for name in left:
            _remove_unless_locked(directory / name)


def _remove_unless_locked(left: Path) -> None:
    descriptor = os.open(left, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        remove_tree(left) if left.is_dir() else left.unlink()
    except BlockingIOError:
        pass
    finally:
        os.close(descriptor)
