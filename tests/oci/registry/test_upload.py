"""How a blob gets to registries that want it in one way, in another, or not at all."""

import os
from collections.abc import Iterable

import pytest
from tests.oci.registry.conftest import Connect

from pottle.errors import IntegrityError, PottleError, SourceError
from pottle.oci import media_types
from pottle.oci.descriptor import Descriptor, describe
from pottle.oci.reference import Reference
from pottle.oci.registry.client import Registry
from pottle.oci.registry.repository import Repository
from pottle.oci.registry.upload import Uploaded
from pottle.testing.registry import Answer, FakeRegistry

CONTENT = os.urandom(10_000_000)
BLOB = describe(CONTENT, media_types.LAYER_GZIP)
SMALL = os.urandom(1000)


def pieces(content: bytes = CONTENT, size: int = 1 << 18) -> Iterable[bytes]:
    return (content[start : start + size] for start in range(0, len(content), size))


@pytest.fixture
def repository(client: Registry, name: Reference) -> Repository:
    return client.repository(name, push=True)


def send(repository: Repository, content: bytes = CONTENT, **how: object) -> Uploaded:
    return repository.upload(describe(content, media_types.LAYER_GZIP), lambda: pieces(content), **how)  # type: ignore[arg-type]


def arrived(server: FakeRegistry, blob: Descriptor = BLOB) -> bool:
    return len(server.blobs["team/shop"].get(blob.digest, b"")) == blob.size


def ways(server: FakeRegistry) -> list[str]:
    """The methods that had a body, in their order."""
    return [each.method for each in server.requests if each.size]


def test_everything_in_one_put(server: FakeRegistry, repository: Repository):
    assert send(repository) == Uploaded("sent", BLOB.size)
    assert arrived(server)
    assert [each.method for each in server.requests] == ["HEAD", "POST", "PUT"]
    put = server.asked("PUT")[0]
    assert put.headers["Content-Length"] == str(BLOB.size)
    assert "Transfer-Encoding" not in put.headers
    assert server.asked("POST")[0].headers["Content-Length"] == "0"


def test_an_empty_blob(server: FakeRegistry, repository: Repository):
    assert send(repository, b"") == Uploaded("sent", 0)
    assert arrived(server, describe(b"", media_types.LAYER))


def test_what_is_there_is_not_sent(server: FakeRegistry, repository: Repository):
    server.add_blob("team/shop", CONTENT)
    assert send(repository) == Uploaded("present")
    assert server.lines() == [f"HEAD /v2/team/shop/blobs/{BLOB.digest}"]


@pytest.mark.parametrize("status", [405, 403, 400, 501])
def test_where_nobody_answers_a_head_it_is_sent(server: FakeRegistry, repository: Repository, status: int):
    server.add_blob("team/shop", CONTENT)
    server.fail("HEAD", "/blobs/", status)
    assert send(repository).how == "sent"


def test_a_blob_of_another_length_does_not_count(server: FakeRegistry, repository: Repository):
    server.add_blob("team/shop", CONTENT)
    server.fail("HEAD", "/blobs/", "longer")
    assert send(repository).how == "sent"


def test_nothing_is_mounted_from_where_it_is_to_be(server: FakeRegistry, repository: Repository):
    assert send(repository, SMALL, mount_from=["team/shop"]).how == "sent"
    assert not server.asked("POST", "mount=")


# --- fallbacks ------------------------------------------------------------------------------------


def test_a_registry_that_takes_no_body_in_a_put_gets_a_patch(server: FakeRegistry, repository: Repository):
    server.whole_uploads = False
    assert send(repository).how == "sent"
    assert arrived(server)
    assert ways(server) == ["PUT", "PATCH"]
    assert "Content-Range" not in server.asked("PATCH")[0].headers
    send(repository, SMALL)
    assert ways(server)[2:] == ["PATCH"], "what was refused once is not tried again"


