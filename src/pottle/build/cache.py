"""What was built before: a layer for a key, a key for everything that the layer is made of.

One small file per key, written whole or not at all, so any number of builds may go on at once; the bytes lie in the store.
A record that cannot be read, or whose blob is gone, is no record: trouble with the cache never stops a build.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from pottle.build import recipe
from pottle.oci.document import decode, encode
from pottle.oci.layer import Layer
from pottle.oci.layout import Layout
from pottle.sharing import used
from pottle.writing import replacing

_T = TypeVar("_T")


def key(*parts: object) -> str:
    """The name of what these parts make: the SHA-256 of their JSON and of the code that does it, as hex."""
    document = msgspec.json.encode((recipe.digest(), *parts), order="sorted")
    return hashlib.sha256(document).hexdigest()


class _Record(Layer, frozen=True):
    """What is kept of a layer."""

    local: bool = False


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found out, by key: plain values, one file each."""

    directory: Path

    def find(self, name: str, kind: type[_T]) -> _T | None:
        """The value of this key, if it was kept before."""
        path = _path(self.directory, name)
        try:
            found = msgspec.json.decode(path.read_bytes(), type=kind)
        except (OSError, ValueError):
            return None
        used(path)
        return found

    def keep(self, name: str, value: object) -> None:
        """Remember the value under this key."""
        _write(_path(self.directory, name), msgspec.json.encode(value))


@dataclass(frozen=True, slots=True)
class LayerCache:
    """Layers by key, in a directory of records beside the store that has their bytes."""

    records: Path
    store: Layout

    def find(self, name: str) -> Layer | None:
        """The layer of this key, if it was made before and is still there."""
        try:
            layer = decode(_path(self.records, name).read_bytes(), Layer)
        except (OSError, ValueError):
            return None
        if not self.store.has(layer.descriptor):
            return None
        used(_path(self.records, name))
        return layer

    def keep(self, name: str, layer: Layer, *, local: bool = False) -> Layer:
        """Remember the layer under this key; gives it back. A `local` one is as good as this machine could make it, and for nobody else."""
        _write(_path(self.records, name), encode(_Record(layer.descriptor, layer.diff_id, layer.size, local)))
        return layer

    def is_local(self, name: str) -> bool:
        """Whether the layer of this key is for this machine alone; what is not known is."""
        try:
            return decode(_path(self.records, name).read_bytes(), _Record).local
        except (OSError, ValueError):
            return True


def _path(directory: Path, name: str) -> Path:
    return directory / name[:2] / f"{name}.json"


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as file:
        file.write(content)
