"""What `pyproject.toml` asks for where no lock has decided it: read, warned about, and left to be resolved."""

from collections.abc import Iterator

from pottle.errors import ProjectError
from pottle.project import metadata, pdm_project, poetry_needs, poetry_project, wishes
from pottle.project.clues import Clue, Said
from pottle.project.lock_format import LockFormat, beside, named, nothing
from pottle.project.requirements_file import Collected
from pottle.project.survey import Survey
from pottle.project.wishes import Listing, Own
from pottle.toml import Document

PATH = "pyproject.toml"
NAME = "pyproject"
"""`Lock.format` of what is none."""


def detect(survey: Survey, path: str) -> Iterator[Clue]:
    """The requirements of `[project]` (PEP 621), with its extras and groups (PEP 735); or Poetry's own."""
    document = survey.toml(path)
    if document is None or not (document.table("project") or poetry_project.decides(document)):
        return
    again = f"run `{_tool(document)} lock`"
    needs = metadata.read(survey).needs
    if needs is None:
        at, hint = document.at("project", "dynamic"), f"only its backend knows them: {again}"
        raise ProjectError("the dependencies are dynamic, and there is no lock", at=at, hint=hint)
    lock = wishes.as_lock(survey, _indexes(document), Listing(NAME, needs.at, again), Own(needs))
    if lock.roots:
        yield Said("unpinned", f"nothing is locked, so that every build may get other versions: {again}", lock.at)
    if lock.roots or lock.extras or lock.groups:
        yield lock


def _indexes(document: Document) -> Collected:
    """Those that the project names for its manager; uv's are its own configuration."""
    if poetry_project.decides(document):
        return poetry_needs.indexes(document)
    instead, besides = pdm_project.indexes(document)
    return Collected(index=instead, extra_indexes=[*besides])


def _tool(document: Document) -> str:
    """Whose project this is, as far as it says so."""
    backend = str(document.get("build-system", "build-backend"))
    for each in ("poetry", "pdm"):
        if document.get("tool", each) is not None or backend.startswith(f"{each}."):
            return each
    return "uv"


FORMAT = LockFormat(NAME, "project", beside(PATH), named(PATH), nothing, detect)
