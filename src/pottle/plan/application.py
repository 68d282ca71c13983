"""What the container runs: one of the applications found in the project, as an argv."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pottle.errors import NothingToRun, ProjectError
from pottle.plan import launchers, servers
from pottle.plan.launchers import Launcher
from pottle.plan.model import Reason
from pottle.plan.system import Need
from pottle.project.facts import Application, Fact, Kind
from pottle.text import Location

DEFAULT_PORT = 8000
SERVED = ("web-asgi", "web-wsgi")
LISTENS = (*SERVED, "web-own-server", "ui")

_FORKS: Mapping[str, tuple[str, ...]] = {
    "discord.py": ("py-cord", "discord-py-self"),
    "pyrogram": ("kurigram", "pyrofork"),
}
"""Framework → distributions that are imported by the same name."""

BY_SIGINT = Reason(
    decision="runtime.stop_signal",
    value="SIGINT",
    because="process 1 ignores SIGTERM without a handler; Python handles SIGINT",
)

Held = Mapping[str, str | None]
"""What the environment holds: a distribution's name → the place that names it."""


@dataclass(frozen=True, slots=True)
class Start:
    """How the container starts: argv, the port it listens on, the signal that stops it."""

    application: Application | None
    command: tuple[str, ...]
    port: int | None
    stop_signal: str
    reasons: tuple[Reason, ...]
    kind: Kind = "script"
    framework: str | None = None
    environment: tuple[tuple[str, str], ...] = ()
    """Variables that the program is told where to listen by, and others that its command wants."""
    in_command: bool = False
    """The command names the port."""
    needs: tuple[Need, ...] = ()
    """Debian packages that the command wants."""
    warnings: tuple[str, ...] = ()
    name: str = ""
    """Of the process: "web", "worker" …; empty where nothing names it."""

    @property
    def variables(self) -> tuple[str, ...]:
        """Those of its variables that hold the port."""
        return tuple(name for name, value in self.environment if value == str(self.port))

    @property
    def follows(self) -> bool:
        """Whether the port is one that can be set when the container starts."""
        return self.in_command or bool(self.variables)


def configured(
    command: tuple[str, ...], applications: Sequence[Application], *, port: int | None, at: Location | None
) -> Start:
    """The command that the configuration gives, as it stands; it may name one of the applications."""
    named = next((app for app in applications if app.target in command), None)
    place = str(at) if at is not None else None
    reasons = [Reason(decision="command", value=command[0], because="it is configured", at=place)]
    if port is not None:
        reasons.append(Reason(decision="port", value=str(port), because="it is configured"))
    kind, framework = (named.kind, named.framework) if named is not None else ("script", None)
    return Start(named, command, port, "SIGTERM", tuple(reasons), kind, framework)


def called(app: Application, held: Held) -> str | None:
    """The application's framework, by the distribution that the environment has for it: forks share a package's name."""
    for fork in _FORKS.get(app.framework or "", ()):
        if fork in held:
            return fork
    return app.framework


def choose(applications: Sequence[Application], held: Held, *, wanted: str | None) -> Application:
    """The application that fits best; `wanted` names a target where the configuration does.

    Raises `ProjectError` where nothing can be run, and where two fit equally well: guessing would be wrong half of the time.
    """
    if wanted is not None:
        return _wanted(applications, wanted)
    if not applications:
        raise NothingToRun(
            "nothing here can be run: no application object, no script, no main.py",
            hint='name it: `command = ["python", "-m", "package"]` under [tool.pottle] in pyproject.toml',
        )
    strongest = _servable(applications, held)
    best = [app for app in strongest if app.strength == strongest[0].strength]
    if other := next((app for app in best if app.target != best[0].target), None):
        raise ProjectError(
            f"two applications fit equally well: {best[0].target} and {other.target} ({other.at})",
            at=best[0].at,
            hint=f'choose one: `app = "{best[0].target}"` under [tool.pottle] in pyproject.toml',
        )
    return best[0]


def _wanted(applications: Sequence[Application], target: str) -> Application:
    if found := next((app for app in applications if app.target == target), None):
        return found
    known = ", ".join(dict.fromkeys(app.target for app in applications)) or "none"
    raise ProjectError(f"there is no application {target!r} in the project", hint=f"found: {known}")


