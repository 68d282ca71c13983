"""Migrations of a database: what is run once before the application is, as a process of its own.

An image does not migrate by itself when it starts: several containers of it may.
"""

from collections.abc import Iterator

from pottle.project.facts import Process
from pottle.project.survey import Survey
from pottle.text import Location

NAME = "migrate"

_ALEMBIC = "alembic.ini"
_DEEPEST = 2


def detect(survey: Survey) -> Iterator[Process]:
    """Django's, Alembic's, Flask-Migrate's: the first of them."""
    yield from list(_found(survey))[:1]


def _found(survey: Survey) -> Iterator[Process]:
    files = survey.tree.files()
    imported = {origin for module in survey.modules for origin in module.imports.values()}
    if "manage.py" in files and any(origin.partition(".")[0] == "django" for origin in imported):
        yield Process(
            NAME, "python manage.py migrate --noinput", Location("manage.py"), because="Django migrates by it"
        )
    if "flask_migrate.Migrate" in imported and any(path in files for path in ("app.py", "wsgi.py")):
        at = next((path for path in files if path.startswith("migrations/")), "migrations")
        yield Process(NAME, "flask db upgrade", Location(at), because="Flask-Migrate's migrations are here")
    found = sorted(
        (path for path in files if path.rpartition("/")[2] == _ALEMBIC), key=lambda path: (path.count("/"), path)
    )
    for path in found:
        if path.count("/") > _DEEPEST or "{" in (survey.source(path) or ""):
            continue  # deeper down, and filled in by a program, it is that program's own
        config = "" if path == _ALEMBIC else f"-c {path} "
        yield Process(NAME, f"alembic {config}upgrade head", Location(path), because="Alembic's migrations are here")