def test_a_registry_that_wants_ranges_gets_chunks(server: FakeRegistry, repository: Repository):
    server.whole_uploads = server.streamed_uploads = False
    assert send(repository).how == "sent"
    assert arrived(server)
    assert [each.headers.get("Content-Range") for each in server.asked("PATCH")] == [
        None,
        "0-4194303",
        "4194304-8388607",
        "8388608-9999999",
    ]


def test_a_proxy_that_limits_bodies_gets_chunks(server: FakeRegistry, repository: Repository):
    server.chunk_limit = 4 << 20
    server.fail("PUT", "/uploads/", 413, times=1)
    assert send(repository).how == "sent"
    assert arrived(server)
    assert ways(server) == ["PUT", "PATCH", "PATCH", "PATCH"]


def test_chunks_are_as_large_as_the_registry_wants(server: FakeRegistry, repository: Repository):
    server.whole_uploads = server.streamed_uploads = False
    server.chunk_minimum = 6_000_000
    send(repository)
    assert arrived(server)
    assert [each.size for each in server.asked("PATCH")][1:] == [6_000_000, 4_000_000]


def test_chunks_that_are_too_large_to_hold_are_refused(server: FakeRegistry, repository: Repository):
    server.whole_uploads = server.streamed_uploads = False
    server.chunk_minimum = 1 << 40
    with pytest.raises(SourceError, match="wants chunks of"):
        send(repository)


