"""An ELF file without what only debuggers and linkers read, as `strip` leaves it out: DWARF, `.symtab`, notes of compilers.

A program runs on its segments, and sections that no segment holds are for tools (System V ABI, "Sections"; elf(5)). What lies after the
last segment is cut off. What lies between two, where patchelf has put one behind, becomes zeros: to close the gap would mean to move code.
The header of a section that goes becomes `SHT_NULL` at its index, so that every index stays true. Program headers and what they name are
untouched. A file that has anything unheard of is left as it is: a program may carry its data behind its sections, or in one of its own.
"""

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pottle.native.elf import Content

_MAGIC = b"\x7fELF"
_PT_NULL = 0
_SHT_NULL, _SHT_NOBITS = 0, 8
_SHF_ALLOC: Final = 2
_PN_XNUM = 0xFFFF
_NAMES = ".shstrtab"
_LEAST = 64
_CHUNK = 1 << 20

_UNNEEDED = re.compile(
    r"\.z?debug_.*|\.symtab|\.strtab|\.symtab_shndx"
    r"|\.comment|\.note\.gnu\.gold-version|\.gnu\.build\.attributes.*|\.annobin\.notes|\.GCC\.command\.line"  # compilers
    r"|\.gnu_debug(?:link|altlink|data)|\.gdb_index|\.stab(?:str)?|\.llvm_addrsig"  # debuggers
)


class _Odd(ValueError):
    """The file is not one that is understood whole."""


@dataclass(frozen=True, slots=True)
class _Class:
    """The layouts of 32 or 64 bits in the file's byte order."""

    header: struct.Struct
    program: struct.Struct
    section: struct.Struct
    wide: bool

    @classmethod
    def of(cls, content: Content) -> "_Class":
        order = {1: "<", 2: ">"}.get(content[5])
        if order is None or content[4] not in (1, 2):
            raise _Odd
        wide = content[4] == 2
        layouts = ("16sHHIQQQIHHHHHH", "IIQQQQQQ", "IIQQQQIIQQ") if wide else ("16sHHIIIIIHHHHHH", "8I", "10I")
        header, program, section = (struct.Struct(order + each) for each in layouts)
        return cls(header, program, section, wide)


@dataclass(frozen=True, slots=True)
class _Section:
    """A section header; `fields` are all of it."""

    fields: tuple[int, ...]
    name: str

    @property
    def type(self) -> int:
        return self.fields[1]

    @property
    def offset(self) -> int:
        return self.fields[4]

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return 0 if self.type in (_SHT_NULL, _SHT_NOBITS) else self.fields[5]

    @property
    def loaded(self) -> bool:
        return bool(self.fields[2] & _SHF_ALLOC)

    @property
    def goes(self) -> bool:
        return not self.loaded and self.type != _SHT_NULL and _UNNEEDED.fullmatch(self.name) is not None

    def at(self, offset: int) -> "_Section":
        return replace(self, fields=(*self.fields[:4], offset, *self.fields[5:]))


@dataclass(frozen=True, slots=True)
class Stripped:
    """What is left of a file: `size` bytes, told as parts of the file and what stands in their place."""

    size: int
    parts: tuple[range | bytes, ...]
    """Ranges of offsets, bytes."""

    def chunks(self, content: Content) -> Iterator[bytes]:
        """The file, a megabyte at a time: libraries of half a gigabyte are real."""
        for part in self.parts:
            if isinstance(part, bytes):
                yield part
            else:
                for start in range(part.start, part.stop, _CHUNK):
                    yield bytes(content[start : min(start + _CHUNK, part.stop)])


def stripped(content: Content) -> Stripped | None:
    """The file without them; None where nothing is gained, and for whatever is no ELF file or not understood."""
    if content[:4] != _MAGIC or len(content) < _LEAST:
        return None
    try:
        return _stripped(content, _Class.of(content))
    except (_Odd, struct.error):
        return None


def _stripped(content: Content, layout: _Class) -> Stripped | None:
    header = layout.header.unpack_from(content)
    segments = _segments(content, layout, header)
    sections = _sections(content, layout, header)
    _check(content, segments, sections, header)
    going = sorted((each.offset, each.offset + each.size) for each in sections if each.goes and each.size)
    kept = [range(layout.header.size), *segments, *(range(s.offset, s.offset + s.size) for s in sections if s.loaded)]
    if not going or any(start < each.stop and each.start < until for start, until in going for each in kept):
        return None
    end = max(each.stop for each in kept)
    names = sections[header[13]]
    table = end + names.size + (-(end + names.size) % 8)
    behind = bytes(content[names.offset : names.offset + names.size]).ljust(table - end, b"\0")
    nothing = (0,) * len(names.fields)
    told = (nothing if each.goes else each.at(end).fields if each is names else each.fields for each in sections)
    behind += b"".join(layout.section.pack(*fields) for fields in told)
    start = layout.header.pack(*header[:6], table, *header[7:])
    return Stripped(end + len(behind), (start, *_filled(len(start), end, going), behind))


def _filled(at: int, end: int, going: Sequence[tuple[int, int]]) -> Iterator[range | bytes]:
    """From `at` to `end` what is there, with zeros for what goes."""
    for start, until in going:
        start, until = max(at, start), min(until, end)  # noqa: PLW2901 - sections may overlap
        if start < until:
            yield range(at, start)
            yield bytes(until - start)
            at = until
    yield range(at, end)


def _segments(content: Content, layout: _Class, header: tuple[int, ...]) -> list[range]:
    """The program headers, and where in the file those segments lie that they name."""
    start, size, count = header[5], header[9], header[10]
    if not 0 < count < _PN_XNUM or size != layout.program.size:
        raise _Odd
    found = [range(start, start + size * count)]
    for number in range(count):
        fields = layout.program.unpack_from(content, start + number * size)
        offset, length = (fields[2], fields[5]) if layout.wide else (fields[1], fields[4])
        if fields[0] != _PT_NULL and length:
            found.append(range(offset, offset + length))
    return found


def _sections(content: Content, layout: _Class, header: tuple[int, ...]) -> list[_Section]:
    start, size, count, names = header[6], header[11], header[12], header[13]
    if not start or size != layout.section.size or not 0 < names < count:
        raise _Odd  # none, or more than 65,279, which are told otherwise
    table = [layout.section.unpack_from(content, start + number * size) for number in range(count)]
    texts = bytes(content[table[names][4] : table[names][4] + table[names][5]])
    return [_Section(each, texts[each[0] :].partition(b"\0")[0].decode(errors="replace")) for each in table]


def _check(content: Content, segments: Sequence[range], sections: Sequence[_Section], header: tuple[int, ...]) -> None:
    """Every byte has to be spoken for, and what stays has to be in a segment."""
    table = (header[6], header[6] + header[11] * header[12])
    ends = [table[1], *(each.stop for each in segments), *(each.offset + each.size for each in sections)]
    if max(ends) > len(content) or any(content[max(ends) :]):  # patchelf leaves a zero at the end
        raise _Odd
    unknown = [each for each in sections if not each.loaded and each.size and not each.goes]
    if [each.name for each in unknown] != [_NAMES] or unknown[0].fields != sections[header[13]].fields:
        raise _Odd
