"""A project tree read into `Facts`: every detector is asked, and what they say is gathered."""

from collections.abc import Iterable, Iterator

from packaging.utils import NormalizedName

from pottle.errors import ProjectError
from pottle.project import frameworks
from pottle.project.clues import Clue, Direct, Said, Subject
from pottle.project.detectors import DETECTORS, LOCKS
from pottle.project.facts import (
    Application,
    Dependency,
    Fact,
    Facts,
    Lock,
    Packaging,
    PythonWish,
    Script,
    Versioning,
    Writable,
)
from pottle.project.survey import Survey
from pottle.project.tree import Tree
from pottle.text import Location

NAMELESS = "app"
"""A project that does not name itself: its directory's name would make the image depend on where it lies."""


def read_project(tree: Tree) -> Facts:
    """Everything that the project says of itself. Raises `ProjectError` where there is none, or where it contradicts itself."""
    survey = Survey(tree)
    if not tree.files():
        raise ProjectError("there is no project here: no files at all", at=Location("."), hint="name its directory")
    clues = [clue for detector in DETECTORS for clue in detector(survey)]
    facts = _gathered([*_locked(survey), *clues])
    if not facts.applications and survey.pyproject is None and facts.lock is None and not survey.paths:
        hint = "name the directory that holds pyproject.toml, requirements.txt or main.py"
        raise ProjectError("there is no Python project here", at=Location("."), hint=hint)
    return facts


def _locked(survey: Survey) -> list[Clue]:
    """What the first lock says."""
    for detector in LOCKS:
        if found := list(detector(survey)):
            return found
    return []


def _gathered(clues: list[Clue]) -> Facts:
    dependencies = tuple(_dependencies(clues))
    return Facts(
        name=_first(clues, "name") or Fact(NAMELESS, Location(".")),
        version=_first(clues, "version"),
        package_manager=_first(clues, "package_manager") or Fact("none", Location(".")),
        lock=next((clue for clue in clues if isinstance(clue, Lock)), None),
        python=tuple(clue for clue in clues if isinstance(clue, PythonWish)),
        packaging=next((clue for clue in clues if isinstance(clue, Packaging)), None),
        dependencies=dependencies,
        frameworks=tuple(frameworks.among(dependencies)),
        scripts=tuple(clue for clue in clues if isinstance(clue, Script)),
        applications=_ranked(clue for clue in clues if isinstance(clue, Application)),
        shell=_first(clues, "shell"),
        versioning=next((clue for clue in clues if isinstance(clue, Versioning)), None),
        source=_first(clues, "source"),
        writable=tuple(clue for clue in clues if isinstance(clue, Writable)),
        warnings=tuple(_said(clues, "warning")),
    )


def _said(clues: list[Clue], subject: Subject) -> Iterator[Fact[str]]:
    return (Fact(clue.value, clue.at) for clue in clues if isinstance(clue, Said) and clue.subject == subject)


def _first(clues: list[Clue], subject: Subject) -> Fact[str] | None:
    return next(_said(clues, subject), None)


def _dependencies(clues: list[Clue]) -> Iterator[Dependency]:
    """Direct dependencies, each once: the first place that names one is where it belongs."""
    seen: set[tuple[NormalizedName, str]] = set()
    for clue in clues:
        if isinstance(clue, Direct):
            key = (clue.dependency.name, str(clue.dependency.marker))
            if key not in seen:
                seen.add(key)
                yield clue.dependency


def _ranked(applications: Iterable[Application]) -> tuple[Application, ...]:
    """Strongest first, equals by name."""
    return tuple(sorted(applications, key=lambda app: (-app.strength, app.target)))
