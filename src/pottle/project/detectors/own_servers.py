"""Programs that listen by themselves: a script that calls `web.run_app`, a command line with `--host` and `--port`.

What a program leads to is read (`reach`): where it comes to a call that listens (`serving`), it is a server. An application that
a proper server serves better is left to that one, unless the program has a sub-command for it, which does more than serving.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from packaging.utils import canonicalize_name

from pottle.project import entry_points
from pottle.project.candidates import Candidate
from pottle.project.commands import Command, Commands, Option
from pottle.project.detectors.scripts import handles_sigterm
from pottle.project.facts import Application, Fact
from pottle.project.module import Module
from pottle.project.reach import Reach, Spot
from pottle.project.serving import LOOPBACK, Listening
from pottle.project.survey import Survey
from pottle.project.values import Value
from pottle.project.web_frameworks import SERVED_BY_NOBODY
from pottle.text import Location

BEYOND = 125
"""A program with a sub-command that serves an application: more than the application alone can be."""
OWN = 106
PLAIN = 60
"""What listens without a framework: a helper as often as the thing itself."""

_SERVES = (
    "serve",
    "server",
    "runserver",
    "run-server",
    "run",
    "start",
    "web",
    "webserver",
    "up",
    "http",
    "api",
    "ui",
    "dashboard",
)
"""Names of commands that serve, the likeliest first."""
_FILES = {"main.py": 4, "__main__.py": 4, "app.py": 3, "server.py": 3, "run.py": 3, "web.py": 2, "application.py": 2}
_HELPER = re.compile(
    r"(?:^|[/_.-])(?:mock|fake|dummy|stub|test|example|demo|bench|client|keep_?alive|health|callback|tool)s?(?:$|[/_.-])"
)
_NEAR = 3
"""A server without a framework counts only so near to the start: further in it is a login's callback, or the like."""


@dataclass(frozen=True, slots=True)
class Program:
    """A way to start something of the project."""

    target: str
    script: str | None
    at: Location
    strength: int
    because: str
    module: Module
    nodes: tuple[ast.AST, ...]
    """Where it starts."""
    name: str | None = None
    """The function, or group, that an entry point names."""
    before: tuple[str, ...] = ()
    """The sub-command under which another program knows it."""
    root: str = ""


def detect(survey: Survey) -> Iterator[Application]:
    """Every program that listens, once."""
    yield from Detection(survey).applications()


