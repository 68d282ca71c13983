"""What the container runs: one of the applications found in the project, as an argv, and how its health is asked for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pottle.errors import ProjectError
from pottle.plan import servers
from pottle.plan.model import HealthCheck, Reason
from pottle.project.facts import Application

DEFAULT_PORT = 8000
SERVED = ("web-asgi", "web-wsgi")
LISTENS = (*SERVED, "web-own-server", "ui")


@dataclass(frozen=True, slots=True)
class Start:
    """How the container starts: argv, the port it listens on, the signal that stops it."""

    application: Application | None
    command: tuple[str, ...]
    port: int | None
    stop_signal: str
    reasons: tuple[Reason, ...]


def choose(applications: Sequence[Application], *, wanted: str | None) -> Application:
    """The application that fits best; `wanted` names a target where the configuration does.

    Raises `ProjectError` where nothing can be run, and where two fit equally well: guessing would be wrong half of the time.
    """
    if wanted is not None:
        found = [app for app in applications if app.target == wanted]
        if found:
            return found[0]
        known = ", ".join(app.target for app in applications) or "none"
        raise ProjectError(f"there is no application {wanted!r} in the project", hint=f"found: {known}")
    if not applications:
        raise ProjectError(
            "nothing here can be run: no application object, no script, no main.py",
            hint='name it: `command = ["python", "-m", "package"]` under [tool.pottle] in pyproject.toml',
        )
    best = [app for app in applications if app.strength == applications[0].strength]
    if len({app.target for app in best}) > 1:
        first, second = best[0], next(app for app in best if app.target != best[0].target)
        raise ProjectError(
            f"two applications fit equally well: {first.target} and {second.target} ({second.at})",
            at=first.at,
            hint=f'choose one: `app = "{first.target}"` under [tool.pottle] in pyproject.toml',
        )
    return best[0]


def start(app: Application, distributions: Collection[str], *, port: int | None) -> Start:
    """The argv for `app`, served by what `distributions` (the names in the environment) hold.

    Raises `ProjectError` where the lock holds no server for it, naming the one to add.
    """
    listens = (port or app.port or DEFAULT_PORT) if app.kind in LISTENS else port
    reasons = [Reason(decision="command", value=app.target, because=app.because, at=str(app.at))]
    if listens is not None:
        reasons.append(_port_reason(app, port, listens))
    if app.kind in SERVED:
        server = servers.fitting(app, distributions)
        if server is None:
            raise _no_server(app)
        command = server.command(app, listens or DEFAULT_PORT)
        reasons.append(Reason(decision="server", value=server.name, because="the lock holds it"))
        return Start(app, command, listens, "SIGTERM", tuple(reasons))
    signal = "SIGTERM" if app.handles_sigterm else "SIGINT"
    if signal == "SIGINT":
        because = "as process 1 a program without a handler ignores SIGTERM; Python handles SIGINT"
        reasons.append(Reason(decision="runtime.stop_signal", value=signal, because=because))
    return Start(app, _script(app), listens, signal, tuple(reasons))


def health(app: Application, port: int, interpreter: str) -> tuple[HealthCheck, Reason]:
    """A probe that needs nothing but the standard library: a GET of the route found in the code, else a TCP connection."""
    if app.health is not None:
        code = (
            "import http.client as h,sys;"
            f"c=h.HTTPConnection('127.0.0.1',{port},timeout=4);c.request('GET',{app.health.value!r});"
            "sys.exit(c.getresponse().status>=400)"
        )
        reason = Reason(
            decision="health", value=f"GET {app.health.value}", because="the route stands here", at=str(app.health.at)
        )
    else:
        code = f"import socket;socket.create_connection(('127.0.0.1',{port}),4).close()"
        reason = Reason(decision="health", value=f"TCP {port}", because="the code has no route for it")
    return HealthCheck(command=(interpreter, "-I", "-S", "-c", code)), reason


def _script(app: Application) -> tuple[str, ...]:
    if app.script is not None:
        return (app.script,)
    if app.target.endswith(".py"):
        return ("python", app.target)
    return ("python", "-m", app.target.partition(":")[0])


def _port_reason(app: Application, configured: int | None, listens: int) -> Reason:
    if configured is not None:
        because, at = "it is configured", None
    elif app.port is not None:
        because, at = "the code names it", str(app.at)
    else:
        because, at = "the custom for Python servers; the code names none", None
    return Reason(decision="port", value=str(listens), because=because, at=at)


def _no_server(app: Application) -> ProjectError:
    add = servers.recommended(app).name
    return ProjectError(
        f"the lock holds no server for the {app.framework or app.kind} application {app.target}",
        at=app.at,
        hint=f"add one: `uv add {add}`",
    )
