"""What a project's own metadata ask for where no lock has decided it: read, warned about, and left to be resolved.

`[project]`, the tables of Poetry and of an older flit, `setup.cfg` and `setup.py` (`pottle.project.metadata`). What these do not write
down the project's backend has to be asked for, when the image is built or `pottle lock` is run: its code is not run to read the project.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from pottle.project import metadata, pdm_project, poetry_needs, poetry_project, wishes
from pottle.project.clues import Clue, Said
from pottle.project.declared import Metadata
from pottle.project.facts import Fact
from pottle.project.lock_format import LockFormat, named, nothing
from pottle.project.requirements_file import Collected
from pottle.project.survey import Survey
from pottle.project.wishes import Listing, Own
from pottle.toml import Document

FILES = ("pyproject.toml", "setup.py", "setup.cfg")
NAME = "pyproject"

_OURS = "run `pottle lock`"
"""Where the project's own tool has no lock, or nobody knows which it is."""
_BACKENDS = {"uv": "uv_build", "poetry": "poetry.", "pdm": "pdm."}
"""Manager → the beginning of the name of the backend that it makes."""


def detect(survey: Survey, path: str) -> Iterator[Clue]:  # noqa: ARG001
    """The project's dependencies, with its extras and groups (PEP 735)."""
    found = metadata.read(survey)
    if found.needs is None:
        return
    again = _again(survey.pyproject)
    lock = wishes.as_lock(
        survey, _indexes(survey.pyproject), Listing(found.kind, found.needs.at, again), Own(found.needs)
    )
    if found.asks is not None:
        lock = replace(lock, complete=False, asks=Fact(_digest(survey), found.asks))
    if lock.roots or lock.asks:
        yield Said("unpinned", _warning(found, again), found.asks or lock.at)
    if lock.roots or lock.extras or lock.groups or lock.asks:
        yield lock


def _indexes(document: Document | None) -> Collected:
    """Those that the project names for its manager; uv's are its own configuration."""
    if document is None:
        return Collected()
    if poetry_project.decides(document):
        return poetry_needs.indexes(document)
    instead, besides = pdm_project.indexes(document)
    return Collected(index=instead, extra_indexes=[*besides])


def _warning(found: Metadata, again: str) -> str:
    if found.asks is not None:
        return f"only the project's backend knows what it needs, and is asked anew by every build: {_OURS}"
    return f"nothing is locked, so that every build may get other versions: {again}"


def _again(document: Document | None) -> str:
    """By the tool whose project it is, as far as it says so."""
    if document is None:
        return _OURS
    backend = str(document.get("build-system", "build-backend"))
    for tool, prefix in _BACKENDS.items():
        if document.get("tool", tool) is not None or backend.startswith(prefix):
            return f"run `{tool} lock`"
    return _OURS


def _digest(survey: Survey) -> str:
    """Of what the backend is sure to read."""
    texts = "\0".join(survey.tree.read(path) or "" for path in FILES)
    return hashlib.sha256(texts.encode()).hexdigest()


def _find(survey: Survey) -> str | None:
    return next((path for path in FILES if survey.tree.exists(path)), None)


FORMAT = LockFormat(NAME, "project", _find, named(*FILES), nothing, detect)
