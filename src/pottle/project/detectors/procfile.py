"""How a `Procfile` says that the project is started: `NAME: COMMAND`, a line each (Heroku's format, read by many others).

gunicorn takes its address from a configuration file as well (`gunicorn.conf.py`, or what `--config` names): the port that such a file
names is part of the process.
"""

import re
from collections.abc import Iterator

from pottle.errors import ProjectError
from pottle.project import runners
from pottle.project.bind import port_in, with_variables
from pottle.project.command_line import CommandLine, InvalidCommandLine, parse
from pottle.project.facts import Fact, Process
from pottle.project.module import Module
from pottle.project.survey import Survey
from pottle.text import Location

PATH = "Procfile"

_LINE = re.compile(r"([A-Za-z0-9_-]+)\s*:\s*(\S.*)")
_GUNICORN_CONFIG = "gunicorn.conf.py"


def detect(survey: Survey) -> Iterator[Process]:
    """Every process, in the order of the file."""
    seen: dict[str, Location] = {}
    for number, written in enumerate((survey.tree.read(PATH) or "").splitlines(), 1):
        at = Location(PATH, number)
        if not written.strip() or written.lstrip().startswith("#"):
            continue
        found = _LINE.fullmatch(written.strip())
        if found is None:
            raise ProjectError("this is no process", at=at, hint="write `NAME: COMMAND`")
        name, command = found.groups()
        if name in seen:
            raise ProjectError(f"{name} is there twice ({seen[name]})", at=at, hint="remove one of the lines")
        seen[name] = at
        line = _parsed(command, at)
        missing = runners.missing(line.words, survey.tree) if line.shell is None else None
        yield Process(name, command, at, _port(survey, line.words), missing)


def _parsed(command: str, at: Location) -> CommandLine:
    try:
        return parse(command)
    except InvalidCommandLine as error:
        raise ProjectError(str(error), at=at, hint="correct that line") from None


def _port(survey: Survey, words: tuple[str, ...]) -> Fact[int] | None:
    if "gunicorn" not in words[:4]:
        return None
    path = next((_value(words, n) for n, word in enumerate(words) if re.match(r"-c|--config\b", word)), None)
    path = (path or _GUNICORN_CONFIG).removeprefix("file:").removeprefix("./")
    module = survey.parsed(path)
    return _bound(module) if module is not None else None


def _value(words: tuple[str, ...], number: int) -> str | None:
    """What the option at `number` is given: behind it, or in the next word."""
    option, equals, value = words[number].partition("=")
    if equals:
        return value
    if not option.startswith("--") and len(option) > 2:
        return option[2:]
    return words[number + 1] if number + 1 < len(words) else None


def _bound(module: Module) -> Fact[int] | None:
    """The port of `bind = …`: the last number that its expression holds is the one that counts without the environment's."""
    for assignment in module.assignments:
        if assignment.name == "bind":
            numbers = [
                number for node in with_variables(module, assignment.value) if (number := port_in(node)) is not None
            ]
            return Fact(numbers[-1], Location(module.path, assignment.line)) if numbers else None
    return None
