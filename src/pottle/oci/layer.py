"""A layer (OCI image-spec, layer.md): a compressed tar of a set of entries, the same bytes for the same set.

The archive is sorted by path, has every parent directory, numeric owners, the entries' modes and one time. It is never whole in
memory: content is read when its turn comes, hashed before and after compression in the same pass, and written.
"""

import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from pottle.errors import HostError, ProjectError
from pottle.oci import media_types
from pottle.oci.compression import Compression, compressed
from pottle.oci.descriptor import Descriptor
from pottle.oci.digest import Digest
from pottle.oci.document import Struct
from pottle.oci.entry import Directory, Entries, Entry, File, Symlink
from pottle.oci.layout import Layout
from pottle.oci.tarball import END, header, padding

_WORTH_A_LINK = 1 << 12
"""A smaller content is its own file: equal constants may be one object by chance."""
_READ_SIZE = 1024 * 1024
_MEDIA_TYPES: Mapping[Compression, str] = {"gzip": media_types.LAYER_GZIP, "zstd": media_types.LAYER_ZSTD}


class InvalidLayer(ProjectError):
    """The entries contradict each other, or cannot be written down."""


class Layer(Struct, frozen=True):
    """A layer that lies in a layout."""

    descriptor: Descriptor
    """Of the compressed bytes."""
    diff_id: Digest
    """Of the uncompressed tar."""
    size: int
    """Bytes of the uncompressed tar."""


def write_layer(
    entries: Entries,
    store: Layout,
    *,
    mtime: int,
    compression: Compression = "gzip",
    annotations: Mapping[str, str] | None = None,
    check: Callable[[], None] = lambda: None,
) -> Layer:
    """Writes the layer that `entries` make up into `store`, whatever order they come in.

    `check` is called every now and then: what it raises ends the writing, and nothing stays behind.
    """
    tar = _Measured(write_tar(arrange(entries), mtime))
    with store.writer() as blob:
        for part in compressed(tar, compression):
            check()
            blob.write(part)
    descriptor = Descriptor(_MEDIA_TYPES[compression], blob.digest, blob.size, annotations=dict(annotations or {}))
    return Layer(descriptor, tar.digest, tar.size)


def arrange(entries: Entries) -> list[Entry]:
    """The entries sorted by path, each once, with the parent directories that nobody listed."""
    found: dict[str, Entry] = {}
    for entry in entries:
        other = found.setdefault(entry.path, entry)
        if other is not entry and not _same(other, entry):
            raise InvalidLayer(f"two different entries want to be {entry.path}", hint="leave one of them out")
        _check_text(entry)
    for path in list(found):
        _add_parents(path, found)
    return [found[path] for path in sorted(found)]


def write_tar(entries: Sequence[Entry], mtime: int) -> Iterator[bytes]:
    """The archive of arranged entries, piece by piece. Files of one content object, in memory or on disk, are hard links; those of merely equal content are not."""
    written: dict[tuple[int, int, int, int], str] = {}
    for entry in entries:
        match entry:
            case File(content=content):
                first = written.setdefault((id(content), entry.mode, entry.uid, entry.gid), entry.path)
                if first != entry.path and entry.size >= _WORTH_A_LINK:
                    yield header(entry, mtime, link=first)
                elif isinstance(content, bytes):
                    yield header(entry, mtime, len(content)) + content + padding(len(content))
                else:
                    yield from _file_on_disk(entry, content, mtime)
            case _:
                yield header(entry, mtime)
    yield END


class _Measured:
    """Chunks passing by, hashed and counted."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self._hash = chunks, hashlib.sha256()
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self._hash.update(chunk)
            self.size += len(chunk)
            yield chunk

    @property
    def digest(self) -> Digest:
        return Digest.from_hex(self._hash.hexdigest())


def _same(one: Entry, other: Entry) -> bool:
    if isinstance(one, File) and isinstance(other, File):
        owners = (one.mode, one.uid, one.gid) == (other.mode, other.uid, other.gid)
        return owners and (one.content == other.content or one.read() == other.read())
    return one == other


def _check_text(entry: Entry) -> None:
    target = entry.target if isinstance(entry, Symlink) else "."
    if not target or "\0" in target:
        raise InvalidLayer(f"the symbolic link {entry.path} has no usable target")
    if not (entry.path.isascii() and target.isascii()):
        try:
            (entry.path + target).encode()
        except UnicodeEncodeError:
            raise InvalidLayer(f"the name of {entry.path!r} is not UTF-8", hint="rename it, or leave it out") from None


def _add_parents(path: str, found: dict[str, Entry]) -> None:
    while (cut := path.rfind("/")) > 0:
        path = path[:cut]
        parent = found.get(path)
        if parent is None:
            found[path] = Directory(path)
        elif isinstance(parent, Directory):
            return
        else:
            raise InvalidLayer(f"{path} is not a directory but something lies below it", hint="leave one of them out")


def _file_on_disk(entry: File, source: Path, mtime: int) -> Iterator[bytes]:
    """Header and content of the very file that is named: a symbolic link, a FIFO or a device is refused."""
    descriptor = _open(source)
    try:
        size = os.fstat(descriptor).st_size
        yield header(entry, mtime, size)
        left = size
        while left and (chunk := os.read(descriptor, min(left, _READ_SIZE))):
            left -= len(chunk)
            yield chunk
        if left or os.read(descriptor, 1):
            raise HostError(f"{source} changed while it was read", hint="build again when nothing writes to it")
        yield padding(size)
    finally:
        os.close(descriptor)


def _open(source: Path) -> int:
    try:
        descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise HostError(f"{source} could not be read: {reason}", hint="it has to be a readable regular file") from error
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise HostError(f"{source} could not be read: not a regular file", hint="leave it out")
