"""Which of a tree's modules are the application's."""

import pytest

from pottle.project.survey import Survey
from pottle.project.tree import DictTree

PROJECT = '[project]\nname = "p"\nversion = "1"\n'
OTHER = {"other/pyproject.toml": '[project]\nname = "other"\n', "other/main.py": "", "other/deep/x.py": ""}


def paths(files: dict[str, str]) -> list[str]:
    return list(Survey(DictTree(files)).paths)


def test_nearest_to_the_root_first_and_nothing_aside():
    files = ["a/b/c.py", "main.py", "a/x.py", "tests/test_x.py", "docs/conf.py", "a/migrations/1.py", "setup.py"]
    assert paths(dict.fromkeys(files, "")) == ["main.py", "a/x.py", "a/b/c.py"]


def test_another_project_inside_is_not_this_one():
    assert paths({"pyproject.toml": PROJECT, "p/main.py": "", "otherwise.py": "", **OTHER}) == [
        "otherwise.py",
        "p/main.py",
    ]


@pytest.mark.parametrize(
    "pyproject",
    [
        "[tool.ruff]\n",
        f'{PROJECT}[tool.uv.workspace]\nmembers = ["*"]\n',
        f'{PROJECT}[tool.uv.sources]\nother = {{ path = "other" }}\n',
    ],
    ids=["no project itself", "a workspace", "it names the directory"],
)
def test_its_code_counts_where_it_may_be_a_part(pyproject: str):
    assert "other/main.py" in paths({"pyproject.toml": pyproject, "main.py": "", **OTHER})


@pytest.mark.parametrize("inner", ["[tool.ruff]\n", "not = [toml\n"])
def test_a_file_of_settings_makes_no_project(inner: str):
    files = {"pyproject.toml": PROJECT, "app/pyproject.toml": inner, "app/main.py": ""}
    assert paths(files) == ["app/main.py"]
