"""An image's layers applied to a directory (OCI image-spec, layer.md "Applying Changesets"), all owned by whoever runs this.

Where every path leads is decided in memory (`pottle.oci.tree`), so nothing is ever written outside of the directory. Owners, setuid bits, devices and FIFOs are left out; modes are the
layer's, except that the owner can always read, and enter and change directories.
"""

import hashlib
import os
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import assert_never

from pottle import child
from pottle.errors import IntegrityError
from pottle.oci.compression import Readable, decompressed
from pottle.oci.descriptor import Descriptor
from pottle.oci.digest import Digest
from pottle.oci.entry import Directory, Entry, File, Symlink
from pottle.oci.image import Image
from pottle.oci.layout import Layout
from pottle.oci.members import InvalidArchive, Kind, Member, read_members
from pottle.oci.tree import Bounds, Tree
from pottle.writing import host_errors, staged_directory

_AHEAD = 4
_BOUNDS = Bounds()
_LONG_AGO = 315532800
"""The time of files that have none of their own, in seconds since 1970: 1980, before which zip files know nothing."""


def unpack(image: Image, into: Path, bounds: Bounds = _BOUNDS) -> None:
    """The image's file system at `into`, whole or not at all; a directory that is there already stays as it is.

    Name `into` after the image's digest, and it need be unpacked once only.
    """
    if into.is_dir():
        return
    with host_errors(into):
        into.parent.mkdir(parents=True, exist_ok=True)
    with host_errors(into), staged_directory(into.parent, f".{into.name}.") as temporary:
        disk = _Disk(str(temporary))
        tree = Tree(disk, bounds)
        for layer in image.layers:
            tree.apply(layer_members(image.store, layer))
        disk.settle()
        _publish(temporary, into)


def lay_out(entries: Iterable[Entry], into: Path, bounds: Bounds = _BOUNDS) -> None:
    """The entries at `into`, as a layer of them would lie there; of one path the last counts. Raises `InvalidArchive` as for a layer."""
    lay_out_members(map(_member, entries), into, bounds)


def lay_out_members(members: Iterator[Member], into: Path, bounds: Bounds = _BOUNDS) -> None:
    """The same of what a tar holds."""
    with host_errors(into):
        into.mkdir()
        disk = _Disk(str(into))
        Tree(disk, bounds).apply(members)
        disk.settle()


def _member(entry: Entry) -> Member:
    match entry:
        case File():
            content = iter((memoryview(entry.read()),))
            return Member(entry.path, Kind.FILE, entry.mode, 0, 0, _LONG_AGO, entry.size, "", content)
        case Directory():
            return Member(entry.path, Kind.DIRECTORY, entry.mode, 0, 0, _LONG_AGO, 0, "", iter(()))
        case Symlink():
            return Member(entry.path, Kind.SYMLINK, 0o777, 0, 0, _LONG_AGO, 0, entry.target, iter(()))
        case _:
            assert_never(entry)


def layer_members(store: Layout, layer: Descriptor, diff_id: Digest | None = None) -> Iterator[Member]:
    """What the layer holds; its digest, and its diff ID where that is given, are verified at the end."""
    with store.open_blob(layer.digest) as stream:
        source = _Hashed(stream)
        content = _Content(decompressed(source), diff_id)
        yield from read_members(_ahead(iter(content)))
        source.verify(layer)
        content.verify(layer)


def _ahead(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same chunks, some of them made in another thread before they are asked for: zlib works while files are written."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1, thread_name_prefix="decompress") as pool:
        flight = deque(pool.submit(next, chunks, b"") for _ in range(_AHEAD))
        while chunk := flight.popleft().result():
            flight.append(pool.submit(next, chunks, b""))
            yield chunk


class _Hashed:
    """A stream that is hashed while it is read."""

    def __init__(self, stream: Readable) -> None:
        self._stream, self._hash = stream, hashlib.sha256()

    def read(self, size: int, /) -> bytes:
        content = self._stream.read(size)
        self._hash.update(content)
        return content

    def verify(self, layer: Descriptor) -> None:
        if self._hash.hexdigest() != layer.digest.hex:
            raise IntegrityError(f"the layer {layer.digest} is not what its name says", hint="build the image anew")


class _Content:
    """What comes out of a layer: not more than any image has, and hashed where somebody knows the diff ID."""

    def __init__(self, chunks: Iterator[bytes], diff_id: Digest | None) -> None:
        self._chunks, self._diff_id, self._hash = chunks, diff_id, hashlib.sha256()

    def __iter__(self) -> Iterator[bytes]:
        left = _BOUNDS.size
        for chunk in self._chunks:
            left -= len(chunk)
            if left < 0:
                raise InvalidArchive(f"a layer unpacks to more than {_BOUNDS.size} bytes")
            if self._diff_id is not None:
                self._hash.update(chunk)
            yield chunk

    def verify(self, layer: Descriptor) -> None:
        if self._diff_id is not None and self._hash.hexdigest() != self._diff_id.hex:
            raise IntegrityError(f"the layer {layer.digest} does not have the diff ID that its image says")


class _Disk:
    """The sink that writes into a directory."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._modes: dict[str, int] = {"": 0o755}

    def directory(self, path: str) -> None:
        os.mkdir(self._at(path), 0o700)

    def mode(self, path: str, mode: int) -> None:
        self._modes[path] = mode

    def file(self, member: Member, path: str) -> None:
        _write_file(member, self._at(path))

    def symlink(self, target: str, path: str) -> None:
        os.symlink(target, self._at(path))

    def link(self, source: str, path: str) -> None:
        os.link(self._at(source), self._at(path), follow_symlinks=False)

    def remove(self, path: str) -> None:
        os.unlink(self._at(path))

    def remove_directory(self, path: str) -> None:
        os.rmdir(self._at(path))
        self._modes.pop(path, None)

    def settle(self) -> None:
        """Gives directories their modes, now that nothing is written into them any more."""
        for path, mode in self._modes.items():
            os.chmod(self._at(path), mode & 0o1777 | 0o700)

    def _at(self, path: str) -> str:
        return f"{self._root}/{path}"


def _write_file(member: Member, path: str) -> None:
    with child.WRITING_PROGRAM if member.mode & 0o111 else nullcontext():
        _write(member, path)


def _write(member: Member, path: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        for piece in member.content:
            rest = piece
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        os.fchmod(descriptor, member.mode & 0o777 | 0o400)
        os.utime(descriptor, (member.mtime, member.mtime))
    finally:
        os.close(descriptor)


def _publish(temporary: Path, into: Path) -> None:
    try:
        temporary.rename(into)
    except OSError:
        if not into.is_dir():  # somebody else was faster, with the same image
            raise
