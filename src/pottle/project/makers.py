"""What an expression makes: an instance of a known class, of a subclass of one in the project, or what a function returns."""

import ast
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from pottle.project.module import Module, assigned
from pottle.project.names import Names

T = TypeVar("T")

DEEPEST = 10


class Makers(Generic[T]):
    """The classes that `known` recognises by their dotted names."""

    def __init__(self, names: Names, known: Callable[[str], T | None]) -> None:
        self._names, self._known = names, known

    def made(self, module: Module, value: ast.expr | None, depth: int = 0) -> T | None:
        """What `value` makes where it is a call, or is where it is a name."""
        match value:
            case ast.Await(value=inner):
                return self.made(module, inner, depth)
            case ast.Call(func=ast.Attribute(value=ast.Call() as inner, attr=name)) if name.startswith("with_"):
                return self.made(module, inner, depth)
            case ast.Call(func=function):
                return self.called(module, function, depth)
            case ast.Name(id=name):
                return self._variable(module, name, depth) or self._defined(module.qualified(value), depth)
            case ast.Attribute():
                return self._defined(module.qualified(value), depth)
            case _:
                return None

    def called(self, module: Module, function: ast.expr, depth: int = 0) -> T | None:
        """What calling `function` makes: a class, or a function of the project."""
        generic = function.value if isinstance(function, ast.Subscript) else function  # `FastMCP[State]`
        qualified = module.qualified(generic)
        if qualified is None or depth > DEEPEST:
            return None
        qualified = self._names.canonical(qualified)
        if (found := self._known(qualified)) is not None:
            return found
        owner = self._names.owner(qualified)
        if owner is None:
            return None
        there, name = owner
        if name in there.classes:
            return self.subclass(there, there.classes[name], depth + 1)
        return self._returned(there, there.functions[name], depth + 1) if name in there.functions else None

    def subclass(self, module: Module, cls: ast.ClassDef, depth: int = 0) -> T | None:
        """What a class of the project is, by its bases."""
        if depth > DEEPEST:
            return None
        return next((found for base in cls.bases if (found := self.called(module, base, depth + 1))), None)

    def _variable(self, module: Module, name: str, depth: int) -> T | None:
        """A variable of the module or of one of its functions."""
        values = (value for variable, value in variables(module) if variable == name)
        return next((found for value in values if (found := self.made(module, value, depth + 1)) is not None), None)

    def _defined(self, qualified: str | None, depth: int) -> T | None:
        owner = self._names.owner(qualified) if qualified and depth <= DEEPEST else None
        if owner is None:
            return None
        there, name = owner
        value = next((a.value for a in there.assignments if a.name == name), None)
        return self.made(there, value, depth + 1) if isinstance(value, ast.Call) else None

    def _returned(self, module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef, depth: int) -> T | None:
        statements = tuple(node for node in ast.walk(function) if isinstance(node, ast.stmt))
        local = {a.name: a.value for a in assigned(statements)}
        for node in statements:
            if isinstance(node, ast.Return) and node.value is not None:
                value = local.get(node.value.id, node.value) if isinstance(node.value, ast.Name) else node.value
                if isinstance(value, ast.Call) and (found := self.made(module, value, depth + 1)) is not None:
                    return found
        return self.called(module, function.returns, depth + 1) if function.returns is not None else None


def variables(module: Module) -> Iterator[tuple[str, ast.expr]]:
    """Every `name = Something(…)` and `with Something(…) as name`, at any depth."""
    for node in module.nodes:
        match node:
            case ast.Assign(targets=targets, value=ast.Call() | ast.Await() as value):
                yield from ((target.id, value) for target in targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.Call() as value):
                yield name, value
            case ast.withitem(context_expr=value, optional_vars=ast.Name(id=name)):
                yield name, value
            case _:
                pass
