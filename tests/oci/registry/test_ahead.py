"""Layers are on their way before there is an image."""

import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from tests.oci.registry.test_push import complete, image_of

from pottle.errors import SourceError
from pottle.oci.image import Image
from pottle.oci.layout import Layout
from pottle.oci.reference import Reference
from pottle.oci.registry.ahead import Ahead
from pottle.oci.registry.client import CONNECTIONS, Registry
from pottle.oci.registry.push import push
from pottle.testing.registry import FakeRegistry


@pytest.fixture
def ahead(client: Registry, name: Reference) -> Iterator[Ahead]:
    with closing(Ahead(name, client)) as made:
        yield made


@pytest.fixture
def target(store: Layout) -> Image:
    return image_of(store, b"a", b"b", b"c")


def sent(ahead: Ahead, image: Image, count: int | None = None) -> None:
    """Some of the image's layers go on ahead, and arrive."""
    for layer in image.layers[:count]:
        ahead.layer(layer, image.store)
    for layer in image.layers[:count]:
        upload = ahead.upload(layer)
        assert upload is not None
        upload.result(timeout=10)


def test_what_went_ahead_is_not_sent_again(
    server: FakeRegistry, client: Registry, ahead: Ahead, target: Image, name: Reference
):
    sent(ahead, target, 2)
    assert sorted(server.blobs["team/shop"]) == sorted(layer.digest for layer in target.layers[:2])
    assert server.manifests["team/shop"] == {}
    (delivery,) = push(target, [name], client, ahead=ahead).deliveries
    assert complete(server, "team/shop", "1.0")
    assert (delivery.sent, delivery.present, delivery.mounted) == (4, 0, 0)
    assert delivery.sent_bytes == sum(blob.size for blob in (*target.layers, target.manifest.config))
    assert len(server.asked("PUT", "/blobs/")) == 4
    assert server.lines().count("HEAD /v2/team/shop/manifests/1.0") == 1


def test_a_layer_is_spoken_of_as_often_as_anybody_likes(server: FakeRegistry, ahead: Ahead, target: Image):
    sent(ahead, target)
    sent(ahead, target)
    assert len(server.asked("PUT", "/blobs/")) == 3


def test_the_image_of_before_vouches_ahead_as_well(
    server: FakeRegistry, client: Registry, ahead: Ahead, store: Layout, name: Reference
):
    push(image_of(store, b"a", b"b", b"old"), [name], client)
    server.requests.clear()
    target = image_of(store, b"a", b"b", b"new")
    sent(ahead, target)
    (delivery,) = push(target, [name], client, ahead=ahead).deliveries
    assert (delivery.sent, delivery.present) == (2, 2)
    assert sorted(asked.method for asked in server.requests) == ["HEAD", "POST", "POST", "PUT", "PUT", "PUT"]


def test_other_repositories_get_theirs_from_the_first(
    server: FakeRegistry, client: Registry, ahead: Ahead, target: Image, name: Reference
):
    sent(ahead, target)
    other = Reference.parse(f"{server.host}/other/shop:1.0")
    first, second = push(target, [name, other], client, ahead=ahead).deliveries
    assert (first.sent, second.mounted) == (4, 4)
    assert complete(server, "other/shop", "1.0")


def test_what_went_wrong_is_told_by_the_push_and_not_tried_anew(
    server: FakeRegistry, client: Registry, ahead: Ahead, target: Image, name: Reference, naps: list[float]
):
    server.fail("POST", "/blobs/uploads/", 503)
    ahead.layer(target.layers[0], target.store)
    with pytest.raises(SourceError, match="is out of order"):
        push(target, [name], client, ahead=ahead)
    assert "1.0" not in server.tags["team/shop"]


def test_a_registry_that_is_away_costs_its_attempts_once(client: Registry, target: Image, naps: list[float]):
    with FakeRegistry() as gone:
        nowhere = Reference.parse(f"{gone.host}/team/shop:1.0")
    with closing(Ahead(nowhere, client)) as ahead:
        for layer in target.layers:
            ahead.layer(layer, target.store)
        with pytest.raises(SourceError, match="cannot talk to"):
            push(target, [nowhere], client, ahead=ahead)
    assert len(naps) <= 3


def test_layers_of_an_image_that_never_comes_to_be_are_left_and_have_no_name(
    server: FakeRegistry, ahead: Ahead, target: Image
):
    sent(ahead, target)
    ahead.close()
    assert server.tags["team/shop"] == server.manifests["team/shop"] == {}


def test_it_ends_in_the_middle_of_everything(server: FakeRegistry, ahead: Ahead, store: Layout):
    server.fail("PUT", "/blobs/uploads/", "hang")
    for layer in image_of(store, *(bytes([number]) for number in range(2 * CONNECTIONS))).layers:
        ahead.layer(layer, store)
    while not server.asked("PUT", "/blobs/uploads/"):
        time.sleep(0.01)
    ahead.close()
    assert not any(thread.is_alive() for thread in ahead._threads)
