"""The build context of a Dockerfile: what the project in it says of itself. Read when a rule asks, once."""

import posixpath
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from pottle.errors import PottleError
from pottle.lint.repository import Repository
from pottle.project.tree import Tree
from pottle.text import Location
from pottle.toml import Document, InvalidToml

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

    from pottle.project.facts import Facts, PythonWish
    from pottle.project.ignore import Ignore


@dataclass(frozen=True, slots=True)
class Bound:
    """What a project admits: one of the ranges."""

    ranges: "tuple[SpecifierSet, ...]"
    at: Location

    def admits(self, version: str) -> bool:
        """Whether `version`, X.Y.Z, is in one of them."""
        return any(each.contains(version, prereleases=True) for each in self.ranges)

    def __str__(self) -> str:
        return " || ".join(map(str, self.ranges))


_FACTS: "WeakKeyDictionary[Tree, Facts | None]" = WeakKeyDictionary()
"""Worked out once for all files of a repository: a large project costs seconds."""


def _facts(tree: Tree) -> "Facts | None":
    from pottle.project.reader import read_project

    try:
        return read_project(tree)
    except PottleError:
        return None


class Project:
    """A directory of the repository, sent to the builder."""

    def __init__(self, repository: Repository, directory: str, dockerfile: str) -> None:
        self.repository = repository
        self.directory = directory
        """Relative to the repository; "" is the repository itself."""
        self._dockerfile = dockerfile
        self._documents: dict[str, Document | None] = {}

    @cached_property
    def tree(self) -> Tree:
        """Its files."""
        return self.repository.tree(self.directory)

    @cached_property
    def facts(self) -> "Facts | None":
        """What the project says of itself; None where it says nothing that can be understood."""
        if self.tree not in _FACTS:
            _FACTS[self.tree] = _facts(self.tree)
        return _FACTS[self.tree]

    @cached_property
    def pythons(self) -> "tuple[PythonWish, ...]":
        """What its files say of the Python that it wants; none of its code is read for that."""
        from pottle.project.detectors import python
        from pottle.project.facts import PythonWish
        from pottle.project.survey import Survey

        try:
            return tuple(clue for clue in python.detect(Survey(self.tree)) if isinstance(clue, PythonWish))
        except PottleError:
            return ()

    @cached_property
    def pyproject(self) -> Document | None:
        """Its `pyproject.toml`; None where there is none that can be read."""
        return self.toml("pyproject.toml")

    @cached_property
    def python_bounds(self) -> "tuple[Bound, ...]":
        """The ranges of Python that the project admits. What `[project]` says itself is read without all the other facts."""
        declared = self.pyproject.get("project", "requires-python") if self.pyproject is not None else None
        if isinstance(declared, str) and self.pyproject is not None:
            from packaging.specifiers import InvalidSpecifier, SpecifierSet

            try:
                return (Bound((SpecifierSet(declared),), self.pyproject.at("project", "requires-python")),)
            except InvalidSpecifier:
                return ()
        if not self._may_declare_python():
            return ()
        wishes = [each for each in self.pythons if each.exact is None and each.standing is None]
        return tuple(Bound((each.specifier, *each.others), each.at) for each in wishes)

    def _may_declare_python(self) -> bool:
        """Whether anything else than `[project]` says a range: what all facts cost is spent on nothing else."""
        if self.pyproject is not None and self.pyproject.get("tool", "poetry", "dependencies", "python") is not None:
            return True
        try:
            return any("python_requires" in (self.tree.read(path) or "") for path in ("setup.py", "setup.cfg"))
        except PottleError:
            return False

    def text(self, path: str) -> str | None:
        """What a file of it says; None where there is none that can be read."""
        try:
            return self.tree.read(path)
        except PottleError:
            return None

    def toml(self, path: str) -> Document | None:
        """A TOML file of it, read once; None where there is none that can be read."""
        if path not in self._documents:
            text = self.text(path)
            try:
                self._documents[path] = Document(text, path) if text is not None else None
            except InvalidToml:
                self._documents[path] = None
        return self._documents[path]

    @cached_property
    def files(self) -> tuple[str, ...]:
        """Every file; without what no project is made of (`.git`, `.venv`, caches)."""
        try:
            return tuple(self.tree.files())
        except PottleError:
            return ()

    @cached_property
    def holds_python(self) -> bool:
        """Whether a Python project may lie here at all: a Dockerfile that is shown alone has nothing around it."""
        return any(each.endswith((".py", ".toml", ".txt", ".lock", ".cfg", "Pipfile")) for each in self.files)

    def has(self, path: str) -> bool:
        """Whether a file or a directory lies at `path`, `.venv` and its like included."""
        return self.repository.has(self.directory, path)

    @cached_property
    def ignore_path(self) -> str | None:
        """The file that decides what is sent, relative to the context: `<Dockerfile>.dockerignore`, else `.dockerignore`."""
        own = posixpath.relpath(f"{self._dockerfile}.dockerignore", self.directory or ".")
        return next((path for path in (own, ".dockerignore") if self.tree.exists(path)), None)

    @cached_property
    def ignore(self) -> "Ignore | None":
        """Its patterns; None where there is no such file, or none that can be read."""
        from pottle.project.ignore import parse

        try:
            text = self.tree.read(self.ignore_path) if self.ignore_path is not None else None
            return parse(text, self.ignore_path or "") if text is not None else None
        except PottleError:
            return None

    def sent(self, path: str) -> bool:
        """Whether a file at `path` is part of what the builder gets."""
        return self.ignore is None or not self.ignore.leaves_out(path)

    def below(self, directory: str) -> "Project":
        """The project in one of its directories; "" is itself."""
        return self if directory in ("", ".") else Project(self.repository, self.whole(directory), self._dockerfile)

    def whole(self, path: str) -> str:
        """`path` relative to the repository, as edits of other files name it."""
        return posixpath.normpath(posixpath.join(self.directory, path))
