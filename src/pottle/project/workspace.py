"""The uv workspace that a project is a member of: its root holds the one lock for all of them.

Nothing above the tree's boundary is looked at, so a project means the same wherever its repository lies.
"""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from pottle.project.survey import Survey
from pottle.toml import Document


@dataclass(frozen=True, slots=True)
class Workspace:
    """A root and the place of the project below it."""

    root: str
    """The way from the project to the root: "" for the root itself, `..`, `../..` …"""
    directory: str
    """The way back: `packages/core`; "." for the root itself."""
    document: Document
    """The root's `pyproject.toml`."""

    def path(self, below: str) -> str:
        """A path that is relative to the root as one that is relative to the project."""
        return posixpath.normpath(posixpath.join(self.root, below))


def find(survey: Survey) -> Workspace | None:
    """The workspace that the project is the root or a member of."""
    if survey.pyproject is not None and _declares(survey.pyproject):
        return Workspace("", ".", survey.pyproject)
    for root, directory in above(survey):
        document = survey.toml(f"{root}/pyproject.toml")
        if document is not None and _declares(document):
            return Workspace(root, directory, document) if is_member(document, directory) else None
    return None


def above(survey: Survey) -> Iterator[tuple[str, str]]:
    """(`..`, the project's directory seen from there), and so on up to the tree's boundary."""
    parts = survey.tree.directory.split("/") if survey.tree.directory else []
    for up in range(1, len(parts) + 1):
        yield "/".join([".."] * up), "/".join(parts[-up:])


def is_member(root: Document, directory: str) -> bool:
    """Whether `[tool.uv.workspace]` admits a directory: one of `members` matches, none of `exclude` does."""
    table = root.table("tool", "uv", "workspace")
    return _any(table.get("members"), directory) and not _any(table.get("exclude"), directory)


def root_above(directory: Path) -> Path | None:
    """The directory above whose workspace counts `directory` among its members. A file that cannot be read declares none."""
    for above in directory.parents:
        try:
            document = Document((above / "pyproject.toml").read_text(encoding="utf-8"), "pyproject.toml")
        except (OSError, ValueError):
            continue
        if _declares(document) and is_member(document, directory.relative_to(above).as_posix()):
            return above
    return None


def _declares(document: Document) -> bool:
    return isinstance(document.get("tool", "uv", "workspace"), dict)


def _any(patterns: object, directory: str) -> bool:
    listed = patterns if isinstance(patterns, list) else []
    return any(_matches(str(pattern).strip("/").split("/"), directory.split("/")) for pattern in listed)


def _matches(pattern: list[str], parts: list[str]) -> bool:
    if not pattern or not parts:
        return not pattern and not parts
    if pattern[0] == "**":
        return any(_matches(pattern[1:], parts[start:]) for start in range(len(parts) + 1))
    return fnmatchcase(parts[0], pattern[0].removeprefix("./")) and _matches(pattern[1:], parts[1:])
