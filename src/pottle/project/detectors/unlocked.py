"""What a project's own metadata ask for where no lock has decided it: read, warned about, and left to be resolved.

`[project]`, flit's older table, `setup.cfg` and `setup.py` (`pottle.project.metadata`). What these do not write down the project's
backend has to be asked for, when the image is built or `pottle lock` is run: its code is not run to read the project.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from pottle.project import metadata, poetry_needs, poetry_project, wishes
from pottle.project.clues import Clue, Said
from pottle.project.declared import Metadata
from pottle.project.facts import Fact
from pottle.project.lock_format import LockFormat, named, nothing
from pottle.project.requirements_file import Collected
from pottle.project.survey import Survey
from pottle.project.wishes import Listing, Own

FILES = ("pyproject.toml", "setup.py", "setup.cfg")
NAME = "pyproject"

_OURS = "run `pottle lock`"
"""Where the project's own tool has no lock, or nobody knows which it is."""


def detect(survey: Survey, path: str) -> Iterator[Clue]:  # noqa: ARG001
    """The project's dependencies, with its extras and groups (PEP 735)."""
    found = metadata.read(survey)
    if found.needs is None:
        return
    again = _again(survey)
    lock = wishes.as_lock(survey, _indexes(survey), Listing(found.kind, found.needs.at, again), Own(found.needs))
    if found.asks is not None:
        lock = replace(lock, complete=False, asks=Fact(_digest(survey), found.asks))
    if lock.roots or lock.asks:
        yield Said("unpinned", _warning(found, again), found.asks or lock.at)
    if lock.roots or lock.extras or lock.groups or lock.asks:
        yield lock


def _indexes(survey: Survey) -> Collected:
    document = survey.pyproject
    poetrys = document is not None and poetry_project.decides(document)
    return poetry_needs.indexes(document) if document is not None and poetrys else Collected()


def _warning(found: Metadata, again: str) -> str:
    if found.asks is not None:
        return f"only the project's backend knows what it needs, and is asked anew by every build: {_OURS}"
    return f"nothing is locked, so that every build may get other versions: {again}"


def _again(survey: Survey) -> str:
    """By the tool whose project this is, as far as it says so."""
    document = survey.pyproject
    backend = str(document.get("build-system", "build-backend")) if document is not None else ""
    for tool, prefix in (("poetry", "poetry."), ("pdm", "pdm."), ("uv", "uv_build")):
        if document is not None and (document.get("tool", tool) is not None or backend.startswith(prefix)):
            return f"run `{tool} lock`"
    return _OURS


def _digest(survey: Survey) -> str:
    """Of what the backend is sure to read."""
    texts = "\0".join(survey.tree.read(path) or "" for path in FILES)
    return hashlib.sha256(texts.encode()).hexdigest()


def _find(survey: Survey) -> str | None:
    return next((path for path in FILES if survey.tree.exists(path)), None)


FORMAT = LockFormat(NAME, "project", _find, named(*FILES), nothing, detect)
