"""The store: images by name, layers by record, and the blobs that they share."""

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from pottle.cache.item import Blob, Item, last_use, listed
from pottle.errors import PottleError
from pottle.oci import media_types
from pottle.oci.descriptor import Descriptor
from pottle.oci.document import decode
from pottle.oci.index import read_index
from pottle.oci.layer import Layer
from pottle.oci.layout import Layout, name_of
from pottle.oci.manifest import read_manifest

_HEX = re.compile(r"[0-9a-f]{64}")
_RECORD = re.compile(r"[0-9a-f]{64}\.json")
_DEEPEST = 3
"""An index in an index in an index is nobody's image."""


class Store:
    """The OCI image layout of a cache directory, and the records of layers beside it."""

    def __init__(self, directory: Path) -> None:
        self.layout = Layout(directory / "store")
        self._records = directory / "layers"

    @cached_property
    def blobs(self) -> dict[str, Blob]:
        """All that are there, by their digest in hex."""
        found = {}
        for path in listed(self.layout.root / "blobs" / "sha256"):
            if _HEX.fullmatch(path.name) and not path.is_symlink():
                status = path.stat()
                found[path.name] = Blob(path, status.st_blocks * 512, status.st_mtime)
        return found

    def images(self) -> Iterator[Item]:
        """Each name of an image, and what an image without a name stands for. Raises `IntegrityError` where the list is damaged."""
        for target in self.layout.manifests():
            digest = target.digest.hex
            used = self.blobs[digest].used if digest in self.blobs else last_use(self.layout.root)
            held = frozenset(self._held(target, _DEEPEST))
            useless = None if digest in self.blobs else "its manifest is gone"
            yield Item("images", name_of(target) or str(target.digest), (), 0, used, held, useless=useless)

    def layers(self) -> Iterator[Item]:
        """Each layer that a key stands for."""
        for directory in listed(self._records):
            for path in listed(directory):
                if _RECORD.fullmatch(path.name):
                    yield self._record(path)

    def _record(self, path: Path) -> Item:
        size = path.lstat().st_blocks * 512
        try:
            blob = decode(path.read_bytes(), Layer).descriptor.digest.hex
        except (OSError, ValueError):
            return Item("layers", path.stem, (path,), size, last_use(path), useless="its record is damaged")
        useless = None if blob in self.blobs else "its blob is gone"
        return Item("layers", path.stem, (path,), size, last_use(path), frozenset({blob}), useless=useless)

    def _held(self, target: Descriptor, depth: int) -> Iterator[str]:
        """Every blob that an image consists of, as far as its documents can be read."""
        yield target.digest.hex
        if target.digest.hex not in self.blobs or not depth:
            return
        try:
            below = self._parts(target)
        except (PottleError, ValueError):
            return
        for part in below:
            if part.media_type in media_types.INDEXES | media_types.MANIFESTS:
                yield from self._held(part, depth - 1)
            else:
                yield part.digest.hex

    def _parts(self, target: Descriptor) -> tuple[Descriptor, ...]:
        content = self.layout.read(target.digest)
        if target.media_type in media_types.INDEXES:
            return read_index(content).manifests
        found = read_manifest(content)
        return (found.config, *found.layers)
