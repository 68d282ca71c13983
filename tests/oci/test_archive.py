import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

import pytest
from tests.effort import effort

from pottle.errors import HostError, IntegrityError
from pottle.oci.archive import write_archive
from pottle.oci.entry import File
from pottle.oci.image import Addendum, Image, ImageIndex, Makeup, assemble, copy_image, load
from pottle.oci.layer import write_layer
from pottle.oci.layout import Layout
from pottle.oci.reference import Reference
from pottle.oci.validate import validate

NAMES = [Reference.parse("app:1"), Reference.parse("registry.example/team/app")]


@pytest.fixture
def archive(image: Image, tmp_path: Path) -> Path:
    write_archive(image, tmp_path / "image.tar", NAMES)
    return tmp_path / "image.tar"


def test_the_archive_is_a_layout_that_holds_the_image(image: Image, archive: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    subprocess.run(["tar", "-xf", archive, "-C", tmp_path / "out"], check=True)
    out = Layout.open(tmp_path / "out")
    found = out.references()
    assert sorted(found) == ["docker.io/library/app:1", "registry.example/team/app:latest"]
    for descriptor in found.values():
        assert descriptor.digest == image.digest
        validate(Image.load(out, descriptor))


def test_the_archive_is_one_that_docker_has_always_loaded(image: Image, archive: Path) -> None:
    with tarfile.open(archive) as tar:
        names = tar.getnames()
        (item,) = json.load(tar.extractfile("manifest.json"))
        assert names[:3] == ["oci-layout", "index.json", "manifest.json"]
        assert item["RepoTags"] == ["docker.io/library/app:1", "registry.example/team/app:latest"]
        assert {item["Config"], *item["Layers"]} <= set(names)
        assert item["Layers"] == [f"blobs/sha256/{layer.digest.hex}" for layer in image.layers]


def test_the_archive_is_the_same_anywhere(image: Image, archive: Path, tmp_path: Path) -> None:
    elsewhere = Layout.create(tmp_path / "elsewhere")
    copy_image(image, elsewhere)
    write_archive(Image.load(elsewhere, image.descriptor), tmp_path / "other.tar", NAMES)
    assert (tmp_path / "other.tar").read_bytes() == archive.read_bytes()


def test_an_image_without_a_name_is_archived_without(image: Image, tmp_path: Path) -> None:
    write_archive(image, tmp_path / "x.tar")
    with tarfile.open(tmp_path / "x.tar") as tar:
        assert json.load(tar.extractfile("manifest.json"))[0]["RepoTags"] is None
        assert "annotations" not in json.load(tar.extractfile("index.json"))["manifests"][0]


def test_a_blob_that_two_layers_share_is_written_once(image: Image, tmp_path: Path) -> None:
    layer = write_layer([File("a", b"a")], image.store, mtime=1)
    makeup = Makeup(image.config.platform, 1, image.config.config)
    write_archive(assemble([Addendum(layer, "1"), Addendum(layer, "2")], makeup, image.store), tmp_path / "x.tar")
    with tarfile.open(tmp_path / "x.tar") as tar:
        assert len(tar.getnames()) == len(set(tar.getnames()))


def test_the_archive_of_an_index_holds_every_platform(both: ImageIndex, tmp_path: Path) -> None:
    write_archive(both, tmp_path / "x.tar", NAMES[:1])
    (tmp_path / "out").mkdir()
    subprocess.run(["tar", "-xf", tmp_path / "x.tar", "-C", tmp_path / "out"], check=True)
    out = Layout.open(tmp_path / "out")
    ((name, found),) = out.references().items()
    assert name == "docker.io/library/app:1"
    assert found.digest == both.digest
    validate(load(out, found))


def test_engines_that_know_no_index_are_shown_each_image_under_a_tag_with_its_platform(
    both: ImageIndex, tmp_path: Path
) -> None:
    too_long = Reference.parse(f"app:{'x' * 128}")
    write_archive(both, tmp_path / "x.tar", [*NAMES, too_long])
    with tarfile.open(tmp_path / "x.tar") as tar:
        items = json.load(tar.extractfile("manifest.json"))
    assert [item["RepoTags"] for item in items] == [
        [f"docker.io/library/app:1-{architecture}", f"registry.example/team/app:latest-{architecture}"]
        for architecture in ("amd64", "arm64")
    ]
    assert [item["Config"].rpartition("/")[2] for item in items] == [
        image.manifest.config.digest.hex for image in both.images
    ]


def test_a_missing_blob_leaves_the_earlier_archive(image: Image, archive: Path) -> None:
    before = archive.read_bytes()
    image.store.path_of(image.layers[1].digest).unlink()
    with pytest.raises(IntegrityError, match="is missing"):
        write_archive(image, archive, [Reference.parse("other:2")])
    assert archive.read_bytes() == before
    assert sorted(os.listdir(archive.parent)) == ["image.tar", "store"]


def test_an_output_in_a_directory_that_is_not_there_is_told(image: Image, tmp_path: Path) -> None:
    with pytest.raises(HostError, match="could not be written"):
        write_archive(image, tmp_path / "missing" / "x.tar")


def test_forty_megabytes_are_archived_in_a_moment(image: Image, tmp_path: Path) -> None:
    layer = write_layer([File("noise", os.urandom(43_000_000))], image.store, mtime=1)
    large = assemble([Addendum(layer, "noise")], Makeup(image.config.platform, 1, image.config.config), image.store)
    assert effort(lambda: write_archive(large, tmp_path / "x.tar"), enough=8) < 8  # a slow disk's time is not counted


def _run(*command: str | Path) -> str:
    if not shutil.which(str(command[0])):
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run([str(part) for part in command], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.engine
@pytest.mark.parametrize("transport", ["docker-archive", "oci-archive"])
def test_skopeo_reads_both_of_its_faces(image: Image, tmp_path: Path, transport: str) -> None:
    write_archive(image, tmp_path / "x.tar", NAMES[:1])
    place = f"{transport}:{tmp_path / 'x.tar'}"
    found = json.loads(_run("skopeo", "inspect", "--config", place))
    assert found["rootfs"]["diff_ids"] == list(image.config.rootfs.diff_ids)
    if transport == "oci-archive":
        assert json.loads(_run("skopeo", "inspect", place))["Digest"] == image.digest


@pytest.mark.engine
def test_skopeo_copies_the_layout_unchanged(image: Image, tmp_path: Path) -> None:
    copy_image(image, Layout.create(tmp_path / "layout"), NAMES[:1])
    _run("skopeo", "copy", "--insecure-policy", f"oci:{tmp_path}/layout:1", f"oci:{tmp_path}/copy:1")
    found = Layout.open(tmp_path / "copy")
    (descriptor,) = found.manifests()
    assert descriptor.digest == image.digest
    validate(Image.load(found, descriptor))


@pytest.mark.engine
def test_umoci_unpacks_the_layout(image: Image, tmp_path: Path) -> None:
    copy_image(image, Layout.create(tmp_path / "layout"), NAMES[:1])
    _run("umoci", "unpack", "--rootless", "--image", f"{tmp_path}/layout:1", tmp_path / "bundle")
    rootfs = tmp_path / "bundle" / "rootfs"
    assert (rootfs / "usr/bin/tool").read_bytes() == b"#!/bin/true\n"
    assert os.readlink(rootfs / "bin") == "usr/bin"
    assert (rootfs / "opt/app/main.py").is_file()


@pytest.mark.engine
def test_podman_loads_the_archive(image: Image, archive: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="pod", ignore_cleanup_errors=True) as place:  # podman wants a short path
        podman = ("podman", "--root", f"{place}/root", "--runroot", f"{place}/run", "--storage-driver", "vfs")
        _run(*podman, "load", "--input", archive)
        (found,) = json.loads(_run(*podman, "image", "inspect", "docker.io/library/app:1"))
    assert found["RootFS"]["Layers"] == list(image.config.rootfs.diff_ids)
    assert found["User"] == "10001:10001"
    assert "registry.example/team/app:latest" in found["RepoTags"]
