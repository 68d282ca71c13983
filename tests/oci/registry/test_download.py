"""Blobs come whole and verified, or not at all."""

import os
import threading
import time
from collections.abc import Iterator

import pytest
from tests.oci.registry.conftest import Connect

from pottle.errors import IntegrityError, SourceError
from pottle.http import NotFound
from pottle.oci import media_types
from pottle.oci.descriptor import Descriptor, describe
from pottle.oci.reference import Reference
from pottle.oci.registry.client import Registry
from pottle.oci.registry.repository import Repository
from pottle.stop import Stopped
from pottle.testing.registry import FakeRegistry

CONTENT = os.urandom(5_000_000)
BLOB = describe(CONTENT, media_types.LAYER_GZIP)


@pytest.fixture
def server() -> Iterator[FakeRegistry]:
    with FakeRegistry() as running:
        running.add_blob("team/shop", CONTENT)
        yield running


@pytest.fixture
def repository(client: Registry, name: Reference) -> Repository:
    return client.repository(name)


def fetched(repository: Repository, blob: Descriptor = BLOB) -> bytes:
    return b"".join(repository.blob(blob))


def ranges(server: FakeRegistry) -> list[str | None]:
    return [each.headers.get("Range") for each in server.asked("GET", "/blobs/")]


def test_a_blob_arrives(server: FakeRegistry, repository: Repository):
    assert fetched(repository) == CONTENT
    assert ranges(server) == [None]


def test_an_empty_blob_arrives(server: FakeRegistry, repository: Repository):
    server.add_blob("team/shop", b"")
    assert fetched(repository, describe(b"", media_types.LAYER)) == b""


def test_a_stream_that_was_cut_is_taken_up_again(server: FakeRegistry, repository: Repository):
    server.fail("GET", "/blobs/", "cut", times=2)
    assert fetched(repository) == CONTENT
    assert ranges(server) == [None, "bytes=2500000-", "bytes=3750000-"]


def test_a_server_without_ranges_sends_it_again(server: FakeRegistry, repository: Repository):
    real = server.answer
    server.answer = lambda method, path, headers, body: real(
        method, path, {k: v for k, v in headers.items() if k != "Range"}, body
    )  # type: ignore[method-assign]
    server.fail("GET", "/blobs/", "cut", times=2)
    assert fetched(repository) == CONTENT


def test_a_416_sends_it_again(server: FakeRegistry, repository: Repository):
    server.fail("GET", "/blobs/", 416, times=1)
    server.fail("GET", "/blobs/", "cut", times=1)
    assert fetched(repository) == CONTENT
    assert ranges(server) == [None, "bytes=2500000-", None]


def test_another_part_than_was_asked_for_is_not_taken(server: FakeRegistry, repository: Repository):
    real = server.answer

    def shifted(method, path, headers, body):
        answer = real(method, path, headers, body)
        if answer.status == 206:
            answer.headers["Content-Range"] = f"bytes 7-{len(CONTENT) - 1}/{len(CONTENT)}"
        return answer

    server.answer = shifted  # type: ignore[method-assign]
    server.fail("GET", "/blobs/", "cut", times=1)
    assert fetched(repository) == CONTENT
    assert ranges(server) == [None, "bytes=2500000-", None]


@pytest.mark.parametrize("fault", [408, 429, 500, 502, 503, 504, "reset"])
def test_what_may_pass_is_tried_again(server: FakeRegistry, repository: Repository, naps, fault):
    server.fail("GET", "/blobs/", fault, times=3)
    assert fetched(repository) == CONTENT
    assert naps == [0.25, 0.5, 1.0]


def test_a_server_that_cuts_every_stream_is_asked_as_long_as_it_gets_on(server: FakeRegistry, repository: Repository):
    server.fail("GET", "/blobs/", "cut")
    with pytest.raises(SourceError, match=r"cannot fetch sha256:\w+ of team/shop from .* \(4 attempts\)"):
        fetched(repository)
    assert len(server.requests) < 12


