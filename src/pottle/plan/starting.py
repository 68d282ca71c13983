"""What the container starts, by the order of authority: the configuration, the `Procfile`, the code, and where that leaves a
question, the project's own Dockerfile.
"""

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pottle.config.options import Options, ProcessOptions
from pottle.errors import ConfigError, ProjectError
from pottle.plan import application, commands, programs, servers, start_scripts, tools
from pottle.plan.application import DEFAULT_PORT, LISTENS, Held, Lacking, Start
from pottle.plan.commands import Command
from pottle.plan.evidence import Answer, Evidence
from pottle.plan.model import Reason
from pottle.plan.programs import Program
from pottle.plan.start import Surroundings
from pottle.plan.start import start as start_of
from pottle.project import runners
from pottle.project.command_line import InvalidCommandLine, parse
from pottle.project.facts import Application, Fact, Facts, Kind, Process
from pottle.text import Location

ONCE = ("release", "migrate")
"""Processes that run once, before the others: never the container's own."""
OWN = "web"
"""The process that an image starts by itself where there is one of this name."""
_WEB = frozenset(
    {"django", "flask", "fastapi", "starlette", "litestar", "quart", "falcon", "pyramid", "bottle", "sanic", "aiohttp"}
)
_FIRST = (OWN, "app", "bot", "worker", "main")
"""Of several processes, the one that an image starts by itself."""


def start(facts: Facts, options: Options, held: Held) -> Start:
    """The container's own process. Raises `ProjectError` where nothing can be run, or where nothing decides."""
    try:
        return _start(facts, options, held)
    except Lacking as error:
        if elsewhere := _elsewhere(facts, error.lacks):
            raise ProjectError(error.what, at=error.at, hint=elsewhere) from None
        if facts.lock is None or facts.lock.asks is None:
            raise
        hint = "only the project's backend knows what it depends on: run `pottle lock`"
        raise ProjectError(error.what, at=error.at, hint=hint) from None


def _elsewhere(facts: Facts, lacks: Sequence[str]) -> str | None:
    """How to ask for what an extra or a group of the project has."""
    if facts.lock is None:
        return None
    for key, named in (("extras", facts.lock.extras), ("groups", facts.lock.groups)):
        for name, dependencies in named:
            if found := next((d.name for d in dependencies if d.name in lacks), None):
                kind = "extra" if key == "extras" else "group"
                return f'the {kind} {name} has {found}: set `{key} = ["{name}"]` under [tool.pottle]'
    return None


def _start(facts: Facts, options: Options, held: Held) -> Start:
    if options.command is not None:
        return _configured(options.command, facts, options, held)
    said = Said(facts, options, held)
    processes = dict(options.process)
    if OWN in processes:
        return said.start(configured(OWN, processes[OWN]))
    process = default(facts.processes) if options.app is None else None
    if process is not None:
        return said.instead(process) or said.start(process)
    if not facts.applications and len(processes) == 1:
        return said.start(*(configured(name, found) for name, found in options.process))
    evidence = Evidence(facts, held)
    if options.app is None and (process := evidence.instead) is not None:
        return said.start(process)
    return _of_code(facts, options, held, evidence)


def _configured(command: tuple[str, ...], facts: Facts, options: Options, held: Held) -> Start:
    """The configured command, as it stands; a script of the project is given its interpreter."""
    at = options.origins.get("command")
    found = start_scripts.named(command, facts.shell_scripts)
    if found is None:
        return application.configured(command, facts.applications, port=options.port, at=at)
    script, arguments = found
    start = application.configured(start_scripts.argv(script, arguments), facts.applications, port=options.port, at=at)
    complete = facts.lock is None or facts.lock.complete
    told = tuple(start_scripts.warnings(script, held, facts.programs, complete=complete))
    return replace(start, needs=tuple(start_scripts.needs(script)), warnings=told)


def _of_code(facts: Facts, options: Options, held: Held, evidence: Evidence) -> Start:
    """What the code has, as far as it is clear; the Dockerfile answers what it leaves open."""
    found: Answer | None = None
    if options.app is None:
        best = application.best(facts.applications, held)
        several = len({(app.target, app.root) for app in best}) > 1
        found = evidence.among(best) if several else evidence.preferred()
    app = found.application if found else application.choose(facts.applications, held, wanted=options.app)
    around = surroundings(facts, options, held)
    try:
        return _completed(found or Answer(app), evidence, around)
    except Lacking:
        if options.app is not None or (other := evidence.other_than(app)) is None:
            raise
        return _completed(other, evidence, around)


