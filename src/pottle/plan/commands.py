"""A command that somebody has written down (a `Procfile`, a Dockerfile, the configuration) as what the container runs.

Plain words become an argv. What only a shell can do is left to one: it is added to the image, with the reason, and replaced by
the last command (`exec`), so that signals reach that.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from pottle.plan import programs, start_scripts, tools
from pottle.plan.system import Need
from pottle.project import runners
from pottle.project.command_line import CommandLine, heads, parse
from pottle.project.facts import Application, Fact, ShellScript
from pottle.text import Location

_PORT = re.compile(r"(?:^|[:=])(\d{2,5})$")
_BINDS = ("--port", "-p", "--bind", "-b", "--listen", "--server.port", "--http", "--http-socket", "--http-port")
_HOSTS = ("--host", "-h", "--bind", "-b", "--listen", "--ip", "--server.address", "-i")


@dataclass(frozen=True, slots=True)
class Command:
    """What the container runs."""

    argv: tuple[str, ...]
    program: tuple[str, ...]
    """The words of the program that finally runs, without what prepares for it."""
    environment: tuple[tuple[str, str], ...]
    needs: tuple[Need, ...]
    warnings: tuple[str, ...]
    script: ShellScript | None = None
    """The script of the project that it is."""
    from_environment: bool = False
    """Only a shell puts its port in, from `PORT`."""


def read(text: str, at: Location, port: int, scripts: Collection[ShellScript] = ()) -> Command:
    """The command for a container that shall listen on `port`."""
    line = parse(text, {"PORT": str(port)})
    program = runners.bare(line.words)
    if line.shell is None:
        if found := start_scripts.named(program, scripts):
            script, arguments = found
            started = start_scripts.argv(script, arguments)
            words = runners.bare(parse(start_scripts.runs(script, arguments)).words)
            return Command(started, words, line.environment, tuple(start_scripts.needs(script)), (), script)
        used = tools.needs(Fact(word, at) for word in program[:1])
        return Command(program, program, line.environment, tuple(used), ())
    path, names = start_scripts.SHELLS[line.dialect]
    need = Need(names, "shell", path, f"only a shell can run {line.shell}", str(at))
    used = tools.needs(Fact(word, at) for word in heads(line.text))
    return Command(
        (path, "-c", line.text), program, (), (need, *used), tuple(_signals(line, at)), from_environment=True
    )


def _signals(line: CommandLine, at: Location) -> Iterator[str]:
    if not line.replaced:
        yield f"{at}: the shell stays process 1 and passes no signal on: the program is killed where it could end in order"


def port(text: str) -> int | None:
    """The port that the command itself names, else the default of `${PORT:-8000}`."""
    line = parse(text)
    words = programs.inner(runners.bare(line.words))
    for number, word in enumerate(words[1:], 1):
        option, _, value = word.partition("=")
        found = None
        if option in _BINDS and value:
            found = _PORT.search(value)
        elif words[number - 1] in _BINDS or words[number - 1] == "runserver":
            found = _PORT.search(word)
        if found is not None:
            return int(found[1])
    default = dict(line.variables).get("PORT")
    return int(default) if default and default.isdigit() else None


def wants_port(text: str) -> bool:
    """Whether the command names `$PORT`."""
    return "PORT" in dict(parse(text).variables)


def local(program: Sequence[str]) -> bool:
    """Whether what it starts is reached from inside the container only."""
    words = programs.inner(program)
    known = programs.known(program)
    given = [word.partition("=")[2] or word for word in _after(words, _HOSTS)]
    if any(re.match(r"(?:127\.|localhost\b|\[::1\])", host) for host in given):
        return True
    return known is not None and known.local and not given and "--uds" not in words and "-u" not in words


def _after(words: Sequence[str], options: Sequence[str]) -> Iterator[str]:
    for number, word in enumerate(words):
        if word.partition("=")[0] in options:
            yield word if "=" in word else (words[number + 1] if number + 1 < len(words) else "")


def named(program: Sequence[str], applications: Sequence[Application]) -> Application | None:
    """The application that the command starts, the strongest where it names several."""
    words = programs.inner(program)
    by_word = {word.removesuffix("()").removeprefix("--app=").removeprefix("--module=") for word in words}
    run = runners.script(program)
    path = run.removeprefix("./") if run else None
    started = runners.module(program)
    for app in applications:
        of_module = app.target.partition(":")[0]
        if app.arguments and not _follows(words, app.arguments):
            continue
        if app.script is not None and program[:1] == (app.script,):
            return app
        if path is not None and app.target == path:
            return app
        if started is not None and started[0] in (of_module, app.target):
            return app
        if app.kind.startswith("web") and ({app.target, of_module} & by_word) and program[:1] != ("python",):
            return app
        if app.target in by_word or (app.kind == "worker" and app.target.replace(":", ".") in by_word):
            return app
        if app.arguments and app.framework == words[0]:
            return app
    return None


def _follows(words: Sequence[str], arguments: Sequence[str]) -> bool:
    """Whether the arguments stand among the words, in their order."""
    return any(tuple(words[n : n + len(arguments)]) == tuple(arguments) for n in range(1, len(words)))
