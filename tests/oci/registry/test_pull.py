"""What a reference stands for, in all the forms in which registries have it."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.oci.registry.conftest import Connect
from tests.oci.registry.test_push import image_of

from pottle.errors import IntegrityError, PottleError, SourceError
from pottle.http import NotFound
from pottle.oci import media_types
from pottle.oci.descriptor import Descriptor
from pottle.oci.digest import Digest
from pottle.oci.image import Image
from pottle.oci.layout import Layout
from pottle.oci.platform import Platform
from pottle.oci.reference import Reference
from pottle.oci.registry.client import Registry
from pottle.oci.registry.pull import fetch_layers, pull
from pottle.oci.registry.push import push
from pottle.oci.validate import validate
from pottle.testing.registry import FakeRegistry

AMD64, ARM64 = Platform.parse("linux/amd64"), Platform.parse("linux/arm64")


@pytest.fixture
def there(tmp_path: Path) -> Layout:
    """Where what is pulled goes."""
    return Layout.create(tmp_path / "there")


@pytest.fixture
def pushed(client: Registry, image: Image, name: Reference) -> Reference:
    push(image, [name], client)
    return name


def document(server: FakeRegistry, content: object, kind: str = media_types.MANIFEST, tag: str = "1.0") -> str:
    return server.add_manifest("team/shop", json.dumps(content).encode(), kind, tag)


def manifest_of(image: Image, **more: object) -> dict[str, object]:
    return {**json.loads(image.store.read(image.digest)), **more}


def entry(
    server: FakeRegistry, digest: str, platform: str | None = None, kind: str = media_types.MANIFEST
) -> dict[str, object]:
    content = server.manifests["team/shop"][digest][1]
    os, _, architecture = (platform or "").partition("/")
    own = {"platform": {"os": os, "architecture": architecture}} if platform else {}
    return {"mediaType": kind, "digest": digest, "size": len(content), **own}


def index_of(*entries: dict[str, object], **more: object) -> dict[str, object]:
    return {"schemaVersion": 2, "mediaType": media_types.INDEX, "manifests": list(entries), **more}


def refused(name: Reference, client: Registry, there: Layout, platform: Platform | None = AMD64) -> PottleError:
    with pytest.raises(PottleError) as caught:
        pull(name, platform, client, there)
    return caught.value


# --- one image ------------------------------------------------------------------------------------


def test_manifest_and_config_come_and_layers_when_asked_for(
    server: FakeRegistry, client: Registry, pushed: Reference, image: Image, there: Layout
):
    server.requests.clear()
    found = pull(pushed, AMD64, client, there)
    assert (found.descriptor, found.manifest, found.config) == (image.descriptor, image.manifest, image.config)
    assert not any(there.has(layer) for layer in found.layers)
    assert len(server.requests) == 2
    fetch_layers(found, pushed, client)
    validate(found)
    server.requests.clear()
    fetch_layers(found, pushed, client)
    assert server.requests == []


def test_one_layer_of_several(server: FakeRegistry, client: Registry, pushed: Reference, there: Layout):
    found = pull(pushed, AMD64, client, there)
    fetch_layers(found, pushed, client, layers=found.layers[1:])
    assert [there.has(layer) for layer in found.layers] == [False, True]


def test_by_digest(client: Registry, pushed: Reference, image: Image, there: Layout):
    assert pull(replace(pushed, tag=None, digest=image.digest), AMD64, client, there).digest == image.digest


def test_the_digest_counts_where_there_is_a_tag_as_well(
    server: FakeRegistry, client: Registry, pushed: Reference, image: Image, there: Layout
):
    server.tags["team/shop"]["1.0"] = "sha256:" + "0" * 64
    assert pull(replace(pushed, digest=image.digest), AMD64, client, there).digest == image.digest


def test_resolve_is_one_request(server: FakeRegistry, client: Registry, pushed: Reference, image: Image):
    server.requests.clear()
    assert client.repository(pushed).resolve() == image.descriptor
    assert server.lines() == ["HEAD /v2/team/shop/manifests/1.0"]


@pytest.mark.parametrize("fault", [405, 501, 403, "bare"])
def test_resolve_where_a_head_says_nothing(
    server: FakeRegistry, client: Registry, pushed: Reference, image: Image, fault
):
    server.fail("HEAD", "/manifests/", fault)
    assert client.repository(pushed).resolve() == image.descriptor


def test_a_config_that_is_here_is_not_fetched_again(
    server: FakeRegistry, client: Registry, pushed: Reference, there: Layout
):
    pull(pushed, AMD64, client, there)
    server.requests.clear()
    pull(pushed, AMD64, client, there)
    assert server.lines() == ["GET /v2/team/shop/manifests/1.0"]


@pytest.mark.parametrize(
    "more",
    [{"artifactType": "application/x"}, {"LayerSources": {"a": 1}}, {"annotations": None}, {"subject": None, "x": [1]}],
)
def test_members_that_are_not_known_do_not_matter(
    server: FakeRegistry, client: Registry, pushed: Reference, image: Image, there: Layout, more: dict[str, object]
):
    digest = document(server, manifest_of(image, **more))
    found = pull(pushed, AMD64, client, there)
    assert found.digest == digest
    assert found.layers == image.layers
    assert Digest.of(there.read(found.digest)) == digest


def test_a_manifest_without_a_media_type_is_what_the_transport_says(
    server: FakeRegistry, client: Registry, pushed: Reference, image: Image, there: Layout
):
    content = manifest_of(image)
    del content["mediaType"]
    document(server, content, "application/vnd.oci.image.manifest.v1+json; charset=utf-8")
    assert pull(pushed, AMD64, client, there).descriptor.media_type == media_types.MANIFEST
    document(server, content, "application/vnd.docker.distribution.manifest.v2+json")
    assert pull(pushed, AMD64, client, there).descriptor.media_type == media_types.DOCKER_MANIFEST
    document(server, content, "text/plain")
    assert pull(pushed, AMD64, client, there).descriptor.media_type == media_types.MANIFEST


def test_dockers_types(server: FakeRegistry, client: Registry, pushed: Reference, image: Image, there: Layout):
    content = manifest_of(image, mediaType=media_types.DOCKER_MANIFEST)
    content["config"]["mediaType"] = media_types.DOCKER_CONFIG  # type: ignore[index]
    for layer in content["layers"]:  # type: ignore[attr-defined]
        layer["mediaType"] = media_types.DOCKER_LAYER_GZIP
    inner = document(server, content, media_types.DOCKER_MANIFEST)
    listed = index_of(
        entry(server, inner, "linux/amd64", media_types.DOCKER_MANIFEST), mediaType=media_types.DOCKER_INDEX
    )
    document(server, listed, media_types.DOCKER_INDEX)
    found = pull(pushed, AMD64, client, there)
    assert found.descriptor.media_type == media_types.DOCKER_MANIFEST
    assert {layer.media_type for layer in found.layers} == {media_types.DOCKER_LAYER_GZIP}


def test_accepts_all_that_it_reads(server: FakeRegistry, client: Registry, pushed: Reference, there: Layout):
    server.requests.clear()
    pull(pushed, AMD64, client, there)
    accepted = server.asked("GET", "/manifests/")[0].headers["Accept"].split(", ")
    assert set(accepted) == media_types.INDEXES | media_types.MANIFESTS


# --- an index -------------------------------------------------------------------------------------


@pytest.fixture
def several(server: FakeRegistry, client: Registry, store: Layout, name: Reference) -> dict[str, Image]:
    """Images for two platforms, which are there by digest."""
    images = {each: image_of(store, each.encode(), platform=each) for each in ("linux/amd64", "linux/arm64")}
    for image in images.values():
        push(image, [replace(name, tag="own")], client)
    return images


ATTESTATION = {
    "mediaType": media_types.MANIFEST,
    "digest": "sha256:" + "a" * 64,
    "size": 10,
    "platform": {"os": "unknown", "architecture": "unknown"},
    "annotations": {"vnd.docker.reference.type": "attestation-manifest"},
}


def test_the_platform_decides(
    server: FakeRegistry, client: Registry, name: Reference, several: dict[str, Image], there: Layout
):
    entries = [entry(server, image.digest, platform) for platform, image in several.items()]
    document(server, index_of(ATTESTATION, *entries), media_types.INDEX)
    assert pull(name, AMD64, client, there).digest == several["linux/amd64"].digest
    assert pull(name, ARM64, client, there).digest == several["linux/arm64"].digest
    assert pull(name, Platform("linux", "arm64", "v8"), client, there).digest == several["linux/arm64"].digest


def test_a_platform_that_is_missing_names_those_that_are_there(
    server: FakeRegistry, client: Registry, name: Reference, several: dict[str, Image], there: Layout
):
    entries = [entry(server, image.digest, platform) for platform, image in several.items()]
    document(server, index_of(*entries, ATTESTATION), media_types.INDEX)
    error = refused(name, client, there, Platform.parse("linux/s390x"))
    assert error.what == f"{name} is not there for linux/s390x, but for these: linux/amd64, linux/arm64"


def test_without_a_platform_there_has_to_be_one(
    server: FakeRegistry, client: Registry, name: Reference, several: dict[str, Image], there: Layout
):
    entries = [entry(server, image.digest, platform) for platform, image in several.items()]
    document(server, index_of(entries[1], ATTESTATION), media_types.INDEX)
    assert pull(name, None, client, there).digest == several["linux/arm64"].digest
    document(server, index_of(*entries), media_types.INDEX)
    assert "several platforms: linux/amd64, linux/arm64" in refused(name, client, there, None).what


def test_a_single_image_for_another_platform(client: Registry, pushed: Reference, there: Layout):
    assert refused(pushed, client, there, ARM64).what == f"{pushed} is for linux/amd64, not for linux/arm64"


def test_an_index_of_attestations_alone(server: FakeRegistry, client: Registry, name: Reference, there: Layout):
    document(server, index_of(ATTESTATION), media_types.INDEX)
    assert "but for these: none" in refused(name, client, there).what


def test_an_entry_without_a_platform_is_looked_into(
    server: FakeRegistry, client: Registry, name: Reference, several: dict[str, Image], there: Layout
):
    document(server, index_of(entry(server, several["linux/amd64"].digest)), media_types.INDEX)
    assert pull(name, AMD64, client, there).digest == several["linux/amd64"].digest
    assert "is for linux/amd64" in refused(name, client, there, ARM64).what


def test_an_index_in_an_index(
    server: FakeRegistry, client: Registry, name: Reference, several: dict[str, Image], there: Layout
):
    inner = document(server, index_of(entry(server, several["linux/amd64"].digest, "linux/amd64")), media_types.INDEX)
    document(server, index_of(entry(server, inner, kind=media_types.INDEX)), media_types.INDEX)
    assert pull(name, AMD64, client, there).digest == several["linux/amd64"].digest


def test_indexes_without_end(
    server: FakeRegistry, client: Registry, name: Reference, several: dict[str, Image], there: Layout
):
    digest = document(server, index_of(entry(server, several["linux/amd64"].digest, "linux/amd64")), media_types.INDEX)
    for _ in range(10):
        digest = document(server, index_of(entry(server, digest, kind=media_types.INDEX)), media_types.INDEX)
    server.requests.clear()
    assert "an index of indexes of indexes" in refused(name, client, there).what
    assert len(server.requests) < 8


# --- what is none -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["application/vnd.docker.distribution.manifest.v1+prettyjws", "application/json"])
def test_schema_1_is_refused_by_name(server: FakeRegistry, client: Registry, name: Reference, there: Layout, kind: str):
    old = {"schemaVersion": 1, "name": "team/shop", "fsLayers": [{"blobSum": "sha256:0"}], "history": [{}]}
    document(server, old, kind)
    error = refused(name, client, there)
    assert error.what == f"{name} is a manifest of schema 1, which engines have stopped reading"


@pytest.mark.parametrize(
    ("config", "artifact", "named"),
    [
        ("application/vnd.cncf.helm.config.v1+json", None, "application/vnd.cncf.helm.config.v1+json"),
        ("application/vnd.oci.empty.v1+json", "application/spdx+json", "application/spdx+json"),
    ],
)
def test_an_artifact_is_no_image(
    server: FakeRegistry, client: Registry, pushed: Reference, image: Image, there: Layout, config, artifact, named
):
    content = manifest_of(image, artifactType=artifact)
    content["config"]["mediaType"] = config  # type: ignore[index]
    document(server, content)
    assert refused(pushed, client, there).what == f"{pushed} is no container image but {named}"


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"<html>", b"\xff", b"[" * 100_000, b'{"schemaVersion": 2}', b'{"schemaVersion": 9, "layers": []}',
     b'{"schemaVersion": 2, "manifests": 3}', b'{"schemaVersion": 2, "manifests": [{}]}',
     b'{"schemaVersion": 2, "config": {"mediaType": "x", "digest": "sha256:short", "size": 1}, "layers": []}'],
)  # fmt: skip
def test_garbage_is_one_clear_error(
    server: FakeRegistry, client: Registry, name: Reference, there: Layout, content: bytes
):
    server.add_manifest("team/shop", content, media_types.MANIFEST, "1.0")
    error = refused(name, client, there)
    assert error.what.startswith(f"what {name} stands for cannot be read: ")
    assert len(error.what) < 400


def test_what_is_not_there(client: Registry, name: Reference, there: Layout):
    error = refused(name, client, there)
    assert isinstance(error, NotFound)
    assert str(name.registry) in error.what
    assert "team/shop:1.0" in error.what


def test_a_manifest_that_is_too_large(server: FakeRegistry, client: Registry, name: Reference, there: Layout):
    server.add_manifest("team/shop", b" " * ((4 << 20) + 1), media_types.MANIFEST, "1.0")
    assert "is larger than 4194304 bytes" in refused(name, client, there).what


def test_a_manifest_without_end(server: FakeRegistry, client: Registry, pushed: Reference, there: Layout):
    server.fail("GET", "/manifests/", "endless")
    assert "is larger than" in refused(pushed, client, there).what


def test_a_config_that_claims_to_be_huge(
    server: FakeRegistry, client: Registry, pushed: Reference, image: Image, there: Layout
):
    content = manifest_of(image)
    content["config"]["size"] = 1 << 40  # type: ignore[index]
    document(server, content)
    assert "the config of" in refused(pushed, client, there).what


@pytest.mark.parametrize("by", ["tag", "digest"])
def test_a_registry_that_gives_something_else(
    server: FakeRegistry, client: Registry, pushed: Reference, image: Image, there: Layout, by: str
):
    server.fail("GET", "/manifests/", "damaged")
    which = pushed if by == "tag" else replace(pushed, tag=None, digest=image.digest)
    error = refused(which, client, there)
    assert isinstance(error, IntegrityError)
    assert image.digest in error.what
    assert list((there.root / "blobs/sha256").iterdir()) == []


def test_a_registry_that_lies_about_a_digest(
    server: FakeRegistry, client: Registry, pushed: Reference, image: Image, there: Layout
):
    server.fail("GET", "/manifests/", "lie")
    assert isinstance(refused(pushed, client, there), IntegrityError)
    server.mend()
    server.fail("HEAD", "/manifests/", "lie")
    by_digest = replace(pushed, digest=image.digest)
    assert client.repository(by_digest).resolve() == image.descriptor


def test_a_manifest_that_is_cut(server: FakeRegistry, client: Registry, pushed: Reference, image: Image, there: Layout):
    server.fail("GET", "/manifests/", "cut", times=2)
    assert pull(pushed, AMD64, client, there).digest == image.digest


def test_a_config_that_is_wrong(server: FakeRegistry, client: Registry, pushed: Reference, there: Layout):
    server.fail("GET", "/blobs/", "damaged")
    assert isinstance(refused(pushed, client, there), IntegrityError)
    assert list((there.root / "blobs/sha256").iterdir()) == []


# --- mirrors --------------------------------------------------------------------------------------


def mirrored(*mirrors: FakeRegistry, of: FakeRegistry, prefix: str = "") -> dict[str, str]:
    return {"POTTLE_REGISTRY_MIRRORS": ",".join(f"{of.host}={each.host}{prefix}" for each in mirrors)}


def test_a_mirror_is_asked_first_and_the_registry_never(
    server: FakeRegistry, connect: Connect, image: Image, name: Reference, there: Layout
):
    with FakeRegistry() as mirror:
        push(image, [replace(name, registry=mirror.host)], connect())
        client = connect(mirrored(mirror, of=server))
        found = pull(name, AMD64, client, there)
        fetch_layers(found, name, client)
        validate(found)
        assert server.requests == []


def test_a_mirror_may_have_a_prefix(
    server: FakeRegistry, connect: Connect, image: Image, name: Reference, there: Layout
):
    with FakeRegistry() as mirror:
        push(image, [replace(name, registry=mirror.host, repository="hub/team/shop")], connect())
        assert pull(name, AMD64, connect(mirrored(mirror, of=server, prefix="/hub")), there).digest == image.digest
        assert server.requests == []


def test_what_a_mirror_does_not_have_comes_from_the_registry(
    server: FakeRegistry, connect: Connect, pushed: Reference, image: Image, there: Layout
):
    with FakeRegistry() as empty:
        client = connect(mirrored(empty, of=server))
        found = pull(pushed, AMD64, client, there)
        fetch_layers(found, pushed, client)
        validate(found)
        assert empty.requests


def test_a_mirror_that_is_away_is_waited_for_once(
    server: FakeRegistry, connect: Connect, pushed: Reference, there: Layout, naps: list[float]
):
    with FakeRegistry() as gone:
        pass
    client = connect(mirrored(gone, of=server))
    found = pull(pushed, AMD64, client, there)
    fetch_layers(found, pushed, client)
    assert naps == [0.25, 0.5, 1.0]


def test_a_mirror_that_lies_is_left(
    server: FakeRegistry, connect: Connect, pushed: Reference, image: Image, there: Layout
):
    with FakeRegistry() as liar:
        push(image, [replace(pushed, registry=liar.host)], connect())
        liar.fail("GET", "/manifests/", "lie")
        assert pull(pushed, AMD64, connect(mirrored(liar, of=server)), there).digest == image.digest


def test_a_push_asks_no_mirror(server: FakeRegistry, connect: Connect, image: Image, name: Reference):
    with FakeRegistry() as mirror:
        push(image, [name], connect(mirrored(mirror, of=server)))
        assert mirror.requests == []


def test_a_blob_of_the_index_is_not_mistaken_for_the_image(
    server: FakeRegistry, client: Registry, name: Reference, several: dict[str, Image], there: Layout
):
    """The entry's digest is what the child has to be, whatever the registry gives for it."""
    amd64, arm64 = several["linux/amd64"], several["linux/arm64"]
    document(server, index_of(entry(server, amd64.digest, "linux/amd64")), media_types.INDEX)
    server.manifests["team/shop"][amd64.digest] = server.manifests["team/shop"][arm64.digest]
    assert isinstance(refused(name, client, there), IntegrityError)


def test_sizes_are_not_believed(server: FakeRegistry, client: Registry, pushed: Reference, image: Image, there: Layout):
    """A layer whose descriptor is longer than what the registry has ends in an error, not in a layout."""
    content = manifest_of(image)
    content["layers"][0]["size"] += 1  # type: ignore[index]
    document(server, content)
    found = pull(pushed, AMD64, client, there)
    with pytest.raises(SourceError):
        fetch_layers(found, pushed, client)
    assert not there.path_of(found.layers[0].digest).exists()


def test_what_is_stored_has_its_digest(client: Registry, pushed: Reference, there: Layout):
    found = pull(pushed, AMD64, client, there)
    fetch_layers(found, pushed, client)
    for path in (there.root / "blobs/sha256").iterdir():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name
    assert isinstance(found.descriptor, Descriptor)
