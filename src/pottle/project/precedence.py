"""Which of several locks counts: decided by what the project says of its tools, never by a guess.

1. What the configuration names.
2. A tool's own lock outranks a list (`requirements.txt` is what such tools export), a list outranks a project without either.
3. Of several tools' locks, the one whose tool the project says that it uses. Where it says so of several, or of none, both
   places are named and nothing is chosen.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pottle.errors import ConfigError, ProjectError
from pottle.project.clues import Said
from pottle.project.lock_format import LockFormat
from pottle.project.survey import Survey
from pottle.text import Location


@dataclass(frozen=True, slots=True)
class Found:
    """A file in one of the formats."""

    format: LockFormat
    path: str

    @property
    def at(self) -> Location:
        """The file."""
        return Location(self.path)


@dataclass(frozen=True, slots=True)
class Choice:
    """The files that may be read, best first, and what is passed over."""

    candidates: tuple[Found, ...]
    warnings: tuple[Said, ...] = ()


def choose(survey: Survey, formats: Sequence[LockFormat], wanted: str | None = None) -> Choice:
    """The formats to ask; the first that has anything to say gives the lock. `wanted` is the path that the configuration names."""
    if wanted is not None:
        return Choice((_named(survey, formats, wanted),))
    present = [Found(each, path) for each in formats if (path := each.find(survey)) is not None]
    locks = [found for found in present if found.format.standing == "lock"]
    others = [found for found in present if found.format.standing != "lock"]
    if not locks:
        return Choice(tuple(others))
    best = _best(survey, locks)
    passed_over = tuple(_passed_over(found, best) for found in locks if found is not best)
    return Choice((best,), passed_over)


def _named(survey: Survey, formats: Sequence[LockFormat], path: str) -> Found:
    if not survey.tree.exists(path):
        raise ConfigError(f"there is no {path} here", at=Location(path), hint="`lockfile` is relative to the project")
    if found := next((each for each in formats if each.reads(path)), None):
        return Found(found, path)
    raise ConfigError(f"{path} is not named as any lock is", at=Location(path), hint="uv.lock, poetry.lock, *.txt …")


def _best(survey: Survey, locks: Sequence[Found]) -> Found:
    if len(locks) == 1:
        return locks[0]
    used = [found for found in locks if found.format.evidence(survey) is not None]
    if len(used) == 1:
        return used[0]
    first, second = (used or locks)[:2]
    said = [place for found in (first, second) if (place := found.format.evidence(survey)) is not None]
    why = f"both tools are in use ({said[0]}, {said[1]})" if used else "nothing says which tool is in use"
    raise ProjectError(
        f"{first.path} and {second.path} may say different things, and {why}",
        at=first.at,
        hint=f'remove one, or choose: `lockfile = "{first.path}"` under [tool.pottle] in pyproject.toml',
    )


def _passed_over(found: Found, best: Found) -> Said:
    return Said("warning", f"it is passed over: {best.path} is the lock of the tool that is in use", found.at)
