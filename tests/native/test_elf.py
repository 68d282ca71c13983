"""The ELF reader: what it finds, that it agrees with pyelftools, and that no bytes make it fall over."""

import re
import struct
from collections.abc import Iterator
from mmap import ACCESS_READ, mmap
from pathlib import Path

import pytest
from elftools.elf.dynamic import DynamicSegment
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection
from elftools.elf.segments import InterpSegment
from hypothesis import given
from hypothesis import strategies as st
from tests.native.elf_files import BASE, WEAK, Blueprint, build

from pottle.native.elf import Elf, InvalidElf, read

FULL = Blueprint(
    soname="libfull.so.1",
    needed=("libm.so.6", "libc.so.6"),
    rpath="$ORIGIN/../lib:/opt/lib",
    runpath="$ORIGIN",
    interpreter="/lib64/ld-linux-x86-64.so.2",
    versions={"libm.so.6": [("GLIBC_2.29", 0)], "libc.so.6": [("GLIBC_2.2.5", 0), ("GLIBC_2.17", 0)]},
)


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize(("order", "byteorder"), [("<", "little"), (">", "big")])
def test_all_that_the_loader_reads_is_found(bits: int, order: str, byteorder: str):
    plan = Blueprint(**{**vars(FULL), "bits": bits, "order": order, "machine": 183})

    assert read(build(plan)) == Elf(
        bits=bits,
        byteorder=byteorder,
        machine=183,
        type=3,
        interpreter="/lib64/ld-linux-x86-64.so.2",
        soname="libfull.so.1",
        needed=("libm.so.6", "libc.so.6"),
        rpath=("$ORIGIN/../lib", "/opt/lib"),
        runpath=("$ORIGIN",),
        glibc=(2, 29),
    )


def test_a_static_program_has_none_of_it():
    found = read(build(Blueprint(dynamic=False, type=2)))

    assert found is not None
    assert (found.type, found.soname, found.needed, found.glibc) == (2, None, (), None)


def test_a_view_and_a_mapped_file_read_as_bytes_do(tmp_path: Path):
    content = build(FULL)
    path = tmp_path / "libfull.so.1"
    path.write_bytes(content)

    with path.open("rb") as stream, mmap(stream.fileno(), 0, access=ACCESS_READ) as mapped:
        assert read(mapped) == read(memoryview(content)) == read(content)


def test_a_name_that_is_not_utf_8_survives():
    found = read(build(Blueprint(soname="libX.so")).replace(b"libX.so", b"lib\xff.so"))

    assert found is not None
    assert found.soname is not None
    assert found.soname.encode("utf-8", "surrogateescape") == b"lib\xff.so"


GLIBC = {
    "the highest counts, by number": ([("GLIBC_2.4", 0), ("GLIBC_2.38", 0), ("GLIBC_2.9", 0)], (2, 38)),
    "three numbers": ([("GLIBC_2.2.5", 0)], (2, 2, 5)),
    "weak needs do not": ([("GLIBC_2.17", 0), ("GLIBC_2.38", WEAK)], (2, 17)),
    "packed relocations": ([("GLIBC_2.17", 0), ("GLIBC_ABI_DT_RELR", 0)], (2, 36)),
    "private symbols have no version": ([("GLIBC_PRIVATE", 0)], None),
    "other libraries' versions are theirs": ([("GLIBCXX_3.4.30", 0), ("OPENSSL_3.0.0", 0)], None),
}


@pytest.mark.parametrize(("versions", "glibc"), GLIBC.values(), ids=GLIBC)
def test_the_glibc_needed(versions: list[tuple[str, int]], glibc: tuple[int, ...] | None):
    found = read(build(Blueprint(versions={"libc.so.6": versions})))

    assert found is not None
    assert found.glibc == glibc


def test_the_libstdcxx_needed():
    needed = [("GLIBCXX_3.4.9", 0), ("GLIBCXX_3.4.32", 0), ("CXXABI_1.3.9", 0), ("CXXABI_TM_1", 0), ("GCC_3.0", 0)]
    found = read(build(Blueprint(versions={"libstdc++.so.6": needed})))

    assert found is not None
    assert (found.glibc, found.glibcxx, found.cxxabi) == (None, (3, 4, 32), (1, 3, 9))


