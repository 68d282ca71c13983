"""An image's layers applied to a directory (OCI image-spec, layer.md "Applying Changesets"), all owned by whoever runs this.

Where every path leads is decided in memory, in the tree of what was unpacked so far: a symbolic link is followed inside that
tree, so nothing is ever written outside of the directory. Owners, setuid bits, devices and FIFOs are left out; modes are the
layer's, except that the owner can always read, and enter and change directories.
"""

import hashlib
import os
from collections import deque
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from pottle import child
from pottle.errors import IntegrityError
from pottle.oci.compression import Readable, decompressed
from pottle.oci.descriptor import Descriptor
from pottle.oci.image import Image
from pottle.oci.layout import Layout
from pottle.oci.members import InvalidArchive, Kind, Member, read_members
from pottle.writing import host_errors, staged_directory

_WHITEOUT = ".wh."
_OPAQUE = ".wh..wh..opq"
_MAX_LINKS = 40
"""Symbolic links followed for one path: Linux's own limit (path_resolution(7))."""

_MAX_DEPTH = 256
_AHEAD = 4


@dataclass(frozen=True, slots=True)
class Bounds:
    """What unpacking may take at most."""

    size: int = 64 << 30
    """Bytes, of all layers together."""
    members: int = 4_000_000


def unpack(image: Image, into: Path, bounds: Bounds = Bounds()) -> None:
    """The image's file system at `into`, whole or not at all; a directory that is there already stays as it is.

    Name `into` after the image's digest, and it need be unpacked once only.
    """
    if into.is_dir():
        return
    with host_errors(into):
        into.parent.mkdir(parents=True, exist_ok=True)
    with host_errors(into), staged_directory(into.parent, f".{into.name}.") as temporary:
        tree = _Tree(str(temporary), bounds)
        for layer in image.layers:
            tree.apply(layer_members(image.store, layer))
        tree.settle()
        _publish(temporary, into)


def layer_members(store: Layout, layer: Descriptor) -> Iterator[Member]:
    """What the layer holds, its digest verified at the end."""
    with store.open_blob(layer.digest) as stream:
        source = _Hashed(stream)
        yield from read_members(_ahead(decompressed(source)))
        source.verify(layer)


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


_Node: TypeAlias = "dict[str, _Node] | str | None"
"""A directory's children, a symbolic link's target, or None for a file."""


@dataclass(slots=True)
class _Place:
    """A name in a directory of the tree."""

    siblings: dict[str, _Node]
    parent: str
    name: str

    @property
    def path(self) -> str:
        return f"{self.parent}/{self.name}"


