"""The errors that pottle shows: named by what their reader can do about them.

An error is data (what, where, what next); how it looks is the business of `pottle.cli`.
"""

from collections.abc import Sequence
from typing import ClassVar, TypeVar

from pottle.text import Location


class PottleError(Exception):
    """One failure that its reader can act on.

    `what` is one sentence without a full stop, in lower case; `at` is the place it is about; `hint` says what to do next.
    `also` holds further errors of the same kind, found in the same go: all are shown at once.
    """

    exit_code: ClassVar[int] = 70

    def __init__(
        self,
        what: str,
        *,
        at: Location | None = None,
        hint: str | None = None,
        also: Sequence["PottleError"] = (),
    ) -> None:
        super().__init__(what)
        self.what = what
        self.at = at
        self.hint = hint
        self.also = tuple(also)

    def __str__(self) -> str:
        place = f"{self.at}: " if self.at else ""
        advice = f" (hint: {self.hint})" if self.hint else ""
        return "\n".join((f"{place}{self.what}{advice}", *map(str, self.also)))


class UsageError(PottleError):
    """The command line asks for something that cannot be."""

    exit_code = 2


class ProjectError(PottleError):
    """The project has to change: a file is missing, malformed, stale or contradicts another."""

    exit_code = 3


class NothingToRun(ProjectError):
    """The project is sound and holds no application: a library."""


class ConfigError(PottleError):
    """pottle's configuration has to change: `[tool.pottle]`, `pottle.toml`, environment."""

    exit_code = 3


class SourceError(PottleError):
    """A package archive, index or registry refused, is away, or answered nonsense."""

    exit_code = 4


class IntegrityError(PottleError):
    """Bytes are not what their digest or signature says: nothing of them is used."""

    exit_code = 5


class HostError(PottleError):
    """A limit of the machine itself: disk full, output not writable, no sandbox."""

    exit_code = 6


_E = TypeVar("_E", bound=PottleError)


def combined(errors: Sequence[_E]) -> _E:
    """One error for all of them: the first in full, the others with it."""
    first, *others = errors
    return type(first)(first.what, at=first.at, hint=first.hint, also=others)
