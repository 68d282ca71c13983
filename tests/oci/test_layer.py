import gzip
import hashlib
import io
import itertools
import os
import random
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.oci.trees import trees

from pottle.errors import HostError
from pottle.oci.compression import cpus
from pottle.oci.entry import Directory, Entry, File, Symlink
from pottle.oci.layer import InvalidLayer, Layer, arrange, write_layer, write_tar
from pottle.oci.layout import Layout

MTIME = 315532801
AGAIN = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def _tar(store: Layout, layer: Layer) -> tarfile.TarFile:
    return tarfile.open(fileobj=io.BytesIO(gzip.decompress(store.path_of(layer.descriptor.digest).read_bytes())))


@AGAIN
@given(trees(), st.randoms())
def test_the_digest_does_not_depend_on_the_order_of_the_entries(
    store: Layout, tree: list[Entry], shuffler: random.Random
) -> None:
    shuffled = [*tree, *tree[:2]]
    shuffler.shuffle(shuffled)
    assert write_layer(tree, store, mtime=MTIME) == write_layer(shuffled, store, mtime=MTIME)


def test_the_digest_does_not_depend_on_times_modes_and_names_on_disk(store: Layout, tmp_path: Path) -> None:
    layers = set()
    for name, mode, time in (("a", 0o600, 1), ("b", 0o755, 10**9)):
        source = tmp_path / name
        source.write_bytes(b"content")
        source.chmod(mode)
        os.utime(source, (time, time))
        layers.add(write_layer([File("x", source)], store, mtime=MTIME).diff_id)
    assert layers == {write_layer([File("x", b"content")], store, mtime=MTIME).diff_id}


def test_a_known_tree_has_a_known_digest(store: Layout) -> None:
    entries = [
        File("opt/venv/bin/python", b"#!\n", 0o755),
        Symlink("bin", "usr/bin"),
        Directory("tmp", 0o1777),
        File("ä" * 70, bytes(5 << 20), uid=10001, gid=10001),
    ]
    layer = write_layer(entries, store, mtime=MTIME)
    assert layer.diff_id == "sha256:17538451d7b208e203e61729a1383c50026287e445e1598c77dcd87dce4e9f2f"
    assert layer.descriptor.digest == "sha256:b6477513a59b723824a8c2ba6e8b58ab8e33120dc84d0f6250791cfcfe651abd"


def test_digest_diff_id_and_sizes_are_those_of_the_bytes(store: Layout) -> None:
    layer = write_layer([File("a", b"x" * 9_000_000)], store, mtime=MTIME, annotations={"k": "v"})
    raw = store.path_of(layer.descriptor.digest).read_bytes()
    assert layer.descriptor.digest.hex == hashlib.sha256(raw).hexdigest()
    assert layer.descriptor.size == len(raw)
    assert layer.diff_id.hex == hashlib.sha256(gzip.decompress(raw)).hexdigest()
    assert layer.size == len(gzip.decompress(raw))
    assert layer.descriptor.annotations == {"k": "v"}


def test_members_are_sorted_and_every_parent_is_there_before_its_children(store: Layout) -> None:
    layer = write_layer([File("b/c/d", b""), File("b-c", b""), File("a", b"")], store, mtime=MTIME)
    with _tar(store, layer) as tar:
        assert [(found.name, found.mode, found.mtime) for found in tar] == [
            ("a", 0o644, MTIME),
            ("b", 0o755, MTIME),
            ("b-c", 0o644, MTIME),
            ("b/c", 0o755, MTIME),
            ("b/c/d", 0o644, MTIME),
        ]


