"""Migrations of a database."""

import pytest

from pottle.project.detectors.migrations import detect
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

DJANGO = {"manage.py": "from django.core.management import execute_from_command_line\n"}
FLASK = {"app.py": "from flask import Flask\nfrom flask_migrate import Migrate\n", "migrations/env.py": ""}
FIRES = {
    "django": (DJANGO, "python manage.py migrate --noinput"),
    "alembic": ({"alembic.ini": "", "main.py": ""}, "alembic upgrade head"),
    "alembic in a directory": ({"db/alembic.ini": "", "main.py": ""}, "alembic -c db/alembic.ini upgrade head"),
    "flask": (FLASK, "flask db upgrade"),
    "django and alembic": ({**DJANGO, "alembic.ini": ""}, "python manage.py migrate --noinput"),
}
QUIET = {
    "another manage.py": {"manage.py": "import sys\n"},
    "django without manage.py": {"p/x.py": "import django\n"},
    "flask without migrations": {"app.py": "import flask\n"},
    "alembic's, filled in by a program": {"p/alembic.ini": "script_location = {alembic_dir}\n", "main.py": ""},
    "alembic's, deep in a package": {"a/b/c/alembic.ini": "", "main.py": ""},
    "flask in a package": {"shop/__init__.py": "from flask_migrate import Migrate\n"},
}


@pytest.mark.parametrize(("files", "command"), FIRES.values(), ids=FIRES)
def test_fires(files, command):
    (process,) = detect(Survey(DictTree(files)))
    assert (process.name, process.command) == ("migrate", command)
    assert process.because


@pytest.mark.parametrize("files", QUIET.values(), ids=QUIET)
def test_stays_quiet(files):
    assert list(detect(Survey(DictTree(files)))) == []
