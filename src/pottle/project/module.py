"""A Python module of the project as its syntax tree, with names resolved through its imports. Nothing is ever executed."""

import ast
import re
import warnings
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from pottle.text import Location

_TELLING = re.compile(
    r"__main__|\b(?:fastapi|starlette|flask|quart|litestar|falcon|bottle|django|uvicorn|hypercorn|gunicorn|granian|waitress)\b"
    r"|^(?:app|application|api|server|asgi|wsgi)\b.*=|SIGTERM|\bos\b.*\b(?:system|popen)\b|shell\s*=\s*True|create_subprocess_shell"
    r"|getoutput|getstatusoutput|WSGI_APPLICATION|ASGI_APPLICATION|urlpatterns|sqlite|MEDIA_ROOT|UPLOAD_FOLDER|BASE_DIR",
    re.MULTILINE | re.IGNORECASE,
)
"""A module without any of these has nothing to say for a detector and is not parsed, unless it passes names on."""

LARGEST = 2_000_000
"""Longer modules are data or generated."""


@dataclass(frozen=True, slots=True)
class Named:
    """A module-level assignment `name = value`."""

    name: str
    value: ast.expr
    line: int


class Module:
    """One parsed module."""

    def __init__(self, path: str, name: str, tree: ast.Module) -> None:
        self.path = path
        self.name = name
        """Dotted, as an import would spell it."""
        self.tree = tree

    @classmethod
    def parse(cls, path: str, text: str, files: AbstractSet[str]) -> Self | None:
        """The module in `text`, or None where it has nothing to say or is no Python that this interpreter reads."""
        passes_on = path.endswith("__init__.py") and "import" in text
        if len(text) > LARGEST or not (passes_on or _TELLING.search(text)):
            return None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return cls(path, dotted(path, files), ast.parse(text))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None

    def at(self, node: ast.expr | ast.stmt) -> Location:
        """Where `node` stands."""
        return Location(self.path, node.lineno)

    @property
    def package(self) -> str:
        """What relative imports start from."""
        return self.name if self.path.endswith("/__init__.py") else self.name.rpartition(".")[0]

    @cached_property
    def statements(self) -> tuple[ast.stmt, ...]:
        """What runs on import: the top level, also inside `if`, `try` and `with`, without `if __name__ == "__main__"`."""
        return tuple(_running(self.tree.body))

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node."""
        return tuple(ast.walk(self.tree))

    @cached_property
    def calls(self) -> tuple[ast.Call, ...]:
        """Every call, wherever it stands."""
        return tuple(node for node in self.nodes if isinstance(node, ast.Call))

    @cached_property
    def functions(self) -> dict[str, ast.FunctionDef | ast.AsyncFunctionDef]:
        """Functions at the top level."""
        return {s.name: s for s in self.statements if isinstance(s, ast.FunctionDef | ast.AsyncFunctionDef)}

    @cached_property
    def classes(self) -> dict[str, ast.ClassDef]:
        """Classes at the top level."""
        return {s.name: s for s in self.statements if isinstance(s, ast.ClassDef)}

    @cached_property
    def assignments(self) -> tuple[Named, ...]:
        """`name = value` and `name: Type = value` at the top level, in order."""
        return tuple(assigned(self.statements))

    @cached_property
    def main_guard(self) -> ast.If | None:
        """`if __name__ == "__main__":`"""
        return next((s for s in self.tree.body if isinstance(s, ast.If) and _is_main_guard(s)), None)

    @cached_property
    def imports(self) -> dict[str, str]:
        """Local name → what it was imported as, absolute and dotted."""
        found: dict[str, str] = {}
        for node in self.nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    top = alias.name.partition(".")[0]
                    found[alias.asname or top] = alias.name if alias.asname else top
            elif isinstance(node, ast.ImportFrom):
                origin = self._origin(node)
                found |= {alias.asname or alias.name: f"{origin}.{alias.name}" for alias in node.names}
        return found

    def _origin(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parts = self.package.split(".")
        above = parts[: len(parts) - node.level + 1]
        return ".".join((*above, node.module) if node.module else above)

    def qualified(self, node: ast.expr | None) -> str | None:
        """The absolute dotted name of a plain name or attribute; names that are not imported belong to this module."""
        match node:
            case ast.Name(id=name):
                return self.imports.get(name, f"{self.name}.{name}")
            case ast.Attribute(value=value, attr=attribute):
                owner = self.qualified(value)
                return None if owner is None else f"{owner}.{attribute}"
            case _:
                return None


def dotted(path: str, files: AbstractSet[str]) -> str:
    """The name under which the file at `path` is imported: from the project's root, or from `src` where that is no package."""
    parts = path.removesuffix(".py").split("/")
    if parts[0] == "src" and len(parts) > 1 and "src/__init__.py" not in files:
        parts = parts[1:]
    if parts[-1] == "__init__" and len(parts) > 1:
        parts = parts[:-1]
    return ".".join(parts)


def assigned(statements: tuple[ast.stmt, ...]) -> Iterator[Named]:
    """Plain assignments to a name among `statements`."""
    for statement in statements:
        match statement:
            case ast.Assign(targets=targets, value=value):
                yield from (Named(t.id, value, statement.lineno) for t in targets if isinstance(t, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield Named(name, value, statement.lineno)
            case _:
                pass


def text_of(node: ast.expr | None) -> str | None:
    """The text that a string literal is."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def keyword(call: ast.Call, name: str, position: int | None = None) -> ast.expr | None:
    """The argument that `call` gives `name`, or the one at `position`."""
    found = next((k.value for k in call.keywords if k.arg == name), None)
    if found is None and position is not None and position < len(call.args):
        return call.args[position]
    return found


def _running(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        match statement:
            case ast.If() if _is_main_guard(statement):
                pass
            case ast.If(body=inner, orelse=other):
                yield from _running([*inner, *other])
            case ast.Try(body=inner, handlers=handlers, orelse=other, finalbody=last):
                yield from _running([*inner, *(s for h in handlers for s in h.body), *other, *last])
            case ast.With(body=inner):
                yield from _running(inner)
            case _:
                yield statement


def _is_main_guard(node: ast.If) -> bool:
    match node.test:
        case ast.Compare(left=ast.Name(id="__name__"), ops=[ast.Eq()], comparators=[ast.Constant(value="__main__")]):
            return True
        case ast.Compare(left=ast.Constant(value="__main__"), ops=[ast.Eq()], comparators=[ast.Name(id="__name__")]):
            return True
        case _:
            return False
