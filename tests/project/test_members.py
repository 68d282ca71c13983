"""The projects of a repository."""

import pytest

from pottle.project.members import members
from pottle.project.tree import DictTree

OWN = '[project]\nname = "p"\nversion = "1"\n'
TREES = {
    "a project alone": ({"pyproject.toml": OWN, "src/p/__init__.py": ""}, (".",)),
    "nothing": ({"README.md": ""}, ()),
    "several beside each other": (
        {"a/pyproject.toml": OWN, "b/requirements.txt": "", "c/d/setup.py": "", "docs/requirements.txt": ""},
        ("a", "b", "c/d"),
    ),
    "tests and examples are none": (
        {"pyproject.toml": OWN, "tests/app/pyproject.toml": OWN, "examples/a/requirements.txt": ""},
        (".",),
    ),
    "the members of a workspace": (
        {
            "pyproject.toml": '[tool.uv.workspace]\nmembers = ["packages/*"]\n',
            "packages/a/pyproject.toml": OWN,
            "packages/b/pyproject.toml": OWN,
            "scripts/requirements.txt": "",
        },
        ("packages/a", "packages/b"),
    ),
    "and its root": (
        {
            "pyproject.toml": OWN + '[tool.uv.workspace]\nmembers = ["packages/*"]\n',
            "packages/a/pyproject.toml": OWN,
        },
        (".", "packages/a"),
    ),
}


@pytest.mark.parametrize(("files", "expected"), TREES.values(), ids=TREES)
def test_members(files: dict[str, str], expected: tuple[str, ...]):
    assert members(DictTree(files)) == expected
