"""How the application that was chosen starts, as an argv: by a server, by its framework's own command, or as a program."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pottle.errors import ProjectError
from pottle.plan import launchers, servers, starters
from pottle.plan.application import BY_SIGINT, DEFAULT_PORT, LISTENS, SERVED, Held, Lacking, Start, adding, called
from pottle.plan.launchers import Launcher
from pottle.plan.model import Reason
from pottle.plan.places import APP, HOME
from pottle.plan.servers import Server, Task
from pottle.plan.starters import Starter
from pottle.project.facts import Application, Fact, ServerSettings


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What decides about the start besides the application."""

    held: Held
    manager: str
    port: int | None = None
    """The one that is configured."""
    settings: Sequence[ServerSettings] = ()
    installed: bool = False
    """The project is installed, so that what lies in `src` is found."""
    further: tuple[Reason, ...] = ()
    """What decided about it before."""


def start(app: Application, around: Surroundings) -> Start:
    """The argv for `app`, served by what the environment holds.

    Raises `Lacking` where it holds no server for it, naming the one to add and how the project's manager does.
    """
    found = _start(app, around)
    return replace(found, reasons=tuple(_with(found.reasons, around.further))) if around.further else found


def _with(reasons: Sequence[Reason], further: Sequence[Reason]) -> Iterator[Reason]:
    """What has been told before stands after the command, and is not told again in other words."""
    first, *others = reasons
    told = {reason.decision for reason in further}
    yield from (first, *further, *(reason for reason in others if reason.decision not in told))


def _start(app: Application, around: Surroundings) -> Start:
    if app.kind in SERVED:
        return _served(app, around)
    if refusal := starters.REFUSED.get(app.framework or ""):
        raise ProjectError(refusal[0], at=app.at, hint=refusal[1])
    if starter := starters.of(app):
        return _started(app, starter, around)
    if launcher := launchers.fitting(app):
        return _launched(app, launcher, around)
    return _run(app, around)


def _served(app: Application, around: Surroundings) -> Start:
    """By a server, as the project's own settings for it say."""
    server = servers.fitting(app, around.held)
    if server is None:
        raise _no_server(app, around)
    settings = servers.settings(server, around.settings)
    warnings: tuple[str, ...] = ()
    if settings is not None and (foreign := settings.foreign) is not None:
        warnings = (f"{foreign.at}: {foreign.value} is for another machine: {settings.path} is passed over",)
        settings = None
    if server.name == "pyramid" and app.loopback is not None:
        warnings = (_inside(app.loopback),)
    own = settings.port if settings is not None and settings.everywhere else None
    listens = around.port or own or app.port or DEFAULT_PORT
    task = Task(app, listens, settings)
    command = server.command(task)
    reads = settings.variable if settings is not None and not task.binds else None
    return Start(
        app,
        command,
        listens,
        "SIGTERM" if server.handles_sigterm else "SIGINT",
        (
            _command(app),
            Reason(
                decision="server", value=server.name, because="the environment holds it", at=around.held[server.name]
            ),
            *_settings(server, settings),
            _port(app, around.port, listens, settings if own is not None else None),
            *(() if server.handles_sigterm else (BY_SIGINT,)),
        ),
        app.kind,
        app.framework,
        environment=(*_environment(app, listens), *(((reads, str(listens)),) if reads else ()), *_path(app, around)),
        warnings=warnings,
        in_command=any(word.endswith(str(listens)) for word in command),
    )


def _started(app: Application, starter: Starter, around: Surroundings) -> Start:
    """By the command of a framework that has a server of its own; it ends in order on SIGTERM, as all of them do."""
    name = starter.distribution
    if name not in around.held:
        raise _absent(app, name, around)
    listens = around.port or app.port or starter.port
    told = Reason(decision="server", value=name, because="the environment holds it", at=around.held[name])
    return Start(
        app,
        starter.command(app, listens),
        listens,
        "SIGTERM",
        (_command(app), told, _port(app, around.port, listens)),
        app.kind,
        app.framework,
        environment=(*starter.environment, *_environment(app, listens), *_path(app, around)),
        in_command=True,
        probe=starter.health,
    )


def _launched(app: Application, launcher: Launcher, around: Surroundings) -> Start:
    """By the framework's own program; it ends in order on SIGTERM, as all of them do."""
    if launcher.distribution not in around.held:
        raise _absent(app, launcher.distribution, around)
    reasons = [_command(app)]
    if app.port is not None:
        reasons.append(Reason(decision="port", value=str(app.port), because="it is customary"))
    kind, framework = app.kind, called(app, around.held)
    environment = (*_environment(app, app.port), *_path(app, around))
    return Start(app, launcher.command(app), app.port, "SIGTERM", tuple(reasons), kind, framework, environment)


