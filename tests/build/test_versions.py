"""A version that is in version control alone gets into the image, and a new tag makes the app layer anew."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.world import BACKEND, World, world

from pottle.oci.image import Image
from pottle.oci.unpack import layer_members

OWN = f"import os\nVERSION = os.environ['PDM_BUILD_SCM_VERSION']\n{BACKEND}"
for fixed, told in (
    ('"shop-1.0-py3-none-any.whl"', 'f"shop-{VERSION}-py3-none-any.whl"'),
    ('"shop-1.0.dist-info"', 'f"shop-{VERSION}.dist-info"'),
    (
        '"Metadata-Version: 2.1\\nName: shop\\nVersion: 1.0\\n"',
        'f"Metadata-Version: 2.1\\nName: shop\\nVersion: {VERSION}\\n"',
    ),
):
    assert fixed in OWN
    OWN = OWN.replace(fixed, told)
ENVIRON = {"PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": "/nonexistent"}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path / "home", bytecode=False) as made:
        yield made


@pytest.fixture
def project(here: World, tmp_path: Path) -> Path:
    """A project whose version a tag has to say, in a repository without one."""
    root = here.packaged(tmp_path / "shop", **{"backend/own.py": OWN})
    text = (root / "pyproject.toml").read_text().replace('version = "1.0"', 'dynamic = ["version"]')
    (root / "pyproject.toml").write_text(text + '[tool.pdm.version]\nsource = "scm"\nfallback_version = "0.5"\n')
    return root


def git(root: Path, *arguments: str) -> None:
    who = {f"GIT_{role}_{what}": "x" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    subprocess.run(["git", "-C", root, *arguments], check=True, env=ENVIRON | who, capture_output=True)


def installed(image: Image) -> str:
    """The version of the project in the image."""
    members = (member.path for layer in image.manifest.layers for member in layer_members(image.store, layer))
    return next(found[1] for path in members if (found := re.search(r"/shop-([^/]+)\.dist-info/METADATA$", path)))


def build(here: World, project: Path) -> tuple[str, str]:
    """The version, and the digest."""
    said = here.pottle("build", project)
    assert said.code == 0, said.err
    return installed(here.image("shop")), said.digest


def test_without_a_checkout_the_fallback_is_taken(here: World, project: Path):
    assert build(here, project)[0] == "0.5"


def test_a_new_tag_makes_it_anew_though_no_file_has_changed(here: World, project: Path):
    for command in ("init -q", "add -A", "commit -qm x", "tag v1.1"):
        git(project, *command.split())
    version, first = build(here, project)
    assert version == "1.1"
    git(project, "tag", "-d", "v1.1")
    git(project, "tag", "v2.0")
    version, second = build(here, project)
    assert (version, second != first) == ("2.0", True)


def test_what_is_not_committed_does_not_change_it(here: World, project: Path):
    for command in ("init -q", "add -A", "commit -qm x", "tag v1.1"):
        git(project, *command.split())
    (project / "src/shop/__init__.py").write_text("def main():\n    print('changed')\n")
    assert build(here, project)[0] == "1.1"


def test_the_callers_word_comes_first(here: World, project: Path):
    named = World(here.home, here.archive, here.index, {"PDM_BUILD_SCM_VERSION": "7.1"})
    assert build(named, project)[0] == "7.1"
    assert build(here, project)[0] == "0.5"
