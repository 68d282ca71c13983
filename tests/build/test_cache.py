"""A damaged cache is built anew or said, never built upon; any number of builds may use it at once."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.world import World

from pottle.build import cache
from pottle.errors import HostError
from pottle.oci.layout import Layout


def damage(pattern: str, how: Callable[[Path], object]) -> Callable[[Path], int]:
    """Does it to every file below the cache that fits; gives their number."""

    def everywhere(directory: Path) -> int:
        found = [path for path in directory.glob(pattern) if path.is_file()]
        for path in found:
            path.chmod(path.stat().st_mode | 0o200)
            how(path)
        return len(found)

    return everywhere


def half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def garbage(path: Path) -> None:
    path.write_bytes(b"\0garbage\xff" * 7)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def truncated_blobs(directory: Path) -> int:
    return damage("store/blobs/sha256/*", half)(directory)


DAMAGE = {
    "half of every record of a layer": damage("layers/*/*", half),
    "garbage as records": damage("layers/*/*", garbage),
    "no records": damage("layers/*/*", Path.unlink),
    "half of every blob": truncated_blobs,
    "no blobs": damage("store/blobs/sha256/*", Path.unlink),
    "no index in the store": damage("store/index.json", Path.unlink),
    "what was resolved is garbage": damage("resolved/*", garbage),
    "half of what was resolved": damage("resolved/*", half),
    "half of every .deb, and no layers": lambda directory: (
        damage("debian/packages/*/*", half)(directory) + damage("layers/*/*", Path.unlink)(directory)
    ),
    "empty .debs, and no layers": lambda directory: (
        damage("debian/packages/*/*", emptied)(directory) + damage("layers/*/*", Path.unlink)(directory)
    ),
    "garbage as Releases, and nothing resolved": lambda directory: (
        damage("debian/releases/*/*", garbage)(directory) + damage("resolved/*", Path.unlink)(directory)
    ),
    "garbage as indexes, and nothing resolved": lambda directory: (
        damage("debian/indexes/*", garbage)(directory) + damage("resolved/*", Path.unlink)(directory)
    ),
    "half of every index, and nothing resolved": lambda directory: (
        damage("debian/indexes/*", half)(directory) + damage("resolved/*", Path.unlink)(directory)
    ),
    "an interpreter that is cut off, no bytecode, no layers": lambda directory: (
        damage("compilers/**/ld-linux*", half)(directory)
        + damage("compilers/*.runs-on-*", Path.unlink)(directory)
        + damage("bytecode/**/*", Path.unlink)(directory)
        + damage("layers/*/*", Path.unlink)(directory)
    ),
    "half of all bytecode, no layers": lambda directory: (
        damage("bytecode/**/*", half)(directory) + damage("layers/*/*", Path.unlink)(directory)
    ),
    "no bytecode files, no layers": lambda directory: (
        damage("bytecode/**/*.py", Path.unlink)(directory) + damage("layers/*/*", Path.unlink)(directory)
    ),
}


@pytest.mark.parametrize("damaging", DAMAGE.values(), ids=list(DAMAGE))
def test_what_is_damaged_is_made_anew(damaging: Callable[[Path], int], here: World, tmp_path: Path):
    project = here.virtual(tmp_path / "shop")
    good = here.pottle("build", project)
    assert damaging(here.cache) > 0
    again = here.pottle("build", project)
    assert again.code == 0, again.err
    assert again.digest == good.digest
    here.image("shop")


def test_an_interpreter_that_fails_later_is_said_and_no_image_goes_without_bytecode(here: World, tmp_path: Path):
    project = here.virtual(tmp_path / "shop")
    here.pottle("build", project)
    damage("compilers/**/ld-linux*", half)(here.cache)
    (project / "main.py").write_text("print('changed')\n")
    said = here.pottle("build", project)
    assert said.code == 6, said.err
    assert "hint: remove" in said.err


def test_a_damaged_list_of_images_is_said_and_not_written_over(here: World, tmp_path: Path):
    project = here.virtual(tmp_path / "shop")
    here.pottle("build", project)
    (here.cache / "store" / "index.json").write_bytes(b"garbage")
    said = here.pottle("build", project)
    assert said.code == 5
    assert "index.json is damaged" in said.err
    assert "remove it" in said.err


def test_a_cache_that_is_gone_is_no_loss(here: World, tmp_path: Path):
    import shutil

    project = here.virtual(tmp_path / "shop")
    good = here.pottle("build", project)
    shutil.rmtree(here.cache)
    assert here.pottle("build", project).digest == good.digest


def test_builds_at_once_in_one_cache_all_succeed_with_one_digest(here: World, tmp_path: Path):
    projects = [here.packaged(tmp_path / name) for name in ("one", "two", "three")]
    running = [here.start("build", "-q", project) for project in projects]
    said = [process.communicate(timeout=120) for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], said
    assert len({out for out, _ in said}) == 1
    here.image("shop")


def test_a_key_names_all_its_parts_and_the_code():
    assert cache.key("a", 1) == cache.key("a", 1)
    assert len({cache.key("a", 1), cache.key("a", 2), cache.key("a"), cache.key(["a", 1])}) == 4


def test_a_key_follows_the_code_that_makes_layers(monkeypatch):
    before = cache.key("a")
    monkeypatch.setattr(cache.recipe, "digest", lambda: "another")
    assert cache.key("a") != before


# --- a full disk ------------------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path: Path):
    """A file system of the given size, for root; whoever is not may skip."""
    place = tmp_path / "small"
    place.mkdir()

    def mounted(size: int) -> Path:
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", place], check=False, capture_output=True
        )
        if done.returncode != 0:
            pytest.skip("no file system can be mounted here")
        return place

    yield mounted
    subprocess.run(["umount", "-l", place], check=False, capture_output=True)


@pytest.mark.parametrize("size", [4, 16, 32, 48, 64, 96, 128, 192, 256])
def test_a_full_disk_is_said_wherever_it_happens_and_costs_nothing_but_time(here, tmp_path, small, size):
    """Pages are 4 KiB, so each size is full at another moment of a build: at the Release, a .deb, a layer, the image."""
    project, disk = here.virtual(tmp_path / "shop"), small(size)
    cramped = here.fresh("cramped", POTTLE_CACHE_DIR=str(disk / "cache"))
    said = cramped.pottle("build", project)
    if said.code != 0:
        assert said.code == 6, said.err
        assert "space" in said.err
        assert "hint: free some" in said.err
        assert said.err.count("error:") == 1
    subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
    assert cramped.pottle("build", project).digest == here.pottle("build", project).digest
    # A thread that was in a system call when the process ended leaves its directory to the next build.
    assert not list(disk.rglob("*.part"))


def test_an_archive_that_does_not_fit_leaves_the_one_that_was_there(here, tmp_path, small):
    project, disk = here.virtual(tmp_path / "shop"), small(8)
    (disk / "x.tar").write_text("the last one")
    said = here.pottle("build", project, "-o", disk / "x.tar")
    assert said.code == 6, said.err
    assert "no space" in said.err
    assert (disk / "x.tar").read_text() == "the last one"
    assert os.listdir(disk) == ["x.tar"]


def test_scratch_space_that_is_full_is_said(here, tmp_path, small):
    project, disk = here.packaged(tmp_path / "shop", big="x" * 100_000), small(16)
    said = here.fresh("cramped", TMPDIR=str(disk)).pottle("build", project)
    assert said.code == 6, said.err
    assert "hint:" in said.err
    assert os.listdir(disk) == []


def test_a_store_that_is_none_is_said(tmp_path):
    with pytest.raises(HostError, match="not an OCI image layout"):
        Layout.open(tmp_path)
