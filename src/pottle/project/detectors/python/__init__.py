"""Which Python the project asks for, wherever it says so: one line for each kind of file.

All of it is reported, exact versions and ranges alike; what outranks what is the planner's business (`pottle.plan.wishes`).
The range of a lock is the lock's own fact, `Lock.requires_python`.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeAlias

from pottle.project import workspace
from pottle.project.clues import Clue
from pottle.project.detectors.python import classifiers, conda, mise, pipfile, pyproject, setuptools, version_files
from pottle.project.facts import PythonWish
from pottle.project.survey import Survey

Reader: TypeAlias = Callable[[Survey, str], Iterator[Clue]]
"""What the file at a path says; it exists."""

READERS: tuple[tuple[str, Reader], ...] = (
    (".python-version", version_files.pyenv),
    ("mise.toml", mise.read),
    (".mise.toml", mise.read),
    (".config/mise.toml", mise.read),
    (".tool-versions", version_files.asdf),
    ("Pipfile", pipfile.read),
    ("runtime.txt", version_files.runtime),
    ("environment.yml", conda.read),
    ("environment.yaml", conda.read),
    ("pyproject.toml", pyproject.required),
    ("pyproject.toml", pyproject.poetry),
    ("pyproject.toml", pyproject.flit),
    ("setup.cfg", setuptools.configured),
    ("setup.py", setuptools.called),
    ("pyproject.toml", classifiers.pyproject),
    ("setup.cfg", classifiers.configured),
    ("setup.py", classifiers.called),
)
"""In the order in which they are asked: of equals, the first is named as the reason."""


MANAGERS = frozenset({".python-version", "mise.toml", ".mise.toml", ".config/mise.toml", ".tool-versions"})
"""The files of version managers, which look for them in the directories above as well."""


def detect(survey: Survey) -> Iterator[Clue]:
    """A wish for each place that names a version."""
    found = [clue for path, read in READERS if survey.tree.exists(path) for clue in read(survey, path)]
    yield from found
    if not any(isinstance(clue, PythonWish) and clue.exact for clue in found):
        yield from _inherited(survey)


def _inherited(survey: Survey) -> Iterator[PythonWish]:
    """The pin of the nearest directory above that has one, as far as the repository goes."""
    for above, _ in workspace.above(survey):
        paths = [(f"{above}/{path}", read) for path, read in READERS if path in MANAGERS]
        clues = [clue for path, read in paths if survey.tree.exists(path) for clue in read(survey, path)]
        if pins := [clue for clue in clues if isinstance(clue, PythonWish) and clue.exact]:
            yield replace(pins[0], standing="inherited")
            return
