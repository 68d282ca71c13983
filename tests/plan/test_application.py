"""What the container runs."""

from dataclasses import replace

import pytest

from pottle.errors import ProjectError
from pottle.plan import application
from pottle.plan.start import Surroundings
from pottle.plan.start import start as started_by
from pottle.project.facts import Application, Kind
from pottle.text import Location

HERE = Location("main.py", 3)


def app(kind: Kind = "web-asgi", target: str = "main:app", **changes: object) -> Application:
    values = {"framework": "fastapi", "at": HERE, "strength": 10, "because": "`app = FastAPI()` stands here"}
    return Application(kind=kind, target=target, **{**values, **changes})  # type: ignore[arg-type]


def held(names: str) -> dict[str, str | None]:
    return {name: f"uv.lock:{number}" for number, name in enumerate(names.split(), 3)}


def start(found: Application, holds: str = "", *, port: int | None = None, manager: str = "uv") -> application.Start:
    return started_by(found, Surroundings(held(holds), manager, port))


# --- servers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "server"), [("web-asgi", "uvicorn"), ("web-wsgi", "gunicorn")])
def test_without_a_server_the_error_names_one(kind: Kind, server: str):
    with pytest.raises(ProjectError) as caught:
        start(app(kind), "fastapi")
    assert caught.value.at == HERE
    assert caught.value.hint == f"add one: `uv add {server}`"


@pytest.mark.parametrize(
    ("manager", "hint"),
    [
        ("poetry", "`poetry add uvicorn`"),
        ("pipenv", "`pipenv install uvicorn`"),
        ("pip", "`uvicorn` in requirements.txt"),
        ("setuptools", "`uvicorn` in the project's dependencies"),
    ],
)
def test_the_hint_speaks_of_the_projects_own_manager(manager: str, hint: str):
    with pytest.raises(ProjectError) as caught:
        start(app(), manager=manager)
    assert caught.value.hint == f"add one: {hint}"


def reason(started: application.Start, decision: str) -> tuple[str, str, str | None]:
    return next((r.value, r.because, r.at) for r in started.reasons if r.decision == decision)


def test_the_server_and_the_port_say_why():
    started = start(app(port=9000), "fastapi uvicorn")
    assert reason(started, "server") == ("uvicorn", "the environment holds it", "uv.lock:4")
    assert reason(started, "port") == ("9000", "the code names it", "main.py:3")
    assert reason(start(app(), "uvicorn", port=80), "port") == ("80", "it is configured", None)
    assert reason(start(app(), "uvicorn"), "port") == ("8000", "it is customary, and nothing names another", None)


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
    started = start(app("script", framework=None, **changes))
    assert (started.command, started.port) == (command, None)


def test_a_script_without_a_handler_stops_on_sigint_because_process_1_ignores_sigterm():
    assert start(app("script", "main.py")).stop_signal == "SIGINT"
    assert start(app("script", "main.py", handles_sigterm=True)).stop_signal == "SIGTERM"
    assert start(app("web-asgi"), "uvicorn").stop_signal == "SIGTERM"


# --- which application ----------------------------------------------------------------------------


def test_the_strongest_application_is_chosen():
    best = app(strength=20)
    assert application.choose([best, app(target="other:app", strength=10)], {}, wanted=None) is best


def test_two_that_fit_equally_stop_the_plan_and_name_both_places():
    other = app(target="admin:app", at=Location("admin.py", 9))
    with pytest.raises(ProjectError, match=r"main:app and admin:app \(admin.py:9\)") as caught:
        application.choose([app(), other], {}, wanted=None)
    assert caught.value.at == HERE
    assert 'app = "main:app"' in (caught.value.hint or "")


def test_the_configuration_chooses_between_equals():
    other = app(target="admin:app")
    assert application.choose([app(), other], {}, wanted="admin:app") is other


def test_an_application_that_is_not_there_is_an_error():
    with pytest.raises(ProjectError, match="no application 'nope:app'") as caught:
        application.choose([app()], {}, wanted="nope:app")
    assert caught.value.hint == "found: main:app"


def test_nothing_to_run_is_an_error():
    with pytest.raises(ProjectError, match="nothing here can be run"):
        application.choose([], {}, wanted=None)


# --- two interfaces -------------------------------------------------------------------------------

WSGI = app("web-wsgi", "mysite.wsgi:application", framework="django", strength=120)
ASGI = app("web-asgi", "mysite.asgi:application", framework="django", strength=90)


@pytest.mark.parametrize(
    ("holds", "chosen"),
    [("gunicorn", WSGI), ("uvicorn", ASGI), ("gunicorn uvicorn", WSGI), ("", WSGI), ("granian", WSGI)],
)
def test_of_two_interfaces_the_one_with_a_server_is_chosen(holds: str, chosen: Application):
    assert application.choose([WSGI, ASGI], held(holds), wanted=None) is chosen


def test_the_other_way_round_too():
    asgi, wsgi = replace(ASGI, strength=120), replace(WSGI, strength=90)
    assert application.choose([asgi, wsgi], held("gunicorn"), wanted=None) is wsgi


def test_the_configuration_chooses_before_servers_do():
    assert application.choose([WSGI, ASGI], held("uvicorn"), wanted=WSGI.target) is WSGI


def test_the_application_of_another_framework_is_no_way_out():
    other = app("web-wsgi", "admin:app", framework="flask", strength=5)
    assert application.choose([app(), other], held("gunicorn"), wanted=None).framework == "fastapi"


# --- a configured command -------------------------------------------------------------------------


def test_a_configured_command_is_taken_as_it_stands():
    started = application.configured(("celery", "worker"), [app()], port=None, at=Location("pyproject.toml", 9))
    assert (started.command, started.application, started.port) == (("celery", "worker"), None, None)
    assert reason(started, "command") == ("celery", "it is configured", "pyproject.toml:9")


def test_a_configured_command_that_names_an_application_runs_it():
    started = application.configured(("uvicorn", "--uds", "/run/s", "main:app"), [app()], port=None, at=None)
    assert started.application == app()


# --- bots -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("holds", "framework"), [("discord-py", "discord.py"), ("py-cord", "py-cord"), ("", "discord.py")]
)
def test_a_fork_is_called_by_its_own_name(holds: str, framework: str):
    bot = app("bot", "bot.py", framework="discord.py")
    assert (start(bot, holds).framework, start(bot, holds).port) == (framework, None)
