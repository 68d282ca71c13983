"""How an application object is served: by a server that the lock holds, in the form that the server itself recommends.

Each server is asked in the order of preference; none of them is ever added to the environment. `WEB_CONCURRENCY` sets the
workers of uvicorn and gunicorn at run time and `GRANIAN_WORKERS` those of granian, so no number is written down here. What the
project's own file of settings says (`gunicorn.conf.py`) is not said again, unless only the container itself would reach it.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from pottle.project.facts import Application, ServerSettings

Argv: TypeAlias = tuple[str, ...]

EVERYWHERE = "0.0.0.0"


@dataclass(frozen=True, slots=True)
class Task:
    """What a server is to do."""

    app: Application
    port: int
    settings: ServerSettings | None = None
    """The project's own file for it."""

    @property
    def address(self) -> str:
        """Every interface, and the port."""
        return f"{EVERYWHERE}:{self.port}"

    @property
    def binds(self) -> bool:
        """Whether the file leaves it to the command where to listen."""
        return self.settings is None or not self.settings.everywhere or self.settings.variable is None

    def has(self, name: str) -> bool:
        """Whether the file sets `name`."""
        return self.settings is not None and name in self.settings.names


@dataclass(frozen=True, slots=True)
class Server:
    """A distribution that serves applications of some kinds."""

    name: str
    kinds: tuple[str, ...]
    command: Callable[[Task], Argv]
    factories: bool = True
    """It calls a factory itself."""
    nested: bool = True
    """It finds an attribute of an attribute: `module:container.app`."""
    handles_sigterm: bool = True
    """It ends in order on SIGTERM; the others do on SIGINT, as Python does."""


def _uvicorn(task: Task) -> Argv:
    factory = ("--factory",) if task.app.factory else ()
    return ("uvicorn", *factory, "--host", EVERYWHERE, "--port", str(task.port), task.app.target)


def _gunicorn(task: Task) -> Argv:
    bind = ("--bind", task.address) if task.binds else ()
    # gunicorn finds a file of its own name by itself.
    path = task.settings.path if task.settings is not None else "gunicorn.conf.py"
    config = ("--config", path) if path != "gunicorn.conf.py" else ()
    # Its heartbeat is a file in the temporary directory: on a read-only root only memory is sure to be writable.
    memory = () if task.has("worker_tmp_dir") else ("--worker-tmp-dir", "/dev/shm")
    if task.app.target.endswith(".ini"):
        return ("gunicorn", *bind, *config, *memory, "--paste", task.app.target)
    return ("gunicorn", *bind, *config, *memory, _called(task.app))


def _hypercorn(task: Task) -> Argv:
    config = ("--config", task.settings.path) if task.settings is not None else ()
    return ("hypercorn", *config, "--bind", task.address, _called(task.app))


def _granian(task: Task) -> Argv:
    interface = "asgi" if task.app.kind == "web-asgi" else "wsgi"
    factory = ("--factory",) if task.app.factory else ()
    address = ("--host", EVERYWHERE, "--port", str(task.port))
    return ("granian", "--interface", interface, *factory, *address, task.app.target)


def _daphne(task: Task) -> Argv:
    return ("daphne", "--bind", EVERYWHERE, "--port", str(task.port), task.app.target)


def _waitress(task: Task) -> Argv:
    call = ("--call",) if task.app.factory else ()
    return ("waitress-serve", f"--listen={task.address}", *call, task.app.target)


def _cheroot(task: Task) -> Argv:
    # Its own command imports the application before the working directory is on the path.
    return ("python", "-m", "cheroot", "--bind", task.address, task.app.target)


def _uwsgi(task: Task) -> Argv:
    """Its own file goes first: what it does not say is said behind it."""
    module, _, attribute = task.app.target.partition(":")
    callable_ = f"{attribute}()" if task.app.factory else attribute
    own = task.settings is not None and task.settings.everywhere
    own = own and task.settings is not None and (task.settings.variable is not None or task.settings.port == task.port)
    listens = () if own else ("--http-socket", task.address)
    finds = any(task.has(name) for name in ("module", "wsgi", "wsgi-file", "file", "mount"))
    wanted = (
        *(("--ini", task.settings.path) if task.settings is not None else ()),
        *listens,
        *(() if task.has("master") else ("--master",)),
        *(() if task.has("die-on-term") else ("--die-on-term",)),
        *(() if task.has("need-app") else ("--need-app",)),
        *(() if finds else ("--module", f"{module}:{callable_}")),
    )
    return ("uwsgi", *wanted)


