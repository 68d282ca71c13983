"""Which server serves an application, and how."""

import pytest

from pottle.errors import ProjectError
from pottle.plan import application
from pottle.plan.servers import SERVERS, fitting, recommended
from pottle.project.facts import Application, Fact, Kind
from pottle.text import Location

HERE = Location("main.py", 3)


def app(kind: Kind = "web-asgi", target: str = "main:app", **changes: object) -> Application:
    values = {"framework": "fastapi", "at": HERE, "strength": 10, "because": "`app = FastAPI()` stands here"}
    return Application(kind=kind, target=target, **{**values, **changes})  # type: ignore[arg-type]


def argv(kind: Kind, held: str, **changes: object) -> str:
    return " ".join(application.start(app(kind, **changes), held.split(), port=None).command)


@pytest.mark.parametrize(
    ("kind", "held", "command"),
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
def test_the_server_is_one_that_the_lock_holds(kind: Kind, held: str, command: str):
    assert argv(kind, held) == command


def test_a_factory_is_called_by_the_server():
    assert argv("web-asgi", "uvicorn", factory=True).startswith("uvicorn --factory ")
    assert argv("web-wsgi", "gunicorn", factory=True).endswith(" main:app()")
    assert argv("web-wsgi", "uwsgi", factory=True).endswith(" --module main:app()")


def test_the_port_of_the_code_is_kept_and_the_configured_one_wins():
    assert "--port 9000" in argv("web-asgi", "uvicorn", port=9000)
    assert "8080/" in f"{application.start(app(port=9000), ['uvicorn'], port=8080).port}/"


def test_a_server_for_the_other_interface_does_not_count():
    assert fitting(app("web-asgi"), {"waitress"}) is None
    assert fitting(app("web-wsgi"), {"uvicorn", "hypercorn"}) is None


@pytest.mark.parametrize(("kind", "server"), [("web-asgi", "uvicorn"), ("web-wsgi", "gunicorn")])
def test_without_a_server_the_error_names_one(kind: Kind, server: str):
    with pytest.raises(ProjectError) as caught:
        application.start(app(kind), {"fastapi"}, port=None)
    assert caught.value.at == HERE
    assert caught.value.hint == f"add one: `uv add {server}`"
    assert recommended(app(kind)).name == server


def test_every_server_names_the_application_and_listens_on_every_interface():
    for server in SERVERS:
        command = " ".join(server.command(app(server.kinds[0]), 8123))
        assert "main:app" in command
        assert "0.0.0.0" in command
        assert "8123" in command


# --- scripts --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "command"),
    [
        ({"target": "main.py"}, ("python", "main.py")),
        ({"target": "shop.jobs:main"}, ("python", "-m", "shop.jobs")),
        ({"target": "shop:main", "script": "shop"}, ("shop",)),
        ({"target": "shop"}, ("python", "-m", "shop")),
    ],
)
def test_a_script_is_run_by_python_or_by_its_own_name(changes: dict[str, str], command: tuple[str, ...]):
    started = application.start(app("script", framework=None, **changes), (), port=None)
    assert (started.command, started.port) == (command, None)


def test_a_script_without_a_handler_stops_on_sigint_because_process_1_ignores_sigterm():
    assert application.start(app("script", "main.py"), (), port=None).stop_signal == "SIGINT"
    assert application.start(app("script", "main.py", handles_sigterm=True), (), port=None).stop_signal == "SIGTERM"
    assert application.start(app("web-asgi"), {"uvicorn"}, port=None).stop_signal == "SIGTERM"


# --- which application ----------------------------------------------------------------------------


def test_the_strongest_application_is_chosen():
    best = app(strength=20)
    assert application.choose([best, app(target="other:app", strength=10)], wanted=None) is best


def test_two_that_fit_equally_stop_the_plan_and_name_both_places():
    other = app(target="admin:app", at=Location("admin.py", 9))
    with pytest.raises(ProjectError, match=r"main:app and admin:app \(admin.py:9\)") as caught:
        application.choose([app(), other], wanted=None)
    assert caught.value.at == HERE
    assert 'app = "main:app"' in (caught.value.hint or "")


def test_the_configuration_chooses_between_equals():
    other = app(target="admin:app")
    assert application.choose([app(), other], wanted="admin:app") is other


def test_an_application_that_is_not_there_is_an_error():
    with pytest.raises(ProjectError, match="no application 'nope:app'") as caught:
        application.choose([app()], wanted="nope:app")
    assert caught.value.hint == "found: main:app"


def test_nothing_to_run_is_an_error():
    with pytest.raises(ProjectError, match="nothing here can be run"):
        application.choose([], wanted=None)


# --- health ---------------------------------------------------------------------------------------


def test_the_health_check_asks_the_route_that_the_code_has():
    check, reason = application.health(
        app(health=Fact("/healthz", Location("main.py", 12))), 8000, "/usr/bin/python3.13"
    )
    assert "/healthz" in check.command[-1]
    assert reason.at == "main.py:12"


def test_without_a_route_it_connects():
    check, reason = application.health(app(), 8000, "/usr/bin/python3.13")
    assert "create_connection" in check.command[-1]
    assert reason.value == "TCP 8000"


@pytest.mark.parametrize("health", [None, Fact("/it's", HERE)])
def test_the_health_check_is_valid_python(health: Fact[str] | None):
    check, _ = application.health(app(health=health), 8000, "python")
    compile(check.command[-1], "health", "exec")