class Detection:
    """One search of a project."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self._code = survey.code
        self._names = survey.code.names
        self._reach = Reach(self._names)
        self._commands = Commands(survey.modules, self._names, survey.code.values)

    def applications(self) -> Iterator[Application]:
        """The best of each program's commands."""
        for program in self._programs():
            found = [app for command in self._all(program) if (app := self._application(program, *command)) is not None]
            if found:
                yield max(found, key=lambda app: app.strength)

    # --- where programs start -------------------------------------------------------------------

    def _programs(self) -> Iterator[Program]:
        for entry in entry_points.read(self._survey):
            if (program := self._entry(entry)) is not None:
                yield program
        origins = {origin for module in self._survey.modules for origin in module.imports.values()}
        imported = origins | {origin.rpartition(".")[0] for origin in origins}
        for module in (*self._survey.modules, *self._others()):
            if (program := self._file(module, imported)) is not None:
                yield program

    def _others(self) -> Iterator[Module]:
        """Files that are there to be run, and have nothing to say for themselves: `from shop.cli import app; app()`."""
        known = {module.path for module in self._survey.modules}
        for path in self._survey.paths:
            name = path.rpartition("/")[2]
            if path not in known and (name == "__main__.py" or (name in _FILES and path.count("/") <= 1)):
                module = self._survey.parsed(path)
                if module is not None:
                    yield module

    def _entry(self, entry: entry_points.EntryPoint) -> Program | None:
        plugin = entry_points.PLUGINS.get(entry.group)
        if plugin is None and entry.group != entry_points.CONSOLE:
            return None
        owner = self._names.owner(entry.target.replace(":", "."))
        if owner is None:
            return None
        module, name = owner
        same = 4 if canonicalize_name(entry.name) == entry_points.project_name(self._survey) else 2
        start = module.functions.get(name) or next((a.value for a in module.assignments if a.name == name), None)
        return Program(
            entry.target,
            plugin or (entry.name if entry_points.installed(self._survey) else None),
            entry.at,
            same,
            f"{entry.shown} names {entry.name}",
            module,
            (start,) if start is not None else (),
            name,
            (entry.name,) if plugin else (),
        )

    def _file(self, module: Module, imported: set[str]) -> Program | None:
        """A module that is run as a file, or with `-m`: one with a main guard, or that listens as soon as it is imported."""
        name = module.path.rpartition("/")[2]
        guarded = module.main_guard is not None or name == "__main__.py"
        top: list[ast.AST] = [
            s
            for s in module.statements
            if not isinstance(s, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef)
        ]
        if not guarded and not any(True for node in top for _ in self._code.listeners.within(module, node, None)):
            return None
        nodes = (*(module.main_guard.body if module.main_guard is not None else ()), *top)
        strength = _FILES.get(name, 0) - 3 * module.path.count("/")
        strength -= 8 if module.name in imported else 0
        strength -= 40 if _HELPER.search(module.path) else 0
        line = module.main_guard.lineno if module.main_guard is not None else 1
        target, root = _started(module, self._survey)
        because = f"{module.path} is run" if module.main_guard is None else 'it has `if __name__ == "__main__"`'
        return Program(target, None, Location(module.path, line), strength, because, module, nodes, root=root)

    # --- what they do ---------------------------------------------------------------------------

    def _all(self, program: Program) -> Iterator[tuple[Command, tuple[Spot, ...]]]:
        """The commands of a program, each with what it leads to."""
        if program.name is not None:
            found = [self._joined(command) for command in self._commands.of(program.module, program.name)]
            if found:
                yield from found
                return
        spots = self._reach.of(program.module, program.nodes)
        for module, name in self._named(program, spots):
            yield from (self._joined(command) for command in self._commands.of(module, name))
        parsed = list(self._commands.parsed(spots)) if spots else []
        yield from ((command, spots) for command in parsed)
        if not any(command.path == () for command in parsed):
            yield Command((), program.module, None), spots

    def _named(self, program: Program, spots: tuple[Spot, ...]) -> Iterator[tuple[Module, str]]:
        """What a start hands over to, as it may be a command: variables that it names, and functions near it."""
        starts = [spot for spot in spots if spot.depth == 0]
        names = {node.id for spot in starts for node in ast.walk(spot.node) if isinstance(node, ast.Name)}
        for name in sorted(names):
            owner = self._names.owner(program.module.qualified(ast.Name(name)) or "")
            if owner is not None and owner[1] not in owner[0].functions:
                yield owner
        for spot in spots:
            if spot.function is not None and spot.depth <= _NEAR:
                yield spot.module, spot.function.name

    def _joined(self, command: Command) -> tuple[Command, tuple[Spot, ...]]:
        """What a command leads to, and the options that it does not declare itself: tornado's."""
        spots = self._reach.of(command.module, () if command.function is None else (command.function,))
        further = next((other for other in self._commands.parsed(spots) if other.path == ()), None)
        if further is None or command.port() is not None:
            return command, spots
        return Command(command.path, command.module, command.function, (*command.options, *further.options)), spots

    def _application(self, program: Program, command: Command, spots: tuple[Spot, ...]) -> Application | None:
        listening = self._listening(spots, command)
        if listening is None:
            return None
        served = self._code.served(listening)
        address = _Address.of(listening, command)
        strength = self._strength(program, command, listening, served, address)
        if strength is None:
            return None
        modules = {spot.module.path: spot.module for spot in spots}
        owners = served.owners if served is not None else (listening.variable,) if listening.variable else ()
        return Application(
            listening.server.kind,
            listening.server.framework or (served.application.framework if served else None),
            program.target,
            program.at,
            strength,
            f"{program.because}, and {_shown(listening)} listens",
            script=program.script,
            port=address.port.number if address.port is not None else listening.default_port,
            port_at=address.port.at if address.port is not None else None,
            health=self._code.routes.health(owners),
            answers_root=self._code.routes.answers_root(owners),
            handles_sigterm=listening.server.graceful or any(map(handles_sigterm, modules.values())),
            arguments=(*program.before, *command.path, *address.arguments),
            environment=address.environment,
            loopback=address.loopback,
            root=program.root or None,
        )

    def _listening(self, spots: tuple[Spot, ...], command: Command) -> Listening | None:
        """The call that listens: of a known server before any other, one that says where, the nearest to the start."""
        found: list[tuple[bool, bool, int, Listening]] = []
        for spot in spots:
            for listening in self._code.listeners.within(spot.module, spot.node, spot.function):
                plain = _plain(listening)
                if not plain or (spot.depth <= _NEAR and (command.port() is not None or command.function is None)):
                    found.append((plain, "port" not in listening.named, spot.depth, listening))
        return min(found, key=lambda entry: entry[:3])[3] if found else None

    def _strength(
        self, program: Program, command: Command, listening: Listening, served: Candidate | None, address: "_Address"
    ) -> int | None:
        """How well it fits; None where a server of its own is better for what it serves."""
        kind = served.application.kind if served is not None else None
        framework = listening.server.framework
        if framework is not None and served is None and self._is_served(framework):
            return None
        if (kind in ("web-asgi", "web-wsgi") and not listening.server.proper) or framework == "sanic":
            if not (command.path and program.script and address.loopback is None) or _reloads(listening):
                return None
            return BEYOND + _rank(command)
        plain = _plain(listening) and command.port() is None
        return (PLAIN if plain else OWN) + program.strength + (_rank(command) if command.path else 0)

    def _is_served(self, framework: str) -> bool:
        """Whether there is an application of the framework that a server can serve."""
        found = (candidate.application for candidate in self._code.candidates.values())
        return framework != SERVED_BY_NOBODY and any(app.framework == framework for app in found)