def _servable(applications: Sequence[Application], held: Held) -> Sequence[Application]:
    """Where a framework's application has two interfaces (WSGI, ASGI), those of the one that has a server here."""
    framework = applications[0].framework
    if applications[0].kind not in SERVED:
        return applications
    kin = [app for app in applications if app.framework == framework and app.kind in SERVED]
    return [app for app in kin if servers.fitting(app, held)] or applications


def start(app: Application, held: Held, *, port: int | None, manager: str) -> Start:
    """The argv for `app`, served by what the environment holds.

    Raises `ProjectError` where it holds no server for it, naming the one to add and how `manager` does.
    """
    reasons = [Reason(decision="command", value=app.target, because=app.because, at=str(app.at))]
    if app.kind in SERVED:
        return _served(app, held, port, manager, reasons)
    if launcher := launchers.fitting(app):
        return _launched(app, launcher, held, manager, reasons)
    listens = (port or app.port or DEFAULT_PORT) if app.kind in LISTENS else port
    if listens is not None:
        reasons.append(_port_reason(app, port, listens))
    signal = "SIGTERM" if app.handles_sigterm else "SIGINT"
    if signal == "SIGINT":
        reasons.append(BY_SIGINT)
    told = () if app.loopback is None else (_inside(app.loopback),)
    reads = _environment(app, listens)
    return Start(
        app,
        _script(app),
        listens,
        signal,
        tuple(reasons),
        app.kind,
        called(app, held),
        environment=reads,
        warnings=told,
    )


def _served(app: Application, held: Held, port: int | None, manager: str, reasons: Sequence[Reason]) -> Start:
    server = servers.fitting(app, held)
    if server is None:
        raise _no_server(app, manager)
    listens = port or app.port or DEFAULT_PORT
    place = held[server.name]
    told = Reason(decision="server", value=server.name, because="the environment holds it", at=place)
    all_reasons = (*reasons, told, _port_reason(app, port, listens))
    return Start(
        app, server.command(app, listens), listens, "SIGTERM", all_reasons, app.kind, app.framework, in_command=True
    )


def _environment(app: Application, port: int | None) -> tuple[tuple[str, str], ...]:
    return tuple((name, value.format(port=port)) for name, value in app.environment)


def _inside(address: Fact[str]) -> str:
    return f"{address.at}: it listens on {address.value}, inside of the container only: let it listen on 0.0.0.0"


def _launched(app: Application, launcher: Launcher, held: Held, manager: str, reasons: Sequence[Reason]) -> Start:
    """By the framework's own program; it ends in order on SIGTERM, as all of them do."""
    if launcher.distribution not in held:
        raise ProjectError(
            f"nothing starts the {app.framework} {app.kind} {app.target}: {launcher.distribution} is not among its dependencies",
            at=app.at,
            hint=f"add it: {adding(launcher.distribution, manager)}",
        )
    if app.port is not None:
        reasons = [*reasons, Reason(decision="port", value=str(app.port), because="it is customary", at=None)]
    return Start(
        app, launcher.command(app), app.port, "SIGTERM", tuple(reasons), app.kind, called(app, held),
        environment=_environment(app, app.port),
    )  # fmt: skip


def _script(app: Application) -> tuple[str, ...]:
    if app.script is not None:
        return (app.script, *app.arguments)
    if app.target.endswith(".py"):
        return ("python", app.target, *app.arguments)
    return ("python", "-m", app.target.partition(":")[0], *app.arguments)


def _port_reason(app: Application, wanted: int | None, listens: int) -> Reason:
    if wanted is not None:
        because, at = "it is configured", None
    elif app.port is not None:
        because, at = "the code names it", str(app.at)
    else:
        because, at = "it is customary, and nothing names another", None
    return Reason(decision="port", value=str(listens), because=because, at=at)


def _no_server(app: Application, manager: str) -> ProjectError:
    return ProjectError(
        f"nothing serves the {app.framework or app.kind} application {app.target}: no server is among its dependencies",
        at=app.at,
        hint=f"add one: {adding(servers.recommended(app).name, manager)}",
    )


def adding(name: str, manager: str) -> str:
    """How the project's own tool adds a dependency."""
    match manager:
        case "uv" | "poetry" | "pdm" | "rye":
            return f"`{manager} add {name}`"
        case "pipenv":
            return f"`pipenv install {name}`"
        case "pip":
            return f"`{name}` in requirements.txt"
        case _:
            return f"`{name}` in the project's dependencies"
