"""`pottle plan --all`: a repository at a glance."""

import json

import click
import pytest
from tests.named import CASES

from pottle.cli.failure import run
from pottle.cli.surroundings import Surroundings

REPOSITORY = next(case for case in CASES if case.name == "uv-workspace-member")


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = run(["plan", "--all", str(REPOSITORY), "--platform", "linux/amd64", *arguments], Surroundings({}))
    return code, click.unstyle(capsys.readouterr().out)


def test_each_project_has_a_line(capsys: pytest.CaptureFixture[str]):
    code, out = said(capsys)
    assert code == 0
    assert [line.split("  ")[0] for line in out.splitlines()] == ["packages/core", "packages/jobs", "packages/web"]
    assert "nothing in it is run" in out.splitlines()[0]
    assert "acme-jobs" in out.splitlines()[1]
    assert "uvicorn" in out.splitlines()[2]


def test_as_json(capsys: pytest.CaptureFixture[str]):
    code, out = said(capsys, "--format", "json")
    documents = json.loads(out)
    assert code == 0
    assert [document["directory"] for document in documents] == ["packages/core", "packages/jobs", "packages/web"]
    assert [len(document["plans"]) for document in documents] == [0, 1, 1]
    assert documents[0]["error"].startswith("nothing here can be run")


def test_a_project_that_cannot_be_planned_fails(capsys: pytest.CaptureFixture[str]):
    code, out = said(capsys, "--python", "3.10")
    assert code == 3
    assert "error:" in out
