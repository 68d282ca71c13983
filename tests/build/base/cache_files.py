"""A reader of ld.so.cache, and the loader's search in it: written from glibc's description, apart from the writer."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

EXTENSION = 1 << 62


@dataclass(frozen=True)
class Row:
    soname: str
    path: str
    flags: int = 0x0303
    hwcaps: str = ""


@dataclass(frozen=True)
class Cache:
    rows: Sequence[Row]
    generator: bytes | None

    def found(self, soname: str) -> list[Row]:
        """Every row that `_dl_load_cache_lookup` would come by: a binary search, then its neighbours."""
        left, right = 0, len(self.rows) - 1
        while left <= right:
            middle = (left + right) // 2
            order = compare(soname, self.rows[middle].soname)
            if order == 0:
                return self._around(middle, soname)
            if order < 0:
                left = middle + 1
            else:
                right = middle - 1
        return []

    def _around(self, at: int, soname: str) -> list[Row]:
        first = last = at
        while first > 0 and compare(soname, self.rows[first - 1].soname) == 0:
            first -= 1
        while last + 1 < len(self.rows) and compare(soname, self.rows[last + 1].soname) == 0:
            last += 1
        return list(self.rows[first : last + 1])


def compare(one: str, other: str) -> int:
    """`_dl_cache_libcmp`: digits by value and after everything else, the rest by code; character by character."""
    i = j = 0
    while i < len(one):
        a, b = one[i], other[j : j + 1]
        if a.isdigit() and b.isdigit():
            i, left = number(one, i)
            j, right = number(other, j)
            if left != right:
                return left - right
        elif a.isdigit() or b.isdigit():
            return 1 if a.isdigit() else -1
        elif a != b:
            return ord(a) - (ord(b) if b else 0)
        else:
            i, j = i + 1, j + 1
    return -1 if j < len(other) else 0


def number(text: str, at: int) -> tuple[int, int]:
    end = at
    while end < len(text) and text[end].isdigit():
        end += 1
    return end, int(text[at:end])


def parse(content: bytes) -> Cache:
    """The rows in their order; every offset must lie in the strings, every gap be zero."""
    magic, count, length, flags, zero, extensions, rest = struct.unpack_from("<20sIIB3sI12s", content)
    assert magic == b"glibc-ld.so.cache1.1"
    assert (flags, zero, rest) == (2, bytes(3), bytes(12))  # 2: little endian
    strings = range(48 + 24 * count, 48 + 24 * count + length)
    assert extensions % 4 == 0
    assert extensions >= strings.stop
    sections = extension_sections(content, extensions)
    indexes = sections.get(1, b"")
    hwcaps = [string(content, at, strings) for at in struct.unpack(f"<{len(indexes) // 4}I", indexes)]
    assert hwcaps == sorted(hwcaps)
    records = (struct.unpack_from("<iIIIQ", content, 48 + 24 * number) for number in range(count))
    rows = [row(content, record, strings, hwcaps) for record in records]
    return Cache(rows, sections.get(0))


def row(content: bytes, record: Sequence[int], strings: range, hwcaps: Sequence[str]) -> Row:
    flags, key, value, version, capabilities = record
    assert version == 0
    assert capabilities == 0 or capabilities >> 32 == EXTENSION >> 32
    name = hwcaps[capabilities & 0xFFFFFFFF] if capabilities else ""
    return Row(string(content, key, strings), string(content, value, strings), flags, name)


def string(content: bytes, at: int, strings: range) -> str:
    end = content.index(b"\0", at)
    assert at in strings
    assert end in strings
    return content[at:end].decode("utf-8", "surrogateescape")


def extension_sections(content: bytes, at: int) -> dict[int, bytes]:
    magic, count = struct.unpack_from("<II", content, at)
    assert magic == 0xEAA42174
    found = {}
    for number in range(count):
        tag, flags, offset, size = struct.unpack_from("<IIII", content, at + 8 + 16 * number)
        assert flags == 0
        assert offset + size <= len(content)
        found[tag] = content[offset : offset + size]
    return found
