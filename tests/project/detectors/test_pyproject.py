"""What pyproject.toml says."""

import pytest

from pottle.project.clues import Said
from pottle.project.detectors.pyproject import detect
from pottle.project.facts import Packaging
from pottle.project.reader import read_project
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

PROJECT = '[project]\nname = "My.Project"\nversion = "1.0.0-RC1"\n'
BUILD = '[build-system]\nrequires = ["flit_core>=3"]\nbuild-backend = "flit_core.buildapi"\n'


def clues(text: str):
    return list(detect(Survey(DictTree({"pyproject.toml": text}))))


def said(text: str) -> dict[str, str]:
    return {clue.subject: clue.value for clue in clues(text) if isinstance(clue, Said)}


def backend(text: str) -> str | None:
    return next((clue.backend for clue in clues(text) if isinstance(clue, Packaging)), None)


def test_names_and_versions_are_normalized():
    assert said(PROJECT) == {"name": "my-project", "version": "1.0.0rc1"}


def test_a_dynamic_version_is_not_guessed():
    assert said('[project]\nname = "p"\ndynamic = ["version"]\n') == {"name": "p"}


def test_a_file_for_tools_alone_says_nothing():
    assert clues("[tool.ruff]\nline-length = 100\n") == []


def test_no_file_says_nothing():
    assert list(detect(Survey(DictTree({})))) == []


PACKAGED = {
    "a build-system": (BUILD, "flit_core.buildapi"),
    "none": ("", None),
    "refused": (BUILD + "[tool.uv]\npackage = false\n", None),
    "demanded": ("[tool.uv]\npackage = true\n", "setuptools.build_meta:__legacy__"),
    "a backend that is not named": ("[build-system]\nrequires = ['setuptools']\n", "setuptools.build_meta:__legacy__"),
}


@pytest.mark.parametrize(("text", "expected"), PACKAGED.values(), ids=PACKAGED)
def test_packaged_or_virtual(text, expected):
    assert backend(PROJECT + text) == expected


@pytest.mark.parametrize(
    ("text", "manager"),
    [
        ("[tool.uv]\n", "uv"),
        ("[tool.poetry]\n", "poetry"),
        ("[tool.pdm]\n", "pdm"),
        (BUILD, "flit"),
        ("", None),
        ('[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n', None),
    ],
)
def test_whose_project_it_is(text, manager):
    assert said(PROJECT + text).get("package_manager") == manager


@pytest.mark.parametrize(
    ("label", "found"), [("Source Code", True), ("repository", True), ("Documentation", False), ("Funding", False)]
)
def test_where_the_sources_live(label, found):
    text = PROJECT + f'[project.urls]\n"{label}" = "https://me:secret@git.example/p"\n'
    assert said(text).get("source") == ("https://git.example/p" if found else None)


NAMELESS = {
    "PDM leaves them empty": '[project]\nname = ""\nversion = ""\n[tool.pdm]\n',
    "PDM leaves them out": "[project]\ndependencies = []\n[tool.pdm]\ndistribution = false\n",
    "Poetry leaves them out": "[project]\ndependencies = []\n[tool.poetry]\npackage-mode = false\n",
}


@pytest.mark.parametrize("text", NAMELESS.values(), ids=NAMELESS)
def test_what_is_no_package_needs_neither_name_nor_version(text: str):
    facts = read_project(DictTree({"pyproject.toml": text, "main.py": ""}))
    assert (facts.name.value, facts.version) == ("app", None)


def test_nobody_installs_the_scripts_of_what_is_no_package():
    text = '[project]\nname = "p"\nversion = "1"\n[tool.poetry]\npackage-mode = false\n[project.scripts]\nx = "p.settings"\ny = "p:main"\n'
    facts = read_project(DictTree({"pyproject.toml": text, "main.py": ""}))
    assert [script.name for script in facts.scripts] == ["y"]
    assert [app.target for app in facts.applications] == ["p:main", "main.py"]
