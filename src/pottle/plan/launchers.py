"""How an object of a framework is started by that framework's own program: a worker by `celery`, a server by `fastmcp run`.

As with servers, the program is one that the environment holds; none is ever added.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from pottle.project.facts import Application

Argv: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Launcher:
    """A framework's own program."""

    distribution: str
    """What brings it."""
    command: Callable[[Application], Argv]


def _of_file(app: Application) -> str:
    """`path/to/server.py:object`"""
    return f"{app.at.path}:{app.target.partition(':')[2]}"


def _code_server(app: Application) -> Argv:
    module = app.target.partition(":")[0]
    return ("dagster", "code-server", "start", "-h", "0.0.0.0", "-p", str(app.port), "-m", module)


LAUNCHERS: Mapping[str, Launcher] = {
    "celery": Launcher("celery", lambda app: ("celery", *app.arguments, "worker", "--loglevel=INFO")),
    "rq": Launcher("rq", lambda app: ("rq", "worker", *app.arguments)),
    "arq": Launcher("arq", lambda app: ("arq", app.target.replace(":", "."))),
    "dramatiq": Launcher("dramatiq", lambda app: ("dramatiq", *app.arguments)),
    "huey": Launcher("huey", lambda app: ("huey_consumer", app.target.replace(":", "."))),
    "taskiq": Launcher("taskiq", lambda app: ("taskiq", "worker", *app.arguments)),
    "faststream": Launcher("faststream", lambda app: ("faststream", "run", app.target)),
    "airflow": Launcher("apache-airflow", lambda _: ("airflow", "scheduler")),
    "dagster": Launcher("dagster", _code_server),
    "scrapy": Launcher("scrapy", lambda app: ("scrapy", *app.arguments)),
    "fastmcp": Launcher("fastmcp", lambda app: ("fastmcp", "run", _of_file(app))),
    "mcp": Launcher("mcp", lambda app: ("mcp", "run", _of_file(app))),
}


def fitting(app: Application) -> Launcher | None:
    """The program that starts `app`; None where it is started by itself."""
    if app.script is not None or ":" not in app.target or app.framework is None:
        return None
    return LAUNCHERS.get(app.framework)
