"""The reference of the configuration: the JSON Schema that editors read and the table that people read. `GOLDEN=rewrite` writes them anew."""

import json
import os
import re
from pathlib import Path

import pytest

from pottle.config.keys import LINT, PROCESS, STEP, TYPES, description, schema, table_description, written

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
SCHEMA = REFERENCE / "pottle.schema.json"
PAGE = REFERENCE / "configuration.md"
_ROW = re.compile(r"^\| `[^\n]+\n", re.MULTILINE)


def rows() -> str:
    """One row of the table for each key."""
    table = [f"| `{written(name)}` | {kind(name)} | {description(name)} |\n" for name in TYPES]
    table += [f"| `process.NAME.{name}` | | {table_description(PROCESS, name)} |\n" for name in PROCESS]
    table += [f"| `step.NAME.{name}` | | {table_description(STEP, name)} |\n" for name in STEP]
    table += [f"| `lint.{written(name)}` | | {table_description(LINT, name)} |\n" for name in LINT]
    return "".join(table)


def kind(name: str) -> str:
    found = schema()["properties"][written(name)]
    names = {"array": "list", "object": "table", "boolean": "true, false", "integer": "number", "string": "text"}
    return " or ".join(found["enum"]) if "enum" in found else names[found.get("type", "object")]


def check(path: Path, text: str) -> None:
    if os.environ.get("GOLDEN") == "rewrite":
        path.write_text(text)
    assert path.read_text() == text


def test_the_schema_is_that_of_the_keys():
    check(SCHEMA, json.dumps(schema(), indent=2) + "\n")


def test_the_page_has_every_key():
    before, *_, after = _ROW.split(PAGE.read_text())
    check(PAGE, f"{before}{rows()}{after}")


@pytest.mark.parametrize("key", [written(name) for name in TYPES])
def test_the_schema_says_what_each_key_means(key: str):
    assert json.loads(SCHEMA.read_text())["properties"][key]["description"]
