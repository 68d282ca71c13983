"""An OCI image layout (image-spec, image-layout.md): a directory of blobs by digest, and an index of references into it.

A blob gets its name only when it is whole, so what lies under a digest's name has that content, and any number of processes
may write at once. `index.json` changes under a lock on `oci-layout`, which itself is never replaced.
"""

import fcntl
import hashlib
import os
from collections.abc import Container, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import IO, Final

import msgspec

from pottle.errors import HostError, IntegrityError
from pottle.oci.descriptor import Descriptor
from pottle.oci.digest import Digest
from pottle.oci.document import MAX_SIZE, InvalidDocument, encode
from pottle.oci.index import Index, index, read_index
from pottle.oci.reference import Reference
from pottle.writing import Staged, copy_content, host_errors, replacing, staged

REF_NAME: Final = "org.opencontainers.image.ref.name"
"""The annotation of a reference in `index.json` (image-spec, annotations.md): the tag, as engines write and read it."""
IMAGE_NAME: Final = "io.containerd.image.name"
"""The annotation that has the whole name, for containerd and Docker."""

_PIECE: Final = 1 << 18
"""Bytes: large enough that Python is not what is waited for, small enough for several of them at once."""

MARK: Final = b'{"imageLayoutVersion":"1.0.0"}'
"""What the file `oci-layout` holds."""


class Blob:
    """Content on its way into a layout. Digest and size are those of what was written so far."""

    def __init__(self, file: IO[bytes], place: Path) -> None:
        self._file, self._place, self._hash = file, place, hashlib.sha256()
        self.size = 0

    def write(self, content: bytes | bytearray) -> None:
        """Appends `content`."""
        with host_errors(self._place):
            self._file.write(content)
        self._hash.update(content)
        self.size += len(content)

    @property
    def digest(self) -> Digest:
        """The name that the content gets."""
        return Digest.from_hex(self._hash.hexdigest())


