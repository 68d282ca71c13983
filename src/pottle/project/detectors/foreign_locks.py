"""Locks of managers that are not read: ignoring one would resolve anew what it has decided."""

from collections.abc import Callable, Iterator

from pottle.errors import ProjectError
from pottle.project import lock_format
from pottle.project.clues import Clue
from pottle.project.lock_format import LockFormat
from pottle.project.survey import Survey
from pottle.text import Location


def _refuse(command: str) -> Callable[[Survey, str], Iterator[Clue]]:
    def detect(survey: Survey, path: str) -> Iterator[Clue]:  # noqa: ARG001
        hint = f"export it: `{command}`"
        raise ProjectError("this lock cannot be read yet, and is not passed over", at=Location(path), hint=hint)

    return detect


def _format(name: str, path: str, command: str) -> LockFormat:
    evidence = lock_format.in_use("tool", name) if name == "pdm" else lock_format.nothing
    return LockFormat(name, "lock", lock_format.beside(path), lock_format.named(path), evidence, _refuse(command))


FORMATS = (_format("pdm", "pdm.lock", "pdm export -o requirements.txt"),)
"""File → the command that writes what it holds as hashed requirements."""
