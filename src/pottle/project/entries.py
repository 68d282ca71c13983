"""How a place in the code is reached when the project is started: by a console script, by `python -m`, by a file.

`python bot.py` puts the file's directory in front of the import path, `python -m` the working directory: a file in a package is
a module, any other file is run as one.
"""

import ast
import posixpath
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from packaging.utils import canonicalize_name

from pottle.project.module import Module
from pottle.project.survey import Survey
from pottle.text import Location

_FARTHEST = 6
"""Imports between what is started and the place: beyond that it is chance."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One way to start the project's code."""

    target: str
    """As `Application.target`."""
    module: Module
    at: Location
    script: str | None = None


class Entries:
    """All ways to start a project's code."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self._files = frozenset(survey.tree.files())
        self._paths = survey.by_name

    def to(self, module: Module, node: ast.expr | ast.stmt) -> Entry | None:
        """What starts `node` of `module`; None where nothing does."""
        function = enclosing(module, node)
        scripts = sorted(self._by_script(module, function), key=lambda found: found[0])
        if scripts and scripts[0][0] <= 1:
            return scripts[0][1]
        if own := self._itself(module, function):
            return own
        if scripts:
            return scripts[0][1]
        return next(self._others(module), None)

    def itself(self, module: Module) -> Entry:
        """The module as what is run."""
        return self._entry(module, module.main_guard.lineno if module.main_guard else 1)

    def reaches(self, start: Module, goal: Module) -> int | None:
        """How many imports lie between the two; None where none leads there."""
        seen, pending = {start.name}, deque([(start, 0)])
        while pending:
            module, steps = pending.popleft()
            if module.path == goal.path:
                return steps
            if steps < _FARTHEST:
                for name in self._imported(module) - seen:
                    seen.add(name)
                    if (found := self._survey.named(name)) is not None:
                        pending.append((found, steps + 1))
        return None

    def _by_script(self, module: Module, function: str | None) -> Iterator[tuple[int, Entry]]:
        """Console scripts that reach the place, with their distance: 0 where it stands in the script's own function."""
        for entry, name in self._scripts:
            if entry.module.path == module.path and function in (name, None):
                yield 0, entry
            elif (steps := self.reaches(entry.module, module)) is not None:
                yield steps + 1, entry

    @cached_property
    def _scripts(self) -> tuple[tuple[Entry, str], ...]:
        """The scripts of a packaged project, the one with its name first, and the functions that they call."""
        document = self._survey.pyproject
        if document is None or not packaged(document.get("tool", "uv", "package"), document.get("build-system")):
            return ()
        project = canonicalize_name(str(document.get("project", "name") or ""))
        found = []
        for name, text in document.table("project").get("scripts", {}).items():
            target = str(text).partition("[")[0].replace(" ", "")
            module = self._survey.named(target.partition(":")[0])
            if module is not None:
                at = document.at("project", "scripts", name)
                found.append((Entry(target, module, at, name), target.partition(":")[2]))
        return tuple(sorted(found, key=lambda pair: canonicalize_name(pair[0].script or "") != project))

    def _itself(self, module: Module, function: str | None) -> Entry | None:
        """The module as what is run, where running it gets there."""
        if module.path.endswith("__main__.py"):
            return self._entry(module, 1)
        if module.main_guard is not None:
            return self._entry(module, module.main_guard.lineno)
        if function is None or _calls_at_top_level(module, function):
            return self._entry(module, 1)
        return None

    def _others(self, module: Module) -> Iterator[Entry]:
        """Packages with a `__main__`, then modules with a guard, then those at the root, that lead to the place."""
        for path in sorted(
            self._paths.values(), key=lambda path: (not path.endswith("__main__.py"), path.count("/"), path)
        ):
            other = self._survey.parsed(path)
            if other is None or path == module.path:
                continue
            runs = path.endswith("__main__.py") or other.main_guard is not None or _is_main(path)
            if runs and self.reaches(other, module) is not None:
                yield self._entry(other, other.main_guard.lineno if other.main_guard else 1)

    def _entry(self, module: Module, line: int) -> Entry:
        at, path = Location(module.path, line), module.path
        if path.endswith("/__main__.py"):
            return Entry(module.name.removesuffix(".__main__"), module, at)
        in_package = posixpath.join(posixpath.dirname(path), "__init__.py") in self._files
        as_module = in_package and "/" in path and not self._by_siblings(module)
        return Entry(module.name if as_module else path, module, at)

    def _by_siblings(self, module: Module) -> bool:
        """Whether it imports its neighbours by their own names, as only a file that is run can."""
        directory = posixpath.dirname(module.path)
        firsts = {origin.partition(".")[0] for origin in module.absolute}
        return any(name not in self._paths and self._beside(directory, name) is not None for name in firsts)

    def _beside(self, directory: str, name: str) -> str | None:
        """The module `name` in the same directory."""
        candidates = (posixpath.join(directory, f"{name}.py"), posixpath.join(directory, name, "__init__.py"))
        return next((path for path in candidates if directory and path in self._files), None)

    def _imported(self, module: Module) -> set[str]:
        """The project's modules that a module imports, packages on the way included."""
        found: set[str] = set()
        for origin in module.imports.values():
            parts = origin.split(".")
            for length in range(len(parts), 0, -1):
                if (name := ".".join(parts[:length])) in self._paths:
                    found.add(name)
                    break
            else:
                if path := self._beside(posixpath.dirname(module.path), parts[0]):
                    found.add(self._survey.roots.name(path))
        return found & self._paths.keys()


def packaged(wanted: object, build_system: object) -> bool:
    """Whether the project is installed, and its scripts with it: uv's rule."""
    return build_system is not None if wanted is None else bool(wanted)


def enclosing(module: Module, node: ast.expr | ast.stmt) -> str | None:
    """The function or class at the top level that `node` stands in; None for what runs with the module."""
    for statement in module.tree.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            first = min([statement.lineno, *(d.lineno for d in statement.decorator_list)])
            if first <= node.lineno <= (statement.end_lineno or node.lineno):
                return statement.name
    return None


def _calls_at_top_level(module: Module, function: str) -> bool:
    """`main()` or `asyncio.run(main())` without a guard."""
    return any(
        isinstance(node, ast.Name) and node.id == function
        for statement in module.statements
        if isinstance(statement, ast.Expr | ast.Assign)
        for node in ast.walk(statement)
    )


def _is_main(path: str) -> bool:
    return "/" not in path and path in ("main.py", "app.py", "run.py", "bot.py", "server.py", "worker.py")