@dataclass(frozen=True, slots=True)
class Layout:
    """A layout on disk, to be had from `create` or `open`."""

    root: Path

    @classmethod
    def create(cls, root: Path) -> "Layout":
        """The layout at `root`, which is made unless it is there."""
        made = cls(root)
        with host_errors(root):
            (root / "blobs" / "sha256").mkdir(parents=True, exist_ok=True)
            with made._locked() as mark:
                if not os.fstat(mark).st_size:
                    os.write(mark, MARK)
                if not (root / "index.json").exists():
                    made._write_index(())
        return made

    @classmethod
    def open(cls, root: Path) -> "Layout":
        """The layout that is at `root` already."""
        if not (root / "oci-layout").is_file():
            raise HostError(f"{root} is not an OCI image layout", hint="name a directory that holds `oci-layout`")
        return cls(root)

    def path_of(self, digest: Digest) -> Path:
        """Where the blob is, or would be."""
        return self.root / "blobs" / "sha256" / digest.hex

    def has(self, blob: Descriptor) -> bool:
        """Whether the blob is there, and as long as it should be."""
        try:
            return self.path_of(blob.digest).stat().st_size == blob.size
        except FileNotFoundError:
            return False

    def open_blob(self, digest: Digest) -> BufferedReader:
        """The blob's content as a stream, not verified."""
        try:
            return self.path_of(digest).open("rb")
        except FileNotFoundError:
            raise IntegrityError(
                f"the blob {digest} is missing from {self.root}", hint="build the image anew"
            ) from None

    def pieces(self, blob: Descriptor) -> Iterator[bytes]:
        """The blob's content, not verified, a piece at a time."""
        with self.open_blob(blob.digest) as stream:
            while piece := stream.read(_PIECE):
                yield piece

    def read(self, digest: Digest) -> bytes:
        """The verified content of a document."""
        with self.open_blob(digest) as stream:
            content = stream.read(MAX_SIZE + 1)
        if len(content) > MAX_SIZE or Digest.of(content) != digest:
            raise _damaged(self.path_of(digest))
        return content

    def verify(self, blob: Descriptor) -> None:
        """Reads the whole blob and refuses it unless it is what its descriptor says."""
        with self.open_blob(blob.digest) as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest(), stream.tell()
        if found != (blob.digest.hex, blob.size):
            raise _damaged(self.path_of(blob.digest))

    @contextmanager
    def writer(self) -> Iterator[Blob]:
        """A blob that is there when the block ends well, and else leaves nothing behind."""
        with self._ingest() as temporary:
            blob = Blob(temporary.file, self.root)
            yield blob
            with host_errors(self.root):
                temporary.move_to(self.path_of(blob.digest))

    def put(self, content: bytes, media_type: str) -> Descriptor:
        """Stores a document."""
        with self.writer() as blob:
            blob.write(content)
        return Descriptor(media_type, blob.digest, blob.size)

    def put_stream(self, chunks: Iterable[bytes], expected: Descriptor) -> None:
        """Stores what comes from outside, unless it is not what it should be."""
        with self.writer() as blob:
            for chunk in chunks:
                blob.write(chunk)
                if blob.size > expected.size:
                    break
            if (blob.digest, blob.size) != (expected.digest, expected.size):
                raise IntegrityError(f"what came is not the blob {expected.digest}", hint="try again")

    def copy(self, blob: Descriptor, source: "Layout") -> None:
        """Copies a blob of another layout, unless it is here already."""
        if self.has(blob):
            return
        with self._ingest() as temporary, host_errors(self.root):
            source.copy_to(blob, temporary.file)
            temporary.move_to(self.path_of(blob.digest))

    def copy_to(self, blob: Descriptor, target: IO[bytes]) -> None:
        """Appends the blob to a file, without reading it here where the system can copy."""
        with self.open_blob(blob.digest) as stream:
            if copy_content(stream, target) != blob.size:
                raise _damaged(self.path_of(blob.digest))

    def references(self) -> dict[str, Descriptor]:
        """Every name in `index.json` and what it stands for."""
        return {name: found for found in self.manifests() if (name := name_of(found))}

    def manifests(self) -> tuple[Descriptor, ...]:
        """Everything that `index.json` lists, named or not."""
        return self._read_index().manifests

    def tag(self, target: Descriptor, names: Iterable[Reference] = ()) -> None:
        """Lets each name stand for `target`, whatever it stood for before; without names `target` is just listed."""
        new = named(target, names)
        taken = {name_of(descriptor) or descriptor.digest for descriptor in new}
        with host_errors(self.root), self._locked():
            kept = [found for found in self.manifests() if (name_of(found) or found.digest) not in taken]
            self._write_index([*kept, *new])

    def forget(self, names: Container[str]) -> None:
        """Takes these names off the list, as `name_of` says them; what has none goes by its digest. The blobs stay."""
        with host_errors(self.root), self._locked():
            self._write_index([found for found in self.manifests() if (name_of(found) or found.digest) not in names])

    def _read_index(self) -> Index:
        place = self.root / "index.json"
        try:
            return read_index(place.read_bytes())
        except FileNotFoundError:
            return index(())
        except InvalidDocument as error:
            raise IntegrityError(f"{place} is damaged: {error}", hint="remove it and build the image anew") from error

    def _write_index(self, manifests: Iterable[Descriptor]) -> None:
        with replacing(self.root / "index.json") as file:
            file.write(encode(index(tuple(manifests))))

    @contextmanager
    def _ingest(self) -> Iterator[Staged]:
        with ExitStack() as stack:
            with host_errors(self.root):
                temporary = stack.enter_context(staged(self.root, ".ingest."))
            yield temporary

    @contextmanager
    def _locked(self) -> Iterator[int]:
        mark = os.open(self.root / "oci-layout", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(mark, fcntl.LOCK_EX)
            yield mark
        finally:
            os.close(mark)


def named(target: Descriptor, names: Iterable[Reference]) -> list[Descriptor]:
    """`target` once for each name, as `index.json` spells it; once without any where there is no name."""
    found = [_with_name(target, name) for name in dict.fromkeys(names)]
    return found or [target]


def _damaged(place: Path) -> IntegrityError:
    return IntegrityError(f"{place} is not what its name says", hint="remove that file and build the image anew")


def _with_name(target: Descriptor, name: Reference) -> Descriptor:
    own = {IMAGE_NAME: str(name), **({REF_NAME: name.tag} if name.tag else {})}
    return msgspec.structs.replace(target, annotations={**target.annotations, **own})


def name_of(descriptor: Descriptor) -> str | None:
    """The name under which `index.json` lists it, if it has one."""
    return descriptor.annotations.get(IMAGE_NAME) or descriptor.annotations.get(REF_NAME)
