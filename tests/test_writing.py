import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pottle import writing
from pottle.errors import HostError
from pottle.writing import copy_content, host_errors, remove_tree, replacing, staged, staged_directory


@pytest.fixture
def umask() -> None:
    before = os.umask(0o077)
    yield
    os.umask(before)


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    target = tmp_path / "x"
    target.write_bytes(b"before")
    with replacing(target) as file:
        file.write(b"after")
        assert target.read_bytes() == b"before"
    assert target.read_bytes() == b"after"
    assert os.listdir(tmp_path) == ["x"]


@pytest.mark.usefixtures("umask")
def test_the_mode_does_not_depend_on_the_umask(tmp_path: Path) -> None:
    with replacing(tmp_path / "x"):
        pass
    assert (tmp_path / "x").stat().st_mode & 0o777 == 0o644


def _interrupted(target: Path, interruption: type[BaseException]) -> None:
    with replacing(target) as file:
        file.write(b"half")
        raise interruption


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, ValueError])
def test_an_interrupted_write_leaves_what_was_there(tmp_path: Path, interruption: type[BaseException]) -> None:
    target = tmp_path / "x"
    target.write_bytes(b"before")
    with pytest.raises(interruption):
        _interrupted(target, interruption)
    assert os.listdir(tmp_path) == ["x"]
    assert target.read_bytes() == b"before"


WRITER = """if True:
    import sys, time
    from pathlib import Path
    from pottle.writing import staged, staged_directory
    place = Path(sys.argv[1])
    with staged(place, ".x.") as one, staged_directory(place, ".x.") as two:
        (two / "inner").mkdir(0o500)
        print("ready", flush=True)
        time.sleep(60)
"""


def test_what_a_killed_writer_left_is_removed_by_the_next_and_what_a_living_one_writes_is_not(tmp_path: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE)
    try:
        assert other.stdout is not None
        other.stdout.readline()
        (tmp_path / ".y.foreign.part").touch()
        with staged(tmp_path, ".x."):
            assert len(os.listdir(tmp_path)) == 4
    finally:
        other.kill()
        other.communicate()
    assert len(os.listdir(tmp_path)) == 3
    with staged(tmp_path, ".x."):
        pass
    assert os.listdir(tmp_path) == [".y.foreign.part"]


def test_a_temporary_file_that_a_sweep_took_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make = writing._new_file
    made = []

    def swept_once(directory: Path, prefix: str) -> Path:
        made.append(make(directory, prefix))
        if len(made) == 1:
            made[0].unlink()
        return made[-1]

    monkeypatch.setattr(writing, "_new_file", swept_once)
    with staged(tmp_path, ".x.") as temporary:
        temporary.move_to(tmp_path / "x")
    assert len(made) == 2
    assert os.listdir(tmp_path) == ["x"]


@pytest.mark.parametrize(
    ("number", "message", "hint"),
    [
        (errno.ENOSPC, "no space left to write", "free some space"),
        (errno.EDQUOT, "no space left to write", "free some space"),
        (errno.EACCES, "is not writable", "owner and mode"),
        (errno.EROFS, "is not writable", "owner and mode"),
        (errno.ENAMETOOLONG, "could not be written: file name too long", "check the path"),
    ],
)
def test_what_the_system_says_becomes_an_error_with_a_way_out(
    tmp_path: Path, number: int, message: str, hint: str
) -> None:
    with pytest.raises(HostError, match=message) as caught, host_errors(tmp_path):
        raise OSError(number, os.strerror(number))
    assert str(tmp_path) in caught.value.what
    assert hint in (caught.value.hint or "")


def test_a_full_disk_is_told_as_such() -> None:
    if not os.access("/dev/full", os.W_OK):
        pytest.skip("no /dev/full here")
    with pytest.raises(HostError, match="no space left"), host_errors(Path("/dev/full")):
        Path("/dev/full").write_bytes(b"x")


def test_a_missing_directory_is_told(tmp_path: Path) -> None:
    with pytest.raises(HostError, match=r"no/x could not be written: no such file"), replacing(tmp_path / "no" / "x"):
        pass


@pytest.mark.parametrize("broken", [[], ["copy_file_range"], ["copy_file_range", "sendfile"]])
@pytest.mark.parametrize("how", ["refuses", "is missing"])
def test_content_is_copied_with_whatever_the_system_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: list[str], how: str
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.EXDEV, "no")

    for name in broken:
        monkeypatch.setattr(os, name, refuse) if how == "refuses" else monkeypatch.delattr(os, name)
    (tmp_path / "source").write_bytes(b"content" * 1000)
    with (tmp_path / "source").open("rb") as source, (tmp_path / "target").open("wb") as target:
        target.write(b"before ")
        assert copy_content(source, target) == 7000
        target.write(b" after")
    assert (tmp_path / "target").read_bytes() == b"before " + b"content" * 1000 + b" after"


def test_a_full_disk_is_not_taken_for_a_copy_that_cannot_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "copy_file_range", full)
    (tmp_path / "source").write_bytes(b"x")
    with (
        (tmp_path / "source").open("rb") as source,
        (tmp_path / "t").open("wb") as target,
        pytest.raises(OSError, match="full"),
    ):
        copy_content(source, target)


def test_a_temporary_directory_goes_with_what_its_owner_may_not_change(tmp_path: Path) -> None:
    with staged_directory(tmp_path, ".x.") as place:
        (place / "a" / "b").mkdir(parents=True)
        (place / "a" / "link").symlink_to(tmp_path)
        (place / "a").chmod(0o500)
    assert os.listdir(tmp_path) == []
    remove_tree(tmp_path / "missing")
