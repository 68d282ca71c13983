"""Which of a project's requirements files is the one for production, by their names and by which includes which.

`requirements.txt`, unless a list for production builds on it; else one for production, else the plain one, else the base of the others.
Lists for development, tests, documentation and the like are never taken.
"""

import difflib
import posixpath
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from pottle.project.survey import Survey

PLAIN = "requirements.txt"
FOLDER = "requirements"


class Purpose(IntEnum):
    """What a list is for, the best first."""

    PRODUCTION = 0
    PLAIN = 1
    BASE = 2
    OTHER = 3


_NAMED = {
    Purpose.PRODUCTION: ("production", "prod", "deploy", "deployment", "live", "release", "server"),
    Purpose.PLAIN: ("", "requirements", "main", "default", "app", "runtime", "core"),
    Purpose.BASE: ("base", "common", "shared"),
}
_NEVER = re.compile(
    r"(?:.*[-_.])?(?:dev|devel|develop|development|tests?|testing|docs?|documentation|local|lint|linting|linters?|ci|qa|typing|types|mypy"
    r"|build|bench|benchmarks?|format|style|tools?|tooling|optional|extras?|debug|staging|rtd|readthedocs|sphinx|mkdocs|examples?|notebooks?|binder|min|minimal|lowest|oldest|constraints?|pre-?commit|hooks?)(?:[-_.].*)?"
)
_ROOT = re.compile(
    r"(?:requirements[-_.](?P<after>[\w.-]+)|(?P<before>[\w.-]+)[-_.]requirements|requirements)\.(?P<end>txt|in)"
)
_INSIDE = re.compile(rf"{FOLDER}/(?:requirements[-_.])?(?P<name>[\w.-]+?)(?:[-_.]requirements)?\.(?P<end>txt|in)")
_INCLUDE = re.compile(r"^\s*(?:-r|--requirement)[= ]?\s*(\S+)", re.MULTILINE)
_CLOSE = 0.88


@dataclass(frozen=True, slots=True)
class Chosen:
    """The list to read, and one that would do as well."""

    path: str
    purpose: Purpose
    rival: str | None = None
    misspelt: bool = False


def choose(survey: Survey) -> Chosen | None:
    """The list that counts; None where there is none."""
    near = [path for path in survey.tree.files() if path.endswith((".txt", ".in")) and path.count("/") < 2]
    found = {path: purpose for path in near if (purpose := _purpose(path)) is not None}
    found = {path: purpose for path, purpose in found.items() if not _compiled(path, found)}
    if PLAIN in found:
        above = [
            path for path, purpose in found.items() if purpose is Purpose.PRODUCTION and _builds_on(survey, path, PLAIN)
        ]
        return _one(survey, above, Purpose.PRODUCTION) if above else Chosen(PLAIN, Purpose.PLAIN)
    for purpose in Purpose:
        if same := [path for path, its in found.items() if its is purpose]:
            return _one(survey, same, purpose)
    return _misspelt(survey)


def _purpose(path: str) -> Purpose | None:
    match = _ROOT.fullmatch(path)
    name = (match["after"] or match["before"] or "") if match else None
    if match is None and (match := _INSIDE.fullmatch(path)):
        name = match["name"]
    if name is None or _NEVER.fullmatch(name.lower()):
        return None
    return next((purpose for purpose, names in _NAMED.items() if name.lower() in names), Purpose.OTHER)


def _compiled(path: str, found: Iterable[str]) -> bool:
    """The source of a list that was compiled from it."""
    return path.endswith(".in") and f"{path[:-3]}.txt" in found


def _builds_on(survey: Survey, path: str, other: str) -> bool:
    text = survey.source(path) or ""
    return any(
        posixpath.normpath(posixpath.join(posixpath.dirname(path), each)) == other for each in _INCLUDE.findall(text)
    )


def _one(survey: Survey, same: Sequence[str], purpose: Purpose) -> Chosen:
    """Of equals the one that includes another; compiled ones before what they were compiled from."""
    ordered = sorted(same, key=lambda path: (path.endswith(".in"), path))
    kept = [path for path in ordered if path.endswith(".in") == ordered[0].endswith(".in")]
    tops = [path for path in kept if not any(_builds_on(survey, other, path) for other in kept if other != path)]
    first, *more = tops or kept
    return Chosen(first, purpose, more[0] if more else None)


def _misspelt(survey: Survey) -> Chosen | None:
    """`requirments.txt`, where there is nothing else."""
    files = (path for path in survey.tree.files() if "/" not in path and path.endswith((".txt", ".text")))
    beside = [path for path in files if not _ROOT.fullmatch(path)]
    near = difflib.get_close_matches(PLAIN, [path.lower() for path in beside], n=1, cutoff=_CLOSE)
    return next(
        (Chosen(path, Purpose.PLAIN, misspelt=True) for path in beside if near and path.lower() == near[0]), None
    )
