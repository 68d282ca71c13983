"""`environment.yml`: the Python among conda's packages. Its lines are looked at, not its YAML: one is all that matters here."""

import re
from collections.abc import Iterator

from pottle.project.detectors.python import notation
from pottle.project.facts import PythonWish
from pottle.project.survey import Survey
from pottle.text import Location

_PYTHON = re.compile(r"""\s*-\s*["']?(?:[\w./-]+::)?python(?![\w.-])\s*(?P<wanted>[^"'#\[]*?)\s*["']?\s*(?:#.*)?""")
_SINGLE = re.compile(r"={0,2}\s*(\d+(?:\.\d+){0,2})(?:\.\*)?(?:=\S*)?")
"""`=3.11`, `==3.11.4`, `3.11.*`, `=3.11.4=h2755cc3_0_cpython` (conda, "Package match specifications")."""


def read(survey: Survey, path: str) -> Iterator[PythonWish]:
    """The entry `python` of `dependencies`, in any of conda's notations."""
    for line, at in _dependencies(survey, path):
        if match := _PYTHON.fullmatch(line):
            single = _SINGLE.fullmatch(match["wanted"])
            if wish := notation.version(single[1] if single else match["wanted"], at, "aside"):
                yield wish
            return


def _dependencies(survey: Survey, path: str) -> Iterator[tuple[str, Location]]:
    inside = False
    for number, line in enumerate((survey.tree.read(path) or "").splitlines(), 1):
        if re.match(r"[A-Za-z]", line):
            inside = line.startswith("dependencies:")
        elif inside:
            yield line, Location(path, number)
