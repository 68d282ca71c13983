"""Paths that code puts together from where it lies: `BASE_DIR / "static"`, `os.path.join(BASE_DIR, "static")`. Nothing is executed.

A path is told relative to the project's directory, or absolute where the code says so.
"""

import ast
import posixpath

from pottle.project.module import Module, text_of

_DEEPEST = 12
_SAME = ("resolve", "absolute", "expanduser", "as_posix")
_CALLED_ON_PATHS = ("pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath", "str", "os.fspath", "os.path.abspath", "os.path.realpath", "os.path.normpath", "environ.Path")  # fmt: skip


def resolved(module: Module, node: ast.expr | None, depth: int = 0) -> str | None:
    """The path that `node` stands for in `module`; None where it cannot be told from the text."""
    if node is None or depth > _DEEPEST:
        return None
    match node:
        case ast.Constant(value=str() as text):
            return posixpath.normpath(text) if text else None
        case ast.Name(id="__file__"):
            return module.path
        case ast.Name(id=name):
            assigned = next((a.value for a in reversed(module.assignments) if a.name == name), None)
            return resolved(module, assigned, depth + 1)
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return _joined([resolved(module, part, depth + 1) for part in (left, right)])
        case ast.Attribute(value=value, attr="parent"):
            return _above(resolved(module, value, depth + 1), 1)
        case ast.Subscript(value=ast.Attribute(value=value, attr="parents"), slice=ast.Constant(value=int() as number)):
            return _above(resolved(module, value, depth + 1), number + 1)
        case ast.Call():
            return _called(module, node, depth)
        case ast.JoinedStr(values=values):
            return _formatted(module, values, depth)
        case _:
            return None


def _called(module: Module, call: ast.Call, depth: int) -> str | None:
    name = module.qualified(call.func) or ""
    of_module = name.removeprefix(f"{module.name}.")
    if of_module in _CALLED_ON_PATHS or name in _CALLED_ON_PATHS:
        parts = [resolved(module, argument, depth + 1) for argument in call.args]
        return _joined(parts) if parts else "."
    if name in ("os.path.join", "posixpath.join"):
        return _joined([resolved(module, argument, depth + 1) for argument in call.args])
    if name in ("os.path.dirname", "posixpath.dirname") and call.args:
        return _above(resolved(module, call.args[0], depth + 1), 1)
    if isinstance(call.func, ast.Attribute):
        inner = resolved(module, call.func.value, depth + 1)
        if call.func.attr in _SAME:
            return inner
        if call.func.attr == "joinpath":
            return _joined([inner, *(resolved(module, argument, depth + 1) for argument in call.args)])
    return None


def _formatted(module: Module, values: list[ast.expr], depth: int) -> str | None:
    """`f"{BASE_DIR}/static"`"""
    parts = [
        resolved(module, part.value, depth + 1) if isinstance(part, ast.FormattedValue) else text_of(part)
        for part in values
    ]
    told = [part for part in parts if part is not None]
    return posixpath.normpath("".join(told)) if len(told) == len(parts) else None


def _joined(parts: list[str | None]) -> str | None:
    told = [part for part in parts if part is not None]
    return posixpath.normpath(posixpath.join(*told)) if told and len(told) == len(parts) else None


def _above(path: str | None, levels: int) -> str | None:
    return None if path is None else posixpath.normpath(posixpath.join(path, *[".."] * levels))
