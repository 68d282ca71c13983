import multiprocessing
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pottle.errors import HostError, IntegrityError, PottleError
from pottle.oci.descriptor import Descriptor, describe
from pottle.oci.digest import Digest
from pottle.oci.layout import IMAGE_NAME, REF_NAME, Blob, Layout
from pottle.oci.reference import Reference

ONE, TWO = Reference.parse("app:1"), Reference.parse("registry.example/app:1")


def _blobs(store: Layout) -> list[str]:
    return os.listdir(store.root / "blobs" / "sha256")


def test_a_layout_has_the_files_that_the_specification_wants(store: Layout) -> None:
    assert sorted(os.listdir(store.root)) == ["blobs", "index.json", "oci-layout"]
    assert (store.root / "oci-layout").read_bytes() == b'{"imageLayoutVersion":"1.0.0"}'
    assert store.manifests() == ()


def test_making_a_layout_again_keeps_what_is_in_it(store: Layout) -> None:
    store.tag(store.put(b"x", "m"), [ONE])
    assert Layout.create(store.root).references().keys() == {str(ONE)}
    assert Layout.open(store.root) == store


def test_content_is_found_by_its_digest(store: Layout) -> None:
    found = store.put(b"content", "text/plain")
    assert found == describe(b"content", "text/plain")
    assert store.has(found)
    assert store.read(found.digest) == b"content"
    store.verify(found)


def test_a_blob_of_another_size_is_not_there(store: Layout) -> None:
    found = store.put(b"content", "m")
    store.path_of(found.digest).write_bytes(b"")
    assert not store.has(found)
    assert not store.has(describe(b"other", "m"))


def test_putting_a_blob_again_heals_it(store: Layout) -> None:
    found = store.put(b"content", "m")
    store.path_of(found.digest).write_bytes(b"damaged")
    store.put(b"content", "m")
    assert store.read(found.digest) == b"content"


def test_a_damaged_blob_is_never_handed_out(store: Layout) -> None:
    found = store.put(b"content", "m")
    store.path_of(found.digest).write_bytes(b"damaged")
    for use in (lambda: store.read(found.digest), lambda: store.verify(found)):
        with pytest.raises(IntegrityError, match="is not what its name says"):
            use()


def test_a_missing_blob_is_told(store: Layout) -> None:
    with pytest.raises(IntegrityError, match="is missing"):
        store.read(Digest.of(b"never put"))


def test_an_interrupted_blob_leaves_nothing(store: Layout) -> None:
    def interrupted() -> Iterator[bytes]:
        yield b"half"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.put_stream(interrupted(), describe(b"half and half", "m"))
    assert _blobs(store) == []
    assert sorted(os.listdir(store.root)) == ["blobs", "index.json", "oci-layout"]


@pytest.mark.parametrize("content", [b"content", b"conten", b"content and more", b""])
def test_a_stream_from_outside_must_be_what_it_should_be(store: Layout, content: bytes) -> None:
    expected = describe(b"contenT", "m")
    with pytest.raises(IntegrityError, match="is not the blob"):
        store.put_stream([content], expected)
    assert _blobs(store) == []


def test_a_stream_from_outside_is_read_no_further_than_it_should_be_long(store: Layout) -> None:
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield b"x" * 100

    with pytest.raises(IntegrityError):
        store.put_stream(endless(), Descriptor("m", Digest.of(b"x" * 250), 250))
    assert taken == 3


def test_a_right_stream_is_stored(store: Layout) -> None:
    expected = describe(b"content", "m")
    store.put_stream([b"con", b"tent"], expected)
    assert store.has(expected)


def test_a_name_stands_for_the_last_thing_it_was_given(store: Layout) -> None:
    first, second = store.put(b"1", "m"), store.put(b"2", "m")
    store.tag(first, [ONE, TWO])
    store.tag(second, [ONE])
    found = store.references()
    assert {name: descriptor.digest for name, descriptor in found.items()} == {
        str(ONE): second.digest,
        str(TWO): first.digest,
    }
    assert found[str(TWO)].annotations == {IMAGE_NAME: "registry.example/app:1", REF_NAME: "1"}


