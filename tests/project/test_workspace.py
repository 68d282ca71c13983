"""The workspace that a project belongs to, and the way to its root and back."""

from pathlib import Path

import pytest

from pottle.project import workspace
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

ROOT = '[tool.uv.workspace]\nmembers = ["packages/*", "tools/**/cli", "./docs"]\nexclude = ["packages/old*"]\n'
OWN = '[project]\nname = "p"\nversion = "1"\n'

MEMBERS = {
    "packages/core": "../..",
    "tools/a/b/cli": "../../../..",
    "tools/cli": "../..",
}
STRANGERS = ["packages/older", "packages/core/inner", "elsewhere", "tools/a"]


def found(directory: str, root: str = ROOT):
    return workspace.find(
        Survey(DictTree({"pyproject.toml": root, f"{directory}/pyproject.toml": OWN}, directory=directory))
    )


@pytest.mark.parametrize(("directory", "root"), MEMBERS.items())
def test_a_member_finds_its_root(directory: str, root: str):
    around = found(directory)
    assert around is not None
    assert (around.root, around.directory, around.path("uv.lock")) == (root, directory, f"{root}/uv.lock")


@pytest.mark.parametrize("directory", STRANGERS)
def test_a_stranger_has_none(directory: str):
    assert found(directory) is None


def test_a_root_is_its_own():
    around = workspace.find(Survey(DictTree({"pyproject.toml": ROOT + OWN})))
    assert around is not None
    assert (around.root, around.directory, around.path("uv.lock")) == ("", ".", "uv.lock")


def test_a_project_without_one():
    assert found("packages/core", OWN) is None
    assert workspace.find(Survey(DictTree({"pyproject.toml": OWN}))) is None
    assert workspace.find(Survey(DictTree({"main.py": ""}))) is None


def test_nothing_above_the_boundary_is_read():
    assert DictTree({"a": "x"}, directory="b").read("../../a") is None


def test_a_root_is_found_on_disk_without_version_control(tmp_path: Path):
    (tmp_path / "packages/core").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "pyproject.toml").write_text(ROOT)
    (tmp_path / "packages/pyproject.toml").write_text("[broken")
    assert workspace.root_above(tmp_path / "packages/core") == tmp_path
    assert workspace.root_above(tmp_path / "elsewhere") is None
