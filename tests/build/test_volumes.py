"""Directories that keep data are there, belong to the application's user, and are declared."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.world import World, world

from pottle.oci.config import Empty
from pottle.oci.unpack import layer_members

SETTINGS = "from pathlib import Path\nMEDIA_ROOT = Path(__file__).parent / 'media'\n"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path / "home", bytecode=False) as made:
        yield made


def test_a_volume_is_an_empty_directory_of_the_users(here: World, tmp_path: Path):
    project = here.virtual(tmp_path / "shop", **{"settings.py": SETTINGS, "media/.gitkeep": ""})
    said = here.pottle("build", project)
    assert said.code == 0, said.err
    image = here.image("shop")
    config = image.config.config
    assert config is not None
    assert config.volumes == {"/app/media": Empty()}
    members = {member.path: member for member in layer_members(image.store, image.manifest.layers[-1])}
    found = members["app/media"]
    assert (found.mode & 0o7777, found.uid, found.gid) == (0o775, 65532, 0)
    assert "app/media/.gitkeep" not in members


def test_files_of_the_project_stay_below_it(here: World, tmp_path: Path):
    project = here.virtual(tmp_path / "shop", **{"settings.py": SETTINGS, "media/logo.svg": "<svg/>"})
    assert here.pottle("build", project).code == 0
    image = here.image("shop")
    paths = {member.path for member in layer_members(image.store, image.manifest.layers[-1])}
    assert {"app/media", "app/media/logo.svg"} <= paths


def test_the_plan_shows_what_is_kept(here: World, tmp_path: Path):
    project = here.virtual(tmp_path / "shop", **{"settings.py": SETTINGS})
    said = here.pottle("plan", project)
    assert "keeping /app/media" in said.out
    assert "MEDIA_ROOT media lies there (settings.py:2)" in " ".join(said.out.split())
