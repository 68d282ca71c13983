import gzip
import os
import stat
import tarfile
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from tests.oci.trees import member, tar_of, trees

from pottle.errors import HostError, IntegrityError
from pottle.oci import media_types
from pottle.oci.config import Execution
from pottle.oci.digest import Digest
from pottle.oci.entry import Directory, Entry, File, Symlink
from pottle.oci.image import Addendum, Image, Makeup, assemble
from pottle.oci.layer import Layer, arrange, write_layer
from pottle.oci.layout import Layout
from pottle.oci.members import InvalidArchive
from pottle.oci.platform import Platform
from pottle.oci.tree import Bounds
from pottle.oci.unpack import unpack
from pottle.writing import remove_tree

Members = list[tuple[tarfile.TarInfo, bytes]]


def _assembled(store: Layout, layers: list[Layer]) -> Image:
    makeup = Makeup(Platform.parse("amd64"), 1, Execution())
    return assemble([Addendum(layer, "x") for layer in layers], makeup, store)


def _foreign(store: Layout, *layers: Members) -> Image:
    """An image with layers that somebody else wrote."""
    made = []
    for members in layers:
        raw = tar_of(members)
        descriptor = store.put(gzip.compress(raw), media_types.LAYER_GZIP)
        made.append(Layer(descriptor, Digest.of(raw), len(raw)))
    return _assembled(store, made)


def _entries(root: Path) -> list[Entry]:
    """What lies in a directory, as entries."""
    found: list[Entry] = []
    for path in root.rglob("*"):
        name = path.relative_to(root).as_posix()
        mode = stat.S_IMODE(path.lstat().st_mode)
        if path.is_symlink():
            found.append(Symlink(name, os.readlink(path)))
        elif path.is_dir():
            found.append(Directory(name, mode))
        else:
            found.append(File(name, path.read_bytes(), mode))
    return arrange(found)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(trees())
def test_what_was_written_is_what_is_unpacked(store: Layout, tmp_path: Path, tree: list[Entry]) -> None:
    into = tmp_path / "rootfs"
    unpack(_assembled(store, [write_layer(tree, store, mtime=315532801)]), into)
    assert _entries(into) == arrange(tree)
    assert all(
        path.lstat().st_mtime == 315532801 for path in into.rglob("*") if path.is_file() and not path.is_symlink()
    )
    remove_tree(into)


def test_the_image_of_the_fixture_unpacks(image: Image, tmp_path: Path) -> None:
    unpack(image, tmp_path / "new" / "rootfs")
    assert (tmp_path / "new/rootfs/bin/tool").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "new/rootfs/opt/app/main.py").read_bytes() == b"print('hello')\n"
    assert (tmp_path / "new/rootfs").stat().st_mode & 0o777 == 0o755
    assert os.listdir(tmp_path / "new") == ["rootfs"]


DIR, LINK, HARD = tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE
LOWER: Members = [
    (member("d", DIR, mode=0o755), b""),
    (member("d/one"), b"1"),
    (member("d/two"), b"2"),
    (member("d/sub/deep"), b"3"),
    (member("lib", LINK, "usr/lib"), b""),
    (member("usr/lib", DIR, mode=0o755), b""),
]
CHANGES: dict[str, tuple[Members, list[str]]] = {
    "a whiteout removes a file": ([(member("d/.wh.one"), b"")], ["d", "d/sub", "d/sub/deep", "d/two"]),
    "a whiteout removes a directory": ([(member(".wh.d"), b"")], []),
    "a whiteout of nothing does nothing": (
        [(member("d/.wh.none"), b"")],
        ["d", "d/one", "d/sub", "d/sub/deep", "d/two"],
    ),
    "an opaque directory hides what was below": (
        [(member("d/.wh..wh..opq"), b""), (member("d/new"), b"")],
        ["d", "d/new"],
    ),
    "an opaque directory hides nothing of its own layer, in any order": (
        [(member("d/new"), b""), (member("d/sub/own"), b""), (member("d/.wh..wh..opq"), b"")],
        ["d", "d/new", "d/sub", "d/sub/own"],
    ),
    "a whiteout hides nothing of its own layer": (
        [(member("d/one"), b"!"), (member("d/.wh.one"), b"")],
        ["d", "d/one", "d/sub", "d/sub/deep", "d/two"],
    ),
    "the other marks of aufs are ignored": (
        [(member("d/.wh..wh.plnk"), b"")],
        ["d", "d/one", "d/sub", "d/sub/deep", "d/two"],
    ),
    "a file replaces a directory": ([(member("d"), b"")], ["d"]),
    "a directory replaces a file": (
        [(member("d/one", DIR, mode=0o755), b""), (member("d/one/x"), b"")],
        ["d", "d/one", "d/one/x", "d/sub", "d/sub/deep", "d/two"],
    ),
}


