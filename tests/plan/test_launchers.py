"""Objects that their framework's own program starts."""

import pytest

from pottle.errors import ProjectError
from pottle.plan import launchers
from pottle.plan.start import Surroundings, start
from pottle.project.facts import Application
from pottle.text import Location


def app(framework: str, target: str = "pack.mod:thing", **changes: object) -> Application:
    values = {"kind": "worker", "at": Location("pack/mod.py", 3), "strength": 1, "because": "x", **changes}
    return Application(framework=framework, target=target, **values)  # type: ignore[arg-type]


COMMANDS = {
    "celery": "celery -A pack worker --loglevel=INFO",
    "rq": "rq worker -A pack",
    "arq": "arq pack.mod.thing",
    "dramatiq": "dramatiq -A pack",
    "huey": "huey_consumer pack.mod.thing",
    "taskiq": "taskiq worker -A pack",
    "faststream": "faststream run pack.mod:thing",
    "airflow": "airflow scheduler",
    "dagster": "dagster code-server start -h 0.0.0.0 -p None -m pack.mod",
    "scrapy": "scrapy -A pack",
    "fastmcp": "fastmcp run pack/mod.py:thing",
    "mcp": "mcp run pack/mod.py:thing",
}


def test_every_launcher_is_tried():
    assert set(COMMANDS) == set(launchers.LAUNCHERS)


@pytest.mark.parametrize("framework", COMMANDS)
def test_commands(framework: str):
    held = {launchers.LAUNCHERS[framework].distribution: "uv.lock:9"}
    started = start(app(framework, arguments=("-A", "pack")), Surroundings(held, "uv"))
    assert " ".join(started.command) == COMMANDS[framework]
    assert (started.stop_signal, started.port, started.framework) == ("SIGTERM", None, framework)


@pytest.mark.parametrize(
    "found", [app("fastmcp", script="x"), app("fastmcp", "main.py"), app("fastmcp", "pack"), app("discord.py")]
)
def test_what_starts_by_itself_needs_none(found: Application):
    assert launchers.fitting(found) is None


def test_a_program_that_is_not_there_is_an_error():
    with pytest.raises(ProjectError, match=r"nothing starts the arq worker pack\.mod:thing: arq is not") as caught:
        start(app("arq"), Surroundings({}, "uv"))
    assert caught.value.hint == "add it: `uv add arq`"
