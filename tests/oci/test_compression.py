import gzip
import hashlib
import io
import random
import threading
import zlib
from collections.abc import Iterator

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from pottle.oci import compression
from pottle.oci.compression import MEMBER_SIZE, Compression, InvalidCompression, compressed, decompressed
from pottle.stop import Stop, together

SAMPLE = "e702b23fbd428c85697593f8457d95508531fb864febfdff0e1854142eb9cd39"
GOLDEN: dict[Compression, str] = {
    "gzip": "0f50993b75b47568cd341d16707c2c1ab52f78cd5cedc83460f4d1ff62157c2d",
    "zstd": "f3a0f331ab5cffefa5cc8c345f374c6fef3498d5caac42201b03b1b2734998a1",
}


def _sample() -> bytes:
    """Text, noise and repetition, 9 MiB: three members."""
    noise = random.Random(20).randbytes(3 << 20)
    words = random.Random(21).choices([b"import ", b"return ", b"self.", b"    ", b"\n", b"def f(x):"], k=900_000)
    return noise + b"".join(words)[: 5 << 20] + bytes(1 << 20)


@pytest.mark.parametrize("how", GOLDEN)
def test_the_compressed_bytes_are_always_these(how: Compression) -> None:
    stream = b"".join(compressed([_sample()], how))
    assert hashlib.sha256(_sample()).hexdigest() == SAMPLE
    assert hashlib.sha256(stream).hexdigest() == GOLDEN[how]
    assert b"".join(decompressed(io.BytesIO(stream))) == _sample()


def test_the_header_says_nothing_of_the_host() -> None:
    (member,) = compressed([b"x"])
    assert bytes(member[:10]) == b"\x1f\x8b\x08\0" + b"\0\0\0\0" + b"\0" + b"\xff"  # RFC 1952: no time, unknown system


@pytest.mark.parametrize("how", GOLDEN)
def test_neither_chunks_nor_workers_change_the_bytes(how: Compression) -> None:
    sample = _sample()
    expected = b"".join(compressed([sample], how, workers=1))
    for size, workers in ((1000, 2), (MEMBER_SIZE, 3), (MEMBER_SIZE + 1, 8)):
        chunks = (sample[start : start + size] for start in range(0, len(sample), size))
        assert b"".join(compressed(chunks, how, workers)) == expected


@pytest.mark.parametrize("size", [0, 1, MEMBER_SIZE - 1, MEMBER_SIZE, MEMBER_SIZE + 1, 2 * MEMBER_SIZE])
def test_any_reader_of_gzip_reads_it(size: int) -> None:
    content = (b"0123456789" * (size // 10 + 1))[:size]
    members = list(compressed([content]))
    assert gzip.decompress(b"".join(members)) == content
    assert len(members) == max(1, -(-size // MEMBER_SIZE))


def test_no_more_members_are_in_flight_than_the_window() -> None:
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield bytes(MEMBER_SIZE)

    members = compressed(endless(), workers=2)
    for _ in range(5):
        next(members)
    members.close()  # type: ignore[attr-defined]
    assert taken <= 5 + 2 + 2


@pytest.mark.parametrize("places", [1, 2, 3])
def test_streams_side_by_side_share_their_places_and_none_waits_for_ever(places: int, monkeypatch: pytest.MonkeyPatch):
    free = threading.BoundedSemaphore(places)
    monkeypatch.setattr(compression, "_PLACES", free)
    sample = bytes(5 * MEMBER_SIZE)
    expected = b"".join(compressed([sample], workers=1))
    stop = Stop()
    threading.Timer(60, stop.set).start()
    assert together([lambda: b"".join(compressed([sample], workers=4))] * 4, stop, 4) == [expected] * 4
    for _ in range(places):
        assert free.acquire(blocking=False)


def test_a_stream_that_nobody_reads_to_its_end_gives_its_places_back(monkeypatch: pytest.MonkeyPatch):
    free = threading.BoundedSemaphore(3)
    monkeypatch.setattr(compression, "_PLACES", free)

    def broken() -> Iterator[bytes]:
        yield bytes(3 * MEMBER_SIZE)
        raise ValueError("no more")

    members = compressed([bytes(MEMBER_SIZE)] * 9, workers=2)
    next(members)
    members.close()  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="no more"):
        b"".join(compressed(broken(), workers=2))
    for _ in range(3):
        assert free.acquire(blocking=False)


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=4))
def test_members_zstd_frames_and_plain_bytes_decompress(parts: list[bytes]) -> None:
    content = b"".join(parts)
    for stream in (
        b"".join(gzip.compress(part) for part in parts),
        b"".join(zstandard.compress(part) for part in parts),
        b"x" + content,
    ):
        assert b"".join(decompressed(io.BytesIO(stream))).removeprefix(b"x" if stream[:1] == b"x" else b"") == content


def test_long_content_comes_in_pieces() -> None:
    for stream in (gzip.compress(bytes(50 << 20)), zstandard.compress(bytes(50 << 20))):
        pieces = [len(piece) for piece in decompressed(io.BytesIO(stream))]
        assert sum(pieces) == 50 << 20
        assert max(pieces) <= 1 << 20


@pytest.mark.parametrize("cut", [5, 20, -1])
def test_a_gzip_stream_that_ends_early_is_refused(cut: int) -> None:
    with pytest.raises(InvalidCompression, match="ends early"):
        list(decompressed(io.BytesIO(gzip.compress(b"some content that is long enough" * 9)[:cut])))


def test_a_damaged_stream_is_refused() -> None:
    damaged = bytearray(gzip.compress(b"content" * 100))
    damaged[-6] ^= 1
    with pytest.raises(InvalidCompression, match="not a gzip stream"):
        list(decompressed(io.BytesIO(bytes(damaged))))
    with pytest.raises(InvalidCompression, match="not a zstd stream"):
        list(decompressed(io.BytesIO(b"\x28\xb5\x2f\xfd" + b"\xff" * 40)))


def test_a_zstd_frame_says_how_long_it_is_and_any_reader_reads_all_of_them() -> None:
    content = b"0123456789" * (MEMBER_SIZE // 4)
    frames = list(compressed([content], "zstd"))
    assert [zstandard.frame_content_size(frame) for frame in frames] == [
        MEMBER_SIZE,
        MEMBER_SIZE,
        len(content) % MEMBER_SIZE,
    ]
    with zstandard.ZstdDecompressor().stream_reader(b"".join(frames), read_across_frames=True) as reader:
        assert reader.read() == content


def test_an_empty_stream_is_empty() -> None:
    assert list(decompressed(io.BytesIO(b""))) == []
    assert zlib.decompress(next(iter(compressed([]))), 31) == b""
    assert b"".join(decompressed(io.BytesIO(b"".join(compressed([], "zstd"))))) == b""
