"""What stands before the program in a command."""

import pytest

from pottle.project import runners
from pottle.project.tree import DictTree

BARE = {
    "gunicorn app:app": "gunicorn app:app",
    "uv run gunicorn app:app": "gunicorn app:app",
    "uv run --no-dev --extra web --frozen gunicorn app:app": "gunicorn app:app",
    "uv run -- gunicorn app:app": "gunicorn app:app",
    "uv run -m shop.web": "python -m shop.web",
    "uv run main.py --fast": "python main.py --fast",
    "uv sync": "uv sync",
    "poetry run python main.py": "python main.py",
    "pdm run -p sub x": "x",
    "pipenv run python bot.py": "python bot.py",
    "dumb-init -- gunicorn app:app": "gunicorn app:app",
    "/usr/bin/tini -g -- uv run bot.py": "python bot.py",
    "python3 bot.py": "python bot.py",
    "/usr/local/bin/python3.12 -u bot.py": "python -u bot.py",
    "./manage.py migrate": "python manage.py migrate",
    "/app/.venv/bin/uvicorn x:app": "uvicorn x:app",
    "./start.sh": "./start.sh",
    "dumb-init": "",
}


@pytest.mark.parametrize(("command", "expected"), BARE.items(), ids=BARE)
def test_the_program_itself(command: str, expected: str):
    assert runners.bare(command.split()) == tuple(expected.split())


DEVELOPMENT = [
    "fastapi dev main.py",
    "uv run fastapi dev --host 0.0.0.0",
    "python manage.py runserver",
    "./manage.py runserver 0.0.0.0:80",
    "flask run",
    "flask --app x run",
    "uvicorn x:app --reload",
    "watchmedo auto-restart celery",
]
PRODUCTION = ["fastapi run", "python manage.py migrate", "flask db upgrade", "uvicorn x:app", "python run.py", ""]


@pytest.mark.parametrize("command", DEVELOPMENT)
def test_what_serves_developers_only(command: str):
    assert "development" in (runners.development(command.split()) or "")


@pytest.mark.parametrize("command", PRODUCTION)
def test_what_does_not(command: str):
    assert runners.development(command.split()) is None


@pytest.mark.parametrize(
    ("command", "missing"),
    [
        ("python bot.py", None),
        ("python3 -u nope.py", "nope.py"),
        ("./nope.sh", "./nope.sh"),
        ("./bot.py", None),
        ("bash nope.sh", "nope.sh"),
        ("python -m nope", None),
        ("python -c pass", None),
        ("python /elsewhere.py", None),
        ("gunicorn nope:app", None),
        ("python", None),
    ],
)
def test_a_file_that_is_not_there(command: str, missing: str | None):
    assert runners.missing(command.split(), DictTree({"bot.py": ""})) == missing


def test_modules():
    assert runners.module(("python", "-m", "a.b", "c")) == ("a.b", ("c",))
    assert runners.module(("python", "-u", "-m", "a")) == ("a", ())
    assert runners.module(("python", "x.py", "-m", "a")) is None
    assert runners.module(("python", "-m")) is None
    assert runners.module(()) is None
