"""The facts of every named project, against golden JSON. `GOLDEN=rewrite` writes them anew."""

import dataclasses
import json
import os
from pathlib import Path

import pytest
from tests.named import CASES, project

from pottle.errors import PottleError
from pottle.project.facts import Facts, Lock
from pottle.project.reader import read_project
from pottle.project.tree import DirectoryTree
from pottle.text import Location

GOLDEN = Path(__file__).parent / "golden"


def plain(value):
    """Values as JSON, places as `file:line`, what is empty left out."""
    if isinstance(value, Location):
        return str(value)
    if isinstance(value, Lock):
        return summary(value)
    if dataclasses.is_dataclass(value):
        pairs = ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
        return {name: plain(part) for name, part in pairs if part not in (None, (), False)}
    if isinstance(value, tuple):
        return [plain(part) for part in value]
    return value if isinstance(value, int | str) else str(value)


def summary(lock: Lock):
    return {
        "format": lock.format,
        "complete": lock.complete,
        "requires_python": str(lock.requires_python or ""),
        "roots": [f"{d.name} {d.at}" for d in lock.roots],
        "extras": {name: [d.name for d in edges] for name, edges in lock.extras},
        "groups": {name: [d.name for d in edges] for name, edges in lock.groups},
        "index": lock.index,
        "extra_indexes": list(lock.extra_indexes),
        "distributions": [
            f"{d.name} {d.version} {d.source} {d.source_id} {d.at} wheels={len(d.wheels)} hashes={len(d.hashes)}"
            for d in lock.distributions
        ],
    }


def as_json(facts: Facts) -> str:
    return json.dumps(plain(facts), indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_facts_of_a_named_project(case: Path):
    golden = GOLDEN / f"{case.name}.json"
    found = outcome(case)
    if found is None:
        assert not golden.exists()
        return
    if os.environ.get("GOLDEN") == "rewrite":
        golden.write_text(found)
    assert found == golden.read_text()


def outcome(case: Path) -> str | None:
    """The facts as JSON; None for a project that cannot be read, whose error is a golden of the plan's."""
    try:
        return as_json(read_project(DirectoryTree(project(case), case)))
    except PottleError:
        return None


def test_every_golden_has_its_case():
    assert {path.stem for path in GOLDEN.glob("*.json")} <= {case.name for case in CASES}
