"""What `pyproject.toml` asks for where no lock has decided it: read, warned about, and left to be resolved."""

from collections.abc import Iterator

from pottle.errors import ProjectError
from pottle.project import metadata, wishes
from pottle.project.clues import Clue, Said
from pottle.project.lock_format import LockFormat, beside, named, nothing
from pottle.project.requirements_file import Collected
from pottle.project.survey import Survey
from pottle.project.wishes import Listing, Own

PATH = "pyproject.toml"
NAME = "pyproject"
"""`Lock.format` of what is none."""


def detect(survey: Survey, path: str) -> Iterator[Clue]:
    """The requirements of `[project]` (PEP 621), with its extras and groups (PEP 735)."""
    document = survey.toml(path)
    if document is None or not document.table("project"):
        return
    needs = metadata.read(survey).needs
    if needs is None:
        at, hint = document.at("project", "dynamic"), "only its backend knows them: run `uv lock`"
        raise ProjectError("the dependencies are dynamic, and there is no lock", at=at, hint=hint)
    listing = Listing(NAME, needs.at, "run `uv lock`")
    lock = wishes.as_lock(survey, Collected(), listing, Own(needs))
    if lock.roots:
        yield Said("unpinned", "nothing is locked, so that every build may get other versions: run `uv lock`", lock.at)
    if lock.roots or lock.extras or lock.groups:
        yield lock


FORMAT = LockFormat(NAME, "project", beside(PATH), named(PATH), nothing, detect)
