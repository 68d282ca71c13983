"""What the dynamic loader cares about in an ELF file, from its program headers alone.

Section headers are for linkers and may be stripped; the loader does not look at them, and neither does this (System V ABI,
"Program Loading and Dynamic Linking"; elf(5)). Nothing is believed: each offset is checked against the file, each count
against a limit that no real library comes near.
"""

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from mmap import mmap
from typing import Final, Literal, NamedTuple, TypeAlias

EM_386: Final = 3
EM_X86_64: Final = 62
EM_AARCH64: Final = 183
ET_DYN: Final = 3

_MAGIC = b"\x7fELF"
_PT_LOAD, _PT_DYNAMIC, _PT_INTERP = 1, 2, 3
_DT_NULL, _DT_NEEDED, _DT_STRTAB, _DT_SONAME, _DT_RPATH, _DT_RUNPATH = 0, 1, 5, 14, 15, 29
_DT_VERNEED, _DT_VERNEEDNUM = 0x6FFFFFFE, 0x6FFFFFFF
_VER_FLG_WEAK = 2

_PROGRAM_HEADERS = 65536  # bytes: as much as Linux reads of an executable (fs/binfmt_elf.c, load_elf_phdrs)
_DYNAMIC = 1 << 20  # bytes; real tables have 20 to 100 entries of 16
_NAME = 4096  # PATH_MAX
_SEARCH_PATH = 65536  # bytes of one DT_RPATH: build machines leave long ones
_NEEDED = 4096
_VERSIONS = 16384

_VERSION = re.compile(r"(GLIBC|GLIBCXX|CXXABI)_([0-9]{1,4}(?:\.[0-9]{1,4}){1,3})")
_GLIBC_ABI = {"GLIBC_ABI_DT_RELR": (2, 36)}  # packed relocations (glibc 2.36, NEWS)

Content: TypeAlias = bytes | memoryview | mmap
Version: TypeAlias = tuple[int, ...]


class InvalidElf(ValueError):
    """The file starts like ELF, but is cut short or contradicts itself."""


@dataclass(frozen=True, slots=True)
class Elf:
    """What decides whether and how a file is loaded."""

    bits: Literal[32, 64]
    byteorder: Literal["little", "big"]
    machine: int
    """`e_machine`."""
    type: int
    """`e_type`; `ET_DYN` for libraries and for position-independent programs."""
    interpreter: str | None
    """`PT_INTERP`: the loader that a program asks for."""
    soname: str | None
    needed: tuple[str, ...]
    rpath: tuple[str, ...]
    runpath: tuple[str, ...]
    glibc: Version | None
    """The highest version of glibc that symbols are needed from, weak needs left out: `(2, 38)` for `GLIBC_2.38`."""
    glibcxx: Version | None = None
    """The same of libstdc++: `(3, 4, 32)` for `GLIBCXX_3.4.32`."""
    cxxabi: Version | None = None
    """The same of its C++ ABI: `(1, 3, 13)` for `CXXABI_1.3.13`."""


def read(content: Content) -> Elf | None:
    """The file's `Elf`; None if it is another kind of file."""
    if content[:4] != _MAGIC:
        return None
    with memoryview(content) as view:
        return _elf(_Image(view))


class _Segment(NamedTuple):
    """A program header."""

    type: int
    offset: int
    address: int
    size: int


class _Image:
    """The file's bytes with their word size and byte order: every access is checked."""

    def __init__(self, view: memoryview) -> None:
        self._view = view
        word, order = self.at(4, 2)
        if word not in (1, 2) or order not in (1, 2):
            raise InvalidElf("neither 32 nor 64 bits, or of an unknown byte order")
        self.wide = word == 2
        self.order = "<" if order == 1 else ">"

    def at(self, offset: int, size: int) -> bytes:
        """A copy: no view outlives an error, so that who mapped the file can unmap it."""
        if offset + size > len(self._view):
            raise InvalidElf(f"cut short: {size} bytes at {offset}, of {len(self._view)}")
        return bytes(self._view[offset : offset + size])

    def numbers(self, layout: str, offset: int) -> tuple[int, ...]:
        """Numbers in `struct`'s notation, in the file's byte order."""
        layout = self.order + layout
        return struct.unpack(layout, self.at(offset, struct.calcsize(layout)))

    def table(self, layout: str, offset: int, size: int) -> Iterator[tuple[int, ...]]:
        """Records of numbers that fill `size` bytes."""
        record = struct.Struct(self.order + layout)
        return record.iter_unpack(self.at(offset, size - size % record.size))

    def text(self, offset: int, limit: int = _NAME) -> str:
        """The string at `offset`, which a NUL ends; names of files are bytes, so those that are not UTF-8 survive too."""
        found, nul, _ = bytes(self._view[offset : offset + limit]).partition(b"\0")
        if not nul:
            raise InvalidElf(f"a string without end at {offset}")
        return found.decode("utf-8", "surrogateescape")


