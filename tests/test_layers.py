"""Imports go strictly downwards, and no room has a cycle inside: docs/design/rooms.md."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src" / "pottle"
MODULES = sorted(SRC.rglob("*.py"))
TABLE = (SRC.parents[1] / "docs" / "design" / "rooms.md").read_text()


def ranks() -> dict[str, int]:
    rows = [
        line.split("|") for line in TABLE.splitlines() if line.startswith("| ") and line.split("|")[1].strip().isdigit()
    ]
    return {row[2].strip().strip("`").rstrip("/"): int(row[1]) for row in rows}


RANK = ranks()


def room(module: Path) -> str:
    return module.relative_to(SRC).parts[0].removesuffix(".py")


def imported(module: Path) -> Iterator[str]:
    """Every module of ours that a module names, also under TYPE_CHECKING and inside functions."""
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "pottle":
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield full if path_of(full) else node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "pottle")


def path_of(name: str) -> Path | None:
    below = SRC.joinpath(*name.split(".")[1:])
    return next((p for p in (below.with_suffix(".py"), below / "__init__.py") if p in MODULES), None)


def test_every_room_has_a_rank():
    assert {room(m) for m in MODULES} - {"__init__", "__main__"} <= set(RANK)


@pytest.mark.parametrize("module", MODULES, ids=lambda m: str(m.relative_to(SRC)))
def test_rooms_import_downwards_only(module: Path):
    names = {name.split(".")[1] for name in imported(module) if "." in name}
    here = room(module)
    if here in {"__init__", "__main__"}:
        return
    assert not {other for other in names if other != here and RANK[other] >= RANK[here]}


def test_no_module_is_in_an_import_cycle():
    graph = {m: {p for name in imported(m) if (p := path_of(name)) is not None and p != m} for m in MODULES}
    TopologicalSorter(graph).prepare()
