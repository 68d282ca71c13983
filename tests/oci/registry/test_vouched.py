"""What the image of before vouches for is not asked for, and what a registry has lost all the same is sent after all."""

import pytest
from tests.oci.registry.test_push import complete, image_of

from pottle.oci.image import Image, assemble_index
from pottle.oci.layout import Layout
from pottle.oci.reference import Reference
from pottle.oci.registry.client import Registry
from pottle.oci.registry.push import push
from pottle.testing.registry import FakeRegistry


@pytest.fixture
def images(tmp_path) -> tuple[Image, Image]:
    """One image, and the one after it: another layer on the same three."""
    store = Layout.create(tmp_path / "images")
    return image_of(store, b"a", b"b", b"c", b"old"), image_of(store, b"a", b"b", b"c", b"new")


def blobs_asked_for(server: FakeRegistry) -> list[str]:
    return [asked.path.rpartition("/")[2] for asked in server.asked("HEAD", "/blobs/")]


def test_layers_of_the_image_before_are_not_asked_for(
    server: FakeRegistry, client: Registry, images, name: Reference, monkeypatch: pytest.MonkeyPatch
):
    before, after = images
    push(before, [name], client)
    server.requests.clear()
    monkeypatch.setattr("pottle.oci.registry.upload._NOT_WORTH_A_QUESTION", 0)
    (delivery,) = push(after, [name], client).deliveries
    assert sorted(blobs_asked_for(server)) == sorted((after.layers[-1].digest, after.manifest.config.digest))
    assert (delivery.sent, delivery.present) == (2, 3)
    assert complete(server, "team/shop", "1.0")


def test_and_what_is_small_is_sent_without_a_question(server: FakeRegistry, client: Registry, images, name: Reference):
    before, after = images
    push(before, [name], client)
    server.requests.clear()
    push(after, [name], client)
    assert sorted(asked.method for asked in server.requests) == ["HEAD", "POST", "POST", "PUT", "PUT", "PUT"]


def test_the_image_of_before_is_read_where_it_is(
    server: FakeRegistry, client: Registry, images, name: Reference, tmp_path
):
    push(images[0], [name], client)
    another = image_of(Layout.create(tmp_path / "another"), b"a", b"b", b"c", b"another machine's")
    server.requests.clear()
    (delivery,) = push(another, [name], client).deliveries
    assert len(server.asked("GET", "/manifests/")) == 1
    assert (delivery.sent, delivery.present) == (2, 3)
    assert complete(server, "team/shop", "1.0")


def test_an_upload_that_failed_is_asked_for_however_small_it_is(
    server: FakeRegistry, client: Registry, images, name: Reference
):
    before, after = images
    push(before, [name], client)
    server.requests.clear()
    server.fail("PUT", "/blobs/uploads/", 503, times=1)
    push(after, [name], client)
    assert len(blobs_asked_for(server)) == 1
    assert complete(server, "team/shop", "1.0")


def test_so_do_the_images_of_an_index(server: FakeRegistry, client: Registry, tmp_path, name: Reference):
    store = Layout.create(tmp_path / "index")
    platforms = ("linux/amd64", "linux/arm64")
    old, new = (
        assemble_index([image_of(store, b"same", what, platform=each) for each in platforms], store)
        for what in (b"old", b"new")
    )
    push(old, [name], client)
    server.requests.clear()
    (delivery,) = push(new, [name], client).deliveries
    assert delivery.present == 1
    assert new.images[0].layers[0].digest not in blobs_asked_for(server)
    assert complete(server, "team/shop", "1.0")


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_what_it_has_lost_is_sent_again(server: FakeRegistry, client: Registry, images, name: Reference, lost: int):
    before, after = images
    push(before, [name], client)
    del server.blobs["team/shop"][after.layers[lost].digest]
    (delivery,) = push(after, [name], client).deliveries
    assert (delivery.sent, delivery.present) == (3, 2)
    assert complete(server, "team/shop", "1.0")


def test_a_manifest_that_cannot_be_read_vouches_for_nothing(
    server: FakeRegistry, client: Registry, images, name: Reference
):
    before, after = images
    server.add_manifest("team/shop", b'{"schemaVersion": 1}', "application/vnd.oci.image.manifest.v1+json", "1.0")
    (delivery,) = push(after, [name], client).deliveries
    assert (delivery.sent, delivery.present) == (5, 0)
    assert complete(server, "team/shop", "1.0")
    assert before.digest != after.digest
