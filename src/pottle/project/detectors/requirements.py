"""What `requirements.txt`, or the list that stands for it, asks for.

Every requirement pinned with `==` and hashed is a complete lock, as pip's `--require-hashes` demands of one. Anything less is a
wish list: it is read, warned about, and left to be resolved.

A list and the project's own dependencies: the list decides what it names, and what it does not name is added. One that names none of
them is about something else, and so is one in a folder that pins nothing, where the project says itself what it needs.
"""

from collections.abc import Iterator

from packaging.utils import NormalizedName

from pottle.errors import ProjectError
from pottle.project import metadata, requirements_choice, requirements_file, wishes
from pottle.project.clues import Clue, Direct, Said
from pottle.project.declared import Needs
from pottle.project.lock_format import LockFormat, nothing
from pottle.project.requirements_choice import Chosen, Purpose
from pottle.project.requirements_file import Collected
from pottle.project.survey import Survey
from pottle.project.wishes import Listing, Own
from pottle.text import Location

PATH = requirements_choice.PLAIN
PIN_THEM = "run `pottle lock`"

_CLOSER = ("Pipfile", "environment.yml", "environment.yaml")
"""Where one of these is, a list whose name says nothing is a part of something."""


def detect(survey: Survey, path: str) -> Iterator[Clue]:
    """The list at `path` as a lock, complete or not."""
    if survey.tree.exists(path):
        found = requirements_file.read(survey, path)
        yield from _read(survey, path, found, metadata.read(survey, sources=False).needs)


def _read(survey: Survey, path: str, found: Collected, needs: Needs | None) -> Iterator[Clue]:
    at = Location(path)
    if needs is not None and not _names(needs) <= {one.dependency.name for one in found.wanted if one.pinned}:
        needs = metadata.read(survey).needs  # what the list leaves open comes from where the project says
    yield Said("package_manager", "pip", Location(path, 1))
    yield from found.warnings
    closed = bool(found.wanted) and all(one.sealed for one in found.wanted) and found.itself is None
    own = Own(needs, frozenset(found.extras), closed=closed) if needs is not None else None
    lock = wishes.as_lock(survey, found, Listing("requirements", at, "write it anew"), own)
    yield from (Direct(root) for root in lock.roots)
    yield from wishes.unfinished(lock, found.wanted, PIN_THEM)
    yield lock


# --- what is found, rather than named -------------------------------------------------------------


def _find(survey: Survey) -> str | None:
    chosen = requirements_choice.choose(survey)
    return chosen.path if chosen is not None else None


def _detect_found(survey: Survey, path: str) -> Iterator[Clue]:
    chosen = requirements_choice.choose(survey)
    assert chosen is not None, "it was found"
    found = requirements_file.read(survey, path)
    needs = metadata.read(survey, sources=False).needs
    if needs is not None and needs.dependencies and found.itself is None and not _outranks(chosen, found):
        return
    if chosen.purpose is Purpose.OTHER and any(survey.tree.exists(other) for other in _CLOSER):
        return
    if needs is not None and found.itself is None and not wishes.covers(found.wanted, needs):
        what = f"it is passed over: it names nothing of what {needs.at.path} asks for"
        yield Said("warning", what, Location(path))
        return
    if chosen.rival is not None:
        what = f"{path} and {chosen.rival} fit equally well"
        hint = f'choose: `lockfile = "{path}"` under [tool.pottle] in pyproject.toml'
        raise ProjectError(what, at=Location(path), hint=hint)
    if chosen.misspelt:
        yield Said("warning", f"it is read as {PATH}: is it misspelt?", Location(path))
    yield from _read(survey, path, found, needs)


def _outranks(chosen: Chosen, found: Collected) -> bool:
    """Whether the list is closer to the image than what the project itself declares."""
    pinned = all(one.pinned for one in found.wanted)
    return chosen.path == PATH or (pinned and chosen.purpose is not Purpose.OTHER)


def _names(needs: Needs) -> set[NormalizedName]:
    return {one.dependency.name for one in needs.dependencies}


def _is_list(path: str) -> bool:
    return path.endswith((".txt", ".in"))


NAMED = LockFormat("requirements", "list", lambda survey: None, _is_list, nothing, detect)  # noqa: ARG005
FORMAT = LockFormat("requirements", "list", _find, lambda path: False, nothing, _detect_found)  # noqa: ARG005
FORMATS = (NAMED, FORMAT)
