"""What a layer holds: files, directories and symbolic links, named by their path in the image.

The currency between whatever produces content (a .deb, a wheel, the project) and whatever writes it (a layer).
Times are not part of an entry: a layer has one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeAlias


class InvalidEntryPath(ValueError):
    """The path is empty, absolute, not normalised, or leaves the image."""


def _check(path: str) -> None:
    if not path or path.startswith("/") or "\0" in path or str(PurePosixPath(path)) != path or ".." in path.split("/"):
        raise InvalidEntryPath(f"not a relative, normalised path: {path!r}")


@dataclass(frozen=True, slots=True)
class File:
    """A regular file. Its content is bytes, or a file on disk that is read when the layer is written."""

    path: str
    content: bytes | Path
    mode: int = 0o644
    uid: int = 0
    gid: int = 0

    def __post_init__(self) -> None:
        _check(self.path)

    def read(self) -> bytes:
        """The whole content."""
        return self.content if isinstance(self.content, bytes) else self.content.read_bytes()

    @property
    def size(self) -> int:
        """Length of the content in bytes."""
        return len(self.content) if isinstance(self.content, bytes) else self.content.stat().st_size


@dataclass(frozen=True, slots=True)
class Directory:
    """A directory. Parents need not be listed: a layer adds those that are missing, 0755 and owned by root."""

    path: str
    mode: int = 0o755
    uid: int = 0
    gid: int = 0

    def __post_init__(self) -> None:
        _check(self.path)


@dataclass(frozen=True, slots=True)
class Symlink:
    """A symbolic link; the target is text, kept as it is (it may be absolute: inside the image)."""

    path: str
    target: str
    uid: int = 0
    gid: int = 0

    def __post_init__(self) -> None:
        _check(self.path)


Entry: TypeAlias = File | Directory | Symlink
Entries: TypeAlias = Iterable[Entry]
