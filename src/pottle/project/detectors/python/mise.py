"""`mise.toml`: the Python among the tools that mise installs (mise, "Configuration")."""

from collections.abc import Iterator, Mapping
from typing import Any

from pottle.errors import ProjectError
from pottle.project.detectors.python import notation
from pottle.project.facts import PythonWish
from pottle.project.survey import Survey
from pottle.text import Location


def read(survey: Survey, path: str) -> Iterator[PythonWish]:
    """The first version; mise makes it `python`, and those after it fallbacks."""
    document = survey.toml(path)
    assert document is not None, "it exists"
    at = document.at("tools", "python")
    yield from [
        wish for text in _versions(document.get("tools", "python"), at) if (wish := notation.version(text, at))
    ][:1]


def _versions(value: Any, at: Location) -> Iterator[str]:
    """`"3.12"`, `{ version = "3.12" }`, or a list of such."""
    match value:
        case None:
            return
        case str():
            yield value
        case list():
            for item in value:
                yield from _versions(item, at)
        case Mapping():
            yield from _versions(value.get("version"), at)
        case _:
            raise ProjectError(f"the version of Python is {value!r}, not text", at=at, hint='write `python = "3.13"`')
