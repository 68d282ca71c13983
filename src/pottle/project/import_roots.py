"""The directories whose modules are imported by their own names: the project's own, `src`, and those that imports show.

`backend/app/main.py` that says `from app.models import User` is started with `backend` on the path, and is called `app.main`.
"""

import ast
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet

from pottle.project.module import Module, without_root


class Roots:
    """The import roots of a tree, relative to the project."""

    def __init__(self, modules: Iterable[Module], files: AbstractSet[str], source: Callable[[str], str | None]) -> None:
        self._files = files
        self._source = source
        self._directories = {path[:cut] for path in files if path.endswith(".py") for cut in _cuts(path)}
        self._found = frozenset(root for module in modules for root in self._shown(module))

    def place(self, module: Module) -> None:
        """Tells a module its root, and the name that it has there."""
        module.root = self.of(module.path)
        module.name = self.name(module.path)

    def of(self, path: str) -> str:
        """The root of the module at `path`: the nearest directory above it that is one."""
        above = (path[:cut] for cut in _cuts(path))
        found = next((directory for directory in reversed(list(above)) if directory in self._found), None)
        if found is None:
            return "src" if path.startswith("src/") and "src/__init__.py" not in self._files else ""
        return found

    def name(self, path: str) -> str:
        """The name by which the module at `path` is imported."""
        return without_root(path, self.of(path))

    def _shown(self, module: Module) -> Iterator[str]:
        """Directories above a module that hold what it imports, where the project's own does not."""
        above = [path for cut in _cuts(module.path) if f"{(path := module.path[:cut])}/__init__.py" not in self._files]
        if not above:
            return
        if module.path.endswith("/manage.py") and above[-1] == module.path.rpartition("/")[0]:
            yield above[-1]  # Django's is run as a file, and names its settings in a string
        for node in module.nodes:
            if isinstance(node, ast.ImportFrom) and not node.level and node.module and _is_own(node.module):
                if any(self._holds(directory, node) for directory in ("", "src")):
                    continue
                found = [directory for directory in above if directory != "src" and self._holds(directory, node)]
                yield from found[-1:]

    def _holds(self, directory: str, node: ast.ImportFrom) -> bool:
        """Whether the module that `node` imports from lies below `directory`, and has the names that are imported.

        The names tell `app/redis.py` from the redis that is installed.
        """
        name = node.module or ""
        place = "/".join(([directory] if directory else []) + name.split("."))
        for path in (f"{place}.py", f"{place}/__init__.py"):
            if path in self._files:
                text = self._source(path) or ""
                imports_itself = name in text and re.search(rf"\b(?:from|import) {re.escape(name)}\b", text)
                return not imports_itself and all(
                    _says(text, alias.name) or self._is_module(f"{place}/{alias.name}")
                    for alias in node.names
                    if alias.name != "*"
                )
        return place in self._directories and all(self._is_module(f"{place}/{alias.name}") for alias in node.names)

    def _is_module(self, place: str) -> bool:
        return f"{place}.py" in self._files or place in self._directories


def _says(text: str, name: str) -> bool:
    """Whether a module may have a name. Looked for as it stands first: a pattern over every module for every import takes a minute."""
    return "import *" in text or (name in text and re.search(rf"\b{name}\b", text) is not None)


def _cuts(path: str) -> Iterator[int]:
    """Where the directories above `path` end, the topmost first."""
    return (position for position, letter in enumerate(path) if letter == "/")


def _is_own(name: str) -> bool:
    return name.partition(".")[0] not in sys.stdlib_module_names