OTHER = {"nothing": b"", "three bytes": b"\x7fEL", "a script": b"#!/bin/sh\n", "a linker script": b"INPUT(libm.so.6)\n"}


@pytest.mark.parametrize("content", OTHER.values(), ids=OTHER)
def test_another_kind_of_file_is_none(content: bytes):
    assert read(content) is None


def patched(offset: int, content: bytes, plan: Blueprint = FULL) -> bytes:
    whole = bytearray(build(plan))
    whole[offset : offset + len(content)] = content
    return bytes(whole)


def with_tag(tag: int, value: int, plan: Blueprint = FULL) -> bytes:
    """The file with another value for a tag of its dynamic section."""
    content = bytearray(build(plan))
    at = next(at for at in range(64, len(content) - 16) if content[at : at + 8] == struct.pack("<Q", tag))
    content[at + 8 : at + 16] = struct.pack("<Q", value)
    return bytes(content)


LOAD, DYNAMIC = 64, 64 + 2 * 56
SIZE = len(build(FULL))

HOSTILE = {
    "magic alone": (b"\x7fELF", "cut short: 2 bytes at 4, of 4"),
    "no such class": (patched(4, b"\3"), "neither 32 nor 64 bits, or of an unknown byte order"),
    "no such byte order": (patched(5, b"\0"), "neither 32 nor 64 bits, or of an unknown byte order"),
    "half a header": (build(FULL)[:40], r"cut short: 4 bytes at 54, of 40"),
    "odd program headers": (patched(54, b"\x39\0"), "3 program headers of 57 bytes"),
    "too many program headers": (patched(56, b"\xff\xff"), "65535 program headers of 56 bytes"),
    "program headers elsewhere": (patched(32, b"\xff" * 8), "cut short: 168 bytes at 18446744073709551615"),
    "a dynamic section without end": (patched(DYNAMIC + 32, b"\xff" * 8), "18446744073709551615 bytes of dynamic"),
    "a dynamic section beyond the end": (patched(DYNAMIC + 8, struct.pack("<Q", SIZE)), "cut short"),
    "strings that are not loaded": (with_tag(5, 0), "address 0x0 is in no loaded segment"),
    "no strings": (patched(LOAD, struct.pack("<I", 6)), "is in no loaded segment"),
    "a name beyond the end": (with_tag(14, 1 << 63), "a string without end"),
    "a name that does not end": (build(Blueprint(soname="x" * 5000)), "a string without end"),
    "versions beyond the end": (with_tag(0x6FFFFFFE, BASE + SIZE - 1), "cut short: 16 bytes"),
    "needs of everything": (build(Blueprint(needed=["libc.so.6"] * 5000)), "needs 5000 libraries"),
    "versions of everything": (
        build(Blueprint(versions={f"lib{n}.so": [("V", 0)] for n in range(9000)})),
        "needs too many versions",
    ),
}


@pytest.mark.parametrize(("content", "message"), HOSTILE.values(), ids=HOSTILE)
def test_a_damaged_file_is_refused(content: bytes, message: str):
    with pytest.raises(InvalidElf, match=message):
        read(content)


def test_a_count_of_versions_that_lies_ends_where_the_chain_does():
    assert read(with_tag(0x6FFFFFFF, (1 << 64) - 1)) == read(build(FULL))


def test_a_mapped_file_can_be_unmapped_after_an_error(tmp_path: Path):
    path = tmp_path / "cut.so"
    path.write_bytes(build(FULL)[:200])

    with path.open("rb") as stream, mmap(stream.fileno(), 0, access=ACCESS_READ) as mapped, pytest.raises(InvalidElf):
        read(mapped)


