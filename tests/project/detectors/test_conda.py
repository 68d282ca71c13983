"""`environment.yml` as a list of requirements."""

import pytest

from pottle.errors import ProjectError
from pottle.project.clues import Said
from pottle.project.detectors.conda import FORMAT, detect
from pottle.project.facts import Lock
from pottle.project.reader import read_project
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

TEXT = "name: Shop_Env\ndependencies:\n  - python=3.12\n  - numpy>=2\n  - pip:\n    - flask==3.1.2\n    - -r more.txt\n"
PROJECT = '[project]\nname = "p"\nversion = "1"\n'


def clues(text: str = TEXT, **more: str):
    files = {"environment.yml": text, "more.txt": "six", **more}
    return list(detect(Survey(DictTree(files)), "environment.yml"))


def lock(text: str = TEXT, **more: str) -> Lock:
    return next(clue for clue in clues(text, **more) if isinstance(clue, Lock))


def test_both_parts_are_wanted():
    found = lock()
    assert [(root.name, str(root.specifier), str(root.at)) for root in found.roots] == [
        ("numpy", ">=2", "environment.yml:4"),
        ("flask", "==3.1.2", "environment.yml:6"),
        ("six", "", "more.txt:1"),
    ]
    assert (found.format, found.complete) == ("conda", False)


def test_what_is_translated_is_said():
    (warning,) = [clue for clue in clues() if isinstance(clue, Said) and clue.subject == "warning"]
    assert warning.value == "these are taken from a package index, not from conda's channels: numpy"


def test_it_names_the_project_where_nothing_else_does():
    assert read_project(DictTree({"environment.yml": TEXT, "more.txt": ""})).name.value == "shop-env"
    files = {"environment.yml": TEXT, "more.txt": "", "pyproject.toml": PROJECT}
    assert read_project(DictTree(files)).name.value == "p"
    assert read_project(DictTree({"environment.yml": "name: base\ndependencies:\n- pip\n"})).name.value == "app"


def test_it_is_condas():
    facts = read_project(DictTree({"environment.yaml": TEXT, "more.txt": ""}))
    assert (facts.package_manager.value, facts.lock and facts.lock.at.path) == ("conda", "environment.yaml")


QUIET = {
    "a project that says what it needs": {"pyproject.toml": PROJECT + 'dependencies = ["attrs"]\n'},
    "a requirements file": {"requirements.txt": "attrs\n"},
}


@pytest.mark.parametrize("files", QUIET.values(), ids=QUIET)
def test_stays_quiet_beside(files: dict[str, str]):
    facts = read_project(DictTree({"environment.yml": "dependencies:\n- gdal\n", "main.py": "", **files}))
    assert facts.lock is not None
    assert [root.name for root in facts.lock.roots] == ["attrs"]


def test_stays_quiet_without_the_file():
    assert FORMAT.find(Survey(DictTree({"env/environment.yml": TEXT, "conda.yml": TEXT}))) is None
    assert list(detect(Survey(DictTree({"main.py": ""})), "environment.yml")) == []


def test_all_that_exists_in_conda_alone_is_refused_at_once():
    with pytest.raises(ProjectError) as caught:
        clues("dependencies:\n  - gdal=3.9\n  - numpy\n  - mkl\n  - numpy=1|2\n")
    errors = [caught.value, *caught.value.also]
    assert [(error.what.split(" ")[0], str(error.at)) for error in errors] == [
        ("gdal", "environment.yml:2"),
        ("mkl", "environment.yml:4"),
        ("'numpy=1|2'", "environment.yml:5"),
    ]
    assert all(error.hint for error in errors)


def test_a_part_for_pip_alone_needs_no_translation():
    found = clues("dependencies:\n  - pip\n  - pip:\n    - flask\n")
    assert not [clue for clue in found if isinstance(clue, Said) and clue.subject == "warning"]
