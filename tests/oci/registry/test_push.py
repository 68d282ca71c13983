"""What a registry has after a push, in which order it got it, and how little was asked for that."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from tests.oci.registry.conftest import Connect

from pottle.errors import IntegrityError, PottleError, SourceError, UsageError
from pottle.oci.config import Execution
from pottle.oci.digest import Digest
from pottle.oci.document import MAX_SIZE
from pottle.oci.entry import File
from pottle.oci.image import Addendum, Image, Makeup, assemble, assemble_index
from pottle.oci.layer import write_layer
from pottle.oci.layout import Layout
from pottle.oci.platform import Platform
from pottle.oci.reference import Reference
from pottle.oci.registry.client import Registry
from pottle.oci.registry.push import CONNECTIONS, push
from pottle.testing.registry import FakeRegistry


class Counting:
    """A progress that adds up."""

    def __init__(self):
        self.total = self.done = 0

    def task(self, name, total=None):
        self.total += total
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def advance(self, amount):
        self.done += amount

    def warn(self, message):
        raise AssertionError(message)


def image_of(store: Layout, *contents: bytes, platform: str = "linux/amd64") -> Image:
    layers = [Addendum(write_layer([File("content", each)], store, mtime=1), "test") for each in contents]
    return assemble(layers, Makeup(Platform.parse(platform), 1, Execution()), store)


def complete(server: FakeRegistry, repository: str, tag: str) -> bool:
    """Whether all that a tag leads to is there, byte for byte."""
    _, content = server.manifests[repository][server.tags[repository][tag]]
    document = json.loads(content)
    children = [server.manifests[repository][child["digest"]][1] for child in document.get("manifests", ())]
    documents = [document, *map(json.loads, children)]
    blobs = [
        each for document in documents if "config" in document for each in (document["config"], *document["layers"])
    ]
    return all(
        Digest.of(server.blobs[repository][each["digest"]]) == each["digest"]
        and len(server.blobs[repository][each["digest"]]) == each["size"]
        for each in blobs
    )


def test_an_image_is_there_under_its_digest(server: FakeRegistry, client: Registry, image: Image, name: Reference):
    counting = Counting()
    pushed = push(image, [name], client, progress=counting)
    assert server.tags["team/shop"] == {"1.0": image.digest}
    assert complete(server, "team/shop", "1.0")
    assert pushed.names == (replace(name, digest=image.digest),)
    (delivery,) = pushed.deliveries
    assert (delivery.sent, delivery.mounted, delivery.present) == (3, 0, 0)
    assert pushed.sent_bytes == counting.done == counting.total == sum(b.size for b in image.blobs[1:])


def test_tags_come_last_and_manifests_after_blobs(
    server: FakeRegistry, client: Registry, image: Image, name: Reference
):
    push(image, [name, replace(name, tag="1"), replace(name, repository="other/shop")], client)
    lines = server.lines("PUT")
    assert lines[-3:] == [
        "PUT /v2/team/shop/manifests/1.0",
        "PUT /v2/team/shop/manifests/1",
        "PUT /v2/other/shop/manifests/1.0",
    ]
    assert all("/blobs/uploads/" in line for line in lines[:-3])


def test_a_second_push_is_one_request(server: FakeRegistry, client: Registry, image: Image, name: Reference):
    push(image, [name], client)
    server.requests.clear()
    pushed = push(image, [name], client)
    assert server.lines() == ["HEAD /v2/team/shop/manifests/1.0"]
    assert pushed.deliveries[0].unchanged
    assert pushed.sent_bytes == 0


def test_a_further_tag_of_an_image_that_is_there_is_a_document(
    server: FakeRegistry, client: Registry, image: Image, name: Reference
):
    push(image, [name], client)
    server.requests.clear()
    push(image, [name, replace(name, tag="latest")], client)
    assert server.lines("PUT", "POST") == ["PUT /v2/team/shop/manifests/latest"]


def test_layers_that_exist_are_asked_for_and_not_sent(
    server: FakeRegistry, client: Registry, store: Layout, name: Reference
):
    push(image_of(store, b"base", b"app 1"), [name], client)
    server.requests.clear()
    pushed = push(image_of(store, b"base", b"app 2"), [replace(name, tag="2")], client)
    assert (pushed.deliveries[0].sent, pushed.deliveries[0].present) == (2, 1)
    assert len(server.asked("HEAD", "/blobs/")) == 3
    assert len(server.asked("PUT", "/blobs/")) == 2


def test_connections_are_bounded_and_used(server: FakeRegistry, client: Registry, store: Layout, name: Reference):
    server.fail("HEAD", "/blobs/", "hang", times=0)
    push(image_of(store, *(os.urandom(300_000) for _ in range(20))), [name], client)
    assert 1 < server.most_at_once <= CONNECTIONS


def test_several_registries_in_one_command(server: FakeRegistry, client: Registry, image: Image, name: Reference):
    with FakeRegistry() as other:
        there = Reference.parse(f"{other.host}/mirror/shop:1.0")
        pushed = push(image, [name, there], client)
        assert complete(server, "team/shop", "1.0")
        assert complete(other, "mirror/shop", "1.0")
        assert [each.sent for each in pushed.deliveries] == [3, 3]
        assert not other.asked("POST", "mount=")


def test_no_tag_anywhere_if_one_registry_fails(server: FakeRegistry, client: Registry, image: Image, name: Reference):
    with FakeRegistry() as other:
        other.fail("PUT", "/blobs/", 507)
        with pytest.raises(SourceError):
            push(image, [name, Reference.parse(f"{other.host}/mirror/shop:1.0")], client)
        assert server.tags == other.tags == {}


def test_a_name_without_a_tag_is_latest(server: FakeRegistry, client: Registry, image: Image):
    push(image, [Reference.parse(f"{server.host}/shop")], client)
    assert server.tags["shop"] == {"latest": image.digest}


def test_a_name_with_a_digest_is_refused(client: Registry, image: Image, name: Reference):
    with pytest.raises(UsageError, match="the image's own digest"):
        push(image, [replace(name, digest=image.digest)], client)


def test_an_index_follows_its_manifests(server: FakeRegistry, client: Registry, store: Layout, name: Reference):
    amd64, arm64 = image_of(store, b"both", b"amd64"), image_of(store, b"both", b"arm64", platform="linux/arm64")
    several = assemble_index((amd64, arm64), store)
    push(several, [name, replace(name, tag="1")], client)
    assert complete(server, "team/shop", "1.0")
    assert server.lines("PUT")[-4:] == [
        f"PUT /v2/team/shop/manifests/{amd64.digest}",
        f"PUT /v2/team/shop/manifests/{arm64.digest}",
        "PUT /v2/team/shop/manifests/1.0",
        "PUT /v2/team/shop/manifests/1",
    ]
    assert len(server.asked("PUT", "/blobs/")) == 5
    server.requests.clear()
    push(several, [name], client)
    assert len(server.requests) == 1


def test_memory_is_bounded(server: FakeRegistry, client: Registry, store: Layout, name: Reference, monkeypatch):
    """What is read at once is a chunk, however large the layer."""
    sizes = []
    real = Layout.open_blob

    layer = os.urandom(3_000_000)
    image = image_of(store, layer)
    monkeypatch.setattr(Layout, "open_blob", lambda self, digest: _Watched(real(self, digest), sizes))
    push(image, [name], client)
    assert max(sizes) <= MAX_SIZE + 1
    assert len([size for size in sizes if size == 1 << 18]) > 10


class _Watched:
    def __init__(self, stream, sizes):
        self._stream, self._sizes = stream, sizes

    def read(self, size):
        self._sizes.append(size)
        return self._stream.read(size)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._stream.close()


# --- layers of a base image that are not here --------------------------------------------------------


@pytest.fixture
def on_base(tmp_path: Path, store: Layout, image: Image) -> Image:
    """The image, in a store that lacks its lowest layer."""
    other = Layout.create(tmp_path / "other")
    for blob in image.blobs:
        if blob.digest != image.layers[0].digest:
            other.copy(blob, store)
    return Image.load(other, image.descriptor)


def test_a_layer_of_the_base_is_mounted_on_the_same_registry(
    server: FakeRegistry, client: Registry, store: Layout, image: Image, on_base: Image, name: Reference
):
    server.add_blob("base/python", store.path_of(image.layers[0].digest).read_bytes())
    base = Reference.parse(f"{server.host}/base/python:3.13")
    pushed = push(on_base, [name], client, origins=[base])
    assert complete(server, "team/shop", "1.0")
    assert (pushed.deliveries[0].mounted, pushed.deliveries[0].sent) == (1, 2)
    assert not server.asked("GET")


def test_a_layer_of_the_base_passes_from_its_registry_to_the_other(
    server: FakeRegistry, client: Registry, store: Layout, image: Image, on_base: Image, name: Reference
):
    with FakeRegistry() as there:
        there.add_blob("library/python", store.path_of(image.layers[0].digest).read_bytes())
        pushed = push(on_base, [name], client, origins=[Reference.parse(f"{there.host}/library/python:3.13")])
        assert complete(server, "team/shop", "1.0")
        assert pushed.deliveries[0].sent == 3
        assert not server.asked("POST", "mount=")
        assert not on_base.store.has(image.layers[0])


def test_a_layer_of_the_base_that_the_target_has_is_not_touched(
    server: FakeRegistry, client: Registry, image: Image, on_base: Image, name: Reference
):
    push(image, [name], client)
    push(on_base, [replace(name, tag="2")], client, origins=[Reference.parse("base.invalid/python:3.13")])
    assert complete(server, "team/shop", "2")


def test_a_layer_that_is_nowhere_is_an_error(client: Registry, on_base: Image, name: Reference):
    with pytest.raises(SourceError, match="neither here nor in the repository of a base image"):
        push(on_base, [name], client)


# --- mounts --------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [401, 403, 404, 405, 400, 501])
def test_a_mount_that_is_refused_is_an_upload(
    server: FakeRegistry, client: Registry, image: Image, name: Reference, fault: int
):
    server.fail("POST", "mount=", fault)
    pushed = push(image, [name, replace(name, repository="other/shop")], client)
    assert complete(server, "other/shop", "1.0")
    assert [each.mounted for each in pushed.deliveries] == [0, 0]
    assert [each.sent for each in pushed.deliveries] == [3, 3]


def test_a_mount_that_opens_a_session_is_an_upload_in_it(
    server: FakeRegistry, client: Registry, image: Image, name: Reference
):
    server.mounts = False
    push(image, [name, replace(name, repository="other/shop")], client)
    assert complete(server, "other/shop", "1.0")
    assert len(server.asked("POST", "/other/shop/")) == 3
    assert not server.uploads


def test_a_mount_names_where_from(server: FakeRegistry, client: Registry, image: Image, name: Reference):
    push(image, [name, replace(name, repository="other/shop")], client)
    assert all("from=team%2Fshop" in each.path for each in server.asked("POST", "mount="))
    assert len(server.asked("POST", "mount=")) == 3


# --- refusals -----------------------------------------------------------------------------------


def refused(image: Image, name: Reference, client: Registry) -> PottleError:
    with pytest.raises(PottleError) as caught:
        push(image, [name], client)
    return caught.value


def test_a_read_only_registry_says_so(client: Registry, image: Image):
    with FakeRegistry(read_only=True) as server:
        name = Reference.parse(f"{server.host}/team/shop:1.0")
        error = refused(image, name, client)
        assert error.what.startswith(f"{server.host} refuses to take the blob sha256:")
        assert "this registry is read-only (405)" in error.what
        assert "read-only" in (error.hint or "")
        assert server.tags == {}


@pytest.mark.parametrize(("status", "hint"), [(507, "disk is full"), (413, "limits what may be sent")])
def test_a_registry_that_has_no_room(
    server: FakeRegistry, client: Registry, image: Image, name: Reference, status: int, hint: str
):
    server.fail("PUT", "/blobs/uploads/", status)
    server.fail("PATCH", "/blobs/uploads/", status)
    error = refused(image, name, client)
    assert f"({status})" in error.what
    assert hint in (error.hint or "")


def test_a_registry_that_stays_out_of_order(
    server: FakeRegistry, client: Registry, image: Image, name: Reference, naps
):
    server.fail("PUT", "/blobs/uploads/", 500)
    error = refused(image, name, client)
    assert error.what == f"{server.host} is out of order: it answered unknown: out of order (nobody) (500) (4 attempts)"
    assert server.tags == {}


def test_a_registry_that_has_had_enough_of_us_is_quoted(
    server: FakeRegistry, client: Registry, image: Image, name: Reference
):
    server.fail("POST", "/uploads/", 429, code="TOOMANYREQUESTS", headers={"Retry-After": "1"})
    error = refused(image, name, client)
    assert "toomanyrequests: out of order" in error.what
    assert f"`docker login {server.host}`" in (error.hint or "")


def test_a_repository_that_has_to_be_created_first(
    server: FakeRegistry, client: Registry, image: Image, name: Reference
):
    server.fail("POST", "/uploads/", 404, code="NAME_UNKNOWN")
    error = refused(image, name, client)
    assert "name_unknown" in error.what
    assert "created before anything is pushed" in (error.hint or "")


def test_a_registry_that_is_away(client: Registry, image: Image):
    with FakeRegistry() as server:
        name = Reference.parse(f"{server.host}/team/shop:1.0")
    error = refused(image, name, client)
    assert error.what.startswith(f"cannot talk to {server.host}: ")
    assert isinstance(error, SourceError)


def test_a_manifest_that_is_refused(server: FakeRegistry, client: Registry, image: Image, name: Reference):
    server.fail("PUT", "/manifests/", 400, code="MANIFEST_INVALID")
    error = refused(image, name, client)
    assert error.what == f"{server.host} refuses to take team/shop:1.0: manifest_invalid: out of order (nobody) (400)"


def test_a_registry_that_changes_a_manifest(server: FakeRegistry, client: Registry, image: Image, name: Reference):
    server.fail("PUT", "/manifests/", "lie")
    error = refused(image, name, client)
    assert isinstance(error, IntegrityError)
    assert f"keeps team/shop:1.0 as sha256:{'0' * 64}, not as {image.digest}" in error.what


def test_what_a_registry_says_cannot_move_the_cursor(
    server: FakeRegistry, client: Registry, image: Image, name: Reference
):
    server.fail("PUT", "/manifests/", 400, code="\x1b[2J\r\n" + "x" * 1000)
    error = refused(image, name, client)
    assert error.what.isprintable()
    assert len(error.what) < 500


def test_a_damaged_layer_is_not_pushed(server: FakeRegistry, client: Registry, image: Image, name: Reference):
    path = image.store.path_of(image.layers[0].digest)
    content = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(bytes([content[0] ^ 1, *content[1:]]))
    error = refused(image, name, client)
    assert isinstance(error, IntegrityError)
    assert image.layers[0].digest in error.what
    assert image.layers[0].digest not in server.blobs["team/shop"]
    assert server.tags == {}


def test_an_upload_is_not_retried_with_what_is_wrong(
    connect: Connect, server: FakeRegistry, image: Image, name: Reference
):
    image.store.path_of(image.layers[0].digest).chmod(0o644)
    image.store.path_of(image.layers[0].digest).write_bytes(b"")
    assert "neither here nor" in refused(image, name, connect()).what
