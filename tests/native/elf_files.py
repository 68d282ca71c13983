"""A linker in miniature: ELF files of a few hundred bytes with what the loader reads, and nothing else."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

BASE = 0x40_0000
"""Where the file is loaded: an address is never an offset by accident."""

WEAK = 2


@dataclass(frozen=True)
class Blueprint:
    """What to put into a file."""

    soname: str | None = None
    needed: Sequence[str] = ()
    rpath: str | None = None
    runpath: str | None = None
    interpreter: str | None = None
    versions: Mapping[str, Sequence[tuple[str, int]]] = field(default_factory=dict)
    """By library: names of versions, each with its flags."""
    bits: int = 64
    order: str = "<"
    machine: int = 62
    type: int = 3
    dynamic: bool = True


class Strings:
    def __init__(self) -> None:
        self.content = b"\0"

    def add(self, text: str) -> int:
        at = len(self.content)
        self.content += text.encode() + b"\0"
        return at


def build(plan: Blueprint) -> bytes:
    """Header, program headers, dynamic section, strings, needed versions, interpreter: in this order."""
    wide, order = plan.bits == 64, plan.order
    strings = Strings()
    tags = [(1, strings.add(name)) for name in plan.needed]
    tags += [
        (tag, strings.add(text))
        for tag, text in ((14, plan.soname), (15, plan.rpath), (29, plan.runpath))
        if text is not None
    ]
    versions = needed_versions(plan, strings)
    segments = 1 + plan.dynamic + (plan.interpreter is not None)
    start = (64 + 56 * segments) if wide else (52 + 32 * segments)
    length = (len(tags) + 4) * (16 if wide else 8)
    at_strings = start + length
    at_versions = at_strings + len(strings.content)
    at_interpreter = at_versions + len(versions)
    tags.append((5, BASE + at_strings))
    if plan.versions:
        tags += [(0x6FFFFFFE, BASE + at_versions), (0x6FFFFFFF, len(plan.versions))]
    table = b"".join(struct.pack(order + ("QQ" if wide else "II"), *tag) for tag in tags).ljust(length, b"\0")
    interpreter = b"" if plan.interpreter is None else plan.interpreter.encode() + b"\0"
    total = at_interpreter + len(interpreter)
    headers = [(1, 0, total)]
    if plan.interpreter is not None:
        headers.append((3, at_interpreter, len(interpreter)))
    if plan.dynamic:
        headers.append((2, start, length))
    programs = b"".join(program_header(plan, *each) for each in headers)
    return elf_header(plan, segments) + programs + table + strings.content + versions + interpreter


def elf_header(plan: Blueprint, segments: int) -> bytes:
    wide = plan.bits == 64
    ident = b"\x7fELF" + bytes([2 if wide else 1, 1 if plan.order == "<" else 2, 1]).ljust(12, b"\0")
    layout = plan.order + ("HHIQQQIHHHHHH" if wide else "HHIIIIIHHHHHH")
    size = 64 if wide else 52
    return ident + struct.pack(
        layout, plan.type, plan.machine, 1, 0, size, 0, 0, size, 56 if wide else 32, segments, 0, 0, 0
    )


def program_header(plan: Blueprint, kind: int, offset: int, size: int) -> bytes:
    if plan.bits == 64:
        return struct.pack(plan.order + "IIQQQQQQ", kind, 4, offset, BASE + offset, 0, size, size, 8)
    return struct.pack(plan.order + "IIIIIIII", kind, offset, BASE + offset, 0, size, size, 4, 4)


def needed_versions(plan: Blueprint, strings: Strings) -> bytes:
    content = b""
    for number, (library, versions) in enumerate(plan.versions.items(), 1):
        following = 0 if number == len(plan.versions) else 16 * (len(versions) + 1)
        content += struct.pack(plan.order + "HHIII", 1, len(versions), strings.add(library), 16, following)
        for index, (name, flags) in enumerate(versions, 1):
            after = 0 if index == len(versions) else 16
            content += struct.pack(plan.order + "IHHII", 0, flags, index, strings.add(name), after)
    return content


@dataclass(frozen=True)
class Section:
    """What no segment holds."""

    name: str
    content: bytes
    flags: int = 0
    type: int = 1


def with_sections(file: bytes, *sections: Section, bits: int = 64, order: str = "<") -> bytes:
    """The file with these sections behind it, their names and their headers, as a linker lays them out."""
    strings = Strings()
    every = [Section("", b"", type=0), *sections, Section(".shstrtab", b"")]
    named = [strings.add(each.name) if each.name else 0 for each in every]
    every[-1] = Section(".shstrtab", strings.content, type=3)
    headers = b""
    layout = order + ("IIQQQQIIQQ" if bits == 64 else "IIIIIIIIII")
    for name, each in zip(named, every, strict=True):
        headers += struct.pack(layout, name, each.type, each.flags, 0, len(file), len(each.content), 0, 0, 1, 0)
        file += each.content
    return with_table(file, len(file), len(every), bits=bits, order=order) + headers


def with_table(file: bytes, at: int, count: int, *, bits: int = 64, order: str = "<") -> bytes:
    """The file whose header names a table of `count` section headers at this offset, the last of which has the names."""
    changed = bytearray(file)
    wide = bits == 64
    struct.pack_into(order + ("Q" if wide else "I"), changed, 40 if wide else 32, at)
    struct.pack_into(order + "HHH", changed, 58 if wide else 46, 64 if wide else 40, count, count - 1)
    return bytes(changed)