def _elf(image: _Image) -> Elf:
    kind, machine = image.numbers("HH", 16)
    segments = _segments(image)
    dynamic = _Dynamic(image, segments)
    versions = dynamic.versions()
    return Elf(
        bits=64 if image.wide else 32,
        byteorder="little" if image.order == "<" else "big",
        machine=machine,
        type=kind,
        interpreter=next((image.text(each.offset) for each in segments if each.type == _PT_INTERP), None),
        soname=dynamic.name(_DT_SONAME),
        needed=dynamic.needed(),
        rpath=dynamic.search_path(_DT_RPATH),
        runpath=dynamic.search_path(_DT_RUNPATH),
        glibc=versions.get("GLIBC"),
        glibcxx=versions.get("GLIBCXX"),
        cxxabi=versions.get("CXXABI"),
    )


def _segments(image: _Image) -> list[_Segment]:
    (start,) = image.numbers("Q", 32) if image.wide else image.numbers("I", 28)
    size, count = image.numbers("HH", 54 if image.wide else 42)
    layout = "IIQQQQQQ" if image.wide else "IIIIIIII"
    if not count:
        return []
    if size != struct.calcsize(f"<{layout}") or size * count > _PROGRAM_HEADERS:
        raise InvalidElf(f"{count} program headers of {size} bytes")
    table = image.table(layout, start, size * count)
    if image.wide:
        return [_Segment(kind, offset, address, length) for kind, _, offset, address, _, length, _, _ in table]
    return [_Segment(kind, offset, address, length) for kind, offset, address, _, length, _, _, _ in table]


class _Dynamic:
    """The dynamic section (`PT_DYNAMIC`): tags, and the strings and tables that they point to."""

    def __init__(self, image: _Image, segments: Sequence[_Segment]) -> None:
        self._image = image
        self._loaded = [each for each in segments if each.type == _PT_LOAD]
        self._tags: dict[int, int] = {}
        self._needed: list[int] = []
        for each in segments:
            if each.type == _PT_DYNAMIC:
                self._collect(each)

    def _collect(self, segment: _Segment) -> None:
        if segment.size > _DYNAMIC:
            raise InvalidElf(f"{segment.size} bytes of dynamic section")
        for tag, value in self._image.table("QQ" if self._image.wide else "II", segment.offset, segment.size):
            if tag == _DT_NULL:
                break
            if tag == _DT_NEEDED:
                self._needed.append(value)
            else:
                self._tags[tag] = value
        if len(self._needed) > _NEEDED:
            raise InvalidElf(f"needs {len(self._needed)} libraries")

    def name(self, tag: int, limit: int = _NAME) -> str | None:
        """The string that a tag names."""
        return self._string(self._tags[tag], limit) if tag in self._tags else None

    def needed(self) -> tuple[str, ...]:
        """`DT_NEEDED`, in the file's order: the loader's search is breadth first in it."""
        return tuple(self._string(each) for each in self._needed)

    def search_path(self, tag: int) -> tuple[str, ...]:
        """The directories of `DT_RPATH` or `DT_RUNPATH`, `$ORIGIN` left as it is."""
        found = self.name(tag, _SEARCH_PATH)
        return tuple(found.split(":")) if found else ()

    def versions(self) -> dict[str, Version]:
        """The highest of each family in the table of needed versions (LSB, "Symbol Versioning")."""
        highest: dict[str, Version] = {}
        for version in self._versions():
            if match := _VERSION.fullmatch(version):
                family, number = match[1], tuple(map(int, match[2].split(".")))
            elif version in _GLIBC_ABI:
                family, number = "GLIBC", _GLIBC_ABI[version]
            else:
                continue
            highest[family] = max(number, highest.get(family, number))
        return highest

    def _versions(self) -> Iterator[str]:
        """Names from `DT_VERNEED`: a chain of libraries, and from each a chain of versions."""
        if _DT_VERNEED not in self._tags:
            return
        position, left = self._offset(self._tags[_DT_VERNEED]), _VERSIONS
        for _ in range(self._tags.get(_DT_VERNEEDNUM, 0)):
            _, count, _, first, following = self._image.numbers("HHIII", position)
            left -= count + 1
            if left < 0:
                raise InvalidElf("needs too many versions")
            yield from self._chain(position + first, count)
            if not following:
                return
            position += following

    def _chain(self, position: int, count: int) -> Iterator[str]:
        for _ in range(count):
            _, flags, _, name, following = self._image.numbers("IHHII", position)
            if not flags & _VER_FLG_WEAK:
                yield self._string(name)
            if not following:
                return
            position += following

    def _string(self, index: int, limit: int = _NAME) -> str:
        if _DT_STRTAB not in self._tags:
            raise InvalidElf("names without a string table")
        return self._image.text(self._offset(self._tags[_DT_STRTAB]) + index, limit)

    def _offset(self, address: int) -> int:
        """Where in the file the byte lies that will be at `address`."""
        for each in self._loaded:
            if each.address <= address < each.address + each.size:
                return each.offset + address - each.address
        raise InvalidElf(f"address {address:#x} is in no loaded segment")
