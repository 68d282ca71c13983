"""What there is to know of a lock's format before it is read: where it lies, and how the project says that it is in use."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pottle.errors import ProjectError
from pottle.project.clues import Clue
from pottle.project.survey import Survey
from pottle.text import Location
from pottle.toml import Document

Standing: TypeAlias = Literal["lock", "list", "project"]
"""A tool's own lock; a list that somebody keeps or exports; what the project asks for where nothing has decided it."""


@dataclass(frozen=True, slots=True)
class LockFormat:
    """One way in which a project's dependencies are written down."""

    name: str
    """"uv", "poetry", "requirements" …"""
    standing: Standing
    find: Callable[[Survey], str | None]
    """The path at which the project has one, relative to it; None: it has none."""
    reads: Callable[[str], bool]
    """Whether a file of this name is one, for those who name it in the configuration."""
    evidence: Callable[[Survey], Location | None]
    """Where the project says that the tool which writes it is in use: a `[tool.poetry]`, a `Pipfile`."""
    detect: Callable[[Survey, str], Iterator[Clue]]
    """What the file at that path says."""


def beside(path: str) -> Callable[[Survey], str | None]:
    """The file of that name in the project's directory, if there is one."""
    return lambda survey: path if survey.tree.exists(path) else None


def named(*names: str) -> Callable[[str], bool]:
    """Whether a path ends in one of these names."""
    return lambda path: path.rpartition("/")[2] in names


def in_use(*keys: str) -> Callable[[Survey], Location | None]:
    """Where `pyproject.toml` has that table."""

    def evidence(survey: Survey) -> Location | None:
        document = survey.pyproject
        return document.at(*keys) if document is not None and document.get(*keys) is not None else None

    return evidence


def nothing(survey: Survey) -> None:
    """The evidence for a format whose file speaks for itself."""


def declaring(survey: Survey, path: str) -> Document:
    """The `pyproject.toml` that a tool's lock at `path` was made from. Raises `ProjectError` where it is gone."""
    if survey.pyproject is None:
        what = f"there is a {path.rpartition('/')[2]}, but no pyproject.toml"
        raise ProjectError(what, at=Location(path), hint="remove it, or bring back its pyproject.toml")
    return survey.pyproject
