"""Prune removes what nothing refers to, more by age and size, and never what somebody has in use."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cache.conftest import DAY, FORMATS, NOW, Cache, key

from pottle import sharing
from pottle.cache.item import Blob, Inventory, Item
from pottle.cache.pruning import Pruner, Wish, chosen
from pottle.oci.image import Image


def test_what_is_in_use_stays(cache: Cache) -> None:
    layer = cache.layer("one", key("a"), age=100)
    image = cache.image(layer, name="shop", age=100)
    root = cache.root(image, age=100)
    cache.put(f"debian/packages/aa/{key('a')}.deb", age=100)
    cache.put(f"bytecode/aa/{key('a')}/x.pyc", age=100)
    before = cache.survey()
    assert cache.prune().freed == 0
    assert cache.survey() == before
    assert root.is_dir()
    assert Image.load(cache.store, image.descriptor) == image


def test_blobs_that_nothing_names_go(cache: Cache) -> None:
    kept, loose = cache.layer("one", key("a")), cache.layer("two")
    old = cache.image(kept)
    pruned = cache.prune()
    assert cache.blobs() == {kept.descriptor.digest.hex}
    assert {blob.path.name for blob in pruned.blobs} >= {loose.descriptor.digest.hex, old.digest.hex}
    assert pruned.freed > 0
    assert pruned.after == cache.survey().size


def test_an_image_that_lost_its_name_takes_its_root_along(cache: Cache) -> None:
    first = cache.image(cache.layer("one"), name="shop")
    root = cache.root(first)
    second = cache.image(cache.layer("two"), name="shop")
    kept = cache.root(second)
    cache.prune()
    assert not root.exists()
    assert kept.is_dir()


def test_useless_records_and_unfinished_work_go(cache: Cache) -> None:
    layer = cache.layer("one", key("a"))
    cache.store.path_of(layer.descriptor.digest).unlink()
    left = [
        cache.put("work/build-x.part"),
        cache.put("store/.ingest.x.part"),
        cache.put("roots/1/.sha256-x.y.part/root/f"),
    ]
    cache.prune()
    assert cache.survey().items == ()
    assert not any(path.exists() for path in left)


def test_a_name_that_leads_nowhere_goes(cache: Cache) -> None:
    gone = cache.image(cache.layer("one"), name="gone")
    cache.image(cache.layer("two"), name="kept")
    cache.store.path_of(gone.digest).unlink()
    cache.prune()
    assert list(cache.store.references()) == ["docker.io/library/kept:latest"]


def test_by_age_goes_what_was_not_used_since(cache: Cache) -> None:
    old, young = cache.layer("old", key("a"), age=40), cache.layer("young", key("b"), age=20)
    cache.image(old, name="old", age=40)
    cache.image(young, name="young", age=20)
    cache.put(f"debian/packages/aa/{key('a')}.deb", age=31)
    cache.put(f"debian/packages/bb/{key('b')}.deb", age=29)
    cache.prune(Wish(unused_since=NOW - 30 * DAY))
    assert cache.names("images") == ["docker.io/library/young:latest"]
    assert cache.names("layers") == [key("b")]
    assert cache.names("packages") == [f"{key('b')}.deb"]
    assert old.descriptor.digest.hex not in cache.blobs()
    assert not (cache.directory / "debian/packages/aa").exists()


def test_an_old_layer_of_a_young_image_stays(cache: Cache) -> None:
    layer = cache.layer("one", key("a"), age=40)
    image = cache.image(layer, name="shop", age=1)
    cache.prune(Wish(unused_since=NOW - 30 * DAY))
    assert cache.names("layers") == []
    assert cache.blobs() == {blob.digest.hex for blob in image.blobs}


def test_by_size_the_least_lately_used_go_first(cache: Cache) -> None:
    for number, age in enumerate((5, 1, 3)):
        cache.put(f"debian/packages/a{number}/{key(str(number))}.deb", 100_000, age=age)
    (size,) = {item.size for item in cache.survey().items}
    cache.prune(Wish(max_size=2 * size))
    assert cache.names("packages") == [f"{key('1')}.deb", f"{key('2')}.deb"]
    cache.prune(Wish(max_size=size))
    assert cache.names("packages") == [f"{key('1')}.deb"]
    cache.prune(Wish(max_size=0))
    assert cache.survey().size == 0


def test_all_leaves_nothing_of_ours_and_everything_that_is_not(cache: Cache) -> None:
    cache.root(cache.image(cache.layer("one", key("a")), name="shop"))
    cache.put(f"bytecode/aa/{key('a')}/x.pyc")
    foreign = cache.put("work/thesis.txt")
    cache.prune(Wish(everything=True))
    assert cache.survey().size == 0
    assert foreign.exists()
    assert cache.store.references() == {}
    cache.image(cache.layer("two"), name="again")


def test_a_root_in_which_a_program_runs_stays(cache: Cache) -> None:
    root = cache.root(cache.image(cache.layer("one"), name="shop"), age=99)
    with sharing.occupied(root):
        pruned = cache.prune(Wish(everything=True))
        assert root.is_dir()
        assert pruned.after == cache.survey().size > 0
    assert "roots" not in {item.kind for item in pruned.items}
    cache.prune(Wish(everything=True))
    assert not root.exists()


def test_a_preview_removes_nothing_and_tells_the_same(cache: Cache) -> None:
    cache.image(cache.layer("one", key("a")), name="shop")
    cache.layer("loose")
    wish, before = Wish(max_size=0), cache.survey()
    told = Pruner(cache.directory, FORMATS, lambda: NOW).preview(wish)
    assert cache.survey() == before
    assert cache.prune(wish) == told


def test_no_cache_is_no_work(cache: Cache) -> None:
    assert cache.prune(Wish(everything=True)).freed == 0
    assert not cache.directory.exists()


def test_nothing_of_the_pruning_stays(cache: Cache) -> None:
    cache.layer("loose")
    cache.prune()
    assert sorted(os.listdir(cache.directory)) == ["lock", "store"]


def test_one_who_was_killed_while_deleting_is_tidied_up_after(cache: Cache) -> None:
    cache.put(".pruned-abc.part/0")
    cache.prune()
    assert os.listdir(cache.directory) == ["lock"]


KILLED = """if True:
    import os, sys
    from pathlib import Path
    from pottle.cache import pruning
    from pottle.cache.survey import Formats
    number = int(sys.argv[2])
    rename = Path.rename
    def renamed(self, target):
        global number
        number -= 1
        if number < 0:
            os._exit(9)
        return rename(self, target)
    Path.rename = renamed
    pruning.Pruner(Path(sys.argv[1]), Formats(2, "1"), lambda: 2e9).prune(pruning.Wish(max_size=0))
