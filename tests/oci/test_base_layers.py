"""An image on another one: its layers below ours, its media types, and where they are when they are not here."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.oci.conftest import EPOCH, LOWER, UPPER

from pottle.errors import IntegrityError
from pottle.oci import media_types
from pottle.oci.archive import write_archive
from pottle.oci.config import Execution, History
from pottle.oci.image import Addendum, BaseLayers, Image, Makeup, assemble, assemble_index
from pottle.oci.layer import write_layer
from pottle.oci.layout import Layout
from pottle.oci.platform import Platform
from pottle.oci.unpack import unpack
from pottle.oci.validate import validate

BASE = {
    "org.opencontainers.image.base.name": "registry.example/team/base:1",
    "org.opencontainers.image.base.digest": f"sha256:{'d' * 64}",
}


@pytest.fixture
def elsewhere(tmp_path: Path) -> Layout:
    return Layout.create(tmp_path / "elsewhere")


def on_base(store: Layout, elsewhere: Layout, *, docker: bool = False, platform: str = "linux/amd64") -> Image:
    """An image whose base lies in another store."""
    below = write_layer(LOWER, elsewhere, mtime=EPOCH)
    kind = media_types.DOCKER_LAYER_GZIP if docker else media_types.LAYER_GZIP
    base = BaseLayers(
        (replace_type(below.descriptor, kind),),
        (below.diff_id,),
        (History("2026-01-01T00:00:00Z", "FROM"), History(created_by="ENV", empty_layer=True)),
        docker,
    )
    said = {} if docker else BASE
    execution = Execution(labels=BASE if docker else {})
    makeup = Makeup(Platform.parse(platform), EPOCH, execution, said, base)
    upper = write_layer(UPPER, store, mtime=EPOCH, annotations={"a": "b"})
    return assemble([Addendum(upper, "app")], makeup, store)


def replace_type(descriptor: object, kind: str) -> object:
    import msgspec

    return msgspec.structs.replace(descriptor, media_type=kind)  # type: ignore[type-var]


@pytest.mark.parametrize("docker", [False, True], ids=["oci", "docker"])
def test_its_layers_are_the_lowest_and_its_history_is_the_oldest(store: Layout, elsewhere: Layout, docker: bool):
    image = on_base(store, elsewhere, docker=docker)
    assert len(image.layers) == len(image.config.rootfs.diff_ids) == 2
    assert [entry.created_by for entry in image.config.history] == ["FROM", "ENV", "app"]
    assert [entry.empty_layer for entry in image.config.history] == [False, True, False]
    validate(image)
    assert Image.load(store, image.descriptor) == image


def test_nothing_of_ocis_is_in_an_image_of_dockers(store: Layout, elsewhere: Layout):
    image = on_base(store, elsewhere, docker=True)
    kinds = [image.descriptor.media_type, image.manifest.config.media_type, *(each.media_type for each in image.layers)]
    assert all(map(media_types.is_docker, kinds))
    assert image.manifest.media_type == media_types.DOCKER_MANIFEST
    assert image.manifest.annotations == {}
    assert all(each.annotations == {} for each in image.layers)
    both = assemble_index([image, on_base(store, elsewhere, docker=True, platform="linux/arm64")], store)
    assert both.descriptor.media_type == both.index.media_type == media_types.DOCKER_INDEX
    validate(both)


def test_an_index_of_both_kinds_is_ocis(store: Layout, elsewhere: Layout):
    both = assemble_index(
        [on_base(store, elsewhere, docker=True), on_base(store, elsewhere, platform="linux/arm64")], store
    )
    assert both.descriptor.media_type == media_types.INDEX


@pytest.mark.parametrize("docker", [False, True], ids=["oci", "docker"])
def test_it_knows_where_the_layers_are_that_are_not_here(store: Layout, elsewhere: Layout, docker: bool):
    image = on_base(store, elsewhere, docker=docker)
    assert str(image.base) == f"registry.example/team/base@{BASE['org.opencontainers.image.base.digest']}"
    assert image.elsewhere == image.layers[:1]
    store.copy(image.layers[0], elsewhere)
    assert image.elsewhere == ()
    validate(image)


def test_an_image_that_stands_on_nothing_has_nothing_elsewhere(image: Image):
    assert (image.base, image.elsewhere) == (None, ())


SAID = {
    "a suite, of which no image was taken": {"org.opencontainers.image.base.name": "debian:trixie"},
    "no digest": {**BASE, "org.opencontainers.image.base.digest": "latest"},
    "no reference": {**BASE, "org.opencontainers.image.base.name": "Not A Name"},
}


@pytest.mark.parametrize("said", SAID.values(), ids=SAID)
def test_what_names_no_image_is_no_base(image: Image, said: dict[str, str]):
    import msgspec

    manifest = msgspec.structs.replace(image.manifest, annotations=said)
    assert replace(image, manifest=manifest).base is None


def test_without_its_layers_nothing_is_written(store: Layout, elsewhere: Layout, tmp_path: Path):
    image = on_base(store, elsewhere)
    with pytest.raises(IntegrityError):
        write_archive(image, tmp_path / "x.tar")
    assert not (tmp_path / "x.tar").exists()
    store.copy(image.layers[0], elsewhere)
    write_archive(image, tmp_path / "x.tar")
    unpack(image, tmp_path / "root")
    assert (tmp_path / "root/etc/motd").exists()
    assert (tmp_path / "root/opt/app/main.py").exists()
