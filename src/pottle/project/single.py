"""A single script as a project of its own (PEP 723): what lies around it may be imported, and declares nothing for it."""

from collections.abc import Sequence
from dataclasses import replace

from pottle.project import script_block
from pottle.project.facts import Application, Facts
from pottle.project.survey import Survey
from pottle.project.tree import Status, Tree
from pottle.text import Location

DECLARES = frozenset({"pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "Procfile", "requirements.txt"})
"""What speaks of the project around a script."""

LOCK = "pottle.lock"
"""Of the project around it, if there is one; else of the script."""

STRENGTH = 60
"""Stronger than what is merely found in it, weaker than an application object."""


class Alone:
    """A tree without the files that speak of the project around a script."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._hidden = DECLARES | {LOCK} if beside_a_project(tree) else DECLARES

    @property
    def directory(self) -> str:
        """Where the script's directory lies."""
        return self._tree.directory

    def files(self) -> Sequence[str]:
        """Every other file."""
        return [path for path in self._tree.files() if path not in self._hidden]

    def read(self, path: str) -> str | None:
        """The text of any other file."""
        return None if path in self._hidden else self._tree.read(path)

    def exists(self, path: str) -> bool:
        """Whether there is such a file, other than those."""
        return path not in self._hidden and self._tree.exists(path)

    def status(self, path: str) -> Status:
        """Size, mode and link target."""
        return self._tree.status(path)


def beside_a_project(tree: Tree) -> bool:
    """Whether the directory of a script is a project as well."""
    return any(tree.exists(path) for path in DECLARES)


def stands_alone(survey: Survey, path: str) -> bool:
    """Whether the file at `path` says itself what it needs."""
    return script_block.toml_of(survey.tree.read(path) or "", path) is not None


def only(facts: Facts, script: str | None, *, alone: bool) -> Facts:
    """With the applications and processes of one script, and at least the script itself; `alone`: nothing else is meant."""
    if script is None:
        return facts
    sigterm = any(app.handles_sigterm for app in facts.applications)
    itself = Application(
        "script", None, script, Location(script, 1), STRENGTH, "it is the script", handles_sigterm=sigterm
    )
    inside = [app for app in facts.applications if app.at.path == script and app.target != script]
    applications = tuple(sorted((itself, *inside), key=lambda app: (-app.strength, app.target)))
    processes = tuple(process for process in facts.processes if process.at.path == script)
    static_files = None if alone else facts.static_files
    return replace(facts, applications=applications, processes=processes, static_files=static_files, recipe=None)
