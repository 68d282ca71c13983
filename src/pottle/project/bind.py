"""The ports that an expression of a module of settings holds: `bind = f"0.0.0.0:{PORT}"` (gunicorn's)."""

import ast
import re
from collections.abc import Iterator

from pottle.project.module import Module


def with_variables(module: Module, value: ast.expr) -> Iterator[ast.AST]:
    """The expression's nodes, and those of the variables that it names."""
    values = {a.name: a.value for a in module.assignments if a.value is not value}
    for node in ast.walk(value):
        yield node
        if isinstance(node, ast.Name) and node.id in values:
            yield from ast.walk(values[node.id])


def port_in(node: ast.AST) -> int | None:
    """The port that a literal is, or that a text ends in: `8000`, `":8000"`."""
    match node:
        case ast.Constant(value=int() as value) if not isinstance(value, bool):
            return value if 0 < value < 65536 else None
        case ast.Constant(value=str() as text):
            found = re.search(r"(?:^|:)(\d{2,5})$", text)
            return int(found[1]) if found and 0 < int(found[1]) < 65536 else None
        case _:
            return None
