"""A command that somebody has written down."""

import pytest

from pottle.plan import commands
from pottle.project.facts import Application
from pottle.text import Location

HERE = Location("Procfile", 1)


def test_plain_words_are_an_argv_without_a_shell():
    found = commands.read("uv run gunicorn -b 0.0.0.0:$PORT app:app", HERE, 9000)
    assert found.argv == found.program == ("gunicorn", "-b", "0.0.0.0:9000", "app:app")
    assert (found.needs, found.warnings) == ((), ())


@pytest.mark.parametrize(
    ("text", "argv", "package"),
    [
        ("a && gunicorn x:y", ("/bin/sh", "-c", "a && exec gunicorn x:y"), "dash"),
        ("[[ -f a ]] && gunicorn x:y", ("/bin/bash", "-c", "[[ -f a ]] && exec gunicorn x:y"), "bash"),
    ],
)
def test_a_shell_is_added_with_the_reason(text: str, argv: tuple[str, ...], package: str):
    found = commands.read(text, HERE, 8000)
    (need,) = found.needs
    assert (found.argv, found.program) == (argv, ("gunicorn", "x:y"))
    assert (need.packages, need.because, need.at) == ((package,), "only a shell can run `&&`", "Procfile:1")


def test_a_shell_that_stays_is_warned_about():
    assert "passes no signal on" in commands.read("a | b", HERE, 8000).warnings[0]


@pytest.mark.parametrize(
    ("text", "port"),
    [
        ("gunicorn --bind 0.0.0.0:80 x", 80),
        ("gunicorn -b :8080 x", 8080),
        ("gunicorn --bind=[::]:8080 x", 8080),
        ("uvicorn x:y --port 90", 90),
        ("python manage.py runserver 0.0.0.0:8001", 8001),
        ("waitress-serve --listen=*:8041 x", 8041),
        ("uvicorn x:y --port ${PORT:-7000}", 7000),
        ("python -m uvicorn x:y --port 90", 90),
        ("uvicorn x:y --port $PORT", None),
        ("gunicorn --workers 8000 x", None),
        ("python x.py 8000", None),
        ("a && uvicorn x:y --port 91", 91),
    ],
)
def test_the_port_that_a_command_names(text: str, port: int | None):
    assert commands.port(text) == port


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("uvicorn x:y", True),
        ("uvicorn x:y --host 0.0.0.0", False),
        ("uvicorn x:y --host=127.0.0.1", True),
        ("uvicorn --uds /run/x x:y", False),
        ("gunicorn x:y", False),
        ("gunicorn -b 127.0.0.1:8000 x:y", True),
        ("python x.py", False),
    ],
)
def test_what_listens_inside_of_the_container_only(text: str, local: bool):
    assert commands.local(tuple(text.split())) is local


APPS = [
    Application("web-wsgi", "django", "shop.wsgi:application", HERE, 100, "x"),
    Application("cli", None, "shop.cli:main", HERE, 50, "x", script="shop"),
    Application("script", None, "bot.py", HERE, 40, "x"),
    Application("script", None, "shop", HERE, 40, "x"),
]
NAMED = {
    "gunicorn shop.wsgi": "shop.wsgi:application",
    "gunicorn shop.wsgi:application": "shop.wsgi:application",
    "gunicorn other.wsgi": None,
    "python bot.py": "bot.py",
    "python ./bot.py": "bot.py",
    "python other.py": None,
    "python -m shop": "shop",
    "python -m shop.cli": "shop.cli:main",
    "shop serve": "shop.cli:main",
}


@pytest.mark.parametrize(("text", "target"), NAMED.items(), ids=NAMED)
def test_the_application_that_a_command_names(text: str, target: str | None):
    found = commands.named(tuple(text.split()), APPS)
    assert (found.target if found else None) == target
