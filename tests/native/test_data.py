"""Data as the loader would leave them, read from the file."""

import struct

import pytest
from tests.native.data_files import BASE, Library, build, number, pointer

from pottle.native.data import Data
from pottle.native.elf import InvalidElf

TABLE = {"table": [number(-7), pointer("text"), pointer(None)], "text": "hello"}
KINDS = {
    "x86-64": Library(TABLE, ("table",)),
    "AArch64": Library(TABLE, ("table",), machine=183, relocations=(1027, 257)),
    "by a symbol": Library(TABLE, ("table", "text"), symbolic=("text",)),
}


@pytest.mark.parametrize("library", KINDS.values(), ids=KINDS)
def test_follows_pointers(library: Library):
    data = Data(build(library))
    table = data.symbol("table")
    assert table is not None
    assert data.number(table) == -7
    assert data.text(data.pointer(table + 8)) == "hello"
    assert data.pointer(table + 16) == 0
    assert data.symbol("nothing") is None


def test_reads_what_the_file_itself_says():
    content = build(Library({"table": [number(5)]}, ("table",)))
    data = Data(content)
    assert data.pointer(data.symbol("table") or 0) == 5


BROKEN = {
    "no ELF": b"#!/bin/sh\n",
    "32 bits": b"\x7fELF\x01\x01" + bytes(100),
    "cut short": build(KINDS["x86-64"])[:100],
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_what_is_none_is_refused(content: bytes):
    with pytest.raises(InvalidElf):
        Data(content)


@pytest.mark.parametrize("address", [0, BASE - 1, BASE + (1 << 20)])
def test_an_address_out_of_the_file_is_refused(address: int):
    data = Data(build(KINDS["x86-64"]))
    for read in (data.number, data.text, data.pointer):
        with pytest.raises(InvalidElf):
            read(address)


def test_a_string_without_end_is_refused():
    content = build(Library({"table": [number(1)]}, ("table",)))
    changed = content[:-8] + b"x" * 8
    with pytest.raises(InvalidElf, match="without end"):
        Data(changed).text(BASE + len(changed) - 8)


def test_a_library_without_tables_has_no_symbols():
    content = bytearray(build(KINDS["x86-64"]))
    content[54:58] = struct.pack("<HH", 56, 1)  # its program headers end before the dynamic section
    assert Data(bytes(content)).symbol("table") is None
