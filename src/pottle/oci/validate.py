"""Whether an image is what it says: every digest, size and diff ID, and all that has to be as long as something else."""

import hashlib
from collections.abc import Iterator

from pottle.errors import IntegrityError
from pottle.oci import media_types
from pottle.oci.compression import InvalidCompression, decompressed
from pottle.oci.descriptor import Descriptor
from pottle.oci.digest import Digest
from pottle.oci.image import AnyImage, Image, ImageIndex

MAX_LAYERS = 127
"""What overlayfs-based engines mount at most."""


class InvalidImage(IntegrityError):
    """The image contradicts itself."""


def validate(image: AnyImage) -> None:
    """Reads the whole image, or every image of an index, and raises `InvalidImage` for its first flaw."""
    for flaw in flaws(image):
        raise InvalidImage(f"the image {image.digest} contradicts itself: {flaw}", hint="build it anew")


def flaws(image: AnyImage) -> Iterator[str]:
    """Everything that is wrong with the image, a clause for each. Layers of a base image that are not here are not looked at."""
    if isinstance(image, ImageIndex):
        yield from _index(image)
        for each in image.images:
            yield from (f"{each.config.platform}: {flaw}" for flaw in flaws(each))
        return
    yield from _media_types(image)
    yield from _lengths(image)
    elsewhere = {layer.digest for layer in image.elsewhere}
    for blob in (blob for blob in image.blobs if blob.digest not in elsewhere):
        yield from _content(image, blob)
    for layer, diff_id in zip(image.layers, image.config.rootfs.diff_ids, strict=False):
        if layer.digest not in elsewhere:
            yield from _diff_id(image, layer, diff_id)


def _index(index: ImageIndex) -> Iterator[str]:
    if index.descriptor.media_type not in media_types.INDEXES:
        yield f"{index.descriptor.media_type} is not the media type of its place"
    if index.index.media_type not in (None, index.descriptor.media_type):
        yield f"the index calls itself {index.index.media_type}"
    yield from _content(index, index.descriptor)
    platforms = [found.platform.normalized for found in index.index.runnable if found.platform]
    yield from (f"{twice} is listed twice" for twice in sorted({p for p in platforms if platforms.count(p) > 1}))


def _media_types(image: Image) -> Iterator[str]:
    expected = (
        (image.descriptor.media_type, media_types.MANIFESTS),
        (image.manifest.config.media_type, media_types.CONFIGS),
        *((layer.media_type, media_types.LAYERS) for layer in image.layers),
    )
    yield from (f"{found} is not the media type of its place" for found, known in expected if found not in known)
    if len({media_types.is_docker(found) for found, _ in expected}) > 1:
        yield "Docker's media types are mixed with OCI's"
    if image.manifest.media_type not in (None, image.descriptor.media_type):
        yield f"the manifest calls itself {image.manifest.media_type}"


def _lengths(image: Image) -> Iterator[str]:
    layers, diff_ids = len(image.layers), len(image.config.rootfs.diff_ids)
    described = sum(not entry.empty_layer for entry in image.config.history)
    if layers != diff_ids:
        yield f"{layers} layers but {diff_ids} diff IDs"
    if image.config.history and described != layers:
        yield f"{layers} layers but {described} entries of history that have one"
    if layers > MAX_LAYERS:
        yield f"{layers} layers, more than the {MAX_LAYERS} that engines can mount"
    if image.descriptor.platform and image.descriptor.platform.normalized != image.config.platform.normalized:
        yield f"listed for {image.descriptor.platform} but made for {image.config.platform}"


def _content(image: AnyImage, blob: Descriptor) -> Iterator[str]:
    try:
        image.store.verify(blob)
    except IntegrityError as error:
        yield error.what


def _diff_id(image: Image, layer: Descriptor, diff_id: Digest) -> Iterator[str]:
    found = hashlib.sha256()
    try:
        with image.store.open_blob(layer.digest) as stream:
            for chunk in decompressed(stream):
                found.update(chunk)
    except (InvalidCompression, IntegrityError) as error:
        yield f"the layer {layer.digest} cannot be read: {error}"
    else:
        if found.hexdigest() != diff_id.hex:
            yield f"the layer {layer.digest} has the diff ID sha256:{found.hexdigest()}, not {diff_id}"
