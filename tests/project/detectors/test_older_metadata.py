"""Projects without a `[project]`."""

import pytest

from pottle.errors import ProjectError
from pottle.project.clues import Direct, Said
from pottle.project.detectors.older_metadata import detect
from pottle.project.facts import Packaging, Script
from pottle.project.reader import read_project
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

SETUP = """\
from setuptools import setup
setup(
    name="Shop_Tool",
    version="1.0",
    python_requires=">=3.9",
    install_requires=["flask>=3"],
    entry_points={"console_scripts": ["shop-tool = shop:main", "other = shop:other"]},
)
"""
FLIT = '[tool.flit.metadata]\nmodule = "shop"\nrequires = ["flask"]\n[tool.flit.scripts]\nshop = "shop:main"\n'


def clues(files: dict[str, str]):
    return list(detect(Survey(DictTree({**files}))))


def said(files: dict[str, str]) -> dict[str, str]:
    return {clue.subject: f"{clue.value} {clue.at}" for clue in clues(files) if isinstance(clue, Said)}


def test_a_setup_script_says_all_of_it():
    found = clues({"setup.py": SETUP})
    assert said({"setup.py": SETUP}) == {
        "name": "shop-tool setup.py:3",
        "version": "1.0 setup.py:4",
        "package_manager": "setuptools setup.py:3",
    }
    assert [clue.dependency.name for clue in found if isinstance(clue, Direct)] == ["flask"]
    assert [clue.name for clue in found if isinstance(clue, Script)] == ["shop-tool", "other"]
    assert [clue.backend for clue in found if isinstance(clue, Packaging)] == ["setuptools.build_meta:__legacy__"]


def test_the_script_that_bears_the_projects_name_is_the_stronger():
    first, second = read_project(DictTree({"setup.py": SETUP})).applications
    assert (first.script, second.script) == ("shop-tool", "other")
    assert first.strength > second.strength


def test_flit_says_it_too():
    found = clues({"pyproject.toml": FLIT, "shop.py": "__version__ = '0.3'\n"})
    assert said({"pyproject.toml": FLIT, "shop.py": "__version__ = '0.3'\n"}) == {
        "name": "shop pyproject.toml:2",
        "version": "0.3 shop.py:1",
        "package_manager": "flit pyproject.toml:2",
    }
    assert not [clue for clue in found if isinstance(clue, Packaging)]


BACKENDS = {
    "a build-system of its own": ({"pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "own"\n'}, "own"),
    "tables of tools": ({"pyproject.toml": "[tool.black]\n"}, "setuptools.build_meta:__legacy__"),
    "uv's word": ({"pyproject.toml": "[tool.uv]\npackage = false\n"}, None),
    "nothing": ({}, "setuptools.build_meta:__legacy__"),
}


@pytest.mark.parametrize(("files", "expected"), BACKENDS.values(), ids=BACKENDS)
def test_how_it_is_built(files: dict[str, str], expected: str | None):
    packaging = read_project(DictTree({"setup.py": SETUP, **files})).packaging
    assert (packaging and packaging.backend) == expected


def test_scripts_that_a_project_leaves_to_setup_py():
    files = {"pyproject.toml": '[project]\nname = "p"\nversion = "1"\ndynamic = ["scripts"]\n', "setup.py": SETUP}
    assert [clue.name for clue in clues(files) if isinstance(clue, Script)] == ["shop-tool", "other"]


def test_what_a_project_leaves_to_its_modules_and_files():
    project = '[project]\nname = "p"\ndynamic = ["version", "dependencies"]\n[tool.setuptools.dynamic]\n'
    dynamic = 'version = { attr = "p.V" }\ndependencies = { file = "requirements.txt" }\n'
    files = {"pyproject.toml": project + dynamic, "p.py": "V = '2.0'\n", "requirements.txt": "flask\n"}
    assert said(files) == {"version": "2.0 p.py:1"}
    assert [clue.dependency.name for clue in clues(files) if isinstance(clue, Direct)] == ["flask"]


QUIET = {
    "Poetry's": {"pyproject.toml": '[tool.poetry]\nname = "p"\n', "setup.py": SETUP},
    "a project": {"pyproject.toml": '[project]\nname = "p"\nversion = "1"\n', "setup.py": SETUP},
    "a script that sets nothing up": {"setup.py": "print('hello')\n"},
    "settings of others": {"setup.cfg": "[flake8]\n"},
    "none of these": {"main.py": ""},
    "one below": {"lib/setup.py": SETUP},
}


@pytest.mark.parametrize("files", QUIET.values(), ids=QUIET)
def test_stays_quiet(files: dict[str, str]):
    assert clues(files) == []


def test_requirements_outrank_it_and_it_still_names_the_project():
    facts = read_project(DictTree({"setup.py": SETUP, "requirements.txt": "flask==3.1\n"}))
    assert (facts.name.value, facts.package_manager.value, facts.lock and facts.lock.format) == (
        *("shop-tool", "pip"),
        "requirements",
    )


def test_stops():
    with pytest.raises(ProjectError) as caught:
        clues({"setup.py": SETUP.replace("1.0", "one")})
    assert str(caught.value).startswith("setup.py:4: 'one' is no version")


def test_a_handler_of_sigterm_is_noticed():
    code = "import signal\nsignal.signal(signal.SIGTERM, print)\n"
    assert all(app.handles_sigterm for app in read_project(DictTree({"setup.py": SETUP, "shop.py": code})).applications)
