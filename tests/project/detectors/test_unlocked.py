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
    assert (warning.subject, str(warning.at)) == ("warning", "pyproject.toml:4")
    assert "pottle lock" in warning.value


@pytest.mark.parametrize(
    ("more", "how"),
    [
        ("", "`pottle lock`"),
        ("[tool.uv]\n", "`uv lock`"),
        ('[build-system]\nrequires = []\nbuild-backend = "uv_build"\n', "`uv lock`"),
    ],
)
def test_the_advice_is_the_projects_own_tool(more: str, how: str):
    (warning,) = [clue for clue in clues(PROJECT + 'dependencies = ["a"]\n' + more) if isinstance(clue, Said)]
    assert how in warning.value


def test_what_only_the_backend_knows_is_left_to_it_and_that_is_said():
    found = clues(PROJECT + 'dynamic = ["dependencies"]\n')
    wanted = next(clue for clue in found if isinstance(clue, Lock))
    assert wanted.asks is not None
    assert (str(wanted.asks.at), len(wanted.asks.value), wanted.complete) == ("pyproject.toml:4", 64, False)
    (warning,) = [clue for clue in found if isinstance(clue, Said)]
    assert "only the project's backend knows" in warning.value


@pytest.mark.parametrize(
    ("files", "format_"),
    [
        ({"setup.py": "setup(install_requires=['a'])"}, "setuptools"),
        ({"setup.cfg": "[options]\ninstall_requires = a\n"}, "setuptools"),
        ({"pyproject.toml": '[tool.flit.metadata]\nmodule = "p"\nrequires = ["a"]\n'}, "flit"),
    ],
)
def test_older_metadata_are_asked_too(files: dict[str, str], format_: str):
    found = list(detect(Survey(DictTree({**files})), next(iter(files))))
    wanted = next(clue for clue in found if isinstance(clue, Lock))
    assert (wanted.format, [root.name for root in wanted.roots], wanted.asks) == (format_, ["a"], None)


def test_a_directory_of_the_repository_brings_what_it_needs():
    project = PROJECT + 'dependencies = ["lib"]\n[tool.uv.sources]\nlib = { path = "lib" }\n'
    lib = '[project]\nname = "lib"\nversion = "1"\ndependencies = ["six"]\n'
    found = list(detect(Survey(DictTree({"pyproject.toml": project, "lib/pyproject.toml": lib})), "pyproject.toml"))
    wanted = next(clue for clue in found if isinstance(clue, Lock))
    assert [root.name for root in wanted.roots] == ["lib", "six"]
    assert wanted.members == ("lib",)


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
