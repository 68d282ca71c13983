"""The files around what is checked: the repository, or whatever directory is the outermost that may be read."""

import os
import posixpath
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Protocol

from pottle.project.tree import DictTree, DirectoryTree, Tree


class Repository(Protocol):
    """Directories by their paths, relative and POSIX; "" is the outermost."""

    def tree(self, directory: str) -> Tree:
        """The files of a directory; what lies around it can be read, as far as the repository goes."""
        ...

    def has(self, directory: str, path: str) -> bool:
        """Whether a file or a directory lies there."""
        ...


class OnDisk:
    """A repository on disk."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.tree = cache(self._tree)

    def _tree(self, directory: str) -> Tree:
        return DirectoryTree(self.root / directory, self.root)

    def has(self, directory: str, path: str) -> bool:
        """Whether a file or a directory lies there, and inside the repository."""
        full = os.path.realpath(self.root / directory / path)
        return f"{full}/".startswith(f"{os.path.realpath(self.root).rstrip('/')}/") and os.path.exists(full)


class InMemory:
    """One of texts: path → content."""

    def __init__(self, content: Mapping[str, str | bytes]) -> None:
        self.content = content
        self.tree = cache(self._tree)

    def _tree(self, directory: str) -> Tree:
        return DictTree(self.content, directory=directory)

    def has(self, directory: str, path: str) -> bool:
        """Whether a file or a directory lies there."""
        full = posixpath.normpath(posixpath.join(directory, path))
        return full == "." or full in self.content or any(each.startswith(f"{full}/") for each in self.content)


class Changed:
    """A repository some of whose files say something else than they do."""

    def __init__(self, under: Repository, changes: Mapping[str, str]) -> None:
        self._under = under
        self._changes = changes

    def tree(self, directory: str) -> Tree:
        """The files with their changes."""
        return _ChangedTree(self._under.tree(directory), directory, self._changes)

    def has(self, directory: str, path: str) -> bool:
        """Whether a file or a directory lies there."""
        full = posixpath.normpath(posixpath.join(directory, path))
        return full in self._changes or self._under.has(directory, path)


class _ChangedTree:
    def __init__(self, under: Tree, directory: str, changes: Mapping[str, str]) -> None:
        self._under = under
        self._place = directory
        self._changes = changes
        self.directory = under.directory
        self.status = under.status

    def files(self) -> list[str]:
        prefix = f"{self._place}/" if self._place else ""
        new = {path.removeprefix(prefix) for path in self._changes if path.startswith(prefix)}
        return sorted({*self._under.files(), *new})

    def exists(self, path: str) -> bool:
        return self._full(path) in self._changes or self._under.exists(path)

    def read(self, path: str) -> str | None:
        changed = self._changes.get(self._full(path))
        return changed if changed is not None else self._under.read(path)

    def _full(self, path: str) -> str:
        return posixpath.normpath(posixpath.join(self._place, path))
