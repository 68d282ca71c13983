import io
import tarfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oci.trees import member, tar_of, trees

from pottle.oci.entry import Entry
from pottle.oci.layer import arrange, write_tar
from pottle.oci.members import InvalidArchive, Kind, read_members


def _read_all(raw: bytes) -> None:
    for found in read_members([raw] if raw else []):
        b"".join(found.content)


def _cut(content: bytes, size: int) -> list[bytes]:
    return [content[start : start + size] for start in range(0, len(content), size)]


@settings(deadline=None)
@given(trees(), st.integers(1, 3000))
def test_what_a_layer_was_made_of_reads_back(tree: list[Entry], size: int) -> None:
    entries = arrange(tree)
    raw = b"".join(write_tar(entries, 7))
    assert [found.entry for found in read_members(_cut(raw, size))] == entries


def test_content_that_nobody_reads_is_skipped() -> None:
    raw = tar_of([(member("a"), b"x" * 3000), (member("b"), b"")])
    assert [found.path for found in read_members(_cut(raw, 700))] == ["a", "b"]


def test_gnu_names_links_and_devices_are_told_apart() -> None:
    raw = tar_of(
        [
            (member("n" * 300), b"1"),
            (member("hard", tarfile.LNKTYPE, "n" * 300), b""),
            (member("soft", tarfile.SYMTYPE, "/x"), b""),
            (member("null", tarfile.CHRTYPE), b""),
            (member("pipe", tarfile.FIFOTYPE), b""),
        ]
    )
    found = list(read_members([raw]))
    kinds = [Kind.FILE, Kind.HARD_LINK, Kind.SYMLINK, Kind.OTHER, Kind.OTHER]
    assert [each.kind for each in found] == kinds
    assert found[0].path == found[1].target == "n" * 300
    assert found[1].entry is None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"not a tar" * 100,
        tar_of([(member("a"), b"x" * 2000)])[:1000],
        tar_of([(member("a"), b"x" * 2000), (member("b"), b"")])[: 512 + 2048 + 100],
        tar_of([(member("a"), b""), (member("b"), b"")]).replace(b"b\0\0", b"c\0\0"),
    ],
    ids=["nothing", "noise", "ends in a file", "ends in a header", "damaged header"],
)
def test_a_damaged_archive_is_refused_and_not_taken_for_its_end(raw: bytes) -> None:
    with pytest.raises(InvalidArchive, match="archive"):
        _read_all(raw)


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME])
def test_a_header_of_gigabytes_is_refused_before_it_is_read(kind: bytes) -> None:
    info = tarfile.TarInfo("x")
    info.type, info.size = kind, 4 << 30
    with pytest.raises(InvalidArchive, match="header of 4294967296 bytes"):
        list(read_members([info.tobuf(tarfile.GNU_FORMAT), bytes(1024)]))


def test_a_sparse_file_is_refused() -> None:
    info = tarfile.TarInfo("x")
    info.type = tarfile.GNUTYPE_SPARSE
    with pytest.raises(InvalidArchive, match="sparse"):
        list(read_members([info.tobuf(tarfile.GNU_FORMAT) + bytes(1024)]))


def test_a_tar_by_the_standard_library_in_each_format_is_read() -> None:
    for form in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=form) as tar:
            info = member("d/" + "x" * 90)
            info.size = 3
            tar.addfile(info, io.BytesIO(b"abc"))
        (found,) = read_members([out.getvalue()])
        assert (found.path, found.size) == ("d/" + "x" * 90, 3)
