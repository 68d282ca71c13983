"""Files of version managers and hosts that hold versions and nothing else: `.python-version`, `.tool-versions`, `runtime.txt`."""

import re
from collections.abc import Iterator

from pottle.project.clues import Clue, Said
from pottle.project.detectors.python import notation
from pottle.project.facts import PythonWish
from pottle.project.survey import Survey
from pottle.text import Location

_OTHER = "pypy|graalpy|jython|micropython|ironpython|stackless|pyston|cinder|nogil|active|ana|mini|mamba|conda"
_ENVIRONMENT = re.compile(rf"(?!c?python|v?\d|system$|(?:{_OTHER}))[A-Za-z_][\w.-]*", re.IGNORECASE)
"""A word that is the name of a virtual environment (pyenv-virtualenv), not a version or another implementation."""
_RUNTIME = re.compile(r"(?:c?python|pypy|v?\d).*", re.IGNORECASE)
"""Hosts read `runtime.txt` for other languages, too."""


def pyenv(survey: Survey, path: str) -> Iterator[Clue]:
    """`.python-version`, as pyenv and uv read it: the first version of those that may stand there is the project's."""
    for word, at in _words(survey, path):
        if _ENVIRONMENT.fullmatch(word):
            yield Said("warning", f"{word!r} is the name of an environment, which does not say what its Python is", at)
        elif wish := notation.version(word, at):
            yield wish
            return


def asdf(survey: Survey, path: str) -> Iterator[PythonWish]:
    """`.tool-versions` of asdf, which mise reads too: the first version after `python`; the others are fallbacks."""
    for line, at in _lines(survey, path):
        tool, *versions = line.split()
        if tool == "python":
            yield from [wish for text in versions if (wish := notation.version(text, at))][:1]
            return


def runtime(survey: Survey, path: str) -> Iterator[PythonWish]:
    """`runtime.txt`, which Heroku made up and others took over: `python-3.12.4`, `3.12`. Heroku itself has given it up."""
    for word, at in _words(survey, path):
        if _RUNTIME.fullmatch(word) and (wish := notation.version(word, at, "aside")):
            yield wish
        return


def _words(survey: Survey, path: str) -> Iterator[tuple[str, Location]]:
    return ((word, at) for line, at in _lines(survey, path) for word in line.split())


def _lines(survey: Survey, path: str) -> Iterator[tuple[str, Location]]:
    """Those that hold something besides a comment."""
    for number, raw in enumerate((survey.tree.read(path) or "").splitlines(), 1):
        if line := raw.partition("#")[0].strip():
            yield line, Location(path, number)