def _completed(answer: Answer, evidence: Evidence, around: Surroundings) -> Start:
    found = evidence.completed(answer.application, around.port)
    return start_of(found.application, replace(around, further=(*answer.reasons, *found.reasons)))


def surroundings(facts: Facts, options: Options, held: Held) -> Surroundings:
    """What decides about how an application starts."""
    manager, installed = facts.package_manager.value, facts.packaging is not None
    return Surroundings(held, manager, options.port, facts.server_settings, installed)


def configured(name: str, options: ProcessOptions) -> Process:
    """A process as the configuration describes it."""
    command = options.command if isinstance(options.command, str) else shlex.join(options.command)
    try:
        parse(command)
    except InvalidCommandLine as error:
        raise ConfigError(f"{name}: {error}", at=options.at, hint="correct its command") from None
    return Process(name, command, options.at)


def default(processes: Sequence[Process]) -> Process | None:
    """Which of the processes that a file names the image starts. Raises `ProjectError` where several may be meant."""
    found = [process for process in processes if process.because is None and process.name not in ONCE]
    if not found:
        return None
    by_name = {process.name: process for process in found}
    if first := next((by_name[name] for name in _FIRST if name in by_name), None):
        return first
    if len(found) == 1:
        return found[0]
    raise ProjectError(
        f"the image can start one process by itself, {found[0].name} or {found[1].name} ({found[1].at})",
        at=found[0].at,
        hint="call one of them `web`, or set `command` under [tool.pottle]",
    )


