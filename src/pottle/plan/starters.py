"""How a framework that brings a server of its own is started: its command, made to listen on every interface, without a terminal.

What telemetry can be turned off by one variable is turned off: nobody can agree to it inside of a container.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeAlias

from pottle.plan.places import HOME
from pottle.project.facts import Application

Argv: TypeAlias = tuple[str, ...]
Environment: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Starter:
    """The command of a framework."""

    framework: str
    distribution: str
    """What has to be in the environment for it."""
    port: int
    """Where it listens unless it is told."""
    command: Callable[[Application, int], Argv]
    environment: Environment = ()
    health: str | None = None
    """A route of its own that is meant for probes."""
    fallback: bool = False
    """Its files are found in projects of every kind: without the distribution they say nothing."""


def _streamlit(app: Application, port: int) -> Argv:
    return (
        "streamlit",
        "run",
        app.target,
        f"--server.port={port}",
        "--server.address=0.0.0.0",
        "--server.headless=true",
    )


def _chainlit(app: Application, port: int) -> Argv:
    return ("chainlit", "run", app.target, "--host", "0.0.0.0", "--port", str(port), "--headless")


def _bokeh(program: str) -> Callable[[Application, int], Argv]:
    # Without an origin Bokeh accepts websockets from localhost alone: the page would stay empty.
    def command(app: Application, port: int) -> Argv:
        address = ("--address", "0.0.0.0", "--port", str(port), "--allow-websocket-origin", "*")
        return (program, "serve", app.target, *address)

    return command


def _solara(app: Application, port: int) -> Argv:
    return ("solara", "run", app.target, "--host", "0.0.0.0", "--port", str(port), "--production", "--no-open")


def _shiny(app: Application, port: int) -> Argv:
    return ("shiny", "run", "--host", "0.0.0.0", "--port", str(port), app.target)


def _marimo(app: Application, port: int) -> Argv:
    return ("marimo", "run", app.target, "--host", "0.0.0.0", "--port", str(port), "--headless")


def _voila(app: Application, port: int) -> Argv:
    return ("voila", app.target, f"--port={port}", "--Voila.ip=0.0.0.0", "--no-browser")


def _jupyter(_: Application, port: int) -> Argv:
    return ("jupyter", "lab", "--ip=0.0.0.0", f"--port={port}", "--no-browser")


def _sanic(app: Application, port: int) -> Argv:
    factory = ("--factory",) if app.factory else ()
    return ("sanic", app.target, *factory, "--host", "0.0.0.0", "--port", str(port))


def _aiohttp(app: Application, port: int) -> Argv:
    # The worker awaits a coroutine by itself; any other function has to be called for it.
    target = f"{app.target}()" if app.factory else app.target
    bind = ("--bind", f"0.0.0.0:{port}", "--worker-tmp-dir", "/dev/shm")
    return ("gunicorn", *bind, "--worker-class", "aiohttp.GunicornWebWorker", target)


STARTERS: tuple[Starter, ...] = (
    Starter(
        "streamlit",
        "streamlit",
        8501,
        _streamlit,
        (("STREAMLIT_BROWSER_GATHER_USAGE_STATS", "false"),),
        "/_stcore/health",
    ),
    Starter("chainlit", "chainlit", 8000, _chainlit),
    Starter("panel", "panel", 5006, _bokeh("panel")),
    Starter("bokeh", "bokeh", 5006, _bokeh("bokeh")),
    Starter("solara", "solara", 8765, _solara, (("SOLARA_TELEMETRY_MIXPANEL_ENABLE", "False"),)),
    Starter("shiny", "shiny", 8000, _shiny),
    Starter("marimo", "marimo", 2718, _marimo, health="/health"),
    Starter("voila", "voila", 8866, _voila, fallback=True),
    Starter("jupyter", "jupyterlab", 8888, _jupyter, fallback=True),
    Starter("sanic", "sanic", 8000, _sanic),
    Starter("aiohttp", "gunicorn", 8080, _aiohttp),
)

FURTHER: dict[str, Environment] = {
    "gradio": (("GRADIO_ANALYTICS_ENABLED", "False"),),
    "nicegui": (("NICEGUI_STORAGE_PATH", f"{HOME}/.nicegui"),),
}
"""The same for frameworks whose programs start themselves; what they write goes where a container can be written to."""


REFUSED: dict[str, tuple[str, str]] = {
    "reflex": (
        "Reflex builds and serves its pages with Node.js, which is in none of the images",
        "serve what `reflex export` writes from elsewhere, and set `command` to what runs the backend",
    ),
}
"""Frameworks that need more than Python: why, and what to do."""


def of(app: Application) -> Starter | None:
    """The command that starts `app`; None for a program that is run as it is."""
    if app.script is not None or app.arguments or (app.kind != "ui" and ":" not in app.target):
        return None
    starter = next((starter for starter in STARTERS if starter.framework == app.framework), None)
    return starter if app.kind in ("ui", "web-own-server") else None


def startable(app: Application, held: Collection[str]) -> bool:
    """Whether what starts `app` is in the environment."""
    starter = of(app)
    return starter is None or starter.distribution in held


def says_nothing(app: Application, held: Collection[str]) -> bool:
    """Whether it counts only where what starts it is in the environment, and it is not."""
    starter = of(app)
    return starter is not None and starter.fallback and starter.distribution not in held