def test_other_bytes_are_refused(server: FakeRegistry, repository: Repository):
    server.fail("GET", "/blobs/", "damaged")
    with pytest.raises(IntegrityError, match=r"has the SHA-256 \w+"):
        fetched(repository)
    assert len(server.requests) == 1


def test_a_part_of_other_bytes_is_refused(server: FakeRegistry, repository: Repository):
    server.fail("GET", "/blobs/", "damaged", times=1)
    server.fail("GET", "/blobs/", "cut", times=1)
    with pytest.raises(IntegrityError):
        fetched(repository)


@pytest.mark.parametrize("fault", ["longer", "endless"])
def test_a_body_that_is_too_long_is_not_read_to_its_end(server: FakeRegistry, repository: Repository, fault):
    server.fail("GET", "/blobs/", fault)
    taken: list[bytes] = []
    with pytest.raises(IntegrityError, match="is longer than 5000000 bytes"):
        taken.extend(repository.blob(BLOB))
    assert sum(map(len, taken)) <= len(CONTENT)


def test_a_body_that_ends_early_and_says_so(server: FakeRegistry, repository: Repository):
    """A content length that is right for what comes, and less than the blob has."""
    server.blobs["team/shop"][BLOB.digest] = CONTENT[:-1]
    with pytest.raises(SourceError, match=r"the body ended after 4999999 of 5000000 bytes|part"):
        fetched(repository)


def test_what_is_not_there(server: FakeRegistry, repository: Repository):
    missing = describe(b"never", media_types.LAYER)
    with pytest.raises(
        NotFound, match=rf"refuses to give the blob {missing.digest} of team/shop: blob_unknown: .*\(404\)"
    ):
        fetched(repository, missing)


def test_an_unread_blob_leaves_nothing_open(server: FakeRegistry, client: Registry, repository: Repository):
    blob = repository.blob(BLOB)
    next(blob)
    blob.close()  # type: ignore[attr-defined]
    assert fetched(repository) == CONTENT


# --- slow and stopped -------------------------------------------------------------------------------


def test_a_body_that_crawls_is_given_up(connect: Connect, server: FakeRegistry, name: Reference):
    server.fail("GET", "/blobs/", "crawl")
    began = time.monotonic()
    with pytest.raises(SourceError, match="bytes came in 0 seconds"):
        fetched(connect(patience=0.5, attempts=2).repository(name))
    assert 0.9 < time.monotonic() - began < 15


def test_silence_is_given_up(connect: Connect, server: FakeRegistry, name: Reference):
    server.fail("GET", "/blobs/", "hang")
    with pytest.raises(SourceError, match="timed out"):
        fetched(connect(timeout=0.2, attempts=2).repository(name))


def test_a_body_that_comes_fast_enough_is_not(connect: Connect, server: FakeRegistry, name: Reference):
    real = server.answer

    def slow(method, path, headers, body):
        time.sleep(0.3)
        return real(method, path, headers, body)

    server.answer = slow  # type: ignore[method-assign]
    chunks = connect(patience=0.2, timeout=5, attempts=1).repository(name).blob(BLOB)
    with pytest.raises(SourceError):
        list(chunks)
    assert fetched(connect(patience=2.0, attempts=1).repository(name)) == CONTENT


@pytest.mark.parametrize("fault", ["hang", "crawl", "endless"])
def test_stop_ends_a_download_at_once(server: FakeRegistry, client: Registry, name: Reference, fault):
    server.fail("GET", "/blobs/", fault)
    huge = Descriptor(media_types.LAYER, BLOB.digest, 1 << 50)
    threading.Timer(0.3, client.stop.set).start()
    began = time.monotonic()
    with pytest.raises(Stopped):
        for _ in client.repository(name).blob(huge):
            pass
    assert time.monotonic() - began < 10
