"""`Pipfile`: the Python that pipenv makes the environment with (pipenv, "Specifying Versions of Python")."""

from collections.abc import Iterator

from pottle.errors import ProjectError
from pottle.project.detectors.python import notation
from pottle.project.facts import PythonWish
from pottle.project.survey import Survey


def read(survey: Survey, path: str) -> Iterator[PythonWish]:
    """`python_full_version`, else `python_version`."""
    document = survey.toml(path)
    assert document is not None, "it exists"
    requires = document.table("requires")
    key = "python_full_version" if requires.get("python_full_version") else "python_version"
    value, at = requires.get(key), document.at("requires", key)
    if value is None:
        return
    if not isinstance(value, str):
        raise ProjectError(f"`{key}` has to be text", at=at, hint=f'write `{key} = "3.13"`')
    if wish := notation.version(value, at):
        yield wish
