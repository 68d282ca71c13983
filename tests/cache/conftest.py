"""A cache directory with one thing of each kind in it."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from pottle.build.cache import LayerCache
from pottle.cache.item import Inventory
from pottle.cache.pruning import Pruned, Pruner, Wish
from pottle.cache.survey import Formats, survey
from pottle.oci.config import Execution
from pottle.oci.entry import File
from pottle.oci.image import Addendum, Image, Makeup, assemble
from pottle.oci.layer import Layer, write_layer
from pottle.oci.layout import Layout
from pottle.oci.platform import Platform
from pottle.oci.reference import Reference

NOW = 2_000_000_000.0
DAY = 86400.0
FORMATS = Formats(2, "1")


def key(character: str) -> str:
    return character * 64


@dataclass(frozen=True)
class Cache:
    """A directory that is filled by hand."""

    directory: Path

    @property
    def store(self) -> Layout:
        return Layout.create(self.directory / "store")

    @property
    def records(self) -> LayerCache:
        return LayerCache(self.directory / "layers", self.store)

    def put(self, path: str, size: int = 5000, age: float = 0.0) -> Path:
        """A file, last used some days ago."""
        file = self.directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x" * size)
        return self.aged(file, age)

    def aged(self, path: Path, days: float) -> Path:
        os.utime(path, (NOW - days * DAY, NOW - days * DAY))
        return path

    def layer(self, content: str, name: str | None = None, age: float = 0.0) -> Layer:
        """A layer, and its record where it is given a key."""
        layer = write_layer([File("content", content.encode())], self.store, mtime=1)
        self.aged(self.store.path_of(layer.descriptor.digest), age)
        if name:
            self.records.keep(name, layer)
            self.aged(self.directory / "layers" / name[:2] / f"{name}.json", age)
        return layer

    def image(self, *layers: Layer, name: str | None = None, age: float = 0.0, platform: str = "linux/amd64") -> Image:
        """An image of these layers."""
        makeup = Makeup(Platform.parse(platform), 1, Execution(), {})
        image = assemble([Addendum(layer, "test") for layer in layers], makeup, self.store)
        for blob in (image.descriptor, image.manifest.config):
            self.aged(self.store.path_of(blob.digest), age)
        if name:
            self.store.tag(image.descriptor, [Reference.parse(name).tagged])
        return image

    def root(self, image: Image, age: float = 0.0, version: str = "1") -> Path:
        """The image, unpacked."""
        self.put(f"roots/{version}/sha256-{image.digest.hex}/etc/motd")
        return self.aged(self.directory / "roots" / version / f"sha256-{image.digest.hex}", age)

    def survey(self) -> Inventory:
        return survey(self.directory, NOW, FORMATS)

    def prune(self, wish: Wish = Wish()) -> Pruned:  # noqa: B008 - it is frozen
        return Pruner(self.directory, FORMATS, lambda: NOW).prune(wish)

    def names(self, kind: str) -> list[str]:
        return [item.name for item in self.survey().items if item.kind == kind]

    def blobs(self) -> set[str]:
        return set(self.survey().blobs)


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")
