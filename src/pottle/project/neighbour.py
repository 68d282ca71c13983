"""Other projects of the same repository that this one depends on: read for what they are called and how they are built, never run."""

import posixpath

from packaging.utils import NormalizedName, canonicalize_name

from pottle.errors import ProjectError
from pottle.project import metadata, packaged
from pottle.project.declared import LEGACY_BACKEND
from pottle.project.survey import Survey
from pottle.text import Location


def backend(survey: Survey, directory: str, at: Location) -> str:
    """The PEP 517 backend of the project in `directory`, which `at` names. Raises `ProjectError` where none can be seen."""
    _check(survey, directory, at)
    document = survey.toml(posixpath.join(directory, "pyproject.toml"))
    if document is None:
        return LEGACY_BACKEND
    return packaged.backend(document)


def name(survey: Survey, directory: str, at: Location) -> NormalizedName:
    """What the project in `directory` is called. Raises `ProjectError` where none can be seen, or it does not say."""
    _check(survey, directory, at)
    if found := metadata.read(survey, directory).name:
        return canonicalize_name(found.value)
    raise ProjectError(
        f"{directory} does not say what it is called", at=at, hint="write `name` into its pyproject.toml"
    )


def holds_project(survey: Survey, directory: str) -> bool:
    """Whether there is a project in `directory`."""
    return any(survey.tree.exists(posixpath.join(directory, name)) for name in ("pyproject.toml", "setup.py"))


def _check(survey: Survey, directory: str, at: Location) -> None:
    if holds_project(survey, directory):
        return
    if directory.startswith(("..", "/")):
        what = f"{directory} lies outside of the project's repository, or holds no project"
        raise ProjectError(what, at=at, hint="move it into the repository, or publish it on an index")
    raise ProjectError(
        f"{directory} holds no project", at=at, hint="is the path right, and is the submodule checked out?"
    )