@pytest.mark.parametrize(("upper", "left"), CHANGES.values(), ids=CHANGES)
def test_upper_layers_change_lower_ones(store: Layout, tmp_path: Path, upper: Members, left: list[str]) -> None:
    unpack(_foreign(store, LOWER, upper), tmp_path / "rootfs")
    found = [entry.path for entry in _entries(tmp_path / "rootfs")]
    assert [path for path in found if path.split("/")[0] == "d"] == left
    assert not any(".wh." in path for path in found)


def test_a_path_through_a_link_lands_where_the_link_leads(store: Layout, tmp_path: Path) -> None:
    upper = [(member("lib/x.so"), b"x"), (member("./lib/new/y"), b"y")]
    unpack(_foreign(store, LOWER, upper), tmp_path / "rootfs")
    assert (tmp_path / "rootfs/usr/lib/x.so").read_bytes() == b"x"
    assert (tmp_path / "rootfs/usr/lib/new/y").read_bytes() == b"y"
    assert (tmp_path / "rootfs/lib").is_symlink()


def test_hard_links_share_their_content_and_a_replaced_one_leaves_the_other(store: Layout, tmp_path: Path) -> None:
    lower = [(member("a"), b"1"), (member("b", HARD, "a"), b""), (member("c", HARD, "./a"), b"")]
    unpack(_foreign(store, lower, [(member("a"), b"2")]), tmp_path / "rootfs")
    found = {name: (tmp_path / "rootfs" / name).read_bytes() for name in "abc"}
    assert found == {"a": b"2", "b": b"1", "c": b"1"}
    assert os.path.samefile(tmp_path / "rootfs/b", tmp_path / "rootfs/c")


def test_only_what_one_user_can_own_is_made(store: Layout, tmp_path: Path) -> None:
    members = [
        (member("null", tarfile.CHRTYPE), b""),
        (member("suid", mode=0o4755), b""),
        (member("none", mode=0), b""),
        (member("closed", DIR, mode=0), b""),
        (member("closed/x"), b""),
        (member("tmp", DIR, mode=0o1777), b""),
        (member("./", DIR, mode=0o711), b""),
    ]
    unpack(_foreign(store, members), tmp_path / "rootfs")
    root = tmp_path / "rootfs"
    modes = {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in (root, *root.rglob("*"))}
    assert modes == {
        "rootfs": "0o711",
        "suid": "0o755",
        "none": "0o400",
        "closed": "0o700",
        "x": "0o644",
        "tmp": "0o1777",
    }


HARMFUL: dict[str, tuple[Members, str]] = {
    "a path upwards": ([(member("../x"), b"")], "leads out of the image"),
    "a path upwards in the middle": ([(member("a/../../x"), b"")], "leads out of the image"),
    "a directory upwards": ([(member("a/..", DIR), b"")], "leads out of the image"),
    "a very deep path": ([(member("a/" * 300 + "b"), b"")], "leads out of the image"),
    "a file below a file": ([(member("a"), b""), (member("a/b"), b"")], "lies below a, which is a file"),
    "links in a circle": (
        [(member("a", LINK, "b"), b""), (member("b", LINK, "a"), b""), (member("a/x"), b"")],
        "too many symbolic links",
    ),
    "a hard link to the host": ([(member("a", HARD, "/etc/passwd"), b"")], "no file of the image"),
    "a hard link upwards": ([(member("a", HARD, "../../../etc/passwd"), b"")], "leads out of the image"),
    "a hard link to a directory": ([(member("d", DIR), b""), (member("a", HARD, "d"), b"")], "no file of the image"),
    "a hard link to the root": ([(member("a", HARD, "."), b"")], "no file of the image"),
    "a link to nothing": ([(member("a", LINK, ""), b"")], "without a usable target"),
}


