"""Compression of layers: gzip, or zstd, whose bytes depend on nothing but the content.

zlib's output differs between builds of zlib, and zstd's between releases, so the promise needs one compressor of each: libdeflate
and libzstd, whose bindings' releases the distribution pins. They compress from memory to memory: every 4 MiB of input become a
member (RFC 1952) or a frame (RFC 8878), independent of the others. That bounds the memory, lets them be compressed side by side
(both bindings release the GIL), and any reader sees one stream.
"""

import os
import threading
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Final, Literal, Protocol, TypeAlias, cast

import deflate

Compression: TypeAlias = Literal["gzip", "zstd"]

MEMBER_SIZE: Final = 4 * 1024 * 1024
"""Bytes of input per member or frame. Part of every layer's digest, like the levels."""
LEVEL: Final = 6
ZSTD_LEVEL: Final = 9
"""The last that pays: 12 takes twice its time for one part in a hundred."""

_MAX_WORKERS = 8
_READ_SIZE = 256 * 1024
_ZSTD_WINDOW = 128 * 1024 * 1024
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


class InvalidCompression(ValueError):
    """The stream is damaged or ends early."""


class Readable(Protocol):
    """Something that bytes can be read from."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, at most `size` of them; none at the end."""


def compressed(
    chunks: Iterable[bytes], how: Compression = "gzip", workers: int | None = None
) -> Iterator[bytes | bytearray]:
    """The stream of `chunks`, one member or frame at a time; the same bytes with any number of workers."""
    compress = _member if how == "gzip" else _frame
    blocks = _blocks(chunks)
    first, second = next(blocks, bytearray()), next(blocks, None)
    if second is None:
        yield compress(first)
    else:
        yield from _side_by_side(compress, _chain(first, second, blocks), workers or cpus())


def decompressed(stream: Readable) -> Iterator[bytes]:
    """The content of a gzip, zstd or plain stream, told apart by its first bytes, in pieces of a bounded size."""
    head = stream.read(4)
    if head.startswith(_GZIP):
        return _gunzip(head, stream)
    if head == _ZSTD:
        return _unzstd(head, stream)
    return _plain(head, stream)


def _member(block: bytearray) -> bytearray:
    # The header's time is 0 and its operating system 255, "unknown": nothing of the host. A golden digest holds it.
    return deflate.gzip_compress(block, LEVEL)


def _frame(block: bytearray) -> bytes:
    import zstandard

    return zstandard.ZstdCompressor(ZSTD_LEVEL).compress(block)


def cpus() -> int:
    """How many are worth a thread each."""
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(available, _MAX_WORKERS)


_PLACES = threading.BoundedSemaphore(cpus() + 1)
"""Members in flight, in this process: layers that are written side by side take no more memory than one."""


def _blocks(chunks: Iterable[bytes]) -> Iterator[bytearray]:
    """The same bytes, cut every `MEMBER_SIZE`."""
    block = bytearray()
    for chunk in chunks:
        rest = memoryview(chunk)
        while len(block) + len(rest) >= MEMBER_SIZE:
            room = MEMBER_SIZE - len(block)
            block += rest[:room]
            rest = rest[room:]
            yield block
            block = bytearray()
        block += rest
    if block:
        yield block


def _chain(first: bytearray, second: bytearray, rest: Iterator[bytearray]) -> Iterator[bytearray]:
    yield first
    yield second
    yield from rest


def _side_by_side(
    compress: Callable[[bytearray], bytes | bytearray], blocks: Iterator[bytearray], workers: int
) -> Iterator[bytes | bytearray]:
    """Members in their order. Of all streams together one more than there are processors is in flight, of one at most one more than workers."""
    from concurrent.futures import Future, ThreadPoolExecutor

    flight: deque[Future[bytes | bytearray]] = deque()

    def landed() -> Iterator[bytes | bytearray]:
        try:
            yield flight.popleft().result()
        finally:
            _PLACES.release()

    try:
        with ThreadPoolExecutor(workers, thread_name_prefix="compress") as pool:
            for block in blocks:
                # Who has members in flight waits for those alone: their places are the ones that others wait for.
                while len(flight) > workers or not _PLACES.acquire(blocking=not flight):
                    yield from landed()
                flight.append(pool.submit(compress, block))
            while flight:
                yield from landed()
    finally:
        for _ in flight:
            _PLACES.release()


def _plain(head: bytes, stream: Readable) -> Iterator[bytes]:
    chunk = head
    while chunk:
        yield chunk
        chunk = stream.read(_READ_SIZE)


def _gunzip(head: bytes, stream: Readable) -> Iterator[bytes]:
    """Members follow each other; `decompressobj` stops at the end of each."""
    member = zlib.decompressobj(wbits=31)
    pending = head
    try:
        while pending or (pending := stream.read(_READ_SIZE)):
            if member.eof:
                member = zlib.decompressobj(wbits=31)
            if content := member.decompress(pending, _READ_SIZE * 4):
                yield content
            pending = member.unused_data or member.unconsumed_tail
        if content := member.flush():
            yield content
    except zlib.error as error:
        raise InvalidCompression(f"not a gzip stream: {error}") from error
    if not member.eof:
        raise InvalidCompression("the gzip stream ends early")


def _unzstd(head: bytes, stream: Readable) -> Iterator[bytes]:
    import zstandard

    decompressor = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
    source = cast(IO[bytes], _Prefixed(head, stream))  # its `read` is all that is used
    try:
        with decompressor.stream_reader(source, read_across_frames=True) as reader:
            while content := reader.read(_READ_SIZE * 4):
                yield content
    except zstandard.ZstdError as error:
        raise InvalidCompression(f"not a zstd stream: {error}") from error


class _Prefixed:
    """A stream whose first bytes were already read."""

    def __init__(self, head: bytes, stream: Readable) -> None:
        self._head, self._stream = head, stream

    def read(self, size: int, /) -> bytes:
        head, self._head = self._head, b""
        return head or self._stream.read(size)
