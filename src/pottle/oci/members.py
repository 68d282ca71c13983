"""What a layer's tar holds, read once from front to back, with nothing in it trusted.

`tarfile` parses the headers (ustar, pax, GNU); the stream below it only goes forward and refuses headers of a size that no
file name needs, so a hostile layer costs no memory.
"""

import stat
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import IO, cast

from pottle.errors import IntegrityError
from pottle.oci.compression import InvalidCompression
from pottle.oci.entry import Directory, Entry, File, Symlink
from pottle.oci.tarball import BLOCK

_MAX_HEADER = 1024 * 1024


class InvalidArchive(IntegrityError):
    """The tar is damaged, or means harm."""


class Kind(Enum):
    """What can lie in a layer."""

    FILE = "file"
    DIRECTORY = "directory"
    SYMLINK = "symbolic link"
    HARD_LINK = "hard link"
    OTHER = "device or FIFO"


_KINDS = {
    tarfile.REGTYPE: Kind.FILE,
    tarfile.AREGTYPE: Kind.FILE,
    tarfile.CONTTYPE: Kind.FILE,
    tarfile.DIRTYPE: Kind.DIRECTORY,
    tarfile.SYMTYPE: Kind.SYMLINK,
    tarfile.LNKTYPE: Kind.HARD_LINK,
}


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a layer's tar. Its content can be read until the next member is asked for."""

    path: str
    kind: Kind
    mode: int
    uid: int
    gid: int
    mtime: float
    size: int
    target: str
    content: Iterator[memoryview]

    @property
    def entry(self) -> Entry | None:
        """The entry that a layer writer would have been given; None for a hard link or a device."""
        path = self.path.removeprefix("./")
        match self.kind:
            case Kind.FILE:
                return File(path, b"".join(self.content), stat.S_IMODE(self.mode), self.uid, self.gid)
            case Kind.DIRECTORY:
                return Directory(path, stat.S_IMODE(self.mode), self.uid, self.gid)
            case Kind.SYMLINK:
                return Symlink(path, self.target, self.uid, self.gid)
            case _:
                return None


def read_members(chunks: Iterable[bytes]) -> Iterator[Member]:
    """The members of an uncompressed tar, in its order; raises `InvalidArchive` where it is damaged."""
    stream = _Forward(iter(chunks))
    try:
        with tarfile.TarFile(fileobj=cast(IO[bytes], stream), mode="r", encoding="utf-8") as tar:
            while found := tar.next():
                yield _member(found, stream)
                vars(tar)["members"].clear()  # it would keep every header
            stream.finish()
    except (tarfile.TarError, InvalidCompression, UnicodeError) as error:
        raise InvalidArchive(f"a layer's archive is damaged: {error}") from error


def _member(found: tarfile.TarInfo, stream: "_Forward") -> Member:
    kind = _KINDS.get(found.type, Kind.OTHER)
    if found.sparse is not None:
        raise InvalidArchive(f"a layer's archive holds a sparse file, which layers must not: {found.name}")
    size = found.size if kind is Kind.FILE else 0
    content = stream.pieces(size)
    return Member(found.name, kind, found.mode, found.uid, found.gid, found.mtime, size, found.linkname, content)


class _Forward:
    """The part of a file that `tarfile` needs, over chunks that come once."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._chunk = memoryview(b"")
        self._position = 0
        self._last = b""

    def read(self, size: int) -> bytes:
        """A header: small, always."""
        if size > _MAX_HEADER:
            raise InvalidArchive(f"a layer's archive has a header of {size} bytes")
        self._last = b"".join(self._upto(size))
        return self._last

    def tell(self) -> int:
        return self._position

    def seek(self, position: int) -> None:
        """Forward only: skips what nobody has read."""
        if position < self._position:
            raise InvalidArchive("a layer's archive has a member of negative size")
        for _ in self._upto(position - self._position):
            pass

    def pieces(self, size: int) -> Iterator[memoryview]:
        """The next `size` bytes."""
        end = self._position + size
        yield from self._upto(size)
        if self._position < end:
            raise InvalidArchive("a layer's archive ends inside a file")

    def finish(self) -> None:
        """Reads to the end: `tarfile` takes a damaged header for the end of the archive, which is a block of zeros."""
        if len(self._last) % BLOCK or any(self._last):
            raise InvalidArchive(f"a layer's archive has a damaged header before byte {self._position}")
        while self._next():
            pass

    def _upto(self, size: int) -> Iterator[memoryview]:
        while size and (self._chunk or self._next()):
            piece = self._chunk[:size]
            self._chunk = self._chunk[size:]
            self._position += len(piece)
            size -= len(piece)
            yield piece

    def _next(self) -> bool:
        self._chunk = memoryview(next(self._chunks, b""))
        return bool(self._chunk)
