import itertools

import msgspec
import pytest

from pottle.oci.descriptor import Descriptor
from pottle.oci.document import encode
from pottle.oci.image import Image, ImageIndex
from pottle.oci.index import index
from pottle.oci.platform import Platform
from pottle.oci.validate import InvalidImage, flaws, validate


def _changed(image: Image, **changes: object) -> Image:
    manifest = msgspec.structs.replace(image.manifest, **changes)
    descriptor = image.store.put(encode(manifest), image.descriptor.media_type)
    return Image.load(image.store, descriptor)


def _reconfigured(image: Image, **changes: object) -> Image:
    config = msgspec.structs.replace(image.config, **changes)
    return _changed(image, config=image.store.put(encode(config), image.manifest.config.media_type))


def _damaged(image: Image, blob: Descriptor) -> Image:
    image.store.path_of(blob.digest).write_bytes(b"damaged")
    return image


def _removed(image: Image, blob: Descriptor) -> Image:
    image.store.path_of(blob.digest).unlink()
    return image


def _swapped(image: Image) -> Image:
    return _changed(image, layers=image.layers[::-1])


DOCKER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
FLAWED = {
    "a layer too many": (lambda i: _changed(i, layers=(*i.layers, i.layers[0])), "3 layers but 2 diff IDs"),
    "history of another length": (
        lambda i: _reconfigured(i, history=i.config.history[:1]),
        "2 layers but 1 entries of history",
    ),
    "a Docker layer in an OCI manifest": (
        lambda i: _changed(i, layers=tuple(msgspec.structs.replace(each, media_type=DOCKER) for each in i.layers)),
        "mixed with OCI's",
    ),
    "a media type out of place": (
        lambda i: _changed(i, layers=tuple(msgspec.structs.replace(each, media_type="a/b") for each in i.layers)),
        "a/b is not the media type of its place",
    ),
    "a manifest of another type": (
        lambda i: _changed(i, media_type="application/vnd.docker.distribution.manifest.v2+json"),
        "the manifest calls itself",
    ),
    "layers in another order": (_swapped, "has the diff ID"),
    "a damaged layer": (lambda i: _damaged(i, i.layers[1]), "is not what its name says"),
    "a missing layer": (lambda i: _removed(i, i.layers[1]), "is missing"),
    "a damaged config": (lambda i: _damaged(i, i.manifest.config), "is not what its name says"),
    "a size that is not": (
        lambda i: _changed(i, layers=tuple(msgspec.structs.replace(each, size=1) for each in i.layers)),
        "is not what its name says",
    ),
    "too many layers": (
        lambda i: _changed(i, layers=tuple(itertools.islice(itertools.cycle(i.layers), 128))),
        "more than the 127",
    ),
}


@pytest.mark.parametrize(("make", "message"), FLAWED.values(), ids=FLAWED)
def test_an_image_that_contradicts_itself_is_found(image: Image, make: object, message: str) -> None:
    flawed = make(image)  # type: ignore[operator]
    assert any(message in flaw for flaw in list(flaws(flawed)))
    with pytest.raises(InvalidImage, match="contradicts itself"):
        validate(flawed)


def test_a_platform_that_the_index_promises_but_the_config_does_not_is_found(image: Image) -> None:
    listed = msgspec.structs.replace(image.descriptor, platform=Platform.parse("arm64"))
    assert any("listed for linux/arm64" in flaw for flaw in flaws(Image.load(image.store, listed)))


def test_an_index_is_as_good_as_each_of_its_images(both: ImageIndex) -> None:
    assert list(flaws(both)) == []
    _damaged(both.images[1], both.images[1].layers[0])
    found = list(flaws(both))
    assert found
    assert all(flaw.startswith("linux/arm64: ") for flaw in found)


def test_a_platform_that_is_listed_twice_or_falsely_is_a_flaw(both: ImageIndex) -> None:
    amd64 = both.images[0].descriptor
    arm64 = msgspec.structs.replace(amd64, platform=Platform("linux", "arm64"))
    raw = encode(index([amd64, amd64, arm64]))
    found = list(flaws(ImageIndex.load(both.store, both.store.put(raw, both.descriptor.media_type))))
    assert found == [
        "linux/amd64 is listed twice",
        "linux/amd64: listed for linux/arm64 but made for linux/amd64",
    ]


def test_an_index_that_calls_itself_something_else_is_told(both: ImageIndex) -> None:
    other = msgspec.structs.replace(
        both.descriptor, media_type="application/vnd.docker.distribution.manifest.list.v2+json"
    )
    found = list(flaws(ImageIndex.load(both.store, other)))
    assert found == ["the index calls itself application/vnd.oci.image.index.v1+json"]
