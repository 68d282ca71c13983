"""A tree while it is being read: every file is parsed at most once, however many detectors look at it."""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from pottle.errors import ProjectError
from pottle.project.code import Code
from pottle.project.import_roots import Roots
from pottle.project.module import Module
from pottle.project.tree import Tree
from pottle.toml import Document, InvalidToml

MOST_MODULES = 5_000
"""So many of the project's modules are searched, those nearest to its root first."""

_NEAR = 2
"""Directories between the root and what may start the project."""

_ASIDE = re.compile(
    r"(?:^|/)(?:tests?|testing|docs?|examples?|samples?|benchmarks?|migrations|alembic|fixtures|site-packages|_?vendor(?:ed)?|\.[^/]+)/"
    r"|^(?:build|dist)/|(?:^|/)(?:test_[^/]*|[^/]*_test|conftest)\.py$|^(?:setup|noxfile|fabfile)\.py$"
)
"""What is not the application itself: nothing found there is run."""


def is_aside(path: str) -> bool:
    """Whether a file is about the application, or made from it, and not part of it: tests, documentation, examples, what is built."""
    return _ASIDE.search(path) is not None


_LOCKS = {"uv.lock": "uv", "poetry.lock": "poetry", "pdm.lock": "pdm"}
"""Files that nobody corrects by hand, and the tool that writes each."""


class Survey:
    """A tree with its documents and modules."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._documents: dict[str, Document | None] = {}
        self._parsed: dict[str, Module | None] = {}

    def toml(self, path: str) -> Document | None:
        """The TOML file at `path`, or None. Raises `ProjectError` for a malformed one."""
        if path not in self._documents:
            text = self.tree.read(path)
            self._documents[path] = None if text is None else _document(text, path)
        return self._documents[path]

    @cached_property
    def pyproject(self) -> Document | None:
        """`pyproject.toml`."""
        return self.toml("pyproject.toml")

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The application's Python files, nearest to the root first: no tests, documentation, examples or migrations, and no others'."""
        others = self._others
        found = (
            path
            for path in self.tree.files()
            if path.endswith(".py") and not is_aside(path) and not (others and path.startswith(others))
        )
        return tuple(sorted(found, key=lambda path: (path.count("/"), path))[:MOST_MODULES])

    @cached_property
    def _others(self) -> tuple[str, ...]:
        """Directories of other projects, with a slash at their ends, where this is one itself and says nothing of them."""
        text = self.tree.read("pyproject.toml") if _is_project(self.pyproject) else None
        if text is None or "workspace" in text:
            return ()
        suffix = "/pyproject.toml"
        found = (
            path.removesuffix(suffix) for path in self.tree.files() if path.endswith(suffix) and not is_aside(path)
        )
        return tuple(f"{each}/" for each in found if each not in text and self._is_project(f"{each}{suffix}"))

    def _is_project(self, path: str) -> bool:
        try:
            return _is_project(self.toml(path))
        except ProjectError:
            return False

    @property
    def modules(self) -> tuple[Module, ...]:
        """Those files parsed, as far as they have something to say for a detector."""
        return self._searched[0]

    @property
    def roots(self) -> Roots:
        """The directories whose modules are imported by their own names."""
        return self._searched[1]

    @cached_property
    def code(self) -> Code:
        """What they make and what they serve."""
        return Code(self.modules, self.named)

    def parsed(self, path: str) -> Module | None:
        """The module at `path`, whatever it holds; None where there is none, or no Python."""
        if path not in self._parsed:
            text = self.source(path)
            module = None if text is None else Module.parse(path, text, self._files, anyway=True)
            if module is not None:
                self.roots.place(module)
            self._parsed[path] = module
        return self._parsed[path]

    def named(self, name: str) -> Module | None:
        """The module of the application that is imported as `name`, whatever it holds."""
        path = self.by_name.get(name)
        return None if path is None else self.parsed(path)

    def with_calls(self, methods: Iterable[str], near: int = _NEAR) -> tuple[Module, ...]:
        """`modules`, and those within `near` directories of the root that name one of `methods`: what uses a thing of the project's
        need not name its library.
        """
        known = {module.path for module in self.modules}
        names = [f".{method}" for method in methods]
        others = (path for path in self.paths if path not in known and path.count("/") <= near)
        further = (self.parsed(path) for path in others if any(name in (self.source(path) or "") for name in names))
        return (*self.modules, *(module for module in further if module is not None))

    def source(self, path: str) -> str | None:
        """The text of a module; None for one that is not UTF-8: it is not this room's to complain."""
        try:
            return self.tree.read(path)
        except ProjectError:
            return None

    @cached_property
    def _files(self) -> frozenset[str]:
        return frozenset(self.tree.files())

    @cached_property
    def by_name(self) -> dict[str, str]:
        """Where each of the application's modules lies, by the name that it is imported under."""
        return {self.roots.name(path): path for path in reversed(self.paths)}

    @cached_property
    def _searched(self) -> tuple[tuple[Module, ...], Roots]:
        modules = tuple(self._modules())
        roots = Roots(modules, self._files, self.source)
        for module in modules:
            roots.place(module)
        return modules, roots

    def _modules(self) -> Iterator[Module]:
        for path in self.paths:
            text = self.source(path)
            if text is not None and (module := Module.parse(path, text, self._files)):
                self._parsed[path] = module
                yield module


def _is_project(document: Document | None) -> bool:
    return document is not None and (bool(document.table("project")) or bool(document.table("tool", "poetry")))


def _document(text: str, path: str) -> Document:
    try:
        return Document(text, path)
    except InvalidToml as error:
        tool = _LOCKS.get(path.rpartition("/")[2])
        hint = f"run `{tool} lock` to write it anew" if tool else "correct that line"
        raise ProjectError(f"this is not TOML: {error}", at=error.at, hint=hint) from None
