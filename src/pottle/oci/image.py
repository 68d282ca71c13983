"""An image: a manifest, its config and its layers, and the layout where their bytes are; several of them under one index."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Self, TypeAlias

import msgspec

from pottle.errors import IntegrityError
from pottle.oci import media_types
from pottle.oci.config import Execution, History, ImageConfig, RootFS, read_config, rfc3339
from pottle.oci.descriptor import Descriptor
from pottle.oci.digest import Digest
from pottle.oci.document import InvalidDocument, encode
from pottle.oci.index import Index, index, read_index
from pottle.oci.layer import Layer
from pottle.oci.layout import Layout
from pottle.oci.manifest import Manifest, manifest, read_manifest
from pottle.oci.platform import Platform
from pottle.oci.reference import Reference


@dataclass(frozen=True, slots=True)
class Addendum:
    """A layer and what the image's history says about it."""

    layer: Layer
    created_by: str


@dataclass(frozen=True, slots=True)
class Makeup:
    """What an image has besides its layers: all of it plain values."""

    platform: Platform
    created: int
    """Seconds since 1970."""
    execution: Execution
    annotations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Image:
    """One image for one platform. Its documents are kept as the bytes they are, since those have the digest."""

    descriptor: Descriptor
    manifest: Manifest
    config: ImageConfig
    store: Layout

    @classmethod
    def load(cls, store: Layout, target: Descriptor) -> Self:
        """The image that `target`, a manifest's descriptor, stands for."""
        try:
            found = read_manifest(store.read(target.digest))
            return cls(target, found, read_config(store.read(found.config.digest)), store)
        except InvalidDocument as error:
            raise IntegrityError(f"{target.digest} is not an image that can be read: {error}") from error

    @property
    def digest(self) -> Digest:
        """The manifest's digest: the image's name."""
        return self.descriptor.digest

    @property
    def layers(self) -> tuple[Descriptor, ...]:
        """The layers, lowest first."""
        return self.manifest.layers

    @property
    def images(self) -> "tuple[Image, ...]":
        """Itself, as an index has several."""
        return (self,)

    @property
    def blobs(self) -> tuple[Descriptor, ...]:
        """All that the image consists of, each once: manifest, config, layers."""
        return _once((self.descriptor, self.manifest.config, *self.layers))


@dataclass(frozen=True, slots=True)
class ImageIndex:
    """One program for several platforms: an index, and the image of each platform in its order."""

    descriptor: Descriptor
    index: Index
    images: tuple[Image, ...]
    store: Layout

    @classmethod
    def load(cls, store: Layout, target: Descriptor) -> Self:
        """The images that `target`, an index's descriptor, lists; what is for no platform (`unknown/unknown`) is none."""
        try:
            found = read_index(store.read(target.digest))
        except InvalidDocument as error:
            raise IntegrityError(f"{target.digest} is not an image index that can be read: {error}") from error
        return cls(target, found, tuple(Image.load(store, each) for each in found.runnable), store)

    @property
    def digest(self) -> Digest:
        """The index's digest: the name of all images together."""
        return self.descriptor.digest

    @property
    def blobs(self) -> tuple[Descriptor, ...]:
        """All that the images consist of, and the index, each once."""
        return _once((self.descriptor, *chain.from_iterable(image.blobs for image in self.images)))

    def select(self, platform: Platform) -> Image | None:
        """The image for `platform`."""
        found = self.index.select(platform)
        return next((image for image in self.images if found and image.digest == found.digest), None)


AnyImage: TypeAlias = Image | ImageIndex
"""What a name can stand for: both have a descriptor, images, blobs and a store."""


def load(store: Layout, target: Descriptor) -> AnyImage:
    """The image or the index that `target` describes."""
    return (ImageIndex if target.media_type in media_types.INDEXES else Image).load(store, target)


def assemble(layers: Sequence[Addendum], makeup: Makeup, store: Layout) -> Image:
    """Puts an image together from layers that lie in `store`, and writes its config and manifest there."""
    config = _config(layers, makeup)
    found = manifest(
        store.put(encode(config), media_types.CONFIG),
        [addendum.layer.descriptor for addendum in layers],
        makeup.annotations,
    )
    return Image(store.put(encode(found), media_types.MANIFEST), found, config, store)


def assemble_index(images: Sequence[Image], store: Layout) -> ImageIndex:
    """Lists images that lie in `store`, each for another platform, in an index that is written there as well.

    It does not depend on the order in which they come. What all of their manifests are annotated with, the index is too.
    """
    ordered = tuple(sorted(map(_listed, images), key=lambda image: str(image.config.platform)))
    annotations = _common([image.manifest.annotations for image in ordered])
    found = index([image.descriptor for image in ordered], annotations)
    return ImageIndex(store.put(encode(found), media_types.INDEX), found, ordered, store)


def copy_image(image: AnyImage, target: Layout, names: Iterable[Reference] = ()) -> None:
    """Copies the image, or the index with its images, into another layout, blobs that are there already excepted, and names it."""
    for blob in image.blobs:
        target.copy(blob, image.store)
    target.tag(image.descriptor, names)


def _config(layers: Sequence[Addendum], makeup: Makeup) -> ImageConfig:
    created = rfc3339(makeup.created)
    return ImageConfig(
        architecture=makeup.platform.architecture,
        os=makeup.platform.os,
        variant=makeup.platform.variant,
        created=created,
        config=makeup.execution,
        rootfs=RootFS("layers", tuple(addendum.layer.diff_id for addendum in layers)),
        history=tuple(History(created, addendum.created_by) for addendum in layers),
    )


def _listed(image: Image) -> Image:
    """As an index names it: with its platform, and without the names that a layout may have given it."""
    own = msgspec.structs.replace(image.descriptor, platform=image.config.platform, annotations={})
    return replace(image, descriptor=own)


def _common(annotations: Sequence[Mapping[str, str]]) -> dict[str, str]:
    first, *others = annotations
    return {key: value for key, value in first.items() if all(other.get(key) == value for other in others)}


def _once(blobs: Iterable[Descriptor]) -> tuple[Descriptor, ...]:
    return tuple({blob.digest: blob for blob in blobs}.values())
