"""Locks of managers that are not read: ignoring one would resolve anew what it has decided."""

from collections.abc import Iterator

from pottle.errors import ProjectError
from pottle.project.clues import Clue
from pottle.project.survey import Survey
from pottle.text import Location

EXPORTS = {
    "poetry.lock": "poetry export -o requirements.txt",
    "pdm.lock": "pdm export -o requirements.txt",
    "Pipfile.lock": "pipenv requirements --hash > requirements.txt",
    "pylock.toml": "uv pip compile --generate-hashes pyproject.toml -o requirements.txt",
}
"""File → the command that writes what it holds as hashed requirements."""


def detect(survey: Survey) -> Iterator[Clue]:
    """Nothing: raises `ProjectError` where there is one and no lock that can be read."""
    for path, command in EXPORTS.items():
        if survey.tree.exists(path):
            hint = f"export it: `{command}`"
            raise ProjectError("this lock cannot be read yet, and is not passed over", at=Location(path), hint=hint)
    yield from ()
