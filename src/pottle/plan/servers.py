"""How an application object is served: by a server that the lock holds, in the form that the server itself recommends.

Each server is asked in the order of preference; none of them is ever added to the environment. `WEB_CONCURRENCY` sets the
workers of uvicorn and gunicorn at run time, so no number is written down here.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from pottle.project.facts import Application

Argv: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Server:
    """A distribution that serves applications of some kinds."""

    name: str
    kinds: tuple[str, ...]
    command: Callable[[Application, int], Argv]


def _uvicorn(app: Application, port: int) -> Argv:
    factory = ("--factory",) if app.factory else ()
    return ("uvicorn", *factory, "--host", "0.0.0.0", "--port", str(port), app.target)


def _gunicorn(app: Application, port: int) -> Argv:
    # Its heartbeat is a file in the temporary directory: on a read-only root only memory is sure to be writable.
    target = f"{app.target}()" if app.factory else app.target
    return ("gunicorn", "--bind", f"0.0.0.0:{port}", "--worker-tmp-dir", "/dev/shm", target)


def _hypercorn(app: Application, port: int) -> Argv:
    target = f"{app.target}()" if app.factory else app.target
    return ("hypercorn", "--bind", f"0.0.0.0:{port}", target)


def _granian(app: Application, port: int) -> Argv:
    interface = "asgi" if app.kind == "web-asgi" else "wsgi"
    factory = ("--factory",) if app.factory else ()
    return ("granian", "--interface", interface, *factory, "--host", "0.0.0.0", "--port", str(port), app.target)


def _daphne(app: Application, port: int) -> Argv:
    return ("daphne", "--bind", "0.0.0.0", "--port", str(port), app.target)


def _waitress(app: Application, port: int) -> Argv:
    call = ("--call",) if app.factory else ()
    return ("waitress-serve", f"--listen=0.0.0.0:{port}", *call, app.target)


def _uwsgi(app: Application, port: int) -> Argv:
    module, _, attribute = app.target.partition(":")
    callable_ = f"{attribute}()" if app.factory else attribute
    return (
        *("uwsgi", "--http-socket", f"0.0.0.0:{port}", "--master", "--die-on-term", "--need-app"),
        *("--module", f"{module}:{callable_}"),
    )


SERVERS: tuple[Server, ...] = (
    Server("uvicorn", ("web-asgi",), _uvicorn),
    Server("hypercorn", ("web-asgi",), _hypercorn),
    Server("gunicorn", ("web-wsgi",), _gunicorn),
    Server("granian", ("web-asgi", "web-wsgi"), _granian),
    Server("daphne", ("web-asgi",), _daphne),
    Server("waitress", ("web-wsgi",), _waitress),
    Server("uwsgi", ("web-wsgi",), _uwsgi),
    Server("pyuwsgi", ("web-wsgi",), _uwsgi),
)

_BRING: Mapping[str, Mapping[str, str]] = {
    "fastapi": {"standard": "uvicorn", "standard-no-fastapi-cloud-cli": "uvicorn", "all": "uvicorn"},
    "litestar": {"standard": "uvicorn"},
    "channels": {"daphne": "daphne"},
}
"""Distribution → extra → the server that the extra is there to bring."""


def brought(requirement: str) -> Iterator[str]:
    """The servers that a requirement which nobody has resolved yet is known to bring: `fastapi[standard]` has uvicorn."""
    name, _, extras = requirement.partition("]")[0].partition("[")
    known = _BRING.get(name, {})
    return (known[extra] for extra in extras.split(",") if extra in known)


def fitting(app: Application, distributions: Collection[str]) -> Server | None:
    """The first server of `SERVERS` that serves this kind and is among the locked `distributions`."""
    return next((s for s in SERVERS if app.kind in s.kinds and s.name in distributions), None)


def recommended(app: Application) -> Server:
    """The server to add where there is none."""
    return next(server for server in SERVERS if app.kind in server.kinds)
