"""Which path an expression comes to."""

import pytest

from pottle.project.names import Names
from pottle.project.paths import Paths, from_root
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

BEFORE = """\
import os
from os.path import join
from pathlib import Path
import environ
import pathlib
from other import ELSEWHERE

BASE_DIR = Path(__file__).resolve().parent.parent
OLD_DIR = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ROOT = environ.Path(__file__) - 2
"""


def path(expression: str) -> str | None:
    files = {
        "shop/settings.py": f"{BEFORE}\nRESULT = {expression}\n",
        "other.py": "from pathlib import Path\nELSEWHERE = Path(__file__).parent / 'x'\n",
    }
    survey = Survey(DictTree(files))
    module = survey.parsed("shop/settings.py")
    assert module is not None
    found = Paths(Names(survey.modules, survey.named)).text(module, module.assignments[-1].value)
    return from_root(found.text) if found is not None else None


FOUND = {
    "BASE_DIR": "",
    "BASE_DIR / 'static'": "static",
    "BASE_DIR / 'a' / 'b'": "a/b",
    "BASE_DIR.parent / 'static'": "../static",
    "BASE_DIR.joinpath('a', 'b')": "a/b",
    "os.path.join(BASE_DIR, 'static')": "static",
    "join(OLD_DIR, '..', 'static')": "../static",
    "str(BASE_DIR / 'static')": "static",
    "(BASE_DIR / 'static').resolve()": "static",
    "Path(__file__).parents[1] / 'static'": "static",
    "pathlib.Path(__file__).parent": "shop",
    "f'{BASE_DIR}/static'": "static",
    "OLD_DIR + '/static/'": "static",
    "'static/'": "static",
    "os.path.join(BASE_DIR, 'static', 'all')": "static/all",
    "Path(OLD_DIR) / 'static'": "static",
    "(BASE_DIR / 'static').as_posix()": "static",
    "'/var/www/static'": "/var/www/static",
    "ROOT('static')": "static",
    "str(ROOT('a', 'b'))": "a/b",
    "ELSEWHERE": "x",
    "os.environ.get('STATIC_ROOT', BASE_DIR / 'static')": "static",
    "os.getenv('STATIC_ROOT', default=os.path.join(BASE_DIR, 'static'))": "static",
    "os.environ.get('STATIC_ROOT') or BASE_DIR / 'static'": "static",
}


@pytest.mark.parametrize("expression", FOUND)
def test_path(expression: str):
    assert path(expression) == FOUND[expression]


@pytest.mark.parametrize(
    "expression",
    [
        "os.environ['X']",
        "os.environ.get('X')",
        "unknown",
        "unknown / 'a'",
        "f(BASE_DIR)",
        "BASE_DIR / name",
        "None",
        "1",
    ],
)
def test_what_cannot_be_seen(expression: str):
    assert path(expression) is None
