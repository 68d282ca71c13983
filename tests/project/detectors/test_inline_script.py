"""Scripts with inline metadata (PEP 723)."""

import pytest

from pottle.errors import ProjectError
from pottle.project.clues import Said
from pottle.project.detectors.inline_script import FORMAT, NAMED, detect
from pottle.project.facts import Lock
from pottle.project.reader import read_project
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

HASH = "0" * 64
SCRIPT = '# /// script\n# requires-python = ">=3.11"\n# dependencies = [\n#   "idna>=3",\n# ]\n# ///\nimport idna\n'
LOCK = f"""version = 1
requires-python = ">=3.11"

[manifest]
requirements = [{{ name = "idna", specifier = ">=3" }}]

[[package]]
name = "idna"
version = "3.7"
source = {{ registry = "https://index.example/simple" }}
wheels = [
    {{ url = "https://files.example/idna-3.7-py3-none-any.whl", hash = "sha256:{HASH}", size = 1 }},
]
"""
PROJECT = '[project]\nname = "p"\nversion = "1"\ndependencies = ["six"]\n[build-system]\nrequires = []\nbuild-backend = "own"\n'


def clues(script: str = SCRIPT, **more: str):
    return list(detect(Survey(DictTree({"a.py": script, **more})), "a.py"))


def lock(script: str = SCRIPT, **more: str) -> Lock:
    return next(clue for clue in clues(script, **more) if isinstance(clue, Lock))


def facts(files: dict[str, str], script: str | None = None):
    return read_project(DictTree({**files}), script=script)


def test_its_dependencies_are_left_to_be_resolved_and_that_is_said():
    found = lock()
    assert [(root.name, str(root.specifier), str(root.at)) for root in found.roots] == [("idna", ">=3", "a.py:4")]
    assert not found.complete
    (warning,) = [clue for clue in clues() if isinstance(clue, Said) and clue.subject == "unpinned"]
    assert "uv lock --script a.py" in warning.value


def test_the_lock_beside_it_decides_them():
    found = lock(**{"a.py.lock": LOCK})
    assert (found.format, found.complete, found.at.path) == ("uv", True, "a.py.lock")
    assert [(root.name, str(root.at)) for root in found.roots] == [("idna", "a.py.lock:5")]


STALE = {
    "another specifier": ('"idna>=3"', '"idna>=4"', "a.py:4: a.py.lock is stale: the project asks for idna>=4"),
    "a dependency more": ('"idna>=3",', '"idna>=3", "six"', "a.py:4: a.py.lock is stale: the project asks for six"),
    "another Python": (">=3.11", ">=3.12", "a.py:2: a.py.lock is stale: it was made for Python >=3.11"),
    "a constraint": ("# ///\n", '# [tool.uv]\n# constraint-dependencies = ["six<2"]\n# ///\n', "a.py:7: a.py.lock is stale"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), STALE.values(), ids=STALE)
def test_what_it_was_not_made_for_stops(old: str, new: str, message: str):
    script = "# /// script\n" + SCRIPT.removeprefix("# /// script\n").replace(old, new)
    with pytest.raises(ProjectError) as caught:
        lock(script, **{"a.py.lock": LOCK})
    assert str(caught.value).startswith(message)
    assert caught.value.hint == "run `uv lock --script a.py`"


BROKEN = {
    "no version": (LOCK.replace("version = 1\n", "", 1), "a.py.lock:1: this is no lock of uv"),
    "no source": (LOCK.replace('source = { registry = "https://index.example/simple" }\n', ""), "a.py.lock:7: the entry of idna"),
    "nobody answers": (LOCK.replace('"idna"\nversion', '"six"\nversion'), "a.py.lock:5: the lock has no entry for idna"),
    "nonsense": (LOCK.replace("[{ name", "[{ nome"), "a.py.lock: it is not as uv writes it"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), BROKEN.values(), ids=BROKEN)
def test_a_broken_lock_stops(text: str, message: str):
    with pytest.raises(ProjectError) as caught:
        lock(**{"a.py.lock": text})
    assert str(caught.value).startswith(message)


def test_indexes_and_sources_of_the_script():
    more = (
        '# [[tool.uv.index]]\n# name = "own"\n# url = "https://u:secret@own.example/simple"\n# explicit = true\n'
        '# [[tool.uv.index]]\n# url = "https://main.example/simple"\n# default = true\n'
        '# [[tool.uv.index]]\n# url = "https://more.example/simple"\n# [tool.uv.sources]\n# idna = { index = "own" }\n# ///\n'
    )
    found = lock("# /// script\n" + SCRIPT.removeprefix("# /// script\n").replace("# ///\n", more))
    assert (found.index, found.extra_indexes) == ("https://main.example/simple", ("https://more.example/simple",))
    assert found.distributions[0].source_id == "https://own.example/simple"
    assert "secret" not in repr(found)