def test_a_directory_that_is_listed_keeps_its_mode_and_owner() -> None:
    found = arrange([File("home/app/x", b""), Directory("home/app", 0o700, 5, 6)])
    assert found == [Directory("home"), Directory("home/app", 0o700, 5, 6), File("home/app/x", b"")]


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([File("a", b"1"), File("a", b"2")], "two different entries want to be a"),
        ([File("a", b"1"), File("a", b"1", 0o755)], "two different entries want to be a"),
        ([Directory("a"), Directory("a", 0o700)], "two different entries want to be a"),
        ([Directory("a"), Symlink("a", "b")], "two different entries want to be a"),
        ([File("a", b""), File("a/b", b"")], "a is not a directory but something lies below it"),
        ([Symlink("lib", "usr/lib"), File("lib/x/y", b"")], "lib is not a directory but something lies below it"),
        ([Symlink("a", "")], "has no usable target"),
        ([Symlink("a", "b\0c")], "has no usable target"),
        ([File("a\udcff", b"")], "is not UTF-8"),
        ([Symlink("a", "\udcff")], "is not UTF-8"),
    ],
)
def test_entries_that_contradict_each_other_are_refused(entries: list[Entry], message: str, store: Layout) -> None:
    for order in itertools.permutations(entries):
        with pytest.raises(InvalidLayer, match=message):
            write_layer(order, store, mtime=MTIME)
    assert list((store.root / "blobs" / "sha256").iterdir()) == []


def test_the_same_file_from_two_places_is_one(tmp_path: Path) -> None:
    source = tmp_path / "a"
    source.write_bytes(b"1")
    assert arrange([File("a", source), File("a", b"1")]) == [File("a", source)]


def _nothing_left(store: Layout) -> bool:
    return sorted(os.listdir(store.root)) == ["blobs", "index.json", "oci-layout"] and not any(
        (store.root / "blobs" / "sha256").iterdir()
    )


@pytest.mark.parametrize("kind", ["missing", "directory", "symlink", "fifo"])
def test_only_a_regular_file_is_read_and_nothing_is_left_behind(kind: str, store: Layout, tmp_path: Path) -> None:
    source = tmp_path / "source"
    match kind:
        case "directory":
            source.mkdir()
        case "symlink":
            source.symlink_to("/etc/passwd")
        case "fifo":
            os.mkfifo(source)
    with pytest.raises(HostError, match="could not be read"):
        write_layer([File("a", source)], store, mtime=MTIME)
    assert _nothing_left(store)


@pytest.mark.parametrize("change", [-1, 1])
def test_a_file_that_changes_while_it_is_read_is_refused(
    change: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"x" * 100)
    pieces = write_tar([File("a", source)], MTIME)
    next(pieces)
    os.truncate(source, 100 + change)
    with pytest.raises(HostError, match="changed while it was read"):
        list(pieces)


SPARSE = 2 << 30


@pytest.mark.slow
def test_memory_does_not_grow_with_the_layer(tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb") as file:
        file.truncate(SPARSE)
    code = f"""if True:
        from pathlib import Path
        from pottle.oci.entry import File
        from pottle.oci.layer import write_layer
        from pottle.oci.layout import Layout
        layer = write_layer([File("large", Path({str(tmp_path / "large")!r}))],
                            Layout.create(Path({str(tmp_path / "store")!r})), mtime=1)
        peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
        print(layer.size, peak.split()[1])
    """
    output = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    size, kilobytes = map(int, output.split())
    assert size > SPARSE
    assert kilobytes < (40 + 10 * cpus()) * 1024


def test_files_of_one_file_on_disk_are_hard_links_where_it_is_the_same_object(tmp_path):
    content = tmp_path / "content"
    content.write_bytes(b"x" * 5000)
    one, two, three = File("a", content), File("b", content), File("c", Path(content))
    with tarfile.open(fileobj=io.BytesIO(b"".join(write_tar((one, two, three), MTIME)))) as tar:
        kinds = [member.type for member in tar]
    assert kinds == [tarfile.REGTYPE, tarfile.LNKTYPE, tarfile.REGTYPE]


def test_files_of_one_content_object_are_hard_links():
    content, small = bytes(5000), b"x" * 100
    entries = [
        *(File(name, content, 0o755) for name in ("bin/a", "bin/b", "c" * 120)),
        File("other-mode", content),
        File("equal", bytes(bytearray(content)), 0o755),
        *(File(name, small) for name in ("s1", "s2")),
    ]
    tar = b"".join(write_tar(arrange(entries), MTIME))
    with tarfile.open(fileobj=io.BytesIO(tar)) as read:
        links = {member.name: member.linkname for member in read if member.islnk()}
        assert links == {"bin/b": "bin/a", "c" * 120: "bin/a"}
        assert all(read.extractfile(name).read() == content for name in links)
    assert tar == b"".join(write_tar(arrange(reversed(entries)), MTIME))
