"""Which server serves an application, and how."""

import pytest

from pottle.plan import application
from pottle.plan.servers import SERVERS, brought, fitting
from pottle.project.facts import Application, Kind
from pottle.text import Location

HERE = Location("main.py", 3)


def app(kind: Kind = "web-asgi", target: str = "main:app", **changes: object) -> Application:
    values = {"framework": "fastapi", "at": HERE, "strength": 10, "because": "`app = FastAPI()` stands here"}
    return Application(kind=kind, target=target, **{**values, **changes})  # type: ignore[arg-type]


def held(names: str) -> dict[str, str | None]:
    return {name: f"uv.lock:{number}" for number, name in enumerate(names.split(), 3)}


def argv(kind: Kind, holds: str, **changes: object) -> str:
    return " ".join(application.start(app(kind, **changes), held(holds), port=None, manager="uv").command)


@pytest.mark.parametrize(
    ("kind", "holds", "command"),
    [
        ("web-asgi", "fastapi uvicorn gunicorn", "uvicorn --host 0.0.0.0 --port 8000 main:app"),
        ("web-asgi", "hypercorn", "hypercorn --bind 0.0.0.0:8000 main:app"),
        ("web-asgi", "granian", "granian --interface asgi --host 0.0.0.0 --port 8000 main:app"),
        ("web-asgi", "daphne", "daphne --bind 0.0.0.0 --port 8000 main:app"),
        ("web-wsgi", "flask gunicorn", "gunicorn --bind 0.0.0.0:8000 --worker-tmp-dir /dev/shm main:app"),
        ("web-wsgi", "waitress", "waitress-serve --listen=0.0.0.0:8000 main:app"),
        ("web-wsgi", "granian", "granian --interface wsgi --host 0.0.0.0 --port 8000 main:app"),
    ],
)
def test_the_server_is_one_that_the_lock_holds(kind: Kind, holds: str, command: str):
    assert argv(kind, holds) == command


def test_a_factory_is_called_by_the_server():
    assert argv("web-asgi", "uvicorn", factory=True).startswith("uvicorn --factory ")
    assert argv("web-wsgi", "gunicorn", factory=True).endswith(" main:app()")
    assert argv("web-wsgi", "uwsgi", factory=True).endswith(" --module main:app()")


def test_the_port_of_the_code_is_kept_and_the_configured_one_wins():
    assert "--port 9000" in argv("web-asgi", "uvicorn", port=9000)
    assert application.start(app(port=9000), held("uvicorn"), port=8080, manager="uv").port == 8080


def test_a_server_for_the_other_interface_does_not_count():
    assert fitting(app("web-asgi"), {"waitress"}) is None
    assert fitting(app("web-wsgi"), {"uvicorn", "hypercorn"}) is None


def test_every_server_names_the_application_and_listens_on_every_interface():
    for server in SERVERS:
        command = " ".join(server.command(app(server.kinds[0]), 8123))
        assert "main:app" in command
        assert "0.0.0.0" in command
        assert "8123" in command


def test_an_extra_that_is_there_to_bring_a_server_counts_as_one():
    assert list(brought("fastapi[standard]>=0.115")) == ["uvicorn"]
    assert list(brought("fastapi[extra,standard]")) == ["uvicorn"]
    assert list(brought("fastapi>=0.115")) == list(brought("flask[async]")) == []
