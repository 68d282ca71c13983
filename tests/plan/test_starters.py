"""How a framework with a server of its own is started."""

import pytest

from pottle.errors import ProjectError
from pottle.plan import application
from pottle.plan.start import Surroundings, start
from pottle.plan.starters import STARTERS
from pottle.project.facts import Application, Kind
from pottle.text import Location

HERE = Location("app.py", 3)


def app(framework: str, target: str = "app.py", kind: Kind = "ui", **changes: object) -> Application:
    return Application(kind, framework, target, HERE, 80, "it draws here", **changes)  # type: ignore[arg-type]


def started(found: Application, *holds: str, port: int | None = None) -> application.Start:
    return start(found, Surroundings(dict.fromkeys(holds, "uv.lock:9"), "uv", port))


COMMANDS = {
    "streamlit": "streamlit run app.py --server.port=8501 --server.address=0.0.0.0 --server.headless=true",
    "chainlit": "chainlit run app.py --host 0.0.0.0 --port 8000 --headless",
    "panel": "panel serve app.py --address 0.0.0.0 --port 5006 --allow-websocket-origin *",
    "bokeh": "bokeh serve app.py --address 0.0.0.0 --port 5006 --allow-websocket-origin *",
    "solara": "solara run app.py --host 0.0.0.0 --port 8765 --production --no-open",
    "shiny": "shiny run --host 0.0.0.0 --port 8000 app.py",
    "marimo": "marimo run app.py --host 0.0.0.0 --port 2718 --headless",
    "voila": "voila app.py --port=8866 --Voila.ip=0.0.0.0 --no-browser",
    "jupyter": "jupyter lab --ip=0.0.0.0 --port=8888 --no-browser",
}


def test_every_starter_is_tried():
    assert {starter.framework for starter in STARTERS} == {*COMMANDS, "sanic", "aiohttp"}


@pytest.mark.parametrize("framework", COMMANDS)
def test_commands(framework: str):
    distribution = next(starter.distribution for starter in STARTERS if starter.framework == framework)
    found = started(app(framework), distribution)
    assert " ".join(found.command) == COMMANDS[framework]
    assert str(found.port) in COMMANDS[framework]
    assert found.follows
    assert found.stop_signal == "SIGTERM"
    assert " ".join(started(app(framework), distribution, port=9876).command).count("9876") == 1


OBJECTS = {
    "sanic": (app("sanic", "main:app", "web-own-server"), "sanic", "sanic main:app --host 0.0.0.0 --port 8000"),
    "a factory of sanic's": (
        app("sanic", "main:make", "web-own-server", factory=True),
        "sanic",
        "sanic main:make --factory --host 0.0.0.0 --port 8000",
    ),
    "aiohttp": (
        app("aiohttp", "main:app", "web-own-server", port=9000),
        "gunicorn",
        "gunicorn --bind 0.0.0.0:9000 --worker-tmp-dir /dev/shm --worker-class aiohttp.GunicornWebWorker main:app",
    ),
}


@pytest.mark.parametrize(("found", "holds", "command"), OBJECTS.values(), ids=OBJECTS)
def test_objects(found: Application, holds: str, command: str):
    assert " ".join(started(found, holds).command) == command


def test_telemetry_is_off_where_a_variable_turns_it_off():
    assert started(app("streamlit"), "streamlit").environment == (("STREAMLIT_BROWSER_GATHER_USAGE_STATS", "false"),)
    gradio = app("gradio", environment=(("GRADIO_SERVER_PORT", "{port}"),), port=7860)
    assert started(gradio).environment == (("GRADIO_SERVER_PORT", "7860"), ("GRADIO_ANALYTICS_ENABLED", "False"))


def test_without_its_command_the_error_names_what_brings_it():
    with pytest.raises(ProjectError, match=r"nothing starts the chainlit ui app\.py: chainlit is not") as caught:
        started(app("chainlit"))
    assert caught.value.hint == "add it: `uv add chainlit`"


def test_what_needs_more_than_python_is_refused():
    with pytest.raises(ProjectError, match=r"Node\.js") as caught:
        started(app("reflex", "rxconfig.py"), "reflex")
    assert "reflex export" in (caught.value.hint or "")


def test_a_program_that_serves_itself_is_run_as_it_is():
    program = app("sanic", "main.py", "web-own-server", arguments=("--port", "{port}"), port=8123)
    assert started(program, "sanic").command == ("python", "main.py", "--port", "8123")
    assert started(app("aiohttp", "shop:main", "web-own-server", script="shop")).command == ("shop",)


# --- which ----------------------------------------------------------------------------------------


def test_notebooks_say_something_only_where_what_shows_them_is_there():
    notebook, script = app("voila", "a.ipynb"), Application("script", None, "main.py", HERE, 20, "it is here")
    assert application.choose([notebook, script], {"voila": None}, wanted=None) is notebook
    assert application.choose([notebook, script], {}, wanted=None) is script


def test_of_one_frameworks_ways_the_one_that_can_be_started_is_taken():
    served = app("aiohttp", "main:app", "web-own-server")
    run = Application("web-own-server", "aiohttp", "main.py", HERE, 70, "it listens")
    assert application.choose([served, run], {"gunicorn": None}, wanted=None) is served
    assert application.choose([served, run], {}, wanted=None) is run
    flask = Application("web-wsgi", "flask", "main:app", HERE, 110, "it is here")
    own = Application("web-own-server", "flask", "main.py", HERE, 106, "gevent listens")
    assert application.choose([flask, own], {"gunicorn": None}, wanted=None) is flask
    assert application.choose([flask, own], {}, wanted=None) is own


# --- where its modules lie ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("root", "installed", "path"),
    [
        (None, False, None),
        ("src", False, "/app/src"),
        ("src", True, None),
        ("backend", True, "/app/backend"),
        (".", False, "/app"),
    ],
)
def test_the_directory_of_its_modules_is_on_the_path(root: str | None, installed: bool, path: str | None):
    around = Surroundings({"streamlit": None}, "uv", installed=installed)
    environment = dict(start(app("streamlit", root=root), around).environment)
    assert environment.get("PYTHONPATH") == path


def test_an_address_that_nobody_reaches_is_a_warning():
    from pottle.project.facts import Fact

    program = app("aiohttp", "main.py", "web-own-server", port=8080, loopback=Fact("127.0.0.1", Location("main.py", 7)))
    assert started(program).warnings == (
        "main.py:7: it listens on 127.0.0.1, inside of the container only: let it listen on 0.0.0.0",
    )


def test_a_port_that_cannot_be_seen_is_a_warning_unless_it_is_configured():
    program = app("tornado", "main.py", "web-own-server")
    assert started(program).warnings == (
        "app.py:3: on which port it listens cannot be seen: name it by `port` under [tool.pottle]",
    )
    assert started(program, port=9000).warnings == ()
    assert started(app("tornado", "main.py", "web-own-server", arguments=("--port={port}",))).warnings == ()