@pytest.mark.parametrize(("members", "message"), HARMFUL.values(), ids=HARMFUL)
def test_what_means_harm_is_refused_and_nothing_is_left(
    store: Layout, tmp_path: Path, members: Members, message: str
) -> None:
    with pytest.raises(InvalidArchive, match=message):
        unpack(_foreign(store, members), tmp_path / "rootfs")
    assert os.listdir(tmp_path) == ["store"]


ESCAPES: dict[str, Members] = {
    "an absolute link": [(member("a", LINK, "/"), b""), (member("a/escaped"), b"!")],
    "a link upwards": [(member("a", LINK, "../../../../../.."), b""), (member("a/escaped"), b"!")],
    "a link to a link": [
        (member("b", LINK, "/"), b""),
        (member("a", LINK, "b/.."), b""),
        (member("a/escaped"), b"!"),
    ],
    "an absolute path": [(member("/escaped"), b"!")],
    "a hard link through a link": [
        (member("escaped"), b"!"),
        (member("a", LINK, "/"), b""),
        (member("h", HARD, "a/escaped"), b""),
    ],
}


@pytest.mark.parametrize("members", ESCAPES.values(), ids=ESCAPES)
def test_every_path_ends_inside_of_the_directory(store: Layout, tmp_path: Path, members: Members) -> None:
    unpack(_foreign(store, members), tmp_path / "rootfs")
    assert (tmp_path / "rootfs/escaped").read_bytes() == b"!"
    assert sorted(os.listdir(tmp_path)) == ["rootfs", "store"]


def test_a_file_never_follows_a_link_that_has_its_name(store: Layout, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"safe")
    unpack(_foreign(store, [(member("a", LINK, str(victim)), b""), (member("a"), b"!")]), tmp_path / "rootfs")
    assert victim.read_bytes() == b"safe"
    assert (tmp_path / "rootfs/a").read_bytes() == b"!"


@pytest.mark.parametrize("bounds", [Bounds(size=10), Bounds(members=2)])
def test_more_than_the_bounds_is_refused(store: Layout, tmp_path: Path, bounds: Bounds) -> None:
    with pytest.raises(InvalidArchive, match="unpacks to more than"):
        unpack(_foreign(store, [(member(name), b"x" * 5) for name in "abc"]), tmp_path / "rootfs", bounds)
    assert os.listdir(tmp_path) == ["store"]


def test_a_damaged_layer_is_refused_and_nothing_is_left(image: Image, tmp_path: Path) -> None:
    place = image.store.path_of(image.layers[0].digest)
    place.write_bytes(gzip.compress(tar_of([(member("a"), b"other")])))
    with pytest.raises(IntegrityError, match="is not what its name says"):
        unpack(image, tmp_path / "rootfs")
    place.write_bytes(b"\x1f\x8b\x08 damaged")
    with pytest.raises(IntegrityError, match="archive is damaged"):
        unpack(image, tmp_path / "rootfs")
    assert os.listdir(tmp_path) == ["store"]


def test_what_is_there_already_stays(image: Image, tmp_path: Path) -> None:
    (tmp_path / "rootfs").mkdir()
    (tmp_path / "rootfs" / "mine").touch()
    unpack(image, tmp_path / "rootfs")
    assert os.listdir(tmp_path / "rootfs") == ["mine"]


def test_a_file_in_the_way_is_told(image: Image, tmp_path: Path) -> None:
    (tmp_path / "rootfs").touch()
    with pytest.raises(HostError, match="could not be written"):
        unpack(image, tmp_path / "rootfs")
    assert sorted(os.listdir(tmp_path)) == ["rootfs", "store"]


def test_two_unpack_the_same_image_at_once(image: Image, tmp_path: Path) -> None:
    threads = [threading.Thread(target=unpack, args=(image, tmp_path / "rootfs")) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (tmp_path / "rootfs/opt/app/main.py").is_file()
    assert sorted(os.listdir(tmp_path)) == ["rootfs", "store"]
