"""Machine code without symbols: what goes, what stays to the byte, and that whatever is odd is left alone."""

import io
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile
from hypothesis import given
from hypothesis import strategies as st
from tests.native.elf_files import Blueprint, Section, build, with_sections

from pottle.native.elf import read
from pottle.native.strip import stripped

BITS = pytest.mark.parametrize(("bits", "order"), [(64, "<"), (64, ">"), (32, "<"), (32, ">")])
DEBUG = (Section(".debug_info", b"D" * 4000), Section(".symtab", b"S" * 480), Section(".strtab", b"T" * 900, type=3))
BEHIND = st.lists(
    st.sampled_from([*DEBUG, Section(".comment", b"GCC"), Section(".mine", b"data"), Section(".bss", b"", 3, 8)])
)


def library(*sections: Section, bits: int = 64, order: str = "<") -> bytes:
    file = build(Blueprint(soname="libdemo.so", needed=("libc.so.6",), bits=bits, order=order))  # type: ignore[arg-type]
    return with_sections(file, *sections, bits=bits, order=order)


def after(content: bytes) -> bytes:
    found = stripped(content)
    assert found is not None
    whole = b"".join(found.chunks(content))
    assert len(whole) == found.size
    return whole


def sections(content: bytes) -> list[str]:
    return [each.name for each in ELFFile(io.BytesIO(content)).iter_sections() if each.name]


def segments(content: bytes) -> Sequence[tuple[bytes, bytes]]:
    """Each program header and what it names, but for the file's own header: where sections are stands there."""
    wide, order = content[4] == 2, "<" if content[5] == 1 else ">"
    (start,) = struct.unpack_from(order + ("Q" if wide else "I"), content, 32 if wide else 28)
    size, count = struct.unpack_from(order + "HH", content, 54 if wide else 42)
    headers = [content[start + n * size : start + (n + 1) * size] for n in range(count)]
    found = [struct.unpack_from(order + ("8xQ16xQ" if wide else "4xI8xI"), header) for header in headers]
    first = 64 if wide else 52
    return [(h, content[max(first, each[0]) : each[0] + each[-1]]) for h, each in zip(headers, found, strict=True)]


@BITS
def test_symbols_go_and_segments_stay(bits: int, order: str):
    before = library(*DEBUG, bits=bits, order=order)
    found = after(before)
    assert len(before) - len(found) > 5000
    assert sections(found) == [".shstrtab"]
    assert segments(found) == segments(before)
    assert read(found) == read(before)


def test_a_section_keeps_its_index():
    loaded = Section(".data", b"here", flags=2)
    found = ELFFile(io.BytesIO(after(library(loaded, *DEBUG, Section(".tbss", b"", 0x403, 8)))))
    assert [each.header.sh_type for each in found.iter_sections()] == [
        *("SHT_NULL", "SHT_PROGBITS", "SHT_NULL", "SHT_NULL", "SHT_NULL", "SHT_NOBITS", "SHT_STRTAB"),
    ]
    assert found.get_section(1).data() == b"here"


def test_what_lies_between_segments_becomes_zeros():
    before = library(*DEBUG, Section(".dynstr", b"moved by patchelf", flags=2))
    found = after(before)
    assert found.index(b"moved by patchelf") == before.index(b"moved by patchelf")
    assert b"DDDD" not in found
    assert len(found) <= len(before) + 8  # where headers are aligned


def test_nothing_is_made_of_what_is_stripped():
    assert stripped(after(library(*DEBUG))) is None


LEFT = {
    "another kind of file": b"#!/bin/sh\n" * 100,
    "no section table": build(Blueprint()),
    "no symbols": library(Section(".data", b"x", flags=2)),
    "a section of its own": library(*DEBUG, Section(".payload", b"zipped")),
    "data behind the sections": library(*DEBUG) + b"PK\3\4 a zip file behind a program",
    "cut short": library(*DEBUG)[:-70],
    "of no known width": b"\x7fELF\7\1" + library(*DEBUG)[6:],
    "of no known byte order": b"\x7fELF\2\7" + library(*DEBUG)[6:],
}


@pytest.mark.parametrize("content", LEFT.values(), ids=LEFT)
def test_what_is_odd_is_left_alone(content: bytes):
    assert stripped(content) is None


def test_a_zero_at_the_end_is_nothing_odd():
    before = library(*DEBUG)
    assert after(before + b"\0") == after(before)


def test_symbols_that_lie_in_a_segment_stay():
    assert stripped(with_sections(library(), Section(".symtab", b"S" * 64))) is not None
    before = bytearray(library(*DEBUG))
    at = ELFFile(io.BytesIO(bytes(before))).header.e_shoff + 64  # the first section's header
    before[at + 24 : at + 32] = (64).to_bytes(8, "little")  # its offset: the program headers
    assert stripped(bytes(before)) is None


@given(st.data())
def test_no_bytes_make_it_fall_over_and_segments_are_sacred(data: st.DataObject):
    content = bytearray(library(*data.draw(BEHIND)))
    for at, value in data.draw(st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)), max_size=4)):
        content[at] = value
    before = bytes(content[: data.draw(st.integers(0, len(content)))] if data.draw(st.booleans()) else content)
    if (found := stripped(before)) is not None:
        whole = b"".join(found.chunks(before))
        assert len(whole) == found.size
        assert segments(whole) == segments(before)


def extension_modules() -> list[Path]:
    """Machine code of this environment that has symbols."""
    every = (path for place in sys.path[1:] for path in Path(place).glob("**/*.so") if path.stat().st_size < 1 << 24)
    contents = ((path, path.read_bytes()) for path in every)
    return [path for path, content in contents if stands_alone(content) and stripped(content)][:20]


def stands_alone(content: bytes) -> bool:
    found = read(content)
    return found is not None and set(found.needed) <= {"libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2"}


def test_extension_modules_of_this_environment_are_loaded_stripped(tmp_path: Path):
    modules = extension_modules()
    copies = [tmp_path / f"{number}.so" for number, _ in enumerate(modules)]
    for module, copy in zip(modules, copies, strict=True):
        before = module.read_bytes()
        copy.write_bytes(after(before))
        assert segments(copy.read_bytes()) == segments(before)
    program = "import ctypes, sys; [ctypes.PyDLL(each) for each in sys.argv[1:]]"
    subprocess.run([sys.executable, "-c", program, *map(str, copies)], check=True)
