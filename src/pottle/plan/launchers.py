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

    distributions: tuple[str, ...]
    """What has to be there for it: all of them."""
    command: Callable[[Application], Argv]


def _of_file(app: Application) -> str:
    """`path/to/server.py:object`"""
    return f"{app.at.path}:{app.target.partition(':')[2]}"


LAUNCHERS: Mapping[str, Launcher] = {
    "fastmcp": Launcher(("fastmcp",), lambda app: ("fastmcp", "run", _of_file(app))),
    "mcp": Launcher(("mcp", "typer"), lambda app: ("mcp", "run", _of_file(app))),
}


def fitting(app: Application) -> Launcher | None:
    """The program that starts `app`; None where it is started by itself."""
    if app.script is not None or ":" not in app.target or app.framework is None:
        return None
    return LAUNCHERS.get(app.framework)
