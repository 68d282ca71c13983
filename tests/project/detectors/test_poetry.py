"""What [tool.poetry] says of the project."""

import pytest

from pottle.errors import ProjectError
from pottle.project.clues import Direct, Said
from pottle.project.detectors.poetry import detect
from pottle.project.facts import Script
from pottle.project.reader import read_project
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

PROJECT = """[tool.poetry]
name = "The.Shop"
version = "1.0-rc.1"
homepage = "https://shop.example"
repository = "https://me:secret@git.example/shop"

[tool.poetry.dependencies]
python = "^3.11"
Flask = { version = "^3.0", extras = ["async"] }
wide = "^1 || ^2"
maybe = { version = "*", optional = true }

[tool.poetry.scripts]
shop = "shop.cli:main"
old = { callable = "shop.old:main", extras = ["x"] }
new = { reference = "shop.new:main", type = "console" }
file = { reference = "bin/file.sh", type = "file" }
module = "shop.module"
"""


def clues(text: str):
    return list(detect(Survey(DictTree({"pyproject.toml": text}))))


def test_name_version_and_source():
    found = [(c.subject, c.value, str(c.at)) for c in clues(PROJECT) if isinstance(c, Said)]
    assert found == [
        ("name", "the-shop", "pyproject.toml:2"),
        ("version", "1.0rc1", "pyproject.toml:3"),
        ("source", "https://git.example/shop", "pyproject.toml:5"),
    ]


def test_dependencies_are_facts_and_python_is_none_of_them():
    found = [c.dependency for c in clues(PROJECT) if isinstance(c, Direct)]
    assert [(d.name, d.extras, str(d.specifier), d.at.line) for d in found] == [
        ("flask", ("async",), "<4,>=3.0", 9),
        ("wide", (), "None", 10),
    ]


def test_scripts_are_those_that_python_runs():
    found = [(c.name, c.target, c.at.line) for c in clues(PROJECT) if isinstance(c, Script)]
    assert found == [("shop", "shop.cli:main", 14), ("old", "shop.old:main", 15), ("new", "shop.new:main", 16)]


def test_they_can_be_run():
    package = {"pyproject.toml": PROJECT, "the_shop/__init__.py": "", "the_shop/cli.py": ""}
    assert [app.script for app in read_project(DictTree(package)).applications][:3] == ["shop", "new", "old"]
    assert read_project(DictTree(package)).frameworks[0].value == "flask"


def test_what_project_says_outranks_it():
    text = '[project]\nname = "p"\nversion = "2"\n[project.scripts]\np = "p:main"\n' + PROJECT
    facts = read_project(DictTree({"pyproject.toml": text, "the_shop.py": ""}))
    assert (facts.name.value, facts.version.value if facts.version else None) == ("p", "2")
    assert [script.name for script in facts.scripts] == ["p"]


NAMES = {"The.Shop": "the-shop", "The  Shop (new)": "the-shop-new", "_x_": "x", "": None, "?": None}


@pytest.mark.parametrize(("name", "normalized"), NAMES.items())
def test_any_text_may_be_a_name(name: str, normalized: str | None):
    found = [clue.value for clue in clues(f'[tool.poetry]\nname = "{name}"\nversion = ""\n') if isinstance(clue, Said)]
    assert found == ([normalized] if normalized else [])


def test_a_url_that_is_none_is_passed_over():
    text = '[tool.poetry.urls]\nRepository = 3\n"Source Code" = "https://git.example/x"\n'
    (found,) = [clue for clue in clues(text) if isinstance(clue, Said)]
    assert (found.value, str(found.at)) == ("https://git.example/x", "pyproject.toml:3")


QUIET = {
    "another tool": "[tool.ruff]\n",
    "no table": "",
    "a table that says nothing": "[tool.poetry]\npackages = []\n",
    "groups alone": '[tool.poetry.group.dev.dependencies]\npytest = "*"\n',
}


@pytest.mark.parametrize("text", QUIET.values(), ids=QUIET)
def test_stays_quiet(text: str):
    assert clues(text) == []


def test_stays_quiet_without_a_file():
    assert list(detect(Survey(DictTree({})))) == []


BROKEN = {
    '[tool.poetry]\nversion = "one"\n': "'one' is no version",
    '[tool.poetry.dependencies]\nx = "three"\n': "the dependency x cannot be read: 'three' is no version constraint",
}


@pytest.mark.parametrize(("text", "what"), BROKEN.items())
def test_what_cannot_be_read_has_its_line(text: str, what: str):
    with pytest.raises(ProjectError) as caught:
        clues(text)
    assert what in caught.value.what
    assert caught.value.at is not None
    assert caught.value.at.line == text.count("\n")
