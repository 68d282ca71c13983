"""What a library's data will be once it is loaded: symbols, numbers and pointers, without loading it.

Only what modern libraries have (ELF64, little endian, `DT_RELA`): pointers in data are zeros in the file and entries of the table of
relocations (System V ABI, "Relocation"; the processor supplements of x86-64 and AArch64).
"""

import struct
from collections.abc import Iterator
from typing import Final

from pottle.native.elf import EM_AARCH64, EM_X86_64, Content, InvalidElf

_PT_LOAD, _PT_DYNAMIC = 1, 2
_DT_STRTAB, _DT_SYMTAB, _DT_RELA, _DT_RELASZ = 5, 6, 7, 8
_RELATIVE: Final = {EM_X86_64: 8, EM_AARCH64: 1027}
_ABSOLUTE: Final = {EM_X86_64: (1, 6), EM_AARCH64: (257, 1025)}
"""R_X86_64_64 and _GLOB_DAT, R_AARCH64_ABS64 and _GLOB_DAT: the value of a symbol."""
_SYMBOL, _RELOCATION = struct.Struct("<IBBHQQ"), struct.Struct("<QQq")
_MOST = 1 << 20
_NAME = 4096


class Data:
    """A library's data by address. Raises `InvalidElf` for whatever leads out of the file."""

    def __init__(self, content: Content) -> None:
        if content[:6] != b"\x7fELF\x02\x01":
            raise InvalidElf("not a library of 64 bits, little endian")
        self._content = content
        (self._machine,) = self._unpack("<H", 18)
        self._segments, dynamic = self._headers()
        self._tags = dict(self._dynamic(*dynamic)) if dynamic else {}
        self._pointers = dict(self._relocated())

    def symbol(self, name: str) -> int | None:
        """The address of a defined dynamic symbol."""
        for index in range(1, self._symbols()):
            text, section, value = self._symbol(index)
            if section and text == name:
                return value
        return None

    def pointer(self, address: int) -> int:
        """The pointer at `address`; 0 is none."""
        if address in self._pointers:
            return self._pointers[address]
        (value,) = self._unpack("<Q", self._offset(address))
        return int(value)

    def number(self, address: int) -> int:
        """The `int` at `address`."""
        (value,) = self._unpack("<i", self._offset(address))
        return int(value)

    def text(self, address: int) -> str:
        """The string at `address`."""
        at = self._offset(address)
        found, nul, _ = bytes(self._content[at : at + _NAME]).partition(b"\0")
        if not nul:
            raise InvalidElf(f"a string without end at {address:#x}")
        return found.decode("utf-8", "replace")

    def _unpack(self, layout: str, offset: int) -> tuple[int, ...]:
        size = struct.calcsize(layout)
        if offset < 0 or offset + size > len(self._content):
            raise InvalidElf(f"cut short: {size} bytes at {offset}")
        return struct.unpack(layout, bytes(self._content[offset : offset + size]))

    def _headers(self) -> tuple[list[tuple[int, int, int]], tuple[int, int] | None]:
        """The loaded segments (address, offset, size), and where the dynamic section lies."""
        (start,), (size, count) = self._unpack("<Q", 32), self._unpack("<HH", 54)
        loaded, dynamic = list[tuple[int, int, int]](), None
        for number in range(count):
            kind, _, offset, address, _, length, _, _ = self._unpack("<IIQQQQQQ", start + number * size)
            if kind == _PT_LOAD:
                loaded.append((address, offset, length))
            elif kind == _PT_DYNAMIC:
                dynamic = (offset, length)
        return loaded, dynamic

    def _dynamic(self, offset: int, length: int) -> Iterator[tuple[int, int]]:
        for at in range(offset, offset + min(length, _MOST), 16):
            tag, value = self._unpack("<QQ", at)
            if tag == 0:
                return
            yield tag, value

    def _offset(self, address: int) -> int:
        for start, offset, size in self._segments:
            if start <= address < start + size:
                return offset + address - start
        raise InvalidElf(f"address {address:#x} is in no loaded segment")

    def _symbols(self) -> int:
        """How many there are: by every linker's habit the strings follow the symbols."""
        symbols, strings = self._tags.get(_DT_SYMTAB), self._tags.get(_DT_STRTAB)
        if symbols is None or strings is None or not 0 <= strings - symbols <= _MOST * _SYMBOL.size:
            return 0
        return (strings - symbols) // _SYMBOL.size

    def _symbol(self, index: int) -> tuple[str, int, int]:
        at = self._offset(self._tags[_DT_SYMTAB] + index * _SYMBOL.size)
        name, _, _, section, value, _ = self._unpack(_SYMBOL.format, at)
        return self.text(self._tags[_DT_STRTAB] + name), section, value

    def _relocated(self) -> Iterator[tuple[int, int]]:
        """Where a pointer will be → what it will be, relative to where the library is loaded."""
        table, size = self._tags.get(_DT_RELA), self._tags.get(_DT_RELASZ, 0)
        if table is None or size > _MOST * _RELOCATION.size:
            return
        for at in range(self._offset(table), self._offset(table) + size, _RELOCATION.size):
            place, info, addend = self._unpack(_RELOCATION.format, at)
            kind, symbol = info & 0xFFFFFFFF, info >> 32
            if kind == _RELATIVE.get(self._machine):
                yield place, addend
            elif kind in _ABSOLUTE.get(self._machine, ()) and symbol < self._symbols():
                _, section, value = self._symbol(symbol)
                if section:
                    yield place, value + addend
