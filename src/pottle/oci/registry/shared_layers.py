"""Repositories as a cache of layers that several machines share: asked for keys, and given what was made.

Nothing here ever fails a build: a repository that cannot be used is told once, and not asked again. Nothing in there is trusted
further than it can be checked, either: bytes that come here have to have the record's digest, diff ID and size.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from threading import Lock
from typing import Final, TypeVar

from pottle.errors import IntegrityError, PottleError, SourceError
from pottle.http import NotFound
from pottle.oci import media_types
from pottle.oci.compression import InvalidCompression, decompressed
from pottle.oci.digest import Digest
from pottle.oci.layer import Layer
from pottle.oci.layout import Layout
from pottle.oci.reference import Reference
from pottle.oci.registry import layer_record
from pottle.oci.registry.client import Registry
from pottle.progress import Progress
from pottle.stop import together

_T = TypeVar("_T")
_AT_ONCE: Final = 6


@dataclass(frozen=True, slots=True)
class SharedLayers:
    """What is read from and what is written to. Several threads may ask."""

    registry: Registry
    sources: tuple[Reference, ...]
    """Asked in this order."""
    target: Reference | None
    progress: Progress
    bytes_wanted: bool = True
    """Whether layers have to be here. Else a record is enough, as long as the repository has the blob."""
    _homes: dict[Digest, Reference] = field(default_factory=dict)
    """Where the blobs of the layers are that were found."""
    _useless: set[Reference] = field(default_factory=set)
    _lost: set[Digest] = field(default_factory=set)
    """Blobs that were there when they were looked for, and no longer when they were wanted."""
    _lock: Lock = field(default_factory=Lock)

    @property
    def takes(self) -> bool:
        """Whether there is a target."""
        return self.target is not None

    @property
    def origins(self) -> tuple[Reference, ...]:
        """The repositories that have the blobs of layers that were found, in the order in which they were asked."""
        return tuple(source for source in self.sources if source in self._homes.values())

    def lose(self, digest: Digest) -> bool:
        """Whether a layer was found here whose blob turned out to be gone. It is not found again."""
        if digest not in self._homes:
            return False
        self.progress.warn(f"the layer cache {self._homes.pop(digest).familiar} has lost a layer: it is made anew")
        self._lost.add(digest)
        return True

    # --- found

    def find(self, keys: Iterable[str], store: Layout) -> dict[str, Layer]:
        """The layers of those keys that are known in a repository: in `store` then, unless bytes are not wanted."""
        asked = tuple(dict.fromkeys(keys))
        if not asked or not self.sources:
            return {}
        with self.progress.task("Asking the layer cache"):
            found = together([partial(self._found, key) for key in asked], self.registry.stop, _AT_ONCE)
        layers = {key: layer for key, layer in zip(asked, found, strict=True) if layer is not None}
        return self.fetch(layers, store) if self.bytes_wanted else layers

    def fetch(self, layers: Mapping[str, Layer], store: Layout) -> dict[str, Layer]:
        """Of these layers those that are in `store` afterwards."""
        missing = {layer.descriptor.digest: layer for layer in layers.values() if not store.has(layer.descriptor)}
        if missing:
            total = sum(layer.descriptor.size for layer in missing.values())
            with self.progress.task("Fetching layers from the layer cache", total) as task:
                works = [partial(self._fetch, layer, store, task.advance) for layer in missing.values()]
                together(works, self.registry.stop, _AT_ONCE)
        return {key: layer for key, layer in layers.items() if store.has(layer.descriptor)}

    def _found(self, key: str) -> Layer | None:
        for source in self.sources:
            layer = self._trying(source, partial(self._asked, source, key))
            if layer is not None:
                with self._lock:
                    self._homes[layer.descriptor.digest] = source
                return layer
        return None

    def _asked(self, source: Reference, key: str) -> Layer | None:
        repository = self.registry.repository(source)
        try:
            layer = layer_record.read(key, repository.manifest(layer_record.tag(key)).content)
        except NotFound:
            return None
        if layer.descriptor.digest in self._lost:
            return None
        return layer if self.bytes_wanted or repository.has(layer.descriptor) else None

    def _fetch(self, layer: Layer, store: Layout, advance: Callable[[int], None]) -> None:
        source = self._homes.get(layer.descriptor.digest)
        if source is not None:
            self._trying(source, lambda: self._stored(source, layer, store, advance))

    def _stored(self, source: Reference, layer: Layer, store: Layout, advance: Callable[[int], None]) -> None:
        chunks = self.registry.repository(source).blob(layer.descriptor)
        with store.writer() as blob:
            source_of = _Copied(chunks, blob.write, advance)
            _check(layer, source_of)
            if (blob.digest, blob.size) != (layer.descriptor.digest, layer.descriptor.size):
                raise IntegrityError("a layer there is not what its record says")

    # --- kept

    def keep(self, layers: Mapping[str, Layer], store: Layout, beside: Sequence[Reference] = ()) -> int:
        """Puts layers and their records into the target, where they are not yet; gives the number of those that were put there.

        `beside` are repositories that have the blobs already, to mount them from.
        """
        target = self.target
        if target is None or not layers:
            return 0
        near = (*beside, *self.sources)
        names = tuple(dict.fromkeys(other.repository for other in near if other.registry == target.registry))
        repository = self.registry.repository(target, push=True, sources=names)

        def is_new(key: str) -> bool:
            return repository.standing(layer_record.tag(key)) is None

        def put(key: str) -> bool:
            repository.upload(layers[key].descriptor, partial(self._content, layers[key], store), names)
            repository.put(layer_record.written(key, layers[key]), media_types.MANIFEST, layer_record.tag(key))
            return True

        with self.progress.task("Filling the layer cache"):
            new = [key for key, wanted in self._for_each(layers, target, is_new).items() if wanted]
            if not new:
                return 0
            self._trying(target, lambda: repository.upload(layer_record.CONFIG, lambda: (layer_record.EMPTY,)))
            return sum(map(bool, self._for_each(new, target, put).values()))

    def _for_each(self, keys: Iterable[str], where: Reference, work: Callable[[str], _T]) -> dict[str, _T | None]:
        """What `work` gives for each key, several at once."""
        asked = list(keys)
        works = [partial(self._trying, where, partial(work, key)) for key in asked]
        return dict(zip(asked, together(works, self.registry.stop, _AT_ONCE), strict=True))

    def _content(self, layer: Layer, store: Layout) -> Iterator[bytes]:
        if store.has(layer.descriptor):
            return store.pieces(layer.descriptor)
        if (home := self._homes.get(layer.descriptor.digest)) is None:
            raise SourceError(f"the layer {layer.descriptor.digest} is not here any more")
        return self.registry.repository(home).blob(layer.descriptor)

    # --- trouble

    def _trying(self, where: Reference, work: Callable[[], _T]) -> _T | None:
        """What `work` gives; None, and one warning, where the repository is of no use."""
        if where in self._useless:
            return None
        try:
            return work()
        except PottleError as error:
            with self._lock:
                first = where not in self._useless
                self._useless.add(where)
            if first:
                self.progress.warn(f"the layer cache {where.familiar} is not used: {error.what}")
            return None


class _Copied:
    """Chunks as a stream to read from, each passed on as it goes by."""

    def __init__(self, chunks: Iterable[bytes], write: Callable[[bytes], None], advance: Callable[[int], None]) -> None:
        self._chunks, self._write, self._advance = iter(chunks), write, advance
        self._rest = b""

    def read(self, size: int, /) -> bytes:
        if not self._rest:
            self._rest = next(self._chunks, b"")
            self._write(self._rest)
            self._advance(len(self._rest))
        content, self._rest = self._rest[:size], self._rest[size:]
        return content


def _check(layer: Layer, stream: _Copied) -> None:
    """Reads a layer to its end, as far as it has a right to be large; refuses a tar that is not the one of the record."""
    found, size = hashlib.sha256(), 0
    try:
        for chunk in decompressed(stream):
            found.update(chunk)
            size += len(chunk)
            if size > layer.size:
                break
    except InvalidCompression as error:
        raise IntegrityError(f"a layer there is damaged: {error}") from error
    if (size, found.hexdigest()) != (layer.size, layer.diff_id.hex):
        raise IntegrityError("a layer there is not what its record says")
