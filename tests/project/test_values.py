"""What an expression comes to."""

import ast

import pytest

from pottle.project.names import Names
from pottle.project.survey import Survey
from pottle.project.tree import DictTree
from pottle.project.values import Value, Values


def value(expression: str, before: str = "", **files: str) -> Value | None:
    survey = Survey(
        DictTree(
            {f"{name}.py": text for name, text in files.items()} | {"main.py": f"{before}\n__main__ = {expression}\n"}
        )
    )
    module = survey.parsed("main.py")
    assert module is not None
    return Values(Names(survey.modules, survey.named)).of(module, module.assignments[-1].value)


OS = "import os\nfrom os import environ, getenv"
SETTINGS = "from pydantic_settings import BaseSettings, SettingsConfigDict\nfrom pydantic import Field\n"
PREFIXED = (
    SETTINGS
    + "class S(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix='shop_')\n    port: int = 8001\n    host: str = None\n"
)
FIXED = {
    "a number": ("9000", "", 9000, None),
    "a text": ("'0.0.0.0'", "", "0.0.0.0", None),
    "a name": ("PORT", "PORT = 9000", 9000, None),
    "a name of another module": ("config.PORT", "import config", 7000, None),
    "a name from another module": ("PORT", "from config import PORT", 7000, None),
    "a conversion": ("int('9000')", "", "9000", None),
    "a variable": ("os.environ.get('PORT', 9000)", OS, 9000, "PORT"),
    "a variable that must be set": ("os.environ['PORT']", OS, None, "PORT"),
    "a variable under its own name": ("int(environ['APP_PORT'])", OS, None, "APP_PORT"),
    "getenv": ("int(getenv('PORT', '9000'))", OS, "9000", "PORT"),
    "or": ("int(os.getenv('PORT') or 9000)", OS, 9000, "PORT"),
    "a choice": ("int(p) if (p := os.getenv('P')) else 9000", OS, 9000, None),
    "decouple": ("config('PORT', default=9000, cast=int)", "from decouple import config", 9000, "PORT"),
    "environs": ("env.int('PORT', 9000)", "from environs import Env\nenv = Env()", 9000, "PORT"),
    "a class": ("C.port", "class C:\n    port = 9000", 9000, None),
    "an instance": ("c.port", "class C:\n    port: int = 9000\nc = C()", 9000, None),
    "settings": ("S().port", SETTINGS + "class S(BaseSettings):\n    port: int = 9000", 9000, "PORT"),
    "settings with a prefix": ("s.port", PREFIXED + "s = S()", 8001, "SHOP_PORT"),
    "settings from a function": ("get().host", PREFIXED + "def get():\n    return S()", None, "SHOP_HOST"),
    "an alias": ("S().port", SETTINGS + "class S(BaseSettings):\n    port: int = Field(8002, alias='WEB_PORT')", 8002, "WEB_PORT"),
    "a subclass": ("T().port", PREFIXED + "class T(S):\n    port: int = 1", 1, "PORT"),
    "settings with a dict": (
        "S().port",
        "from pydantic_settings import BaseSettings\nclass S(BaseSettings):\n    model_config = {'env_prefix': 'b_'}\n    port: int = 1",
        1,
        "B_PORT",
    ),
    "an older class of settings": (
        "S().port",
        "from pydantic import BaseSettings\nclass S(BaseSettings):\n    port: int = 1\n    class Config:\n        env_prefix = 'A_'",
        1,
        "A_PORT",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("expression", "before", "default", "variable"), FIXED.values(), ids=FIXED)
def test_value(expression: str, before: str, default: object, variable: str | None):
    found = value(expression, before, config="PORT = 7000\n")
    assert found is not None
    assert (found.default, found.variable) == (default, variable)


@pytest.mark.parametrize(
    "expression", ["True", "None", "f'{x}'", "1 + 1", "unknown", "unknown.port", "d['port']", "f()", "x.y.z.port"]
)
def test_has_no_value(expression: str):
    assert value(expression, "def f(): ...\nd = {}\n") is None


def test_a_cycle_ends():
    assert value("a", "a = b\nb = a") is None


@pytest.mark.parametrize(
    ("text", "number"), [("9000", 9000), ("'9000'", 9000), ("0", None), ("70000", None), ("'x'", None)]
)
def test_a_port_is_a_number_that_can_be_one(text: str, number: int | None):
    found = value(text)
    assert found is not None
    assert found.number == number


def test_a_value_has_the_place_that_decides_it():
    found = value("config.PORT", "import config", config="\nPORT = 7000\n")
    assert str(found.at if found else None) == "config.py:2"


def test_nothing_is_read_from_a_node_alone():
    module = Survey(DictTree({"main.py": "x = 1"})).parsed("main.py")
    assert module is not None
    assert Values(Names([])).of(module, ast.parse("x", mode="eval").body) is None
