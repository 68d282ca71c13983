"""What a detector may report: the closed set that `pottle.project.reader` gathers into `Facts`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pottle.project.facts import (
    Application,
    Dependency,
    Lock,
    Messages,
    Packaging,
    PinnedBaseImage,
    Pins,
    Process,
    PythonWish,
    Recipe,
    Script,
    ServerSettings,
    ShellScript,
    StaticFiles,
    Versioning,
    Writable,
)
from pottle.project.survey import Survey
from pottle.text import Location

Subject: TypeAlias = Literal[
    "name", "version", "package_manager", "virtual", "shell", "source", "script", "unpinned", "warning"
]


@dataclass(frozen=True, slots=True)
class Said:
    """A plain fact: the project's name, its version, its package manager …"""

    subject: Subject
    value: str
    at: Location


@dataclass(frozen=True, slots=True)
class Direct:
    """A dependency that the project itself names."""

    dependency: Dependency


Clue: TypeAlias = (
    Said
    | Direct
    | Lock
    | Pins
    | PinnedBaseImage
    | PythonWish
    | Packaging
    | Versioning
    | Script
    | Application
    | Process
    | Recipe
    | ShellScript
    | ServerSettings
    | StaticFiles
    | Messages
    | Writable
)

Detector: TypeAlias = Callable[[Survey], Iterator[Clue]]
"""One question about a project, asked of its files alone: never of the current directory, the network or an interpreter."""
