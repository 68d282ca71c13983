"""What is known of the programs that commands begin with."""

import pytest

from pottle.plan import programs


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        ("gunicorn x:y", "web-wsgi"),
        ("gunicorn -k uvicorn.workers.UvicornWorker x:y", "web-asgi"),
        ("newrelic-admin run-program gunicorn x:y", "web-wsgi"),
        ("ddtrace-run python -m celery -A x worker", "worker"),
        ("python -m uvicorn x:y", "web-asgi"),
        ("celery -A x flower", "web-own-server"),
        ("python manage.py runserver", "web-own-server"),
        ("python manage.py qcluster", "job"),
        ("python x.py", None),
        ("node x.js", None),
    ],
)
def test_kinds(command: str, kind: str | None):
    found = programs.known(command.split())
    assert (found.kind if found else None) == kind


@pytest.mark.parametrize(
    ("command", "missing"),
    [
        ("gunicorn x:y", None),
        ("uvicorn x:y", ("uvicorn", "uvicorn")),
        ("waitress-serve x:y", ("waitress-serve", "waitress")),
        ("python -m uvicorn x:y", ("uvicorn", "uvicorn")),
        ("newrelic-admin run-program gunicorn x:y", ("newrelic-admin", "newrelic")),
        ("uwsgi --ini x", None),
        ("python x.py", None),
        ("./start.sh", None),
        ("own", None),
        ("node x.js", ("node", "node")),
    ],
)
def test_what_nothing_brings(command: str, missing: tuple[str, str] | None):
    assert programs.missing(command.split(), {"gunicorn": None, "pyuwsgi": None}, ["own"]) == missing