class _Tree:
    """A directory that is filled layer by layer, and what is in it."""

    def __init__(self, root: str, bounds: Bounds) -> None:
        self._root, self._bounds = root, bounds
        self._nodes: dict[str, _Node] = {}
        self._modes: dict[str, int] = {root: 0o755}
        self._fresh: set[str] = set()
        self._size = self._members = 0

    def apply(self, members: Iterator[Member]) -> None:
        """Lays one layer over what is there."""
        self._fresh.clear()
        for member in members:
            self._charge(member)
            if parts := _parts(member.path):
                self._add(member, self._place(parts))
            elif member.kind is Kind.DIRECTORY:
                self._modes[self._root] = member.mode

    def settle(self) -> None:
        """Gives directories their modes, now that nothing is written into them any more."""
        for path, mode in self._modes.items():
            os.chmod(path, mode & 0o1777 | 0o700)

    def _charge(self, member: Member) -> None:
        self._size += member.size
        self._members += 1
        if self._size > self._bounds.size or self._members > self._bounds.members:
            limit = f"{self._bounds.size} bytes in {self._bounds.members} files"
            raise InvalidArchive(f"the image unpacks to more than {limit}")

    def _add(self, member: Member, place: _Place) -> None:
        if place.name.startswith(_WHITEOUT):
            return self._white_out(place)
        if member.kind is Kind.OTHER:
            return None
        is_directory = member.kind is Kind.DIRECTORY and isinstance(place.siblings.get(place.name), dict)
        if not is_directory:
            self._remove(place)
            place.siblings[place.name] = self._create(member, place.path)
        if member.kind is Kind.DIRECTORY:
            self._modes[place.path] = member.mode
        self._fresh.add(place.path)
        return None

    def _create(self, member: Member, path: str) -> _Node:
        match member.kind:
            case Kind.FILE:
                _write_file(member, path)
                return None
            case Kind.SYMLINK:
                os.symlink(_target(member), path)
                return member.target
            case Kind.HARD_LINK:
                return self._link(member, path)
            case _:
                os.mkdir(path, 0o700)
                return {}

    def _link(self, member: Member, path: str) -> _Node:
        parts = _parts(_target(member))
        source = self._place(parts) if parts else None
        if not source or isinstance(node := source.siblings.get(source.name, {}), dict):
            raise InvalidArchive(f"{member.path} is a hard link to {member.target}, which is no file of the image")
        os.link(source.path, path, follow_symlinks=False)
        return node

    def _white_out(self, place: _Place) -> None:
        """Removes what lower layers have there; a whiteout does not concern its own layer."""
        if place.name == _OPAQUE:
            for name in list(place.siblings):
                self._remove_stale(_Place(place.siblings, place.parent, name))
        elif not place.name.startswith(_WHITEOUT * 2):
            self._remove_stale(_Place(place.siblings, place.parent, place.name.removeprefix(_WHITEOUT)))

    def _remove_stale(self, place: _Place) -> None:
        node = place.siblings.get(place.name)
        if isinstance(node, dict):
            for name in list(node):
                self._remove_stale(_Place(node, place.path, name))
        if not node and place.path not in self._fresh:
            self._remove(place)

    def _remove(self, place: _Place) -> None:
        if place.name not in place.siblings:
            return
        node = place.siblings.pop(place.name)
        if not isinstance(node, dict):
            os.unlink(place.path)
            return
        for name in list(node):
            self._remove(_Place(node, place.path, name))
        os.rmdir(place.path)
        del self._modes[place.path]

    def _place(self, parts: list[str]) -> _Place:
        """Where a path leads: its last part is not followed, symbolic links before it are, inside the tree."""
        node = self._nodes
        for part in parts[:-1]:
            child = node.get(part)
            if not isinstance(child, dict):
                return self._place_through_links(parts)
            node = child
        return _Place(node, "/".join((self._root, *parts[:-1])), parts[-1])

    def _place_through_links(self, parts: list[str]) -> _Place:
        real: list[str] = []
        todo = parts[-2::-1]
        links = 0
        while todo:
            part = todo.pop()
            if part == "..":
                del real[-1:]
            elif part not in ("", "."):
                child = self._children(real).get(part)
                if isinstance(child, str):
                    links += 1
                    real = [] if child.startswith("/") else real
                    todo.extend(reversed(child.split("/")))
                else:
                    self._enter(real, part)
            if links > _MAX_LINKS or len(real) > _MAX_DEPTH:
                raise InvalidArchive(f"{'/'.join(parts)} lies behind too many symbolic links")
        return _Place(self._children(real), "/".join((self._root, *real)), parts[-1])

    def _children(self, real: list[str]) -> dict[str, _Node]:
        node = self._nodes
        for part in real:
            child = node[part]
            assert isinstance(child, dict)
            node = child
        return node

    def _enter(self, real: list[str], part: str) -> None:
        """Steps into a directory, which is made if no layer has listed it."""
        children = self._children(real)
        path = "/".join((self._root, *real, part))
        if part not in children:
            os.mkdir(path, 0o700)
            children[part] = {}
            self._modes[path] = 0o755
        elif children[part] is None:
            raise InvalidArchive(f"something lies below {'/'.join((*real, part))}, which is a file")
        real.append(part)


def _parts(path: str) -> list[str]:
    """The path's names below the root, whichever way it is written."""
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if ".." in parts or "\0" in path or len(parts) > _MAX_DEPTH:
        raise InvalidArchive(f"a layer's archive has a path that leads out of the image: {path[:200]!r}")
    return parts


def _target(member: Member) -> str:
    if not member.target or "\0" in member.target:
        raise InvalidArchive(f"{member.path} is a link without a usable target")
    return member.target


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
