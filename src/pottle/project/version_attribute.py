"""A version that stands in a module as a literal: `__version__ = "1.2"`, as setuptools' `attr:` and flit find it, without running it."""

import ast
import posixpath
import warnings
from collections.abc import Iterator

from packaging.version import InvalidVersion, Version

from pottle.project.facts import Fact
from pottle.project.survey import Survey
from pottle.text import Location


def version_of(survey: Survey, dotted: str, directory: str = "") -> Fact[str] | None:
    """The version at `package.module.attribute`; None where it is no literal there."""
    module, _, attribute = dotted.strip().rpartition(".")
    for path in _files(module.replace(".", "/"), directory):
        text = survey.source(path) if survey.tree.exists(path) else None
        if text is not None and (found := _literal(text, attribute)) is not None:
            value, line = found
            return _version(value, Location(path, line))
    return None


def _files(module: str, directory: str) -> Iterator[str]:
    for base in ("", "src", "lib"):
        for end in (f"{module}.py", f"{module}/__init__.py"):
            yield posixpath.normpath(posixpath.join(directory, base, end))


def _literal(text: str, attribute: str) -> tuple[str, int] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for statement in tree.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(value)))
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value=str(value)))
            ) if name == attribute:
                return value, statement.lineno
    return None


def _version(text: str, at: Location) -> Fact[str] | None:
    try:
        return Fact(str(Version(text)), at)
    except InvalidVersion:
        return None