plans = st.builds(
    Blueprint,
    soname=st.sampled_from([None, "liba.so.1"]),
    needed=st.lists(st.sampled_from(["libc.so.6", "libm.so.6"]), max_size=3),
    interpreter=st.sampled_from([None, "/lib/ld.so"]),
    versions=st.dictionaries(st.sampled_from(["libc.so.6", "libm.so.6"]), st.just([("GLIBC_2.17", 0), ("X", WEAK)])),
    bits=st.sampled_from([32, 64]),
    order=st.sampled_from("<>"),
)
changes = st.lists(
    st.tuples(st.integers(min_value=4, max_value=2000), st.binary(min_size=1, max_size=8) | st.just(b"\xff" * 8)),
    max_size=8,
)


@given(plans, changes, st.integers(min_value=4, max_value=4000))
def test_whatever_the_bytes_the_answer_is_an_elf_or_invalid(
    plan: Blueprint, changed: list[tuple[int, bytes]], end: int
):
    content = bytearray(build(plan))
    for offset, new in changed:
        at = offset % len(content)
        content[max(at, 4) : at + len(new)] = new

    try:
        found = read(bytes(content[:end]))
    except InvalidElf:
        return
    assert isinstance(found, Elf)


def machine_files() -> list[Path]:
    """Up to 200 of this machine's libraries and programs, and of the extension modules beside this interpreter."""
    folders = ((Path("/usr/lib"), "*/*.so*"), (Path("/usr/bin"), "*"), (Path(pytest.__file__).parents[1], "**/*.so"))
    paths = (path for folder, pattern in folders for path in sorted(folder.glob(pattern)))
    found = [path for path in paths if path.is_file() and not path.is_symlink() and is_elf(path)]
    return found[:: len(found) // 200 + 1]


def is_elf(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(4) == b"\x7fELF"


def by_pyelftools(path: Path) -> Elf:
    with path.open("rb") as stream:
        file = ELFFile(stream)
        tags = [tag for each in file.iter_segments() if isinstance(each, DynamicSegment) for tag in each.iter_tags()]
        named = {tag.entry.d_tag: tag for tag in tags}
        rpath, runpath = named.get("DT_RPATH"), named.get("DT_RUNPATH")
        interpreters = (each.get_interp_name() for each in file.iter_segments() if isinstance(each, InterpSegment))
        return Elf(
            bits=file.elfclass,
            byteorder="little" if file.little_endian else "big",
            machine=struct.unpack("<H" if file.little_endian else ">H", path.read_bytes()[18:20])[0],
            type=struct.unpack("<H" if file.little_endian else ">H", path.read_bytes()[16:18])[0],
            interpreter=next(interpreters, None),
            soname=named["DT_SONAME"].soname if "DT_SONAME" in named else None,
            needed=tuple(tag.needed for tag in tags if tag.entry.d_tag == "DT_NEEDED"),
            rpath=tuple(rpath.rpath.split(":")) if rpath and rpath.rpath else (),
            runpath=tuple(runpath.runpath.split(":")) if runpath and runpath.runpath else (),
            glibc=max(versions_of(file, "GLIBC"), default=None),
            glibcxx=max(versions_of(file, "GLIBCXX"), default=None),
            cxxabi=max(versions_of(file, "CXXABI"), default=None),
        )


def versions_of(file: ELFFile, family: str) -> Iterator[tuple[int, ...]]:
    for section in file.iter_sections():
        if isinstance(section, GNUVerNeedSection):
            for _, versions in section.iter_versions():
                for version in versions:
                    if not version["vna_flags"] & WEAK:
                        yield from numbers(version.name, family)


def numbers(version: str, family: str) -> Iterator[tuple[int, ...]]:
    if version == "GLIBC_ABI_DT_RELR" and family == "GLIBC":
        yield (2, 36)
    elif match := re.fullmatch(rf"{family}_([0-9.]+)", version):
        yield tuple(map(int, match[1].split(".")))


def test_pyelftools_reads_the_same_of_this_machines_files():
    files = machine_files()
    if not files:
        pytest.skip("no ELF files here")

    assert [path for path in files if read(path.read_bytes()) != by_pyelftools(path)] == []
