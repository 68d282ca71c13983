"""A store, and a small image in it."""

from pathlib import Path

import pytest

from pottle.oci.config import Execution
from pottle.oci.entry import Directory, Entry, File, Symlink
from pottle.oci.image import Addendum, Image, ImageIndex, Makeup, assemble, assemble_index
from pottle.oci.layer import write_layer
from pottle.oci.layout import Layout
from pottle.oci.platform import Platform

EPOCH = 315532801

LOWER: tuple[Entry, ...] = (
    Directory("usr/bin"),
    File("usr/bin/tool", b"#!/bin/true\n", 0o755),
    Symlink("bin", "usr/bin"),
    File("etc/motd", "grüß dich\n".encode(), 0o644),
)
UPPER: tuple[Entry, ...] = (File("opt/app/main.py", b"print('hello')\n", uid=10001, gid=10001),)


@pytest.fixture
def store(tmp_path: Path) -> Layout:
    return Layout.create(tmp_path / "store")


@pytest.fixture
def image(store: Layout) -> Image:
    lower = write_layer(LOWER, store, mtime=EPOCH)
    upper = write_layer(UPPER, store, mtime=EPOCH)
    makeup = Makeup(
        Platform.parse("linux/amd64"),
        EPOCH,
        Execution(user="10001:10001", env=("LANG=C.UTF-8",), entrypoint=("/usr/bin/tool",)),
        {"org.opencontainers.image.version": "1.0"},
    )
    return assemble([Addendum(lower, "base"), Addendum(upper, "app")], makeup, store)


@pytest.fixture
def both(image: Image) -> ImageIndex:
    """The image, and one for arm64 that has a layer in common with it."""
    other = write_layer([File("usr/bin/tool", b"arm64", 0o755)], image.store, mtime=EPOCH)
    upper = write_layer(UPPER, image.store, mtime=EPOCH)
    annotations = {"org.opencontainers.image.version": "1.0", "only": "here"}
    makeup = Makeup(Platform.parse("linux/arm64"), EPOCH, image.config.config or Execution(), annotations)
    arm64 = assemble([Addendum(other, "base"), Addendum(upper, "app")], makeup, image.store)
    return assemble_index([image, arm64], image.store)
