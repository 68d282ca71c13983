"""Where an expression leads in the tree: `Path(__file__).parent.parent / "static"`, `os.path.join(BASE_DIR, "static")`.

Paths are relative to the project: "" is its own directory, `../x` lies beside it, `/x` is absolute. None: it cannot be seen.
"""

import ast
import posixpath

from pottle.project.module import Module, called, keyword
from pottle.project.names import Names
from pottle.project.values import variable

_DEEPEST = 12
_SAME = (
    "Path",
    "PurePath",
    "PosixPath",
    "str",
    "fspath",
    "abspath",
    "realpath",
    "normpath",
    "resolve",
    "absolute",
    "expanduser",
    "as_posix",
)
"""Calls that give the path that they are given, as far as a tree knows."""


class Paths:
    """Reads paths in the modules of a project."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def of(self, module: Module, node: ast.expr | None, depth: int = 0) -> str | None:
        """Where `node`, at the top level of `module`, leads; a relative one starts from the working directory, the project's."""
        if node is None or depth > _DEEPEST:
            return None
        match node:
            case ast.Constant(value=str() as text):
                return _normal(text)
            case ast.Name(id="__file__"):
                return module.path
            case ast.Name():
                return self._named(module, node, depth)
            case ast.Attribute(value=owner, attr="parent"):
                return _above(self.of(module, owner, depth + 1), 1)
            case ast.Subscript(
                value=ast.Attribute(value=owner, attr="parents"), slice=ast.Constant(value=int() as number)
            ):
                return _above(self.of(module, owner, depth + 1), number + 1)
            case ast.Attribute():
                return self._named(module, node, depth)
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return _joined(self.of(module, left, depth + 1), self.of(module, right, depth + 1))
            case ast.BinOp(left=left, op=ast.Sub(), right=ast.Constant(value=int() as number)):
                # django-environ: `environ.Path(__file__) - 2`
                return _above(self.of(module, left, depth + 1), number)
            case ast.BinOp(left=left, op=ast.Add(), right=ast.Constant(value=str() as text)):
                start = self.of(module, left, depth + 1)
                return None if start is None else _normal((start or ".") + text)
            case ast.BoolOp(op=ast.Or(), values=[*_, last]):
                return self.of(module, last, depth + 1)
            case ast.JoinedStr(values=[ast.FormattedValue(value=start), ast.Constant(value=str() as text)]):
                before = self.of(module, start, depth + 1)
                return None if before is None else _normal((before or ".") + text)
            case ast.Call():
                return self._called(module, node, depth)
            case _:
                return None

    def _called(self, module: Module, call: ast.Call, depth: int) -> str | None:
        name = called(call)
        parts = [self.of(module, argument, depth + 1) for argument in call.args]
        if variable(module.qualified(call.func) or "", call) is not None:
            return self.of(module, call.args[1] if len(call.args) > 1 else keyword(call, "default"), depth + 1)
        if (
            isinstance(call.func, ast.Attribute)
            and name in (*_SAME, "joinpath")
            and not _is_module(module, call.func.value)
        ):
            return _joined(self.of(module, call.func.value, depth + 1), *parts)
        if name == "dirname" and parts:
            return _above(parts[0], 1)
        if name in (*_SAME, "join", "joinpath") and parts:
            return _joined(*parts)
        # django-environ: `root = environ.Path(__file__) - 2`, then `root("static")`
        start = self._named(module, call.func, depth) if isinstance(call.func, ast.Name) else None
        return None if start is None else _joined(start, *parts)

    def _named(self, module: Module, node: ast.expr, depth: int) -> str | None:
        owner = self._names.owner(module.qualified(node) or "")
        if owner is None:
            return None
        there, name = owner
        value = next((a.value for a in there.assignments if a.name == name), None)
        return self.of(there, value, depth + 1)


def _is_module(module: Module, node: ast.expr) -> bool:
    return (module.qualified(node) or "").partition(".")[0] in ("os", "pathlib", "posixpath", "environ")


def _above(path: str | None, levels: int) -> str | None:
    for _ in range(levels):
        path = None if path is None else _normal(posixpath.join(path, ".."))
    return path


def _joined(*parts: str | None) -> str | None:
    known = [part for part in parts if part is not None]
    return _normal(posixpath.join(*known)) if len(known) == len(parts) and known else None


def _normal(path: str) -> str:
    found = posixpath.normpath(path or ".")
    return "" if found == "." else found
