"""What the stage for developers starts."""

import pytest

from pottle.render.development import reloading


@pytest.mark.parametrize(
    ("command", "reloads"),
    [
        ("uvicorn --host 0.0.0.0 main:app", "uvicorn --reload --host 0.0.0.0 main:app"),
        ("gunicorn --bind 0.0.0.0:8000 app:app", "gunicorn --reload --bind 0.0.0.0:8000 app:app"),
        ("flask --app shop run --host 0.0.0.0", "flask --app shop run --reload --host 0.0.0.0"),
        ("python -m uvicorn main:app", "python -m uvicorn --reload main:app"),
        ("python main.py", "python main.py"),
        ("python -m shop", "python -m shop"),
        ("celery -A shop worker", "celery -A shop worker"),
        ("waitress-serve app:app", "waitress-serve app:app"),
        ("", ""),
    ],
)
def test_a_server_watches_the_sources_where_it_can(command: str, reloads: str):
    assert " ".join(reloading(command.split())) == reloads