def _run(app: Application, around: Surroundings) -> Start:
    """As the program that it is."""
    listens = (around.port or app.port or DEFAULT_PORT) if app.kind in LISTENS else around.port
    further = starters.FURTHER.get(app.framework or "", ())
    return Start(
        app,
        _script(app, listens),
        listens,
        "SIGTERM" if app.handles_sigterm else "SIGINT",
        tuple(_run_reasons(app, around.port, listens)),
        app.kind,
        called(app, around.held),
        environment=(*_environment(app, listens), *further, *_path(app, around)),
        warnings=tuple(_run_warnings(app, around)),
        in_command=any("{port}" in argument for argument in app.arguments),
    )


def _script(app: Application, port: int | None) -> tuple[str, ...]:
    arguments = tuple(argument.replace("{port}", str(port)) for argument in app.arguments)
    if app.script is not None:
        return (app.script, *arguments)
    if app.target.endswith(".py"):
        return ("python", app.target, *arguments)
    return ("python", "-m", app.target.partition(":")[0], *arguments)


def _environment(app: Application, port: int | None) -> tuple[tuple[str, str], ...]:
    return tuple((name, value.format(port=port, app=APP, home=HOME)) for name, value in app.environment)


def _path(app: Application, around: Surroundings) -> tuple[tuple[str, str], ...]:
    """The directory that the application's modules are imported from, where installing the project does not see to it."""
    if app.root is None or (around.installed and app.root == "src"):
        return ()
    return (("PYTHONPATH", APP if app.root == "." else f"{APP}/{app.root}"),)


# --- why ------------------------------------------------------------------------------------------


def _command(app: Application) -> Reason:
    return Reason(decision="command", value=app.target, because=app.because, at=str(app.at))


def _run_reasons(app: Application, wanted: int | None, listens: int | None) -> Iterator[Reason]:
    yield _command(app)
    if listens is not None:
        yield _port(app, wanted, listens)
    if not app.handles_sigterm:
        yield BY_SIGINT


def _settings(server: Server, settings: ServerSettings | None) -> Iterator[Reason]:
    if settings is not None:
        because = f"{server.name} reads it: what it says is not said again"
        yield Reason(decision="server_settings", value=settings.path, because=because, at=settings.path)


def _port(app: Application, wanted: int | None, listens: int, settings: ServerSettings | None = None) -> Reason:
    if wanted is not None:
        because, at = "it is configured", None
    elif settings is not None:
        because, at = "the server's settings name it", str(settings.at)
    elif app.port is not None:
        because, at = "the code names it", str(app.port_at or app.at)
    else:
        because, at = "it is customary, and nothing names another", None
    return Reason(decision="port", value=str(listens), because=because, at=at)


def _run_warnings(app: Application, around: Surroundings) -> Iterator[str]:
    if app.loopback is not None:
        yield _inside(app.loopback)
    told = app.port is not None or around.port is not None
    told |= any("{port}" in text for text in (*app.arguments, *(value for _, value in app.environment)))
    if app.kind in LISTENS and not told:
        yield f"{app.at}: on which port it listens cannot be seen: name it by `port` under [tool.pottle]"


def _inside(address: Fact[str]) -> str:
    return f"{address.at}: it listens on {address.value}, inside of the container only: let it listen on 0.0.0.0"


def _absent(app: Application, name: str, around: Surroundings) -> Lacking:
    return Lacking(
        f"nothing starts the {app.framework} {app.kind} {app.target}: {name} is not among its dependencies",
        at=app.at,
        hint=f"add it: {adding(name, around.manager)}",
        lacks=(name,),
    )


def _no_server(app: Application, around: Surroundings) -> Lacking:
    add = adding(servers.recommended(app, around.settings).name, around.manager)
    lacks = [server.name for server in servers.SERVERS if app.kind in server.kinds]
    unfit = servers.unfit(app, around.held)
    if unfit is None:
        what = f"nothing serves the {app.framework or app.kind} application {app.target}: no server is among its dependencies"
        return Lacking(what, at=app.at, hint=f"add one: {add}", lacks=lacks)
    if app.factory:
        made = f"`app = {app.target.rpartition(':')[2]}()`"
        hint = f"make the application in its module, {made}, or add a server that calls it: {add}"
        return Lacking(f"{unfit.name} calls no factory, and {app.target} is one", at=app.at, hint=hint, lacks=lacks)
    hint = f"give the application a name in its module, or add a server that finds it: {add}"
    return Lacking(f"{unfit.name} does not find {app.target}", at=app.at, hint=hint, lacks=lacks)
