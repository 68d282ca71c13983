"""An image: a manifest, its config and its layers, and the layout where their bytes are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from pottle.errors import IntegrityError
from pottle.oci import media_types
from pottle.oci.config import Execution, History, ImageConfig, RootFS, read_config, rfc3339
from pottle.oci.descriptor import Descriptor
from pottle.oci.digest import Digest
from pottle.oci.document import InvalidDocument, encode
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
        unique = {blob.digest: blob for blob in (self.descriptor, self.manifest.config, *self.layers)}
        return tuple(unique.values())


def assemble(layers: Sequence[Addendum], makeup: Makeup, store: Layout) -> Image:
    """Puts an image together from layers that lie in `store`, and writes its config and manifest there."""
    config = _config(layers, makeup)
    found = manifest(
        store.put(encode(config), media_types.CONFIG),
        [addendum.layer.descriptor for addendum in layers],
        makeup.annotations,
    )
    return Image(store.put(encode(found), media_types.MANIFEST), found, config, store)


def copy_image(image: Image, target: Layout, names: Iterable[Reference] = ()) -> None:
    """Copies the image into another layout, blobs that are there already excepted, and names it."""
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
