"""Other projects of the same repository that this one depends on: read for how they are built, never run."""

import posixpath

from pottle.errors import ProjectError
from pottle.project.survey import Survey
from pottle.text import Location

LEGACY_BACKEND = "setuptools.build_meta:__legacy__"
"""PEP 517: what a `[build-system]` without `build-backend`, and a project without that table, means."""


def backend(survey: Survey, directory: str, at: Location) -> str:
    """The PEP 517 backend of the project in `directory`, which `at` names. Raises `ProjectError` where none can be seen."""
    document = survey.toml(posixpath.join(directory, "pyproject.toml"))
    if document is not None:
        return str(document.get("build-system", "build-backend") or LEGACY_BACKEND)
    if survey.tree.exists(posixpath.join(directory, "setup.py")):
        return LEGACY_BACKEND
    if directory.startswith(".."):
        what = f"{directory} lies outside of the project's repository, or holds no project"
        raise ProjectError(what, at=at, hint="move it into the repository, or publish it on an index")
    raise ProjectError(
        f"{directory} holds no project", at=at, hint="is the path right, and is the submodule checked out?"
    )