def test_what_has_no_name_is_listed_once(store: Layout) -> None:
    found = store.put(b"1", "m")
    store.tag(found)
    store.tag(found)
    store.tag(found, [ONE])
    assert len(store.manifests()) == 2
    assert list(store.references()) == [str(ONE)]


def test_foreign_names_are_read(store: Layout) -> None:
    found = store.put(b"1", "m")
    text = f'{{"schemaVersion":2,"manifests":[{{"mediaType":"m","digest":"{found.digest}","size":1,"annotations":{{"{REF_NAME}":"latest"}}}}]}}'
    (store.root / "index.json").write_text(text)
    assert list(store.references()) == ["latest"]


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"schemaVersion":1,"manifests":[]}'])
def test_a_damaged_index_is_told_and_stays(store: Layout, text: str) -> None:
    (store.root / "index.json").write_text(text)
    with pytest.raises(IntegrityError, match=r"index.json is damaged"):
        store.tag(store.put(b"1", "m"), [ONE])
    assert (store.root / "index.json").read_text() == text


def test_a_layout_whose_index_was_removed_has_no_names(store: Layout) -> None:
    (store.root / "index.json").unlink()
    assert store.references() == {}


def test_a_directory_that_is_no_layout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HostError, match="is not an OCI image layout"):
        Layout.open(tmp_path)


def test_a_place_that_cannot_be_a_directory_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HostError, match="could not be written"):
        Layout.create(tmp_path / "file" / "store")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_store_that_is_not_writable_is_told(store: Layout) -> None:
    store.root.chmod(0o500)
    with pytest.raises(HostError, match="is not writable"):
        store.put(b"x", "m")
    store.root.chmod(0o700)


def test_a_full_disk_is_told_and_leaves_nothing(store: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    make = Blob.__init__
    with open("/dev/full", "wb", buffering=0) as full:
        monkeypatch.setattr(Blob, "__init__", lambda blob, _, place: make(blob, full, place))
        with pytest.raises(PottleError, match="no space left to write") as caught:
            store.put(b"x", "m")
    assert caught.value.exit_code == 6
    assert _blobs(store) == []


def test_a_blob_is_copied_once(store: Layout, tmp_path: Path) -> None:
    other = Layout.create(tmp_path / "other")
    found = store.put(b"content", "m")
    other.copy(found, store)
    before = other.path_of(found.digest).stat().st_ino
    other.copy(found, store)
    assert other.read(found.digest) == b"content"
    assert other.path_of(found.digest).stat().st_ino == before
    assert before != store.path_of(found.digest).stat().st_ino


def test_a_truncated_blob_is_not_copied(store: Layout, tmp_path: Path) -> None:
    other = Layout.create(tmp_path / "other")
    found = store.put(b"content", "m")
    store.path_of(found.digest).write_bytes(b"con")
    with pytest.raises(IntegrityError, match="is not what its name says"):
        other.copy(found, store)
    assert _blobs(other) == []


def test_a_name_is_forgotten_and_its_blob_stays(store: Layout) -> None:
    one, two, unnamed = (store.put(content, "m") for content in (b"1", b"2", b"3"))
    store.tag(one, [ONE, TWO])
    store.tag(two, [Reference.parse("app:2")])
    store.tag(unnamed)
    store.forget({str(ONE), str(unnamed.digest), "nobody"})
    assert store.references().keys() == {str(TWO), "docker.io/library/app:2"}
    assert len(store.manifests()) == 2
    assert len(_blobs(store)) == 3


def _tag_many(root: Path, number: int) -> None:
    store = Layout.create(root)
    for each in range(10):
        store.tag(store.put(b"%d" % each, "m"), [Reference.parse(f"app:{number}-{each}")])


def test_two_processes_write_one_layout(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_tag_many, args=(tmp_path / "store", number)) for number in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    store = Layout.open(tmp_path / "store")
    assert len(store.references()) == 20
    assert len(_blobs(store)) == 10
    assert sorted(os.listdir(store.root)) == ["blobs", "index.json", "oci-layout"]