def test_chunks_go_on_from_where_the_registry_says(server: FakeRegistry, repository: Repository):
    """It took less than it got: its `Range` counts."""
    server.whole_uploads = server.streamed_uploads = False
    real = server.answer

    def half(method, path, headers, body):
        if method == "PATCH" and "Content-Range" in headers and len(body) > 3_000_000:
            start = int(headers["Content-Range"].partition("-")[0])
            body = body[: len(body) // 2]
            headers = {**headers, "Content-Range": f"{start}-{start + len(body) - 1}"}
        return real(method, path, headers, body)

    server.answer = half  # type: ignore[method-assign]
    send(repository)
    assert arrived(server)


def test_a_chunk_that_was_cut_is_asked_about(server: FakeRegistry, repository: Repository):
    """The registry took it and its answer was lost: it says so, and nothing is sent twice."""
    server.whole_uploads = server.streamed_uploads = False
    real, lost = server.answer, []

    def answer(method, path, headers, body):
        done = real(method, path, headers, body)
        if method == "PATCH" and "Content-Range" in headers and not lost:
            lost.append(path)
            done.status = 502
        return done

    server.answer = answer  # type: ignore[method-assign]
    send(repository)
    assert arrived(server)
    assert [each.headers.get("Content-Range") for each in server.asked("PATCH")][1:] == [
        "0-4194303",
        "4194304-8388607",
        "8388608-9999999",
    ]
    assert len(server.asked("GET", "/uploads/")) == 1


def test_a_416_with_a_range_is_no_end(server: FakeRegistry, repository: Repository):
    """It took a part of the chunk and calls the rest out of range."""
    server.whole_uploads = server.streamed_uploads = False
    real, cut = server.answer, []

    def partly(method, path, headers, body):
        if method == "PATCH" and "Content-Range" in headers and not cut:
            cut.append(path)
            done = real(method, path, {**headers, "Content-Range": f"0-{(1 << 20) - 1}"}, body[: 1 << 20])
            done.status = 416
            return done
        return real(method, path, headers, body)

    server.answer = partly  # type: ignore[method-assign]
    send(repository)
    assert arrived(server)
    assert server.asked("PATCH")[2].headers["Content-Range"] == "1048576-5242879"


def test_a_registry_that_takes_nothing_of_a_chunk_is_not_asked_for_ever(server: FakeRegistry, repository: Repository):
    server.whole_uploads = server.streamed_uploads = False
    server.fail("PATCH", "/uploads/", 416, headers={"Range": "0-0"})
    with pytest.raises(SourceError, match="4 attempts"):
        send(repository)
    assert len(server.requests) < 30


def test_a_registry_that_takes_a_byte_of_each_chunk_is_not_asked_for_ever(server: FakeRegistry, repository: Repository):
    server.whole_uploads = server.streamed_uploads = False
    real = server.answer

    def miserly(method, path, headers, body):
        if method == "PATCH" and "Content-Range" in headers:
            start = headers["Content-Range"].partition("-")[0]
            return real(method, path, {**headers, "Content-Range": f"{start}-{start}"}, body[:1])
        return real(method, path, headers, body)

    server.answer = miserly  # type: ignore[method-assign]
    with pytest.raises(SourceError, match="4 attempts"):
        send(repository)
    assert len(server.requests) < 30


def test_no_way_at_all(server: FakeRegistry, repository: Repository):
    server.fail("PUT", "/uploads/", 400, code="UNSUPPORTED")
    server.fail("PATCH", "/uploads/", 400, code="UNSUPPORTED")
    with pytest.raises(SourceError, match=r"refuses to take the blob sha256:\w+ of team/shop: unsupported: .* \(400\)"):
        send(repository)
    assert ways(server) == ["PUT", "PATCH", "PATCH"]


# --- locations --------------------------------------------------------------------------------------


@pytest.mark.parametrize("absolute", [True, False])
@pytest.mark.parametrize("suffix", ["", "?_state=a%2Fb%3D%3D&x=%E2%82%AC+y", "?a=[1]|2", "/%7Efoo/../bar%2f"])
def test_a_location_is_used_to_the_letter(server: FakeRegistry, repository: Repository, absolute: bool, suffix: str):
    server.absolute_locations, server.location_suffix = absolute, suffix
    real = server.answer
    path, _, query = suffix.partition("?")
    server.answer = lambda method, asked, *rest: real(method, asked.replace(path, "", 1) if path else asked, *rest)  # type: ignore[method-assign]
    send(repository, SMALL)
    sent = server.asked("PUT")[0].path
    digest = describe(SMALL, "x").digest.replace(":", "%3A")
    assert sent == f"/v2/team/shop/blobs/uploads/session-0{suffix}{'&' if query else '?'}digest={digest}"


def test_no_location_is_an_error(server: FakeRegistry, repository: Repository):
    server.fail("POST", "/uploads/", "bare")
    with pytest.raises(SourceError, match="does not say where"):
        send(repository)


def test_a_201_that_says_nothing_is_enough(server: FakeRegistry, repository: Repository):
    server.fail("PUT", "/uploads/", "bare")
    assert send(repository).how == "sent"


def test_a_registry_that_keeps_it_as_something_else(server: FakeRegistry, repository: Repository):
    server.fail("PUT", "/uploads/", "lie")
    with pytest.raises(IntegrityError, match="keeps the blob"):
        send(repository)


def test_redirects_keep_method_and_body(server: FakeRegistry, repository: Repository):
    real = server.answer

    def moved(method, path, headers, body):
        if method in {"POST", "PUT"} and "moved" not in path:
            return Answer(307, {"Location": f"{path}{'&' if '?' in path else '?'}moved=1"})
        return real(method, path, headers, body)

    server.answer = moved  # type: ignore[method-assign]
    assert send(repository).how == "sent"
    assert arrived(server)


def test_a_303_is_looked_at_and_sent_nothing(server: FakeRegistry, repository: Repository):
    server.fail("PUT", "/uploads/", 303, headers={"Location": "/v2/team/shop/blobs/uploads/done"})
    real = server.answer
    server.answer = lambda method, path, *rest: Answer(200) if path.endswith("/done") else real(method, path, *rest)  # type: ignore[method-assign]
    assert send(repository, SMALL).how == "sent"
    assert server.requests[-1].line == "GET /v2/team/shop/blobs/uploads/done"
    assert "Content-Length" not in server.requests[-1].headers


# --- what may pass --------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT"])
@pytest.mark.parametrize("fault", [408, 429, 500, 502, 503, 504, "reset"])
def test_what_may_pass_is_tried_again(server: FakeRegistry, repository: Repository, naps, method: str, fault):
    server.fail(method, "/blobs/", fault, times=2)
    assert send(repository).how == "sent"
    assert arrived(server)
    assert naps == [0.25, 0.5]


def test_a_registry_is_waited_for_as_long_as_it_asks_within_reason(server: FakeRegistry, repository: Repository, naps):
    server.fail("POST", "/uploads/", 429, times=1, headers={"Retry-After": "7"})
    server.fail("POST", "/uploads/", 429, times=1, headers={"Retry-After": "86400"})
    server.fail("POST", "/uploads/", 429, times=1, headers={"Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT"})
    send(repository)
    assert naps == [0.25, 30.0, 7.0]


def test_an_upload_that_is_lost_is_begun_anew(server: FakeRegistry, repository: Repository):
    server.fail("PUT", "/uploads/", 404, times=1, code="BLOB_UPLOAD_UNKNOWN")
    assert send(repository).how == "sent"
    assert len(server.asked("POST")) == 2


def test_an_upload_whose_answer_is_lost_is_not_sent_again(server: FakeRegistry, repository: Repository):
    real, lost = server.answer, []

    def answer(method, path, headers, body):
        done = real(method, path, headers, body)
        if method == "PUT" and not lost:
            lost.append(path)
            done.status = 504
        return done

    server.answer = answer  # type: ignore[method-assign]
    counts: list[int] = []
    assert send(repository, progress=counts.append) == Uploaded("present")
    assert len(server.asked("PUT")) == 1
    assert sum(counts) == 0


def test_a_blob_that_is_damaged_on_its_way_is_sent_again(server: FakeRegistry, repository: Repository):
    real, damaged = server.answer, []

    def answer(method, path, headers, body):
        if method == "PUT" and not damaged:
            damaged.append(path)
            body = b"x" + body[1:]
        return real(method, path, headers, body)

    server.answer = answer  # type: ignore[method-assign]
    assert send(repository).how == "sent"
    assert arrived(server)


def test_progress_takes_back_what_was_in_vain(server: FakeRegistry, repository: Repository):
    counts: list[int] = []
    server.fail("PUT", "/uploads/", 503, times=2)
    send(repository, progress=counts.append)
    assert sum(counts) == BLOB.size
    assert [count for count in counts if count < 0] == [-BLOB.size, -BLOB.size]


@pytest.mark.parametrize(
    "content", [CONTENT[:-1], CONTENT + b"!", b"x" + CONTENT[1:], b"", CONTENT[:-1] + bytes([CONTENT[-1] ^ 1])]
)
@pytest.mark.parametrize("way", ["put", "patch", "chunks"])
def test_content_that_is_not_the_blob_is_never_sent_whole(
    server: FakeRegistry, repository: Repository, content: bytes, way: str
):
    server.whole_uploads, server.streamed_uploads = way == "put", way != "chunks"
    if way != "put":
        send(repository, SMALL)
    with pytest.raises(IntegrityError, match="is not what its name says"):
        repository.upload(BLOB, lambda: pieces(content))
    assert not arrived(server)


def test_a_failing_source_is_its_own_error(server: FakeRegistry, repository: Repository):
    def broken() -> Iterable[bytes]:
        yield CONTENT[:100_000]
        raise SourceError("the base's registry is away")

    with pytest.raises(PottleError, match="the base's registry is away"):
        repository.upload(BLOB, broken)
    assert len(server.asked("POST")) == 1


# --- slow and stopped ----------------------------------------------------------------------------


def test_a_registry_that_reads_nothing_is_left(connect: Connect, server: FakeRegistry, name: Reference):
    server.fail("PUT", "/uploads/", "hang")
    repository = connect(timeout=0.3, commit_timeout=0.3, attempts=2).repository(name, push=True)
    with pytest.raises(SourceError, match="2 attempts"):
        send(repository)


def test_stop_ends_an_upload_at_once(server: FakeRegistry, client: Registry, name: Reference):
    import threading
    import time

    from pottle.stop import Stopped

    server.fail("PUT", "/uploads/", "hang")
    threading.Timer(0.3, client.stop.set).start()
    began = time.monotonic()
    with pytest.raises(Stopped):
        send(client.repository(name, push=True))
    assert time.monotonic() - began < 10
