"""Which path an expression comes to: `BASE_DIR / "media"`, `os.path.join(os.path.dirname(__file__), "data")`, `f"sqlite:///{PATH}"`.

Names are followed to where they are assigned, also through imports. The project's root is the current directory, and has a name of its
own here: where it will lie is not this room's business. What cannot be told is None.
"""

import ast
import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pottle.project.module import Module, keyword
from pottle.project.names import Names

_ABOVE = "/<above>"
ROOT = f"{_ABOVE}/<project>"
"""Stands for the project's root."""
_DEEPEST = 16
_SAME = frozenset({"resolve", "absolute", "expanduser", "as_posix", "strip", "__str__"})
"""Methods of a path, or of its text, that leave it what it is."""
_WRAPPERS = frozenset(
    {
        *("pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath", "builtins.str", "os.fspath", "environ.Path"),
        *("os.path.abspath", "os.path.realpath", "os.path.normpath", "os.path.expanduser"),
    }
)
_VARIABLES = frozenset({"os.environ.get", "os.getenv", "decouple.config", "environs.env", "environ.Env"})
_READERS = frozenset({"env", "config", "str", "path", "get", "getenv", "db", "db_url", "url", "cast"})
"""Names of what reads a variable, whichever library it is from: `env("X", default=…)`, `env.str("X", …)`, `config("X", default=…)`."""


@dataclass(frozen=True, slots=True)
class Found:
    """A text, mostly a path."""

    text: str
    """Absolute (`/data`, `/<project>/media`), or relative to the current directory (`media`)."""
    variable: str | None = None
    """The environment variable that can say otherwise."""
    beside_code: bool = False
    """It is told from where a module lies (`__file__`)."""


class Paths:
    """Expressions of a project's modules."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def text(self, module: Module, node: ast.expr | None, depth: int = 0) -> Found | None:
        """What the expression comes to."""
        if node is None or depth > _DEEPEST:
            return None
        match node:
            case ast.Constant(value=str() as text):
                return Found(text)
            case ast.Name(id="__file__"):
                return Found(f"{ROOT}/{module.path}", beside_code=True)
            case ast.Name() | ast.Attribute():
                return self._named(module, node, depth)
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return _joined((self.text(module, left, depth + 1), self.text(module, right, depth + 1)))
            case ast.BinOp(left=left, op=ast.Sub(), right=ast.Constant(value=int() as number)):
                return _above(
                    self.text(module, left, depth + 1), number
                )  # django-environ: `environ.Path(__file__) - 2`
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return _concatenated((self.text(module, left, depth + 1), self.text(module, right, depth + 1)))
            case ast.JoinedStr(values=values):
                return _concatenated(self.text(module, value, depth + 1) for value in values)
            case ast.FormattedValue(value=value):
                return self.text(module, value, depth + 1)
            case ast.BoolOp(op=ast.Or(), values=[first, *_, last]):
                found = self.text(module, last, depth + 1)
                return replace(found, variable=_variable(first) or found.variable) if found else None
            case ast.Subscript(
                value=ast.Attribute(value=value, attr="parents"), slice=ast.Constant(value=int() as number)
            ):
                return _above(self.text(module, value, depth + 1), number + 1)
            case ast.Call():
                return self._called(module, node, depth)
            case _:
                return None

    def _named(self, module: Module, node: ast.Name | ast.Attribute, depth: int) -> Found | None:
        if isinstance(node, ast.Attribute):
            if node.attr == "parent":
                return _above(self.text(module, node.value, depth + 1), 1)
            if node.attr == "root_path":  # Flask's again: where the application's module lies
                return Found(f"{ROOT}/{posixpath.dirname(module.path)}", beside_code=True)
            if node.attr == "instance_path":  # Flask's, of an application that is no installed package
                return Found(f"{ROOT}/instance")
        qualified = module.qualified(node)
        owner = self._names.owner(qualified) if qualified else None
        if owner is None:
            return None
        there, name = owner
        values = [assignment.value for assignment in there.assignments if assignment.name == name]
        return self.text(there, values[-1], depth + 1) if values else None

    def _called(self, module: Module, call: ast.Call, depth: int) -> Found | None:
        qualified = module.qualified(call.func) or ""
        arguments = [self.text(module, argument, depth + 1) for argument in call.args]
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if variable := _variable(call):
            default = keyword(call, "default", 1)
            found = self.text(module, default, depth + 1)
            return replace(found, variable=variable) if found else None
        if qualified in ("os.getcwd", "pathlib.Path.cwd"):
            return Found(ROOT)
        if qualified == "os.path.join" or (qualified in ("pathlib.Path", "pathlib.PurePath") and len(arguments) > 1):
            return _joined(arguments)
        if qualified == "os.path.dirname":
            return _above(arguments[0] if arguments else None, 1)
        if qualified in _WRAPPERS or (name == "str" and isinstance(call.func, ast.Name)):
            return arguments[0] if arguments else None
        if isinstance(call.func, ast.Name):  # django-environ: `root("media")`
            start = self._named(module, call.func, depth)
            return _joined([start, *arguments]) if start is not None and start.beside_code else None
        if isinstance(call.func, ast.Attribute):
            owner = self.text(module, call.func.value, depth + 1)
            if name in _SAME:
                return owner
            if name in ("joinpath", "path"):
                return _joined([owner, *arguments])
        return None


def from_root(text: str) -> str:
    """A path, normalized: relative where it lies in the project or beside it (`../x`), empty for the project itself."""
    path = posixpath.normpath(posixpath.join(ROOT, text))
    if path == _ABOVE or path.startswith(f"{_ABOVE}/"):
        path = posixpath.relpath(path, ROOT)
    return "" if path == "." else path


def _variable(node: ast.expr) -> str | None:
    """The environment variable that an expression reads, by whatever library."""
    match node:
        case ast.Call(
            func=ast.Name(id=name) | ast.Attribute(attr=name), args=[ast.Constant(value=str() as variable), *_]
        ):
            return variable if name in _READERS and variable.isupper() and variable.isidentifier() else None
        case ast.Subscript(value=ast.Attribute(attr="environ"), slice=ast.Constant(value=str() as variable)):
            return variable
        case _:
            return None


def _joined(parts: Sequence[Found | None]) -> Found | None:
    known = [part for part in parts if part is not None]
    if len(known) != len(parts) or not known:
        return None
    return _both(known, posixpath.join(*(part.text for part in known)))


def _concatenated(parts: "Iterator[Found | None] | Sequence[Found | None]") -> Found | None:
    found = list(parts)
    known = [part for part in found if part is not None]
    return _both(known, "".join(part.text for part in known)) if found and len(known) == len(found) else None


def _both(parts: Sequence[Found], text: str) -> Found:
    variable = next((part.variable for part in parts if part.variable), None)
    return Found(text, variable, beside_code=any(part.beside_code for part in parts))


def _above(found: Found | None, times: int) -> Found | None:
    if found is None:
        return None
    text = found.text
    for _ in range(times):
        text = posixpath.dirname(text.rstrip("/"))
    return replace(found, text=text)
