"""The projects of a repository: the members of its uv workspace, else every directory that holds a project's files."""

import posixpath
from collections.abc import Iterator

from pottle.project import workspace
from pottle.project.survey import Survey, is_aside
from pottle.project.tree import Tree

FILES = ("pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "requirements.txt", "environment.yml")
"""What makes a directory a project."""


def members(tree: Tree) -> tuple[str, ...]:
    """Their directories relative to the tree, sorted; "." is the tree itself."""
    survey = Survey(tree)
    around = workspace.find(survey)
    if around is None or around.root:
        return tuple(sorted(set(_directories(tree))))
    found = {directory for directory in _directories(tree) if workspace.is_member(around.document, directory)}
    root = {"."} if around.document.get("project") is not None else set()
    return tuple(sorted(found | root))


def _directories(tree: Tree) -> Iterator[str]:
    for path in tree.files():
        directory, name = posixpath.split(path)
        if name in FILES and not is_aside(path):
            yield directory or "."