def _pserve(task: Task) -> Argv:
    return ("pserve", task.app.target)


def _called(app: Application) -> str:
    return f"{app.target}()" if app.factory else app.target


SERVERS: tuple[Server, ...] = (
    Server("uvicorn", ("web-asgi",), _uvicorn),
    Server("hypercorn", ("web-asgi",), _hypercorn),
    Server("gunicorn", ("web-wsgi",), _gunicorn, nested=False),
    Server("granian", ("web-asgi", "web-wsgi"), _granian),
    Server("daphne", ("web-asgi",), _daphne, factories=False),
    Server("waitress", ("web-wsgi",), _waitress, handles_sigterm=False),
    Server("uwsgi", ("web-wsgi",), _uwsgi, nested=False),
    Server("pyuwsgi", ("web-wsgi",), _uwsgi, nested=False),
    Server("cheroot", ("web-wsgi",), _cheroot, factories=False, nested=False, handles_sigterm=False),
    Server("hypercorn", ("web-wsgi",), _hypercorn),
)
"""In the order of preference."""

PASTE: tuple[Server, ...] = (
    Server("gunicorn", ("web-wsgi",), _gunicorn),
    Server("pyramid", ("web-wsgi",), _pserve, handles_sigterm=False),
)
"""What serves the application of a file for PasteDeploy (`[app:main]`); pserve listens where that file says."""

_BRING: Mapping[str, Mapping[str, str]] = {
    "fastapi": {"standard": "uvicorn", "standard-no-fastapi-cloud-cli": "uvicorn", "all": "uvicorn"},
    "litestar": {"standard": "uvicorn"},
    "channels": {"daphne": "daphne"},
    "connexion": {"uvicorn": "uvicorn"},
}
"""Distribution → extra → the server that the extra is there to bring."""

_NEED: Mapping[str, str] = {
    "quart": "hypercorn",
    "fastapi-cli": "uvicorn",
    "uvicorn-worker": "uvicorn",
    "litestar-granian": "granian",
    "jupyter": "jupyterlab",
}
"""Distribution → what it needs, and what then starts applications."""


def brought(requirement: str) -> Iterator[str]:
    """The servers that a requirement which nobody has resolved yet is known to bring: `fastapi[standard]` has uvicorn."""
    name, _, extras = requirement.partition("]")[0].partition("[")
    known = _BRING.get(name, {})
    yield from (known[extra] for extra in extras.split(",") if extra in known)
    if (needed := _NEED.get(re.split(r"[^\w.-]", name, maxsplit=1)[0])) is not None:
        yield needed


def fitting(app: Application, distributions: Collection[str]) -> Server | None:
    """The first server that serves this application and is among the locked `distributions`."""
    return next((s for s in _for(app) if s.name in distributions and _can(s, app)), None)


def unfit(app: Application, distributions: Collection[str]) -> Server | None:
    """A server for its kind that is among them, and cannot serve this one: it calls no factory, or finds no `a.b`."""
    return next((s for s in _for(app) if s.name in distributions and not _can(s, app)), None)


def recommended(app: Application, found: Sequence[ServerSettings] = ()) -> Server:
    """The server to add where there is none: one that the project has settings for, else the first; uWSGI as a wheel."""
    fit = [server for server in _for(app) if _can(server, app) and server.name != "uwsgi"]
    return next((server for server in fit if settings(server, found) is not None), fit[0])


def settings(server: Server, found: Sequence[ServerSettings]) -> ServerSettings | None:
    """The project's own file for a server."""
    name = "uwsgi" if server.name == "pyuwsgi" else server.name
    return next((each for each in found if each.server == name), None)


def _for(app: Application) -> Iterator[Server]:
    servers = PASTE if app.target.endswith(".ini") else SERVERS
    return (server for server in servers if app.kind in server.kinds)


def _can(server: Server, app: Application) -> bool:
    nested = "." in app.target.partition(":")[2]
    return (server.factories or not app.factory) and (server.nested or not nested)
