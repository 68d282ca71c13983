"""What lies in the cache, as values: things that are removed as a whole, and the blobs that several of them share."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is there as a whole or not."""

    kind: str
    name: str
    paths: tuple[Path, ...]
    """Its own files and directories; none where it is a line of the store's `index.json`."""
    size: int
    """Bytes that they take on the disk."""
    used: float
    """When somebody last had a use for it, in seconds since 1970."""
    blobs: frozenset[str] = frozenset()
    """The blobs of the store, in hex, that it needs."""
    within: str | None = None
    """A blob without which it is of no use: another item's, in hex."""
    useless: str | None = None
    """Why nobody will have a use for it again; None: somebody may."""


@dataclass(frozen=True, slots=True)
class Blob:
    """A file of the store."""

    path: Path
    size: int
    used: float


@dataclass(frozen=True, slots=True)
class Inventory:
    """All that pottle knows as its own in one directory. What else lies there is nobody's business."""

    directory: Path
    items: tuple[Item, ...]
    blobs: Mapping[str, Blob]
    """By their digest, in hex."""

    @property
    def size(self) -> int:
        """Bytes on the disk."""
        return sum(item.size for item in self.items) + sum(blob.size for blob in self.blobs.values())

    def loose(self, among: Iterable[Item]) -> dict[str, Blob]:
        """The blobs that none of these items needs."""
        held = {digest for item in among for digest in item.blobs}
        return {digest: blob for digest, blob in self.blobs.items() if digest not in held}


class Sizes:
    """What trees take on the disk, each measured once: they never change under their names."""

    def __init__(self) -> None:
        self._known: dict[Path, int] = {}

    def of(self, path: Path) -> int:
        """Bytes of `path` with all that is in it, hard links counted once; none where it is gone."""
        if path not in self._known:
            self._known[path] = sum(dict(_blocks(path)).values())
        return self._known[path]


def last_use(path: Path) -> float:
    """As `pottle.sharing.used` notes it; long ago where it is gone."""
    try:
        return path.stat(follow_symlinks=False).st_mtime
    except OSError:
        return 0.0


def listed(directory: Path) -> Iterator[Path]:
    """What is in a directory, by name; nothing where there is none, or where it is a symbolic link."""
    try:
        if not directory.is_symlink():
            yield from sorted(directory.iterdir())
    except OSError:
        return


def _blocks(path: Path) -> Iterator[tuple[tuple[int, int], int]]:
    """Inode → its bytes on the disk."""
    try:
        found = path.lstat()
    except OSError:
        return
    yield (found.st_dev, found.st_ino), found.st_blocks * 512
    if path.is_dir() and not path.is_symlink():
        yield from _below(str(path))


def _below(directory: str) -> Iterator[tuple[tuple[int, int], int]]:
    try:
        with os.scandir(directory) as entries:
            for entry in entries:
                found = entry.stat(follow_symlinks=False)
                yield (found.st_dev, found.st_ino), found.st_blocks * 512
                if entry.is_dir(follow_symlinks=False):
                    yield from _below(entry.path)
    except OSError:
        return  # it was removed meanwhile