@dataclass(frozen=True, slots=True)
class _Address:
    """Where a program listens, and how it is told to."""

    port: Value | None
    """None: what listens decides."""
    arguments: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    loopback: Fact[str] | None

    @classmethod
    def of(cls, listening: Listening, command: Command) -> "_Address":
        """By its options, else by the variables that it reads, else as its code says."""
        server, port, host = listening.server, command.port(), command.host()
        own = server.variables or (None, None)
        arguments: list[str] = []
        environment: list[tuple[str, str]] = []
        loopback: Fact[str] | None = None
        if host is not None and not _is_everywhere(host.default):
            arguments += host.given("0.0.0.0")
        elif host is None and not _is_everywhere(listening.host):
            variable = listening.host.variable if listening.host else None
            variable = variable or (own[0] if "host" not in listening.named else None)
            if variable is not None:
                environment.append((variable, "0.0.0.0"))
            else:
                loopback = _loopback(listening)
        if port is not None:
            arguments += port.given("{port}")
        elif (variable := (listening.port.variable if listening.port else None)) is not None:
            environment.append((variable, "{port}"))
        elif own[1] is not None and "port" not in listening.named:
            environment.append((own[1], "{port}"))
        return cls(_port(port, listening), tuple(arguments), tuple(environment), loopback)


def _port(option: Option | None, listening: Listening) -> Value | None:
    values = (option.default if option is not None else None, listening.port)
    return next((value for value in values if value is not None and value.number), None)


def _loopback(listening: Listening) -> Fact[str] | None:
    """The address that keeps everybody out, where it is written in the code, or is what the server takes without one."""
    at = listening.module.at(listening.call)
    if "host" not in listening.named:
        return None if listening.server.everywhere or _plain(listening) else Fact("127.0.0.1", at)
    if listening.host is not None and str(listening.host.default) in LOOPBACK:
        return Fact(str(listening.host.default), listening.host.at)
    return None


def _is_everywhere(value: Value | None) -> bool:
    return value is not None and value.default in ("0.0.0.0", "", "::", "[::]", "*")


def _plain(listening: Listening) -> bool:
    """Whether it listens without a web framework or server that is known for nothing else."""
    return listening.server.framework is None and listening.server.app is None


def _reloads(listening: Listening) -> bool:
    """Whether it is for development: `reload=True`, `debug=True`."""
    return any(
        item.arg in ("reload", "debug", "use_reloader")
        and isinstance(item.value, ast.Constant)
        and item.value.value is True
        for item in listening.call.keywords
    )


def _rank(command: Command) -> int:
    name = command.path[-1] if command.path else ""
    return max(0, 4 - _SERVES.index(name)) if name in _SERVES else -1


def _shown(listening: Listening) -> str:
    return f"`{ast.unparse(listening.call.func)}` ({listening.module.at(listening.call)})"


def _started(module: Module, survey: Survey) -> tuple[str, str]:
    """How Python runs a module, and the directory that has to be on its path.

    A file's own directory is on the path when it is run; a module of a package has to be run by its name.
    """
    directory, _, name = module.path.rpartition("/")
    if name == "__main__.py":
        return module.name.removesuffix(".__main__"), module.root
    packaged = directory and survey.tree.exists(f"{directory}/__init__.py")
    return (module.path, "") if directory == module.root and not packaged else (module.name, module.root)
