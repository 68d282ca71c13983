"""`pyproject.toml` without a lock."""

import pytest

from pottle.errors import ProjectError
from pottle.project.clues import Said
from pottle.project.detectors.unlocked import detect
from pottle.project.facts import Lock
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

PROJECT = '[project]\nname = "p"\nversion = "1"\n'


def clues(text: str):
    return list(detect(Survey(DictTree({"pyproject.toml": text})), "pyproject.toml"))


def lock(text: str) -> Lock:
    return next(clue for clue in clues(text) if isinstance(clue, Lock))


def test_its_dependencies_are_left_to_be_resolved_and_that_is_said():
    found = clues(PROJECT + "dependencies = [\n  \"flask[async]>=3; python_version > '3.10'\",\n]\n")
    wanted = next(clue for clue in found if isinstance(clue, Lock))
    (flask,) = wanted.roots
    assert (flask.name, flask.extras, str(flask.specifier), str(flask.at)) == (
        *("flask", ("async",), ">=3"),
        "pyproject.toml:5",
    )
    assert str(flask.marker) == 'python_version > "3.10"'
    assert not wanted.complete
    (warning,) = [clue for clue in found if isinstance(clue, Said)]
    assert (warning.subject, str(warning.at)) == ("unpinned", "pyproject.toml:4")
    assert "uv lock" in warning.value


def test_extras_and_groups_are_kept_for_those_who_ask():
    wanted = lock(
        PROJECT + 'dependencies = ["a"]\n[project.optional-dependencies]\nFast_Json = ["orjson"]\n'
        '[dependency-groups]\ndev = ["pytest", { include-group = "lint" }]\nlint = ["ruff"]\n'
    )
    assert [d.name for d in wanted.roots] == ["a"]
    assert {name: [d.name for d in edges] for name, edges in wanted.extras} == {"fast-json": ["orjson"]}
    assert {name: [d.name for d in edges] for name, edges in wanted.groups} == {
        "dev": ["pytest", "ruff"],
        "lint": ["ruff"],
    }


@pytest.mark.parametrize("text", ["", "[tool.x]\n", PROJECT, PROJECT + "dependencies = []\n"])
def test_without_a_dependency_there_is_nothing_to_resolve(text: str):
    assert clues(text) == []


@pytest.mark.parametrize(
    ("text", "what", "line"),
    [
        (PROJECT + 'dynamic = ["dependencies"]\n', "dependencies are dynamic, and there is no lock", 4),
        (
            PROJECT + '[project.optional-dependencies]\nx = "a"\n',
            "`project.optional-dependencies.x` has to be a list",
            5,
        ),
        (PROJECT + '[dependency-groups]\nx = "a"\n', "the dependency group 'x' is no list", 5),
        (
            PROJECT + 'dependencies = ["a"]\n[tool.uv.sources]\na = { workspace = true }\n',
            "a has a source of its own, and there is no lock",
            4,
        ),
    ],
)
def test_what_cannot_be_resolved_from_an_index_stops(text: str, what: str, line: int):
    with pytest.raises(ProjectError) as caught:
        clues(text)
    assert what in caught.value.what
    assert caught.value.at is not None
    assert caught.value.at.line == line
