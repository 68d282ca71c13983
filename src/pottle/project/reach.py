"""What a program leads to: the functions and classes of the project that are named from where it starts, and from those.

Naming is enough: a function that is passed on (`Thread(target=serve)`) is called some day. Nothing is run.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pottle.project.module import Function, Module
from pottle.project.names import Names

_MOST = 400
"""So many places are looked at, those nearest to the start first."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A function, or statements at the top level, that a program leads to."""

    module: Module
    node: ast.AST
    function: Function | None
    depth: int
    """How many names away from the start it lies."""


class Reach:
    """What leads where in a project: every function is read once, however many programs come to it."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._named: dict[int, tuple[tuple[Module, ast.AST], ...]] = {}

    def of(self, module: Module, nodes: Iterable[ast.AST]) -> tuple[Spot, ...]:
        """What `nodes` of `module` lead to, themselves first."""
        found: list[Spot] = []
        pending = [spot for node in nodes for spot in _spots(module, node, 0)]
        seen = {id(spot.node) for spot in pending}
        for spot in pending:
            if len(found) == _MOST:
                break
            found.append(spot)
            for there, node in self._from(spot):
                for further in _spots(there, node, spot.depth + 1):
                    if id(further.node) not in seen:
                        seen.add(id(further.node))
                        pending.append(further)
        return tuple(found)

    def _from(self, spot: Spot) -> tuple[tuple[Module, ast.AST], ...]:
        """The functions and classes that a spot names."""
        if id(spot.node) not in self._named:
            found = {id(node): (module, node) for module, node in _named(self._names, spot)}
            self._named[id(spot.node)] = tuple(found.values())
        return self._named[id(spot.node)]


def _spots(module: Module, node: ast.AST, depth: int) -> Iterator[Spot]:
    """A class is all of its methods: which of them an object is asked for is not seen."""
    match node:
        case ast.ClassDef(body=body):
            for statement in body:
                if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield Spot(module, statement, statement, depth)
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield Spot(module, node, node, depth)
        case _:
            yield Spot(module, node, None, depth)


def _named(names: Names, spot: Spot) -> Iterator[tuple[Module, ast.AST]]:
    qualified = {spot.module.qualified(node) for node in spot.module.inside(spot.node)[1]}
    for name in sorted(filter(None, qualified)):
        owner = names.owner(name)
        if owner is None:
            continue
        module, defined = owner
        definition = module.functions.get(defined) or module.classes.get(defined)
        if definition is not None:
            yield module, definition