"""


@pytest.mark.parametrize("number", range(8))
def test_killed_at_any_moment_it_leaves_a_cache_that_can_be_used(cache: Cache, number: int) -> None:
    """Names go first, so no name is left without its image; whatever else is left is found useless the next time."""
    image = cache.image(cache.layer("one", key("a")), name="shop")
    cache.root(image)
    cache.put(f"bytecode/aa/{key('a')}/x.pyc")
    subprocess.run([sys.executable, "-c", KILLED, cache.directory, str(number)], check=False)
    assert not any(item.useless == "its manifest is gone" for item in cache.survey().items)
    for name, target in cache.store.references().items():
        assert Image.load(cache.store, target), name
    cache.prune()
    assert cache.survey().loose(cache.survey().items) == {}
    assert not any(item.useless for item in cache.survey().items)


def test_the_cache_is_free_again_before_anything_is_deleted(cache: Cache, monkeypatch) -> None:
    """However much there is to delete: who builds waits for renames alone."""
    cache.put(f"bytecode/aa/{key('a')}/x.pyc")
    seen = []
    moved = sharing.alone

    def watched(*arguments: object) -> object:
        seen.append(time.monotonic())
        return moved(*arguments)  # type: ignore[arg-type]

    def remove(path: Path) -> None:
        with sharing.alone(cache.directory, 0):
            seen.append(path)

    monkeypatch.setattr("pottle.cache.pruning.sharing.alone", watched)
    monkeypatch.setattr("pottle.writing.remove_tree", remove)
    cache.prune(Wish(everything=True))
    assert any(isinstance(each, Path) for each in seen)


# --- laws -----------------------------------------------------------------------------------------

DIGESTS = st.sampled_from(["a", "b", "c", "d"])
ITEMS = st.lists(
    st.builds(
        Item,
        kind=st.sampled_from(["images", "layers", "roots"]),
        name=st.uuids().map(str),
        paths=st.just(()),
        size=st.integers(0, 100),
        used=st.floats(0, 100),
        blobs=st.frozensets(DIGESTS, max_size=3),
        within=st.none() | DIGESTS,
        useless=st.none() | st.just("because"),
    ),
    max_size=8,
)
INVENTORIES = st.builds(
    Inventory,
    st.just(Path("cache")),
    ITEMS.map(tuple),
    st.dictionaries(DIGESTS, st.builds(Blob, st.uuids().map(str).map(Path), st.integers(0, 100), st.floats(0, 100))),
)
WISHES = st.builds(Wish, st.none() | st.floats(0, 100), st.none() | st.integers(0, 300), st.booleans())


@given(INVENTORIES, WISHES)
def test_what_stays_is_whole_and_what_goes_was_to_go(inventory: Inventory, wish: Wish) -> None:
    pruned = chosen(inventory, wish)
    kept = [item for item in inventory.items if item not in pruned.items]
    left = Inventory(
        inventory.directory,
        tuple(kept),
        {digest: blob for digest, blob in inventory.blobs.items() if blob not in pruned.blobs},
    )
    for item in kept:
        assert item.useless is None
        assert item.blobs & inventory.blobs.keys() <= left.blobs.keys()
        assert wish.unused_since is None or item.used >= wish.unused_since
    assert left.loose(kept) == {}
    assert left.size == pruned.after
    assert wish.max_size is None or left.size <= wish.max_size
    assert not (wish.everything and kept)
    assert chosen(left, wish).freed == 0


@given(INVENTORIES)
def test_without_a_wish_only_what_nothing_refers_to_goes(inventory: Inventory) -> None:
    pruned = chosen(inventory, Wish())
    needed = {digest for item in inventory.items if item not in pruned.items for digest in item.blobs}
    for item in pruned.items:
        assert item.useless or item.within not in needed
