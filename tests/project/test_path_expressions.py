"""Paths that code puts together."""

import ast

import pytest

from pottle.project.module import Module
from pottle.project.path_expressions import resolved

HEAD = """
import os
import os.path as osp
from os.path import dirname, join
from pathlib import Path
import environ

BASE_DIR = Path(__file__).resolve().parent.parent
OLD = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NAMED = join(dirname(__file__), "here")
ROOT = environ.Path(__file__)
"""

TOLD = {
    'BASE_DIR / "static"': "static",
    'BASE_DIR / "a" / "b"': "a/b",
    'str(BASE_DIR / "static")': "static",
    'os.path.join(BASE_DIR, "static", "all")': "static/all",
    'os.path.join(OLD, "static")': "static",
    'Path(OLD) / "static"': "static",
    'BASE_DIR.joinpath("static", "x")': "static/x",
    'Path(__file__).parents[1] / "static"': "static",
    'Path(__file__).parents[0] / "static"': "site/static",
    'f"{BASE_DIR}/static"': "static",
    '(BASE_DIR / "static").as_posix()': "static",
    '"/srv/static/"': "/srv/static",
    '"static/"': "static",
    'BASE_DIR.parent / "static"': "../static",
    "NAMED": "site/here",
    'osp.join(OLD, "x")': "x",
}
OPEN = [
    'os.environ["STATIC_ROOT"]',
    "None",
    '""',
    'BASE_DIR / os.environ["X"]',
    'UNKNOWN / "static"',
    "[BASE_DIR]",
    "f'{X}/a'",
    "3",
]


def told(text: str) -> str | None:
    module = Module.parse("site/settings.py", HEAD, frozenset(), anyway=True)
    assert module is not None
    return resolved(module, ast.parse(text, mode="eval").body)


@pytest.mark.parametrize(("text", "path"), TOLD.items())
def test_what_the_text_tells(text: str, path: str):
    found = told(text)
    assert found == path


@pytest.mark.parametrize("text", OPEN)
def test_what_only_running_it_would_tell(text: str):
    assert told(text) is None


def test_names_that_lead_to_themselves_end():
    module = Module.parse("a.py", "A = B\nB = A\n", frozenset(), anyway=True)
    assert module is not None
    assert resolved(module, ast.parse("A", mode="eval").body) is None