class Said:
    """How the project's files say that it is started, in an environment that holds what it holds."""

    def __init__(self, facts: Facts, options: Options, held: Held) -> None:
        self._facts, self._options, self._held = facts, options, held
        self._own = facts.programs

    def start(self, process: Process, *, own: bool = True) -> Start:
        """What runs: as the image's own process, or as another. Raises `ProjectError` for what is not there."""
        if process.missing is not None:
            hint = "is the path right?"
            raise ProjectError(f"{process.name} runs {process.missing}, which is not there", at=process.at, hint=hint)
        words = self._words(process)
        app, program = commands.named(words, self._facts.applications), programs.known(words)
        kind = _kind(process, app, program)
        port = self._port(process, kind, app, program) if own else None
        listens = port.value if port is not None else None
        command = commands.read(process.command, process.at, listens or DEFAULT_PORT, self._facts.shell_scripts)
        if command.script is None:
            self._brought(process, command)
        signal = _stop_signal(command.program, app)
        return Start(
            application=app,
            command=command.argv,
            port=listens,
            stop_signal=signal,
            reasons=tuple(self._reasons(process, command, port, signal)),
            kind=kind,
            framework=_framework(app, program, self._held) or self._only_framework(kind),
            environment=(*((("PORT", str(listens)),) if listens is not None else ()), *command.environment),
            needs=command.needs,
            warnings=tuple(self._warnings(process, command, listens)),
            name=process.name,
            in_command=any(str(listens) in re.split("[:=]", word) for word in command.argv)
            and not command.from_environment,
        )

    def _only_framework(self, kind: Kind) -> str | None:
        """What a server serves that does not name it by an application that was found: the one web framework that is there."""
        if kind not in application.SERVED:
            return None
        served = {app.framework for app in self._facts.applications if app.kind in application.SERVED and app.framework}
        found = served or {fact.value for fact in self._facts.frameworks if fact.value in _WEB}
        found -= {"starlette"} if len(found) > 1 else set()
        return next(iter(found)) if len(found) == 1 else None

    def instead(self, process: Process) -> Start | None:
        """The application by a server that the environment holds, where the process is one for developers."""
        words = self._words(process)
        why, app = runners.development(words), self._developed(words)
        if why is None or app is None or servers.fitting(app, self._held) is None:
            return None
        found = start_of(app, surroundings(self._facts, self._options, self._held))
        told = f"{process.at}: {why}: {found.command[0]} serves {app.target} instead"
        return Start(
            found.application, found.command, found.port, found.stop_signal, found.reasons, found.kind, found.framework,
            found.environment, warnings=(*found.warnings, told), name=process.name, in_command=found.in_command,
        )  # fmt: skip

    def _runs(self, process: Process) -> str:
        """The command that is finally run: the last one of a script."""
        words = runners.bare(parse(process.command).words)
        found = start_scripts.named(words, self._facts.shell_scripts)
        return start_scripts.runs(*found) if found is not None else process.command

    def _words(self, process: Process) -> tuple[str, ...]:
        return runners.bare(parse(self._runs(process)).words)

    def _developed(self, words: Sequence[str]) -> Application | None:
        """What a server for developers serves: the application that it names, or the one that there is."""
        web = [app for app in self._facts.applications if app.kind in application.SERVED]
        if app := commands.named(words, web):
            return app
        return application.choose(web, self._held, wanted=None) if web else None

    def _port(self, process: Process, kind: Kind, app: Application | None, program: Program | None) -> Fact[int] | None:
        """Where it listens, if it does: what the command says, then its server's configuration, then the code."""
        runs, wish = self._runs(process), self._options.port
        literal = commands.port(runs)
        if wish is None and not (process.name == "web" or kind in LISTENS or commands.wants_port(runs)):
            return None
        at = process.at
        if wish is not None:
            if literal is not None and literal != wish and not commands.wants_port(runs):
                raise ConfigError(
                    f"`port` is {wish}, and {process.name} listens on {literal} ({at})",
                    at=self._options.origins.get("port"),
                    hint="write `$PORT` there",
                )
            return Fact(wish, self._options.origins.get("port", Location("configuration")))
        if literal is not None:
            return Fact(literal, at)
        if process.port is not None:
            return process.port
        if app is not None and app.port is not None:
            return Fact(app.port, app.at)
        if self._facts.recipe is not None and self._facts.recipe.port is not None:
            return self._facts.recipe.port
        return Fact(program.port if program is not None and program.port is not None else DEFAULT_PORT, at)

    def _brought(self, process: Process, command: Command) -> None:
        lock = self._facts.lock
        if not command.program or (absent := programs.missing(command.program, self._held, self._own)) is None:
            return
        name, distribution = absent
        if name in tools.TOOLS:
            return
        if name not in programs.PROGRAMS and lock is not None and not lock.complete:
            return  # a list that is not resolved does not say what else comes with it
        raise Lacking(
            f"{process.name} runs {name}, and nothing in the environment brings it",
            at=process.at,
            hint=f"add it: {application.adding(distribution, self._facts.package_manager.value)}",
            lacks=programs.PROGRAMS[name].distributions if name in programs.PROGRAMS else (distribution,),
        )

    def _reasons(self, process: Process, command: Command, port: Fact[int] | None, signal: str) -> Iterator[Reason]:
        because = process.because or f"it is the process {process.name}"
        yield Reason(decision="command", value=" ".join(command.argv[:1]), because=because, at=str(process.at))
        if port is not None:
            named = self._options.port is None and port.at.path != process.at.path
            because = "it is configured" if self._options.port is not None else "it is where the process listens"
            because = "a file of the project names it" if named else because
            yield Reason(decision="port", value=str(port.value), because=because, at=str(port.at))
        if signal == "SIGINT":
            yield application.BY_SIGINT

    def _warnings(self, process: Process, command: Command, port: int | None) -> Iterator[str]:
        if why := runners.development(command.program):
            yield f"{process.at}: {why}: an image should not start it"
        if port is not None and commands.local(command.program):
            yield f"{process.at}: it listens inside of the container only: let it listen on 0.0.0.0"
        yield from command.warnings
        if command.script is not None:
            lock = self._facts.lock
            complete = lock is None or lock.complete
            yield from start_scripts.warnings(command.script, self._held, self._own, complete=complete)


def _framework(app: Application | None, program: Program | None, held: Held) -> str | None:
    if app is not None and app.framework is not None:
        return application.called(app, held)
    return program.framework if program is not None else None


def _kind(process: Process, app: Application | None, program: Program | None) -> Kind:
    if app is not None and app.kind not in ("script", "cli"):
        return app.kind
    if program is not None:
        return program.kind
    if process.name == "web":
        return "web-own-server"
    return "worker" if process.name == "worker" else "script"


def _stop_signal(program: Sequence[str], app: Application | None) -> str:
    """Servers and workers end in order on SIGTERM; Python by itself does on SIGINT only."""
    known = bool(program) and programs.inner(program)[0] in programs.PROGRAMS
    return "SIGTERM" if known or not program or (app is not None and app.handles_sigterm) else "SIGINT"
