import io
import tarfile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.oci.trees import MODES, NAMES

from pottle.oci.entry import Directory, Entry, File, Symlink
from pottle.oci.tarball import header, padding

LONG = st.lists(NAMES, min_size=1, max_size=8).map("/".join)
OWNERS = st.integers(0, 2**31)
ENTRIES = st.one_of(
    st.builds(File, LONG, st.just(b""), MODES, OWNERS, OWNERS),
    st.builds(Directory, LONG, MODES, OWNERS, OWNERS),
    st.builds(Symlink, LONG, LONG, OWNERS, OWNERS),
)


def _info(entry: Entry, mtime: int, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(entry.path)
    info.uid, info.gid, info.mtime, info.size = entry.uid, entry.gid, mtime, size
    match entry:
        case Directory():
            info.type, info.mode = tarfile.DIRTYPE, entry.mode
        case Symlink():
            info.type, info.mode, info.linkname = tarfile.SYMTYPE, 0o777, entry.target
        case File():
            info.mode = entry.mode
    return info


@given(ENTRIES, st.integers(0, 2**40), st.integers(0, 2**45))
@example(File("a" * 100, b""), 0, 8**11 - 1)
@example(File("a" * 101, b""), 0, 8**11)
@example(Directory("a" * 99), 0, 0)
@example(Directory("a" * 100), 0, 0)
@example(Symlink("a", "é" * 60), 0, 0)
@example(File("a", b"", uid=8**7), 8**11, 0)
@example(File("a" * 92, b""), 0, 0)
def test_headers_are_those_of_the_standard_library(entry: Entry, mtime: int, size: int) -> None:
    size = size if isinstance(entry, File) else 0
    assert header(entry, mtime, size) == _info(entry, mtime, size).tobuf(tarfile.PAX_FORMAT)


def test_an_ordinary_header_is_one_block_and_names_no_owner() -> None:
    block = header(File("usr/bin/python3", b"", 0o755), 315532801, 5)
    assert len(block) == 512
    found = tarfile.TarInfo.frombuf(block, "utf-8", "strict")
    assert (found.uid, found.gid, found.uname, found.gname, found.mtime) == (0, 0, "", "", 315532801)


def test_times_of_access_and_change_are_never_recorded() -> None:
    raw = header(File("é" * 80, b""), 8**11, 8**12)
    with tarfile.open(fileobj=io.BytesIO(raw + bytes(1024))) as tar:
        found = tar.next()
    assert found is not None
    assert sorted(found.pax_headers) == ["mtime", "path", "size"]


@pytest.mark.parametrize(("size", "zeros"), [(0, 0), (1, 511), (511, 1), (512, 0), (513, 511)])
def test_content_is_padded_to_whole_blocks(size: int, zeros: int) -> None:
    assert padding(size) == bytes(zeros)


def test_bits_of_the_file_type_do_not_get_into_the_mode() -> None:
    assert header(File("a", b"", 0o100755), 0) == header(File("a", b"", 0o755), 0)
