"""What lies in a cache is known by its whole name, measured, and judged."""

import fcntl
import os
from pathlib import Path

import pytest
from tests.cache.conftest import FORMATS, NOW, Cache, key
from tests.world import World

from pottle.cache.item import Sizes
from pottle.cache.survey import KINDS, survey
from pottle.errors import IntegrityError
from pottle.oci.image import assemble_index
from pottle.oci.reference import Reference


def whys(cache: Cache, kind: str) -> dict[str, str | None]:
    return {item.name: item.useless for item in cache.survey().items if item.kind == kind}


def test_a_directory_that_is_not_there_is_empty(cache: Cache) -> None:
    assert cache.survey().items == ()
    assert cache.survey().size == 0


def test_an_image_holds_its_documents_and_layers(cache: Cache) -> None:
    layer = cache.layer("one")
    image = cache.image(layer, name="shop", age=3)
    (item,) = cache.survey().items
    assert item.name == "docker.io/library/shop:latest"
    assert item.blobs == {blob.digest.hex for blob in image.blobs}
    assert item.used == NOW - 3 * 86400
    assert cache.survey().loose(cache.survey().items) == {}


def test_an_index_holds_its_images(cache: Cache) -> None:
    images = [cache.image(cache.layer(name), platform=f"linux/{name}") for name in ("amd64", "arm64")]
    index = assemble_index(images, cache.store)
    cache.store.tag(index.descriptor, [Reference.parse("shop").tagged])
    roots = [cache.root(image) for image in images]
    (item,) = (item for item in cache.survey().items if item.kind == "images")
    assert item.blobs == {blob.digest.hex for blob in index.blobs}
    assert cache.prune().freed == 0
    assert all(root.is_dir() for root in roots)


def test_a_layer_is_known_by_its_record(cache: Cache) -> None:
    layer = cache.layer("one", key("a"), age=1)
    (item,) = cache.survey().items
    assert (item.kind, item.name, item.useless) == ("layers", key("a"), None)
    assert item.blobs == {layer.descriptor.digest.hex}


def test_records_that_lead_nowhere_are_useless(cache: Cache) -> None:
    layer = cache.layer("one", key("a"))
    cache.store.path_of(layer.descriptor.digest).unlink()
    cache.put(f"layers/bb/{key('b')}.json")
    assert whys(cache, "layers") == {key("a"): "its blob is gone", key("b"): "its record is damaged"}


def test_a_name_whose_image_is_gone_is_useless(cache: Cache) -> None:
    image = cache.image(cache.layer("one"), name="shop")
    cache.store.path_of(image.digest).unlink()
    assert whys(cache, "images") == {"docker.io/library/shop:latest": "its manifest is gone"}


def test_a_damaged_manifest_holds_nothing_but_itself(cache: Cache) -> None:
    image = cache.image(cache.layer("one"), name="shop")
    cache.store.path_of(image.digest).write_bytes(b"{}")
    (item,) = cache.survey().items
    assert item.blobs == {image.digest.hex}


def test_a_damaged_list_of_images_is_said(cache: Cache) -> None:
    cache.store.root.joinpath("index.json").write_bytes(b"garbage")
    with pytest.raises(IntegrityError, match="damaged"):
        cache.survey()


def test_an_index_is_superseded_when_no_release_lists_it(cache: Cache) -> None:
    cache.put("debian/releases/0123456789abcdef/trixie").write_text(
        f"SHA256:\n {key('a')} 12 main/binary-amd64/Packages.xz\n"
    )
    cache.put(f"debian/indexes/{key('a')}.2")
    cache.put(f"debian/indexes/{key('b')}.2")
    cache.put(f"debian/indexes/{key('a')}.1")
    newer = "a newer one has taken its place"
    assert whys(cache, "indexes") == {f"{key('a')}.1": newer, f"{key('a')}.2": None, f"{key('b')}.2": newer}


def test_an_answer_is_of_use_until_its_time(cache: Cache) -> None:
    for name, content in {"a": f'{{"until": {NOW + 1}}}', "b": f'{{"until": {NOW - 1}}}', "c": "garbage"}.items():
        cache.put(f"resolved/{key(name)}.json").write_text(content)
    assert [why is None for why in whys(cache, "answers").values()] == [True, False, False]


