"""Which server serves an application, and how."""

import pytest

from pottle.errors import ProjectError
from pottle.plan.application import Start
from pottle.plan.servers import SERVERS, Task, brought, fitting
from pottle.plan.start import Surroundings, start
from pottle.project.facts import Application, Fact, Kind, ServerSettings
from pottle.text import Location

HERE = Location("main.py", 3)


def app(kind: Kind = "web-asgi", target: str = "main:app", **changes: object) -> Application:
    values = {"framework": "fastapi", "at": HERE, "strength": 10, "because": "`app = FastAPI()` stands here"}
    return Application(kind=kind, target=target, **{**values, **changes})  # type: ignore[arg-type]


def held(names: str) -> dict[str, str | None]:
    return {name: f"uv.lock:{number}" for number, name in enumerate(names.split(), 3)}


def argv(kind: Kind, holds: str, **changes: object) -> str:
    return " ".join(start(app(kind, **changes), Surroundings(held(holds), "uv")).command)


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
        ("web-wsgi", "cheroot", "python -m cheroot --bind 0.0.0.0:8000 main:app"),
        ("web-wsgi", "hypercorn", "hypercorn --bind 0.0.0.0:8000 main:app"),
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
    assert start(app(port=9000), Surroundings(held("uvicorn"), "uv", 8080)).port == 8080


def test_servers_without_a_handler_of_sigterm_end_on_sigint():
    signals = {
        name: start(app("web-wsgi"), Surroundings(held(name), "uv")).stop_signal
        for name in ("waitress", "cheroot", "gunicorn")
    }
    assert signals == {"waitress": "SIGINT", "cheroot": "SIGINT", "gunicorn": "SIGTERM"}


def test_a_server_for_the_other_interface_does_not_count():
    assert fitting(app("web-asgi"), {"waitress"}) is None
    assert fitting(app("web-wsgi"), {"uvicorn", "daphne"}) is None


@pytest.mark.parametrize(
    ("kind", "holds", "changes", "message", "hint"),
    [
        ("web-asgi", "daphne", {"factory": True, "target": "a:make"}, "daphne calls no factory", "`app = make()`"),
        (
            "web-wsgi",
            "gunicorn",
            {"target": "a:box.app"},
            "gunicorn does not find a:box.app",
            "give the application a name",
        ),
    ],
)
def test_a_server_that_cannot_start_it_is_an_error_that_says_why(
    kind: Kind, holds: str, changes: dict[str, object], message: str, hint: str
):
    with pytest.raises(ProjectError, match=message) as caught:
        argv(kind, holds, **changes)
    assert hint in (caught.value.hint or "")
    assert "add" in (caught.value.hint or "")


def test_where_there_is_no_server_the_one_that_the_project_has_settings_for_is_named():
    around = Surroundings({}, "pip", settings=(file("uwsgi", "docker/uwsgi.ini"),))
    with pytest.raises(ProjectError) as caught:
        start(app("web-wsgi"), around)
    assert caught.value.hint == "add one: `pyuwsgi` in requirements.txt"


# --- the project's own settings -------------------------------------------------------------------


def served(settings: ServerSettings, *, port: int | None = None) -> Start:
    server = {"gunicorn": "web-wsgi", "uwsgi": "web-wsgi", "hypercorn": "web-asgi"}
    kind: Kind = server[settings.server]  # type: ignore[assignment]
    return start(app(kind), Surroundings(held(settings.server), "uv", port, (settings,)))


def file(server: str, path: str, *names: str, **values: object) -> ServerSettings:
    return ServerSettings(server, path, Location(path, 3), tuple(sorted(names)), **values)  # type: ignore[arg-type]


def test_gunicorn_reads_its_own_file_and_what_it_says_is_not_said_again():
    started = served(
        file("gunicorn", "gunicorn.conf.py", "bind", "worker_tmp_dir", port=5006, variable="PORT", everywhere=True)
    )
    assert started.command == ("gunicorn", "main:app")
    assert (started.port, started.environment, started.in_command) == (5006, (("PORT", "5006"),), False)
    assert ("port", "5006", "gunicorn.conf.py:3") in [(r.decision, r.value, r.at) for r in started.reasons]


def test_a_port_that_the_file_fixes_is_said_again_so_that_it_can_be_another():
    started = served(file("gunicorn", "gunicorn.conf.py", "bind", port=9000, everywhere=True))
    assert started.command[:3] == ("gunicorn", "--bind", "0.0.0.0:9000")
    assert served(file("gunicorn", "gunicorn.conf.py", "bind", port=9000, everywhere=True), port=80).port == 80


def test_a_file_that_only_the_container_itself_reaches_is_overruled():
    started = served(file("gunicorn", "gunicorn.conf.py", "bind", port=9000))
    assert started.command[:3] == ("gunicorn", "--bind", "0.0.0.0:8000")


def test_a_file_that_the_server_does_not_look_for_is_named():
    assert "--config gunicorn_conf.py" in " ".join(served(file("gunicorn", "gunicorn_conf.py")).command)
    assert "--config hypercorn.toml --bind 0.0.0.0:8000" in " ".join(
        served(file("hypercorn", "hypercorn.toml")).command
    )


def test_uwsgi_is_told_what_its_file_leaves_open():
    started = served(file("uwsgi", "uwsgi.ini", "http-socket", "module", "master", port=9000, everywhere=True))
    assert started.command == ("uwsgi", "--ini", "uwsgi.ini", "--die-on-term", "--need-app")
    assert (started.port, started.follows) == (9000, False)
    started = served(file("uwsgi", "uwsgi.ini", "socket", "wsgi-file"))
    assert started.command[:5] == ("uwsgi", "--ini", "uwsgi.ini", "--http-socket", "0.0.0.0:8000")
    assert "--module" not in started.command


def test_a_file_for_another_machine_is_passed_over_with_a_warning():
    foreign = Fact("uid = www-data", Location("uwsgi.ini", 5))
    started = served(file("uwsgi", "uwsgi.ini", "module", foreign=foreign))
    assert "--ini" not in started.command
    assert started.warnings == ("uwsgi.ini:5: uid = www-data is for another machine: uwsgi.ini is passed over",)


def test_an_ini_of_pastes_is_served_by_gunicorn_or_by_pyramids_own_command():
    paste = app("web-wsgi", "production.ini", framework="pyramid", port=6543)
    assert start(paste, Surroundings(held("pyramid gunicorn"), "uv")).command == (
        *("gunicorn", "--bind", "0.0.0.0:6543", "--worker-tmp-dir", "/dev/shm", "--paste", "production.ini"),
    )
    started = start(paste, Surroundings(held("pyramid waitress"), "uv"))
    assert (started.command, started.port, started.follows) == (("pserve", "production.ini"), 6543, False)


def test_every_server_names_the_application_and_listens_on_every_interface():
    for server in SERVERS:
        command = " ".join(server.command(Task(app(server.kinds[0]), 8123)))
        assert "main:app" in command
        assert "0.0.0.0" in command
        assert "8123" in command


def test_an_extra_that_is_there_to_bring_a_server_counts_as_one():
    assert list(brought("fastapi[standard]>=0.115")) == ["uvicorn"]
    assert list(brought("fastapi[extra,standard]")) == ["uvicorn"]
    assert list(brought("fastapi>=0.115")) == list(brought("flask[async]")) == []
    assert list(brought("quart~=0.20")) == ["hypercorn"]
