"""Which server a command starts, and how it is told where to listen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pottle.lint.build import Build
from pottle.lint.commands import Command, Word, module_at
from pottle.lint.invocations import invocation
from pottle.lint.knowledge.servers import SERVERS, Server


@dataclass(frozen=True, slots=True)
class Served:
    """A server that a command starts."""

    server: Server
    words: tuple[Word, ...]
    """Its argv: the first word names it, for Django `runserver`."""

    def value(self, *options: str) -> tuple[Word, str] | None:
        """The word that holds the value of one of these options, and the value."""
        for number, word in enumerate(self.words[1:], 1):
            text = word.known
            for option in options:
                if text == option and number + 1 < len(self.words):
                    return self.words[number + 1], self.words[number + 1].known
                if option.startswith("--") and text.startswith(f"{option}="):
                    return word, text.partition("=")[2]
                if (
                    not option.startswith("--")
                    and text.startswith(option)
                    and len(text) > 2
                    and not text.startswith("--")
                ):
                    return word, text[2:].removeprefix("=").strip()
        return None

    def has(self, *options: str) -> bool:
        """Whether one of these options is among the words."""
        for word in self.words[1:]:
            for option in options:
                short = not option.startswith("--") and not word.known.startswith("--")
                if word.known.startswith(option if short else f"{option}=") or word.known == option:
                    return True
        return False

    @property
    def known(self) -> bool:
        """Whether every word is known: a variable may hold any option."""
        return all(word.text is not None for word in self.words)


def program_words(command: Command) -> tuple[Word, ...]:
    """The words of the program behind `uv run`, `poetry run` … and `python -m`."""
    words = managed_words(command)
    module = module_at(words)
    return words if module is None else words[module:]


def managed_words(command: Command) -> tuple[Word, ...]:
    """The words behind `uv run`, `poetry run` … alone."""
    words = command.words
    for _ in range(3):
        found = invocation(_with(command, words))
        if found is None or found.action[-1:] != ("run",) or not found.arguments:
            break
        words = found.arguments
    return words


def _with(command: Command, words: Sequence[Word]) -> Command:
    from dataclasses import replace

    return replace(command, words=tuple(words))


def served(command: Command) -> Served | None:
    """The server that `command` starts, if it is one of those that are known."""
    words = program_words(command)
    names = [(word.text or "").rpartition("/")[2] for word in words]
    if not names:
        return None
    for server in SERVERS:
        if names[0] in server.programs and not server.action:
            return Served(server, words)
        if server.action and names[0] in server.programs and server.action in names[1:]:
            at = names.index(server.action, 1)
            return Served(server, words[at:])
        if (
            server.action
            and "manage.py" in server.programs
            and names[:2][-1:] == ["manage.py"]
            and server.action in names
        ):
            return Served(server, words[names.index(server.action) :])
    return None


def port_of(build: Build, command: Command, environment: Mapping[str, str | None]) -> int | None:
    """The port that the server which `command` starts listens on; None where that is not sure."""
    found = served(command)
    if found is None or not found.known or found.has(*found.server.elsewhere) or _has_a_file(build, found.server):
        return None
    server, scope = found.server, {**environment, **command.environment}
    names = found.server.host if server.port is not None else found.server.ports
    if any(word.known.startswith(f"{name} ") for word in found.words for name in (*server.host, *server.ports)):
        return None
    if server.positional:
        address = next((word.known for word in found.words[1:] if not word.known.startswith("-")), "")
        text = address.rpartition(":")[2] or str(server.listens)
    else:
        given = found.value(*names)
        if given is None and any(name in scope for name in (*server.variables, *server.port_variables)):
            return None
        if given is not None and sum(_begins(word.known, names) for word in found.words[1:]) > 1:
            return None
        text = _port(given[1] if given is not None else "", server)
    return int(text) if text.isdecimal() and len(text) < 6 else None


def _begins(text: str, names: Sequence[str]) -> bool:
    return any(
        text == name or text.startswith(f"{name}=") or (len(name) == 2 and text.startswith(name)) for name in names
    )


def _port(value: str, server: Server) -> str:
    """The port of `host:port`, or of a port alone."""
    if server.port is None:
        return value or str(server.listens)
    if not value or value.startswith(("unix:", "fd:", "fd@")) or value.endswith("]") or ":" not in value:
        return "" if value.startswith(("unix:", "fd")) else str(server.listens)
    return value.rpartition(":")[2]


def _has_a_file(build: Build, server: Server) -> bool:
    if not server.files:
        return False
    return build.project is None or any(path.rpartition("/")[2] in server.files for path in build.project.files)
