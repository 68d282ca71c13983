"""From which directory a module is imported."""

import pytest

from pottle.project.survey import Survey
from pottle.project.tree import DictTree

MODELS = "class User: ...\n"
TELLING = "from fastapi import FastAPI\n"


def placed(files: dict[str, str], path: str) -> tuple[str, str]:
    module = Survey(DictTree(files)).parsed(path)
    assert module is not None
    return module.root, module.name


PLACES = {
    "the top": ({"main.py": ""}, "main.py", ("", "main")),
    "a package": ({"a/__init__.py": "", "a/b.py": ""}, "a/b.py", ("", "a.b")),
    "src": ({"src/a/b.py": ""}, "src/a/b.py", ("src", "a.b")),
    "src that is a package": ({"src/__init__.py": "", "src/a.py": ""}, "src/a.py", ("", "src.a")),
    "a directory whose package is imported by its own name": (
        {"backend/app/main.py": TELLING + "from app.models import User", "backend/app/models.py": MODELS},
        "backend/app/models.py",
        ("backend", "app.models"),
    ),
    "a directory whose modules are": (
        {"app/main.py": TELLING + "from models import User", "app/models.py": MODELS},
        "app/main.py",
        ("app", "main"),
    ),
    "a module of a directory": (
        {"app/main.py": TELLING + "from db import models", "app/db/models.py": MODELS},
        "app/main.py",
        ("app", "main"),
    ),
    "a package of src": (
        {"src/a/main.py": TELLING + "from a.models import User", "src/a/models.py": MODELS},
        "src/a/main.py",
        ("src", "a.main"),
    ),
    "the directory of Django's manage.py": (
        {
            "backend/manage.py": "# execute_from_command_line",
            "backend/site_/wsgi.py": "# django.core.wsgi",
            "backend/site_/__init__.py": "",
        },
        "backend/site_/wsgi.py",
        ("backend", "site_.wsgi"),
    ),
    "what the top has too": (
        {"app/main.py": TELLING + "from models import User", "app/models.py": MODELS, "models.py": MODELS},
        "app/main.py",
        ("", "app.main"),
    ),
    "a third party's of the same name": (
        {"app/main.py": TELLING + "from redis import Redis", "app/redis.py": "from redis import Redis"},
        "app/main.py",
        ("", "app.main"),
    ),
    "the standard library's of the same name": (
        {"app/main.py": TELLING + "from logging import getLogger", "app/logging.py": "def getLogger(): ..."},
        "app/main.py",
        ("", "app.main"),
    ),
    "a package is no root": (
        {"a/__init__.py": "", "a/celery.py": "Celery = 1", "a/b.py": TELLING + "from celery import Celery"},
        "a/b.py",
        ("", "a.b"),
    ),
}


@pytest.mark.parametrize(("files", "path", "expected"), PLACES.values(), ids=PLACES)
def test_place(files: dict[str, str], path: str, expected: tuple[str, str]):
    assert placed(files, path) == expected


def test_a_module_is_found_by_its_name():
    survey = Survey(DictTree({"src/a/b.py": "x = 1", "c.py": ""}))
    assert survey.named("a.b") is survey.parsed("src/a/b.py")
    assert survey.named("c") is not None
    assert survey.named("src.a.b") is None
    assert survey.named("nothing") is None
