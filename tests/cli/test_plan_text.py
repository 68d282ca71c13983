"""How a plan looks. `make golden` writes the text anew."""

import os
import re
import subprocess
import sys
from itertools import takewhile
from pathlib import Path

import click
import pytest
from msgspec.structs import replace
from tests.named import CASES, project

from pottle import api
from pottle.cli.plan_text import NARROWEST, WIDEST, shortened, text
from pottle.oci.platform import Platform

GOLDEN = Path(__file__).parent / "golden"
PLAIN = next(case for case in CASES if case.name == "plain-script")
PLANNED = [case.name for case in CASES if (case / "plan.json").exists()]


def shown(case: str, columns: int) -> str:
    root = project(next(path for path in CASES if path.name == case))
    plan = api.plan(root, api.read_options(root, {}, {}), Platform.parse("linux/amd64"))
    return click.unstyle(text([plan], columns)) + "\n"


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("case", ["fastapi-packaged", "processes-configured", "requirements-unpinned"])
def test_a_plan_as_a_person_reads_it(case: str, columns: int):
    golden = GOLDEN / f"{case}-{columns}.txt"
    if os.environ.get("GOLDEN") == "rewrite":
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(shown(case, columns))
    assert golden.read_text() == shown(case, columns)


@pytest.mark.parametrize("columns", [NARROWEST, 80, 100, WIDEST])
@pytest.mark.parametrize("case", PLANNED)
def test_no_line_is_wider_than_the_terminal_but_a_command_that_can_be_copied(case: str, columns: int):
    lines = shown(case, columns).splitlines()
    commands = list(takewhile(lambda line: not line.startswith("warning"), lines[lines.index("  runs") + 1 :]))
    wide = [line for line in lines if len(line) > columns and line not in commands]
    # A place is one word, and a word is never broken.
    assert [line for line in wide if " " in line.strip()] == []


@pytest.mark.parametrize("case", PLANNED)
def test_no_line_ends_in_spaces(case: str):
    assert not re.search(r" $", shown(case, 80), re.MULTILINE)


@pytest.mark.parametrize(("columns", "as_if"), [(20, NARROWEST), (400, WIDEST)])
def test_very_narrow_and_very_wide_terminals_are_not_followed(columns: int, as_if: int):
    assert shown("fastapi-packaged", columns) == shown("fastapi-packaged", as_if)


@pytest.mark.parametrize(
    ("most", "expected"), [(9, "a b c d"), (4, "a b c d"), (3, "a b c … +1"), (1, "a … +3"), (0, "4 packages")]
)
def test_a_list_is_shortened(most: int, expected: str):
    assert shortened(["a", "b", "c", "d"], most) == expected


def printed(*flags: str, **environ: str) -> bytes:
    command = [sys.executable, "-m", "pottle", "plan", "--platform", "linux/amd64", *flags, str(PLAIN)]
    return subprocess.run(command, capture_output=True, check=True, env={**os.environ, **environ}).stdout


def test_a_pipe_gets_plain_text_of_the_columns_that_are_asked_for():
    assert printed(COLUMNS="80").decode() == shown("plain-script", 80)


def test_json_is_the_plan_itself():
    assert printed("--format", "json") == (PLAIN / "plan.json").read_bytes()


def test_platforms_that_read_the_same_are_told_once():
    plans = [
        api.plan(project(PLAIN), api.read_options(PLAIN, {}, {}), Platform.parse(name)) for name in ("amd64", "arm64")
    ]
    told = click.unstyle(text(plans, 80))
    assert told.splitlines()[0].endswith(" for linux/amd64 and linux/arm64")
    assert told.splitlines()[1:] == click.unstyle(text(plans[:1], 80)).splitlines()[1:]
    another = replace(plans[1], port=1, command=("another",))
    assert click.unstyle(text([plans[0], another], 80)).count(" for linux/") == 2
