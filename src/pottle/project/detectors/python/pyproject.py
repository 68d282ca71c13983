"""`pyproject.toml`: `requires-python` (PEP 621), which PDM, Hatch and uv share, Poetry's own dependency on `python`, flit's older table."""

import re
from collections.abc import Iterator, Mapping

from pottle.errors import ProjectError
from pottle.project import poetry_constraint
from pottle.project.detectors.python import notation
from pottle.project.facts import PythonWish
from pottle.project.survey import Survey
from pottle.text import Location

_MINOR = re.compile(r"\s*={0,2}\s*(3\.\d+)\s*")


def required(survey: Survey, path: str) -> Iterator[PythonWish]:  # noqa: ARG001 - the survey has parsed it
    """`[project] requires-python`."""
    document = survey.pyproject
    assert document is not None, "it exists"
    bound = document.get("project", "requires-python")
    if isinstance(bound, str):
        yield notation.span(bound, document.at("project", "requires-python"))


def poetry(survey: Survey, path: str) -> Iterator[PythonWish]:  # noqa: ARG001
    """`[tool.poetry.dependencies] python`, which may be a union."""
    document = survey.pyproject
    assert document is not None, "it exists"
    wanted = document.get("tool", "poetry", "dependencies", "python")
    if isinstance(wanted, Mapping):
        wanted = wanted.get("version")
    at = document.at("tool", "poetry", "dependencies", "python")
    if isinstance(wanted, str):
        yield _wish(wanted, at)
    elif wanted is not None:
        raise ProjectError("the constraint on `python` has to be text", at=at, hint='write `python = "^3.12"`')


def flit(survey: Survey, path: str) -> Iterator[PythonWish]:  # noqa: ARG001
    """`[tool.flit.metadata] requires-python`, of a flit before `[project]`."""
    document = survey.pyproject
    assert document is not None, "it exists"
    keys = ("tool", "flit", "metadata", "requires-python")
    if isinstance(bound := document.get(*keys), str) and not document.table("project"):
        yield notation.span(bound, document.at(*keys))


def _wish(text: str, at: Location) -> PythonWish:
    """Poetry takes `3.12` for 3.12.0 alone; whoever writes it means any 3.12."""
    minor = _MINOR.fullmatch(text)
    try:
        first, *others = poetry_constraint.alternatives(f"{minor[1]}.*" if minor else text)
    except ValueError as error:
        raise ProjectError(str(error), at=at, hint='write it as "^3.12" or ">=3.12,<4.0"') from None
    return PythonWish(first, None, at, others=tuple(others))
