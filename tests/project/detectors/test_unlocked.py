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
    assert "pottle lock" in warning.value


TOOLS = {
    "": "pottle",
    "[tool.uv]\n": "uv",
    "[tool.pdm]\n": "pdm",
    "[tool.poetry]\npackages = []\n": "poetry",
    '[build-system]\nbuild-backend = "uv_build"\n': "uv",
    '[build-system]\nbuild-backend = "poetry.core.masonry.api"\n': "poetry",
    '[build-system]\nbuild-backend = "pdm.backend"\n': "pdm",
    '[build-system]\nbuild-backend = "hatchling.build"\n': "pottle",
}


@pytest.mark.parametrize(("text", "tool"), TOOLS.items())
def test_the_advice_is_for_the_manager_in_use(text: str, tool: str):
    (warning,) = [clue for clue in clues(PROJECT + 'dependencies = ["a"]\n' + text) if isinstance(clue, Said)]
    assert warning.value.endswith(f"run `{tool} lock`")


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


# --- Poetry's own dependencies --------------------------------------------------------------------

POETRY = """[tool.poetry]
name = "p"
[tool.poetry.dependencies]
python = "^3.11"
a = "^1.2"
b = { version = "~2", extras = ["x"], python = "<3.12", source = "ours" }
c = "^1 || ^2.5"
d = { git = "https://me:secret@git.example/d.git", rev = "v1", subdirectory = "py" }
e = { url = "https://files.example/e-1-py3-none-any.whl" }
f = { path = "libs/f", develop = true }
g = { path = "g-1-py3-none-any.whl", optional = true }
[tool.poetry.extras]
more = ["g"]
[tool.poetry.group.dev.dependencies]
pytest = "*"
[[tool.poetry.source]]
name = "ours"
url = "https://me:secret@index.example/ours/"
priority = "explicit"
[[tool.poetry.source]]
name = "first"
url = "https://index.example/first"
[[tool.poetry.source]]
name = "second"
url = "https://index.example/second"
secondary = true
[[tool.poetry.source]]
name = "instead"
url = "https://index.example/instead"
priority = "default"
[[tool.poetry.source]]
name = "PyPI"
priority = "primary"
"""
LIBRARY = {"libs/f/pyproject.toml": "", "g-1-py3-none-any.whl": ""}


def poetrys(text: str = POETRY):
    found = list(detect(Survey(DictTree({"pyproject.toml": text, **LIBRARY})), "pyproject.toml"))
    return next(clue for clue in found if isinstance(clue, Lock)), found


def test_poetrys_constraints_become_requirements():
    wanted, found = poetrys()
    assert [(d.name, str(d.specifier), d.url, d.extras, str(d.marker or "")) for d in wanted.roots] == [
        ("a", "<2,>=1.2", None, (), ""),
        ("b", "<3,>=2", None, ("x",), 'python_full_version < "3.12"'),
        ("c", "<3,>=2.5", None, (), ""),
        ("d", "None", "git+https://git.example/d.git@v1#subdirectory=py", (), ""),
        ("e", "None", "https://files.example/e-1-py3-none-any.whl", (), ""),
        ("f", "None", None, (), ""),
    ]
    assert {name: [d.name for d in edges] for name, edges in (*wanted.extras, *wanted.groups)} == {
        "more": ["g"],
        "dev": ["pytest"],
    }
    (warning,) = [clue for clue in found if isinstance(clue, Said)]
    assert "run `poetry lock`" in warning.value
    assert "secret" not in str(found)


def test_what_is_no_name_on_the_users_index_is_listed():
    wanted, _ = poetrys()
    found = {d.name: (d.source, d.source_id, d.backend) for d in wanted.distributions}
    assert [found[name] for name in ("a", "b", "f", "g")] == [
        ("registry", "https://index.example/instead", None),
        ("registry", "https://index.example/ours", None),
        ("directory", "libs/f", "setuptools.build_meta:__legacy__"),
        ("path", "g-1-py3-none-any.whl", None),
    ]


def test_indexes_are_asked_instead_of_the_users_and_besides():
    wanted, _ = poetrys()
    assert wanted.index == "https://index.example/instead"
    assert wanted.extra_indexes == ("https://index.example/first", "https://index.example/second")


def test_poetry_2_enriches_what_project_says():
    text = PROJECT + 'dependencies = ["a>=1"]\n[tool.poetry.dependencies]\na = { source = "ours" }\n'
    wanted, _ = poetrys(text + POETRY[POETRY.index("[[tool.poetry.source]]") :])
    assert [(d.name, d.source_id, str(d.at)) for d in wanted.distributions] == [
        ("a", "https://index.example/ours", "pyproject.toml:4"),
    ]
    assert str(wanted.at) == "pyproject.toml:4"


@pytest.mark.parametrize("text", ["[tool.poetry]\n", '[tool.poetry.dependencies]\npython = "^3.11"\n'])
def test_poetry_without_a_dependency_has_nothing_to_resolve(text: str):
    assert clues(text) == []


def test_an_index_that_nobody_describes_stops():
    with pytest.raises(ProjectError, match="a comes from the source 'gone', which nothing describes"):
        clues('[tool.poetry.dependencies]\na = { version = "*", source = "gone" }\n')
