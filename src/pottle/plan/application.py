"""What the container runs: which of the applications found in the project."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pottle.errors import NothingToRun, ProjectError
from pottle.plan import servers, starters
from pottle.plan.model import Reason
from pottle.plan.system import Need
from pottle.project.facts import Application, Kind
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


class Lacking(ProjectError):
    """The environment holds nothing that runs what has to be run; any of `lacks` would."""

    def __init__(self, what: str, *, at: Location | None, hint: str | None, lacks: Sequence[str]) -> None:
        super().__init__(what, at=at, hint=hint)
        self.lacks = tuple(lacks)


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
    needs: tuple[Need, ...] = ()
    """Debian packages that the command wants."""
    warnings: tuple[str, ...] = ()
    name: str = ""
    """Of the process: "web", "worker" …; empty where nothing names it."""
    in_command: bool = False
    """The command names the port."""
    probe: str | None = None
    """A route for probes that the framework answers by itself."""

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


def best(applications: Sequence[Application], held: Held) -> Sequence[Application]:
    """Those that fit best: several where they fit equally well."""
    strongest = _startable(applications, held) if applications else ()
    return [app for app in strongest if app.strength == strongest[0].strength]


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
    first, *others = best(applications, held)
    if other := next((app for app in others if (app.target, app.root) != (first.target, first.root)), None):
        raise ProjectError(
            f"two applications fit equally well: {first.target} and {other.target} ({other.at})",
            at=first.at,
            hint=f'choose one: `app = "{first.target}"` under [tool.pottle] in pyproject.toml',
        )
    return first


def _wanted(applications: Sequence[Application], target: str) -> Application:
    if found := next((app for app in applications if app.target == target), None):
        return found
    known = ", ".join(dict.fromkeys(app.target for app in applications)) or "none"
    raise ProjectError(f"there is no application {target!r} in the project", hint=f"found: {known}")


def _startable(applications: Sequence[Application], held: Held) -> Sequence[Application]:
    """Of the ways in which a framework's application can be started, those for which the environment has what they need."""
    told = [app for app in applications if not starters.says_nothing(app, held)] or applications
    first = told[0]
    if first.kind not in LISTENS or first.framework is None:
        return told
    kin = [app for app in told if app.framework == first.framework and app.kind in LISTENS]
    return [app for app in kin if _can_start(app, held)] or told


def _can_start(app: Application, held: Held) -> bool:
    return servers.fitting(app, held) is not None if app.kind in SERVED else starters.startable(app, held)


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
