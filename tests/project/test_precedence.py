"""Of several locks the one whose tool is in use counts; a real conflict names both places."""

from collections.abc import Iterator

import pytest

from pottle.errors import ConfigError, ProjectError
from pottle.project import lock_format
from pottle.project.clues import Clue
from pottle.project.lock_format import LockFormat
from pottle.project.precedence import choose
from pottle.project.survey import Survey
from pottle.project.tree import DictTree


def silent(survey: Survey, path: str) -> Iterator[Clue]:
    yield from ()


def made(name: str, standing: lock_format.Standing, path: str) -> LockFormat:
    evidence = lock_format.in_use("tool", name)
    return LockFormat(name, standing, lock_format.beside(path), lock_format.named(path), evidence, silent)


FORMATS = (
    made("uv", "lock", "uv.lock"),
    made("poetry", "lock", "poetry.lock"),
    made("requirements", "list", "requirements.txt"),
    made("conda", "list", "environment.yml"),
    made("pyproject", "project", "pyproject.toml"),
)

TABLES = {"uv": "[tool.uv]\n", "poetry": "[tool.poetry]\n", "both": "[tool.uv]\n[tool.poetry]\n", "": "[project]\n"}

CHOSEN = {
    "a lock alone": (["uv.lock"], "", ["uv.lock"]),
    "a lock beside a list": (["uv.lock", "requirements.txt"], "", ["uv.lock"]),
    "of two locks the one in use": (["uv.lock", "poetry.lock"], "poetry", ["poetry.lock"]),
    "the other way round": (["uv.lock", "poetry.lock"], "uv", ["uv.lock"]),
    "a lock whose tool nobody names": (["poetry.lock"], "uv", ["poetry.lock"]),
    "lists before the project": (
        ["requirements.txt", "environment.yml"], "", ["requirements.txt", "environment.yml", "pyproject.toml"],
    ),
    "nothing but the project": ([], "", ["pyproject.toml"]),
}  # fmt: skip


def survey(files: list[str], tool: str) -> Survey:
    return Survey(DictTree({"pyproject.toml": TABLES[tool], **dict.fromkeys(files, "")}))


@pytest.mark.parametrize(("files", "tool", "expected"), CHOSEN.values(), ids=CHOSEN)
def test_what_counts(files: list[str], tool: str, expected: list[str]):
    choice = choose(survey(files, tool), FORMATS)
    assert [found.path for found in choice.candidates] == expected


def test_what_is_passed_over_is_said():
    (warning,) = choose(survey(["uv.lock", "poetry.lock"], "poetry"), FORMATS).warnings
    assert str(warning.at) == "uv.lock"
    assert "poetry.lock" in warning.value


@pytest.mark.parametrize("tool", ["", "both"])
def test_a_real_conflict_names_both(tool: str):
    with pytest.raises(ProjectError, match=r"uv\.lock and poetry\.lock") as caught:
        choose(survey(["uv.lock", "poetry.lock"], tool), FORMATS)
    assert "lockfile" in (caught.value.hint or "")


def test_the_configuration_decides():
    choice = choose(survey(["uv.lock", "poetry.lock"], "both"), FORMATS, "poetry.lock")
    assert [found.format.name for found in choice.candidates] == ["poetry"]


@pytest.mark.parametrize("path", ["gone.lock", "pyproject.tom"])
def test_the_configuration_may_be_wrong(path: str):
    files = ["uv.lock", "pyproject.tom"]
    with pytest.raises(ConfigError):
        choose(survey(files, "uv"), FORMATS, path)