# --- the script as a project ----------------------------------------------------------------------


def test_the_script_is_the_application():
    found = facts({"my_report.py": SCRIPT, "other.py": "if __name__ == '__main__':\n    pass\n"})
    assert (found.name.value, found.package_manager.value) == ("my-report", "pep723")
    assert [app.target for app in found.applications] == ["my_report.py"]
    assert [str(wish.specifier) for wish in found.python] == [">=3.11"]
    assert [each.name for each in found.dependencies] == ["idna"]


def test_an_application_in_the_script_is_the_stronger():
    code = SCRIPT + "from fastapi import FastAPI\napp = FastAPI()\n"
    found = facts({"a.py": code, "other.py": "from fastapi import FastAPI\napp = FastAPI()\n"})
    assert [app.target for app in found.applications] == ["a:app", "a.py"]


def test_what_else_declares_the_project_outranks_it():
    for other in (
        {"pyproject.toml": PROJECT},
        {"requirements.txt": "six"},
        {"setup.py": "setup(install_requires=['six'])"},
    ):
        found = facts({"a.py": SCRIPT, **other})
        assert found.lock is not None
        assert [root.name for root in found.lock.roots] == ["six"]


def test_unless_it_is_named():
    found = facts({"a.py": SCRIPT, "pyproject.toml": PROJECT, "uv.lock": "", "requirements.txt": "six"}, "a.py")
    assert found.lock is not None
    assert [root.name for root in found.lock.roots] == ["idna"]
    assert (found.name.value, found.packaging) == ("a", None)


def test_a_script_without_metadata_is_run_in_the_project():
    found = facts({"a.py": "print()", "pyproject.toml": PROJECT, "b.py": ""}, "a.py")
    assert (found.name.value, [app.target for app in found.applications]) == ("p", ["a.py"])


def test_what_the_project_around_it_starts_is_not_meant():
    more = {"Procfile": "web: gunicorn b:app\n", "Dockerfile": 'FROM python\nCMD ["gunicorn", "b:app"]\n'}
    files = {"a.py": "print()", "requirements.txt": "gunicorn\n", **more}
    assert [process.name for process in facts(files).processes] == ["web"]
    assert facts(files).recipe is not None
    named = facts(files, "a.py")
    assert (named.processes, named.recipe) == ((), None)


def test_main_is_the_one_of_several():
    survey = Survey(DictTree({"main.py": SCRIPT, "a.py": SCRIPT}))
    assert FORMAT.find(survey) == "main.py"
    assert facts({"main.py": SCRIPT, "a.py": SCRIPT}).name.value == "app"


def test_two_without_a_main_are_named():
    with pytest.raises(ProjectError, match=r"a\.py and b\.py") as caught:
        facts({"b.py": SCRIPT, "a.py": SCRIPT})
    assert "pottle build a.py" in (caught.value.hint or "")
    assert facts({"b.py": SCRIPT, "a.py": SCRIPT}, "b.py").name.value == "b"


@pytest.mark.parametrize("files", [{"a.py": "print()"}, {"tools/a.py": SCRIPT}, {"a.txt": SCRIPT}])
def test_stays_quiet(files: dict[str, str]):
    survey = Survey(DictTree({**files}))
    assert (FORMAT.find(survey), NAMED.find(survey)) == (None, None)
    assert list(detect(survey, "a.py")) == []


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("# /// script\n# dependencies = [\n# ///\n", "a.py:2: the script metadata are not TOML"),
        ("# /// script\n# dependencies = []\n", "a.py:1: the script metadata have no end"),
        (SCRIPT + SCRIPT, "a.py:8: there are two blocks of script metadata"),
        ('# /// script\n# dependencies = "idna"\n# ///\n', "a.py:2: `dependencies` has to be a list"),
        ('# /// script\n# dependencies = ["a => 3"]\n# ///\n', "a.py:2: 'a => 3' is no requirement"),
        ('# /// script\n# requires-python = "three"\n# ///\n', "a.py:2: 'three' is no version specifier"),
    ],
)
def test_broken_metadata_stop(script: str, message: str):
    with pytest.raises(ProjectError) as caught:
        clues(script)
    assert str(caught.value).startswith(message)


def test_carriage_returns_and_comments_around_are_nothing_special():
    text = "\ufeff#!/usr/bin/env python\r\n" + SCRIPT.replace("\n", "\r\n")
    assert [str(root.at) for root in lock(text).roots] == ["a.py:5"]
