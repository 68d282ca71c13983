"""What holds whatever a registry does: no tag of anything but the image, nothing in a layout but what its name says."""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.oci.registry.test_push import complete, image_of

from pottle.errors import PottleError
from pottle.oci.digest import Digest
from pottle.oci.image import AnyImage, Image, assemble_index
from pottle.oci.layout import Layout
from pottle.oci.platform import Platform
from pottle.oci.reference import Reference
from pottle.oci.registry.client import Registry
from pottle.oci.registry.options import RegistryOptions
from pottle.oci.registry.pull import fetch_layers, pull
from pottle.oci.registry.push import push
from pottle.testing.registry import FakeRegistry

STATUSES = (200, 201, 202, 204, 206, 301, 400, 401, 403, 404, 405, 408, 411, 413, 416, 418, 429, 500, 501, 503, 507)
FAULTS = st.sampled_from((*STATUSES, "reset", "bare", "lie", "damaged", "longer", "cut", "garbage"))
WRITING = st.tuples(
    st.sampled_from(("HEAD", "POST", "PUT", "PATCH", "GET")),
    st.sampled_from(("/manifests/", "/blobs/", "/blobs/uploads/", "mount=", "/v2/", "sha256")),
    FAULTS,
    st.integers(1, 6),
)
READING = st.tuples(st.just("GET"), st.sampled_from(("/manifests/", "/blobs/", "/v2/")), FAULTS, st.integers(1, 6))
LAWS = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> AnyImage:
    """An index of two images with a layer in common, and one that takes several chunks."""
    store = Layout.create(tmp_path_factory.mktemp("laws") / "store")
    contents = (b"in common", os.urandom(4_300_000))
    amd64 = image_of(store, *contents, b"amd64")
    arm64 = image_of(store, *contents, b"arm64", platform="linux/arm64")
    return assemble_index((amd64, arm64), store)


@pytest.fixture(scope="module")
def server() -> Iterator[FakeRegistry]:
    with FakeRegistry() as running:
        yield running


def emptied(server: FakeRegistry) -> None:
    for held in (server.blobs, server.manifests, server.tags, server.uploads, server.requests):
        held.clear()
    server.mend()


def attempted(work: Callable[[], object]) -> PottleError | None:
    """The error that it ends with, which can be shown."""
    try:
        work()
    except PottleError as error:
        failure = error
    else:
        return None
    assert failure.what.isprintable()
    return failure


@LAWS
@given(
    faults=st.lists(WRITING, max_size=6),
    whole=st.booleans(),
    streamed=st.booleans(),
    mounts=st.booleans(),
    minimum=st.sampled_from((None, 1, 4_300_001)),
)
def test_a_push_is_whole_or_an_error(server: FakeRegistry, target: AnyImage, faults, whole, streamed, mounts, minimum):
    emptied(server)
    server.whole_uploads, server.streamed_uploads, server.mounts, server.chunk_minimum = (
        whole,
        streamed,
        mounts,
        minimum,
    )
    for method, part, fault, times in faults:
        server.fail(method, part, fault, times)
    names = [Reference.parse(f"{server.host}/{name}") for name in ("team/shop:1", "team/shop:2", "other/shop:1")]
    with Registry(RegistryOptions({}, timeout=5), sleep=lambda _: None) as client:
        error = attempted(lambda: push(target, names, client))
        if error is None:
            lied = any(fault in {200, 201, 202, 204, "lie", "damaged", "longer"} for _, _, fault, _ in faults)
            assert lied or server.tags == {
                "team/shop": dict.fromkeys("12", target.digest),
                "other/shop": {"1": target.digest},
            }
    assert len(server.requests) < 400
    for repository, tags in server.tags.items():
        for tag, digest in tags.items():
            assert digest == target.digest
            assert complete(server, repository, tag)


@LAWS
@given(faults=st.lists(READING, max_size=6), platform=st.sampled_from(("linux/amd64", "linux/arm64")))
def test_a_pull_is_whole_or_an_error(server: FakeRegistry, target: AnyImage, faults, platform: str):
    emptied(server)
    name = Reference.parse(f"{server.host}/team/shop:1")
    with (
        tempfile.TemporaryDirectory() as directory,
        Registry(RegistryOptions({}, timeout=5), sleep=lambda _: None) as client,
    ):
        push(target, [name], client)
        for method, part, fault, times in faults:
            server.fail(method, part, fault, times)
        store = Layout.create(Path(directory))
        images: list[Image] = []

        def whole() -> None:
            images.append(pull(name, Platform.parse(platform), client, store))
            fetch_layers(images[0], name, client)

        if attempted(whole) is None:
            assert str(images[0].config.platform) == platform
            assert all(store.has(blob) for blob in images[0].blobs)
        for path in (store.root / "blobs/sha256").iterdir():
            assert Digest.of(path.read_bytes()).hex == path.name
    assert len(server.requests) < 200
