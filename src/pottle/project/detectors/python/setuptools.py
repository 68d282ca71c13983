"""`python_requires` of `setup.cfg` and `setup.py`, as far as it is written there literally: nothing is executed."""

import ast
import re
import warnings
from collections.abc import Iterator
from typing import Any

from pottle.project.detectors.python import notation
from pottle.project.facts import PythonWish
from pottle.project.survey import Survey
from pottle.text import Location

_SECTION = re.compile(r"\[([^\]]+)\]\s*")
_ENTRY = re.compile(r"([\w.-]+)\s*[=:]\s*(.*)")
_SETUP = ("setup", "setuptools.setup", "distutils.core.setup")


def configured(survey: Survey, path: str) -> Iterator[PythonWish]:
    """`[options] python_requires` of `setup.cfg`."""
    for text, at in option(survey, path, "options", "python_requires", "python-requires"):
        if not _outranked(survey, "requires-python"):
            yield notation.span(text, at)
        return


def called(survey: Survey, path: str) -> Iterator[PythonWish]:
    """The argument `python_requires` of `setup()` in `setup.py`."""
    value, at = argument(survey, path, "python_requires")
    if isinstance(value, str) and not _outranked(survey, "requires-python"):
        yield notation.span(value, at)


def _outranked(survey: Survey, field: str) -> bool:
    """`[project]` says all that it does not leave to the backend (PEP 621, "dynamic")."""
    document = survey.pyproject
    return (
        document is not None
        and "project" in document.values
        and field not in document.table("project").get("dynamic", ())
    )


def option(survey: Survey, path: str, section: str, *keys: str) -> Iterator[tuple[str, Location]]:
    """The lines of a value in an INI file (setup.cfg), each with its place: a malformed file is not this room's to complain."""
    inside = taken = False
    for number, line in enumerate((survey.tree.read(path) or "").splitlines(), 1):
        text = line.strip()
        if header := _SECTION.fullmatch(line):
            inside, taken = header[1].strip() == section, False
        elif line[:1].strip():  # what is indented goes on with the value above
            entry = _ENTRY.match(line)
            taken, text = inside and entry is not None and entry[1] in keys, entry[2].strip() if entry else ""
        if taken and text and not text.startswith(("#", ";")):
            yield text, Location(path, number)


def argument(survey: Survey, path: str, name: str) -> tuple[Any, Location]:
    """The literal that `setup()` is given as `name`, directly or by a name that is assigned once in the module; else None."""
    tree = _parsed(survey.source(path) or "")
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) in _SETUP)
    for keyword in (keyword for call in calls for keyword in call.keywords if keyword.arg == name):
        value = _assigned(tree, keyword.value.id) if isinstance(keyword.value, ast.Name) else keyword.value
        try:
            return ast.literal_eval(value) if value else None, Location(path, (value or keyword.value).lineno)
        except ValueError:
            break  # it is computed
    return None, Location(path)


def _assigned(tree: ast.Module, name: str) -> ast.expr | None:
    assignments = [s for s in tree.body if isinstance(s, ast.Assign) and ast.unparse(s.targets[0]) == name]
    return assignments[0].value if len(assignments) == 1 else None


def _parsed(text: str) -> ast.Module:
    """Empty for what this interpreter does not read, such as Python 2."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])
