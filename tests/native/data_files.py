"""Libraries of a few hundred bytes whose data are tables of pointers: what a compiler makes of C structures that point to each other."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

BASE = 0x10_0000

Cell: TypeAlias = "tuple[Literal['int'], int] | tuple[Literal['pointer'], str | None]"
"""Four bytes and four of padding, or eight: a pointer to another object, or to nothing."""


def number(value: int) -> Cell:
    """An `int`, and what aligns the next pointer."""
    return ("int", value)


def pointer(name: str | None) -> Cell:
    """A pointer to the object `name`."""
    return ("pointer", name)


@dataclass(frozen=True)
class Library:
    """Objects by name; those in `exported` have a dynamic symbol, and pointers to those in `symbolic` go through it."""

    objects: Mapping[str, Sequence[Cell] | str]
    exported: Sequence[str] = ()
    symbolic: Sequence[str] = ()
    machine: int = 62
    relocations: tuple[int, int] = (8, 1)
    """R_X86_64_RELATIVE, R_X86_64_64."""
    extra: bytes = field(default=b"")


def build(library: Library) -> bytes:
    """Header, two program headers, dynamic section, symbols, strings, relocations, data: in this order."""
    strings = b"\0" + b"".join(name.encode() + b"\0" for name in library.exported)
    places, data = _laid_out(library)
    start = 64 + 2 * 56
    at_symbols = start + 5 * 16
    at_strings = at_symbols + 24 * (1 + len(library.exported))
    fixes = _fixes(library, places)
    at_fixes = -(-(at_strings + len(strings)) // 8) * 8
    at_data = at_fixes + 24 * len(fixes)
    address = {name: BASE + at_data + place for name, place in places.items()}
    dynamic = [(5, BASE + at_strings), (6, BASE + at_symbols), (7, BASE + at_fixes), (8, 24 * len(fixes)), (0, 0)]
    content = b"\x7fELF\x02\x01\x01".ljust(16, b"\0") + struct.pack("<HHIQQQ", 3, library.machine, 1, 0, 64, 0)
    content += struct.pack("<IHHHHHH", 0, 64, 56, 2, 0, 0, 0)
    size = at_data + len(data)
    content += struct.pack("<IIQQQQQQ", 1, 6, 0, BASE, BASE, size, size, 4096)
    content += struct.pack("<IIQQQQQQ", 2, 6, start, BASE + start, BASE + start, 80, 80, 8)
    content += b"".join(struct.pack("<QQ", *tag) for tag in dynamic) + b"\0" * 24
    for name in library.exported:
        content += struct.pack("<IBBHQQ", strings.index(name.encode() + b"\0"), 17, 0, 7, address[name], 8)
    content = (content + strings).ljust(at_fixes, b"\0")
    for place, target in fixes:
        relative, absolute = library.relocations
        if target in library.symbolic:
            info, addend = (library.exported.index(target) + 1) << 32 | absolute, 0
        else:
            info, addend = relative, address[target]
        content += struct.pack("<QQq", BASE + at_data + place, info, addend)
    return content + data + library.extra


def _laid_out(library: Library) -> tuple[dict[str, int], bytes]:
    places, data = dict[str, int](), b""
    for name, cells in library.objects.items():
        places[name] = len(data)
        if isinstance(cells, str):
            text = cells.encode() + b"\0"
            data += text.ljust(-(-len(text) // 8) * 8, b"\0")
        else:
            data += b"".join(struct.pack("<ii", value, 0) if kind == "int" else b"\0" * 8 for kind, value in cells)  # type: ignore[arg-type]
    return places, data


def _fixes(library: Library, places: Mapping[str, int]) -> list[tuple[int, str]]:
    return [
        (places[name] + 8 * number, str(target))
        for name, cells in library.objects.items()
        if not isinstance(cells, str)
        for number, (kind, target) in enumerate(cells)
        if kind == "pointer" and target is not None
    ]
