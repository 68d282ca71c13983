"""The entry points that a project declares: the commands that its installation brings, and those that it adds to others.

Read from `[project.scripts]` and `[project.entry-points]` (PEP 621), the tables of Poetry and of an older flit, and from what `setup.py`
and `setup.cfg` write down.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from packaging.utils import NormalizedName, canonicalize_name

from pottle.project import metadata, packaged, poetry_project, setup_config, setup_script
from pottle.project.setup_values import Lines, Written
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
    for source in (_pyproject, _poetry, _flit, _setup_py, _setup_cfg):
        if found := list(source(survey)):
            yield from found
            return


def installed(survey: Survey) -> bool:
    """Whether the project is one that is installed, so that its commands are in the environment."""
    return packaged.packaging(survey) is not None


def project_name(survey: Survey) -> NormalizedName | None:
    """The project's name, as far as its files say it."""
    found = metadata.read(survey, sources=False).name
    return canonicalize_name(found.value) if found is not None else None


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
        if isinstance(value, str) and (group != CONSOLE or ":" in value):
            yield EntryPoint(group, name, _target(value), document.at(*keys, name), shown)


def _flit(survey: Survey) -> Iterator[EntryPoint]:
    """Of a flit before `[project]`."""
    if survey.pyproject is not None:
        yield from _table(survey.pyproject, CONSOLE, "[tool.flit.scripts]", "tool", "flit", "scripts")
        for group in survey.pyproject.table("tool", "flit", "entrypoints"):
            shown = f"[tool.flit.entrypoints.{group}]"
            yield from _table(survey.pyproject, group, shown, "tool", "flit", "entrypoints", group)


def _setup_py(survey: Survey) -> Iterator[EntryPoint]:
    """What is written down there: `entry_points={"console_scripts": ["name = module:function"]}`."""
    setup = setup_script.readable(survey)
    for group, items in setup.mapping("entry_points").items() if setup is not None else ():
        yield from _written(group, items or (), setup_script.NAME)


def _setup_cfg(survey: Survey) -> Iterator[EntryPoint]:
    config = setup_config.readable(survey)
    for group in config.keys("options.entry_points") if config is not None else ():
        items = config.items("options.entry_points", group) if config is not None else None
        yield from _written(group, items or (), setup_config.NAME)


def _written(group: str, items: Iterable[Written | Lines], path: str) -> Iterator[EntryPoint]:
    for item in items:
        if isinstance(item, Written):
            name, equals, target = item.text.partition("=")
            if equals and ":" in target:
                yield EntryPoint(group, name.strip(), _target(target), Location(path, item.line), path)


def _target(text: str) -> str:
    return text.partition("[")[0].replace(" ", "")
