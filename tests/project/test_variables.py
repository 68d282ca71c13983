"""Which variables of the environment the code reads, what they are by default, and which it insists on."""

import pytest

from pottle.project.tree import DictTree
from pottle.project.variables import variables


def found(text: str, path: str = "settings.py") -> list[tuple[str, str | None, bool]]:
    tree = DictTree({path: text})
    return [(each.name, each.default, each.demanded) for each in variables(tree)]


@pytest.mark.parametrize(
    ("text", "name", "default", "demanded"),
    [
        ("import os\nA = os.environ['A']", "A", None, True),
        ("from os import environ\nA = environ['A']", "A", None, True),
        ("import os\nA = os.environ.get('A')", "A", None, False),
        ("import os\nA = os.getenv('A', 'x')", "A", "x", False),
        ("import os\nA = int(os.environ.get('A', 5432))", "A", "5432", False),
        ("from decouple import config\nA = config('A')", "A", None, True),
        ("from decouple import config\nA = config('A', default='x', cast=str)", "A", "x", False),
        ("import environ\nenv = environ.Env()\nA = env('A')", "A", None, True),
        ("import environ\nenv = environ.Env()\nA = env.bool('A', default=False)", "A", None, False),
        ("import environ\nenv = environ.Env()\nD = env.db()", "DATABASE_URL", None, True),
        ("import dj_database_url\nD = dj_database_url.config(default='sqlite:///db')", "DATABASE_URL", "sqlite:///db", False),
        ("from starlette.config import Config\nconfig = Config()\nA = config('A', default='x')", "A", "x", False),
    ],
)  # fmt: skip
def test_each_way_of_reading_one(text: str, name: str, default: str | None, demanded: bool):
    assert found(text) == [(name, default, demanded)]


def test_settings_of_pydantic():
    text = """
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SHOP_")
    database_url: str
    redis_url: str = "redis://localhost:6379/0"
    debug: bool = False
    key: str = Field(alias="SECRET")
    other: str = Field(...)
"""
    assert found(text) == [
        ("SECRET", None, True),
        ("SHOP_DATABASE_URL", None, True),
        ("SHOP_DEBUG", None, False),
        ("SHOP_OTHER", None, True),
        ("SHOP_REDIS_URL", "redis://localhost:6379/0", False),
    ]


def test_several_places_are_one_variable():
    text = "import os\nA = os.getenv('A')\nB = os.environ['A']\nC = os.getenv('A', 'x')"
    assert found(text) == [("A", "x", True)]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("import os\nos.environ['A'] = 'x'", "settings.py"),
        ("import os\nos.environ.setdefault('A', 'x')", "settings.py"),
        ("import os\nA = os.environ['A']", "tests/test_a.py"),
        ("import os\nA = os.environ['A']", "shop/settings/dev.py"),
        ("import os\nA = os.environ[name]", "settings.py"),
        ("A = {}\nB = A['A']", "settings.py"),
        ("import os\nA = os.environ['A b']", "settings.py"),
    ],
)
def test_what_is_none(text: str, path: str):
    assert found(text, path) == []


def test_what_migrations_read():
    assert found("import os\nA = os.environ['A']", "migrations/env.py") == [("A", None, True)]
