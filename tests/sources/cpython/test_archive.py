"""What an archive of python-build-standalone holds, and what it must not."""

import gzip
import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from pottle.errors import IntegrityError
from pottle.oci.entry import File, Symlink
from pottle.sources.cpython import archive
from pottle.sources.cpython.archive import entries
from pottle.testing.standalone import packed, stub


def written(content: bytes, path: Path) -> Path:
    path.write_bytes(content)
    return path


def tar(make: Callable[[tarfile.TarFile], None]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as file:
        make(file)
    return buffer.getvalue()


def member(name: str, content: bytes = b"", **more: object) -> Callable[[tarfile.TarFile], None]:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for key, value in more.items():
        setattr(info, key, value)
    return lambda file: file.addfile(info, io.BytesIO(content))


def test_files_and_links_by_their_paths_below_the_root(tmp_path: Path):
    found = {entry.path: entry for entry in entries(written(packed(stub("3.9")), tmp_path / "a.tar.gz"))}
    assert found["bin/python3"] == Symlink("bin/python3", "python3.9")
    assert found["lib/python3.9/os.py"] == File("lib/python3.9/os.py", b"import stat\n")
    assert isinstance(found["bin/python3.9"], File)
    assert found["bin/python3.9"].mode == 0o755
    assert "lib/python3.9/lib-dynload" not in found


def test_modes_and_owners_are_normalised(tmp_path: Path):
    content = gzip.compress(tar(member("python/bin/x", b"x", mode=0o4771, uid=7, gid=8)))
    assert list(entries(written(content, tmp_path / "a.tar.gz"))) == [File("bin/x", b"x", 0o755)]


def test_a_full_archive_has_the_interpreter_one_directory_deeper(tmp_path: Path):
    def both(file: tarfile.TarFile) -> None:
        member("python/PYTHON.json", b"{}")(file)
        member("python/install/bin/python3.9", b"x", mode=0o755)(file)

    content = zstandard.ZstdCompressor().compress(tar(both))
    assert list(entries(written(content, tmp_path / "a.tar.zst"))) == [File("bin/python3.9", b"x", 0o755)]


def test_a_hard_link_is_a_file(tmp_path: Path):
    def two(file: tarfile.TarFile) -> None:
        member("python/a", b"text")(file)
        member("python/b", type=tarfile.LNKTYPE, linkname="python/a")(file)

    assert [
        e.read() for e in entries(written(gzip.compress(tar(two)), tmp_path / "a.tar.gz")) if isinstance(e, File)
    ] == [
        b"text",
        b"text",
    ]


WHOLE = packed(stub("3.9"))
DAMAGED = {
    "no archive": (".tar.gz", b"<html>not found</html>"),
    "it ends too early": (".tar.gz", WHOLE[: len(WHOLE) // 2]),
    "bits are wrong": (".tar.gz", WHOLE[:200] + b"\xff\xff" + WHOLE[202:]),
    "no archive, the other way": (".tar.zst", b"<html>"),
    "out of the tree": (".tar.gz", gzip.compress(tar(member("python/../../etc/passwd")))),
    "a device": (".tar.gz", gzip.compress(tar(member("python/null", type=tarfile.CHRTYPE)))),
    "a link to nothing": (".tar.gz", gzip.compress(tar(member("python/b", type=tarfile.LNKTYPE, linkname="python/a")))),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_what_is_damaged_or_means_harm_is_one_error(name: str, tmp_path: Path):
    suffix, content = DAMAGED[name]
    with pytest.raises(IntegrityError, match=r"no archive of a CPython that can be unpacked: \S") as caught:
        list(entries(written(content, tmp_path / f"a{suffix}")))
    assert caught.value.at is not None
    assert caught.value.at.path.endswith(suffix)


def test_it_may_not_unpack_without_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(archive, "_LARGEST", 10)
    with pytest.raises(IntegrityError, match="more than a gigabyte"):
        list(entries(written(WHOLE, tmp_path / "a.tar.gz")))
