"""The entry points that a project declares: the commands that its installation brings, and those that it adds to others.

Read from `[project.scripts]` and `[project.entry-points]` (PEP 621), `[tool.poetry.scripts]`, `setup.cfg` and the literals of `setup.py`.
"""

import ast
import configparser
import re
from collections.abc import Iterator
from dataclasses import dataclass

from packaging.utils import NormalizedName

from pottle.project import packaged, poetry_project
from pottle.project.module import text_of
from pottle.project.survey import Survey
from pottle.text import Location
from pottle.toml import Document

CONSOLE = "console_scripts"
PLUGINS = {"celery.commands": "celery", "flask.commands": "flask"}
"""Groups whose entry points are commands of another program."""


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """`name = module:function`, in a group (entry points specification)."""

    group: str
    name: str
    target: str
    """`module:attribute`"""
    at: Location
    shown: str
    """The table that names it, as its file spells that."""


def read(survey: Survey) -> Iterator[EntryPoint]:
    """Those of the first file that has any."""
    for source in (_pyproject, _poetry, _setup_cfg, _setup_py):
        if found := list(source(survey)):
            yield from found
            return


def installed(survey: Survey) -> bool:
    """Whether the project is one that is installed, so that its commands are in the environment."""
    return packaged.packaging(survey) is not None


def project_name(survey: Survey) -> NormalizedName | None:
    """The project's name, as far as `pyproject.toml` says it."""
    return poetry_project.itself(survey.pyproject) if survey.pyproject is not None else None


def _pyproject(survey: Survey) -> Iterator[EntryPoint]:
    document = survey.pyproject
    if document is None:
        return
    yield from _table(document, CONSOLE, "[project.scripts]", "project", "scripts")
    for group in document.table("project", "entry-points"):
        yield from _table(document, group, f"[project.entry-points.{group}]", "project", "entry-points", group)


def _poetry(survey: Survey) -> Iterator[EntryPoint]:
    if survey.pyproject is not None:
        for name, target, at in poetry_project.scripts(survey.pyproject):
            yield EntryPoint(CONSOLE, name, target, at, "[tool.poetry.scripts]")
        for group in survey.pyproject.table("tool", "poetry", "plugins"):
            yield from _table(survey.pyproject, group, "[tool.poetry.plugins]", "tool", "poetry", "plugins", group)


def _table(document: Document, group: str, shown: str, *keys: str) -> Iterator[EntryPoint]:
    for name, value in document.table(*keys).items():
        if isinstance(value, str):
            yield EntryPoint(group, name, _target(value), document.at(*keys, name), shown)


def _setup_cfg(survey: Survey) -> Iterator[EntryPoint]:
    text = survey.source("setup.cfg")
    if text is None or "options.entry_points" not in text:
        return
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(text)
    except configparser.Error:
        return
    if parser.has_section("options.entry_points"):
        for group, lines in parser.items("options.entry_points"):
            yield from _lines(group, lines, text, "setup.cfg")


def _setup_py(survey: Survey) -> Iterator[EntryPoint]:
    """What is written literally: `entry_points={"console_scripts": ["name = module:function"]}`."""
    text = survey.source("setup.py")
    try:
        tree = ast.parse(text or "")
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        match node:
            case ast.keyword(arg="entry_points", value=ast.Dict(keys=keys, values=values)):
                for key, value in zip(keys, values, strict=True):
                    items = value.elts if isinstance(value, ast.List | ast.Tuple) else [value]
                    lines = "\n".join(line for item in items if (line := text_of(item)))
                    yield from _lines(text_of(key) or "", lines, text or "", "setup.py")
            case _:
                pass


def _lines(group: str, lines: str, text: str, path: str) -> Iterator[EntryPoint]:
    for line in lines.splitlines():
        name, equals, target = line.partition("=")
        if equals and ":" in target:
            yield EntryPoint(group, name.strip(), _target(target), Location(path, _line(text, line)), path)


def _line(text: str, wanted: str) -> int:
    pattern = re.compile(r"\s*".join(re.escape(part) for part in re.split(r"\s+", wanted.strip())))
    found = pattern.search(text)
    return text.count("\n", 0, found.start()) + 1 if found else 1


def _target(text: str) -> str:
    return text.partition("[")[0].replace(" ", "")
