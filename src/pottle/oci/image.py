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
class BaseLayers:
    """The image that another one stands on: its layers are the lowest, and stay where they are until somebody needs them."""

    layers: tuple[Descriptor, ...]
    diff_ids: tuple[Digest, ...]
    history: tuple[History, ...]
    docker: bool
    """Its media types are Docker's, and so are those of what stands on it: they are never mixed."""


@dataclass(frozen=True, slots=True)
class Makeup:
    """What an image has besides its layers: all of it plain values."""

    platform: Platform
    created: int
    """Seconds since 1970."""
    execution: Execution
    annotations: Mapping[str, str] = field(default_factory=dict)
    base: BaseLayers | None = None


_NOTHING = BaseLayers((), (), (), docker=False)
BASE_NAME = "org.opencontainers.image.base.name"
BASE_DIGEST = "org.opencontainers.image.base.digest"


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
    def base(self) -> Reference | None:
        """The base image by its digest, where the image says that it stands on one (annotations.md; in Docker's types by its labels).

        Layers that the store does not have are those of that image, and are to be had from its repository.
        """
        said = {**(self.config.config.labels if self.config.config else {}), **self.manifest.annotations}
        try:
            return replace(Reference.parse(said[BASE_NAME]), tag=None, digest=Digest(said[BASE_DIGEST]))
        except (KeyError, ValueError):
            return None

    @property
    def missing(self) -> tuple[Descriptor, ...]:
        """The layers that the store does not have, each once."""
        return tuple({each.digest: each for each in self.layers if not self.store.has(each)}.values())

    @property
    def elsewhere(self) -> tuple[Descriptor, ...]:
        """Those of them that the base image has, where it stands on one."""
        return self.missing if self.base else ()

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
    docker = makeup.base is not None and makeup.base.docker
    below = makeup.base.layers if makeup.base else ()
    config = _config(layers, makeup)
    found = manifest(
        store.put(encode(config), media_types.of_family(media_types.CONFIG, docker=docker)),
        [_of_family(each, docker=docker) for each in (*below, *(addendum.layer.descriptor for addendum in layers))],
        makeup.annotations,
        docker=docker,
    )
    return Image(store.put(encode(found), found.media_type or media_types.MANIFEST), found, config, store)


def _of_family(layer: Descriptor, *, docker: bool) -> Descriptor:
    """Docker's descriptors have no annotations."""
    media_type = media_types.of_family(layer.media_type, docker=docker)
    return (
        Descriptor(media_type, layer.digest, layer.size)
        if docker
        else msgspec.structs.replace(layer, media_type=media_type)
    )


def assemble_index(images: Sequence[Image], store: Layout) -> ImageIndex:
    """Lists images that lie in `store`, each for another platform, in an index that is written there as well.

    It does not depend on the order in which they come. What all of their manifests are annotated with, the index is too.
    """
    ordered = tuple(sorted(map(_listed, images), key=lambda image: str(image.config.platform)))
    annotations = _common([image.manifest.annotations for image in ordered])
    docker = all(media_types.is_docker(image.descriptor.media_type) for image in ordered)
    found = index([image.descriptor for image in ordered], annotations, docker=docker)
    return ImageIndex(store.put(encode(found), found.media_type or media_types.INDEX), found, ordered, store)


def copy_image(image: AnyImage, target: Layout, names: Iterable[Reference] = ()) -> None:
    """Copies the image, or the index with its images, into another layout, blobs that are there already excepted, and names it."""
    for blob in image.blobs:
        target.copy(blob, image.store)
    target.tag(image.descriptor, names)


def _config(layers: Sequence[Addendum], makeup: Makeup) -> ImageConfig:
    created = rfc3339(makeup.created)
    below = makeup.base or _NOTHING
    return ImageConfig(
        architecture=makeup.platform.architecture,
        os=makeup.platform.os,
        variant=makeup.platform.variant,
        created=created,
        config=makeup.execution,
        rootfs=RootFS("layers", (*below.diff_ids, *(addendum.layer.diff_id for addendum in layers))),
        history=(*below.history, *(History(created, addendum.created_by) for addendum in layers)),
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