def test_roots_hang_on_their_image_and_on_how_they_were_prepared(cache: Cache) -> None:
    image = cache.image(cache.layer("one"), name="shop")
    cache.root(image)
    cache.root(image, version="0")
    found = [item for item in cache.survey().items if item.kind == "roots"]
    assert {item.within for item in found} == {image.digest.hex}
    assert [item.useless for item in found] == ["an older pottle unpacked it", None]


def test_a_compiler_comes_with_the_notes_where_it_runs(cache: Cache) -> None:
    cache.put(f"compilers/{key('a')}/usr/bin/python")
    cache.put(f"compilers/{key('a')}.runs-on-1234", 0)
    cache.put(f"compilers/{key('b')}.runs-on-1234", 0)
    found = {item.name: (len(item.paths), item.useless) for item in cache.survey().items}
    assert found == {key("a"): (2, None), f"{key('b')}.runs-on-1234": (1, "its interpreter is gone")}


def test_what_a_living_writer_holds_is_not_left_behind(cache: Cache) -> None:
    dead, living = cache.put("work/build-1.part"), cache.put("work/build-2.part")
    with living.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert [item.paths for item in cache.survey().items] == [(dead,)]


FOREIGN = (
    "crash.txt", "notes.md", "lock", "work/thesis.txt", "layers/photo.json", "layers/aa/photo.json", "bytecode/aa/x/y",
    "compilers/gcc/bin", "resolved/mine.json", "roots/1/home", "roots/home", "debian/packages/aa/x.deb", "cpython/x.tar.gz",
    "store/blobs/sha256/readme", "certificates/own.pem", "debian/indexes/list.txt",
)  # fmt: skip


def test_what_is_not_ours_is_not_seen(cache: Cache) -> None:
    for path in FOREIGN:
        cache.put(path)
    assert cache.survey().items == ()
    assert cache.survey().size == 0


def test_no_symbolic_link_is_followed(cache: Cache, tmp_path: Path) -> None:
    elsewhere = Cache(tmp_path / "elsewhere")
    elsewhere.put(f"bytecode/aa/{key('a')}/x.pyc")
    elsewhere.put(f"debian/packages/aa/{key('a')}.deb")
    cache.directory.mkdir()
    (cache.directory / "bytecode").symlink_to(elsewhere.directory / "bytecode")
    (cache.directory / "debian").mkdir()
    (cache.directory / "debian" / "packages").symlink_to(elsewhere.directory / "debian" / "packages")
    assert cache.survey().items == ()


def test_hard_links_weigh_once(cache: Cache) -> None:
    first = cache.put(f"bytecode/aa/{key('a')}/1", 100_000)
    one = cache.survey().size
    os.link(first, first.with_name("2"))
    assert 0 <= cache.survey().size - one < 50_000


def test_a_tree_is_measured_once(cache: Cache) -> None:
    cache.put(f"bytecode/aa/{key('a')}/1", 100_000)
    sizes = Sizes()
    before = survey(cache.directory, NOW, FORMATS, sizes).size
    cache.put(f"bytecode/aa/{key('a')}/2", 100_000)
    assert survey(cache.directory, NOW, FORMATS, sizes).size == before
    assert cache.survey().size > before


def test_all_that_a_build_leaves_is_known(here: World, tmp_path: Path) -> None:
    """Whatever a room keeps in the cache has to have its kind."""
    assert here.pottle("build", here.packaged(tmp_path / "shop")).code == 0
    inventory = survey(here.cache, here.archive.now.timestamp(), FORMATS)
    known = {path for item in inventory.items for path in item.paths} | {b.path for b in inventory.blobs.values()}
    files = {path for path in here.cache.rglob("*") if path.is_file()}
    unknown = {path for path in files if not any(path == each or each in path.parents for each in known)}
    assert {str(path.relative_to(here.cache)).split("/")[0] for path in unknown} == {"lock", "store"}
    assert {path.name for path in unknown if path.is_relative_to(here.cache / "store")} == {"oci-layout", "index.json"}
    assert {item.kind for item in inventory.items} <= {name for name, _, _ in KINDS}
    assert not any(item.useless for item in inventory.items)


def test_what_is_known_of_base_images_has_its_kind(cache: Cache) -> None:
    cache.put(f"base-images/1/{key('a')}.json", 1000)
    cache.put(f"base-images/1/names/{key('b')}.json", 100)
    found = [item for item in survey(cache.directory, NOW, FORMATS).items if item.kind == "bases"]
    assert {item.name for item in found} == {f"{key('a')}.json", f"{key('b')}.json"}
