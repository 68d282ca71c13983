"""What the project's own Dockerfile says of how it is started: evidence where the code leaves a question, never an order.

A deliberately small reader: the last stage and those that it stands on; its `CMD` and `ENTRYPOINT`, the port that it exposes, and the
Debian packages that it installs; of every stage, the distributions that it names to pip. What it cannot read it leaves out.
"""

import json
import posixpath
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet

from pottle import generated
from pottle.errors import ProjectError
from pottle.project import requirement, runners
from pottle.project.command_line import InvalidCommandLine, parse
from pottle.project.facts import Dependency, Fact, PythonWish, Recipe
from pottle.project.survey import Survey
from pottle.text import Location

_PLACES = (
    "Dockerfile",
    "Containerfile",
    "docker/Dockerfile",
    ".docker/Dockerfile",
    "deploy/Dockerfile",
    "build/Dockerfile",
)
_INSTRUCTION = re.compile(r"\s*([A-Za-z]+)\s+(.*)", re.DOTALL)
_CPYTHON = re.compile(r"(?:^|/)python:(3\.\d+)(?!\d)|python-?(3\.\d+)(?!\d)")
"""In the name of an image: `python:3.12-slim`, `uv:0.9-python3.12-trixie`."""
_HEREDOC = re.compile(r"<<-?\s*[\"']?([A-Za-z_]\w*)[\"']?")
_FROM = re.compile(r"(?:--\S+\s+)*(\S+)(?:\s+[Aa][Ss]\s+(\S+))?")
_APT = re.compile(r"\bapt(?:-get)?\b((?:\s+-\S+)*)\s+install\b([^;&|]*)")
_PIP = re.compile(r"\bpip[\d.]*\s+(?:install|wheel)\b([^;&|]*)")
_WITH_VALUE = re.compile(
    r"-[rceitfdw]|--(?!no-|pre$|upgrade$|user$|system$|quiet$|require-hashes$|prefer-binary$|force-)[^=]+"
)
"""Options of pip that the next word belongs to."""
_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]+")
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?::?-([^}]*))?\})")
_ASSIGNMENT = re.compile(r"""(\w+)=("[^"]*"|'[^']*'|\S*)""")
_ELSEWHERE = re.compile(r"(?:^|/)(?:node|bun|deno|yarn|pnpm|golang|rust|gradle|maven)[:@]")
"""Images of other languages."""
_FOR_DEVELOPERS = re.compile(r"dev|test|debug|lint|local", re.IGNORECASE)
_FOR_PRODUCTION = re.compile(r"prod|runtime|release|final|app$", re.IGNORECASE)
_DEEPEST = 8


@dataclass(slots=True)
class Stage:
    """What one `FROM` begins."""

    name: str
    base: str
    at: Location
    instructions: list[tuple[str, str, Location]] = field(default_factory=list)


def detect(survey: Survey) -> Iterator[Recipe | PythonWish]:
    """The recipe of the first Dockerfile in one of the usual places, and the Python that it stands on."""
    path = next((path for path in _PLACES if survey.tree.exists(path)), None)
    try:
        text = survey.tree.read(path) if path is not None else None
    except ProjectError:
        return  # whoever builds with it hears what is wrong with it
    if path is None or text is None or generated.standing(text) != "foreign":
        return  # what was written from a plan is no evidence for it
    stages = list(_stages(text, path))
    if stages:
        chain = _chain(stages, _wanted(stages))
        instructions = [each for stage in chain for each in stage.instructions]
        found = _recipe(instructions, Location(path), survey)
        yield replace(
            found, installs=tuple(_installs(stages)), made_elsewhere=tuple(_made_elsewhere(stages, instructions))
        )
        if named := _CPYTHON.search(chain[0].base):
            yield PythonWish(SpecifierSet(f"=={named[1] or named[2]}.*"), None, chain[0].at, "dockerfile")


def _recipe(instructions: Sequence[tuple[str, str, Location]], at: Location, survey: Survey) -> Recipe:
    variables = dict(_variables(instructions))
    words, line, place = _command(instructions)
    directory = next((value for keyword, value, _ in reversed(instructions) if keyword == "WORKDIR"), "")
    command = line if line is not None else _joined(words, _resolved(directory, variables)) if words else None
    return Recipe(
        at=place or at,
        command=command if command is not None and _startable(command, survey) else None,
        port=_port(instructions, variables),
        packages=tuple(_packages(instructions)),
    )


def _startable(command: str, survey: Survey) -> bool:
    """A command that a shell would run, of files that are there, and that is not for developers."""
    try:
        line = parse(command)
    except InvalidCommandLine:
        return False
    words = runners.bare(line.words)
    return bool(words) and runners.development(line.words) is None and runners.missing(line.words, survey.tree) is None


# --- reading ----------------------------------------------------------------------------------------


def _stages(text: str, path: str) -> Iterator[Stage]:
    stage: Stage | None = None
    arguments: list[tuple[str, str, Location]] = []
    for line, number in _logical(text):
        found = _INSTRUCTION.fullmatch(line)
        if found is None:
            continue
        keyword, value = found[1].upper(), found[2].strip()
        if keyword == "FROM" and (parts := _FROM.fullmatch(value)):
            if stage is not None:
                yield stage
            base = _resolved(parts[1], dict(_variables(arguments)))
            stage = Stage((parts[2] or "").lower(), base.lower(), Location(path, number))
        else:
            (arguments if stage is None else stage.instructions).append((keyword, value, Location(path, number)))
    if stage is not None:
        yield stage


def _logical(text: str) -> Iterator[tuple[str, int]]:
    """Instructions, joined at a backslash, without comments and the bodies of here-documents, with their first lines."""
    pending, start, until = "", 0, None
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.rstrip()
        if until is not None:
            until = None if line.strip() == until else until
            continue
        if line.lstrip().startswith("#") or (pending and not line):
            continue
        start = start or number
        if line.endswith("\\"):
            pending += line[:-1] + " "
            continue
        if pending + line:
            yield pending + line, start
        if here := _HEREDOC.search(pending + line):
            until = here[1]
        pending, start = "", 0


def _wanted(stages: Sequence[Stage]) -> Stage:
    """The last stage is what `docker build` makes, unless it is for developers and another one says that it is not."""
    if _FOR_DEVELOPERS.search(stages[-1].name):
        for stage in reversed(stages[:-1]):
            if _FOR_PRODUCTION.search(stage.name) and not _FOR_DEVELOPERS.search(stage.name):
                return stage
    return stages[-1]


def _chain(stages: Sequence[Stage], last: Stage) -> list[Stage]:
    """It, behind the stages that it stands on."""
    found = [last]
    while len(found) < _DEEPEST:
        base = next((stage for stage in stages if stage.name and stage.name == found[0].base), None)
        if base is None or base in found:
            break
        found.insert(0, base)
    return found


def _command(instructions: Sequence[tuple[str, str, Location]]) -> tuple[list[str], str | None, Location | None]:
    """The words that are run, or the line that a shell runs, and where they stand. A script as an entry point prepares for the `CMD`."""
    entry = next(((v, at) for k, v, at in reversed(instructions) if k == "ENTRYPOINT"), None)
    command = next(((v, at) for k, v, at in reversed(instructions) if k == "CMD"), None)
    first = _words(entry[0]) if entry else []
    behind = _words(command[0]) if command else []
    if entry and first is None:
        return [], entry[0], entry[1]
    if command and behind is None:
        return [], command[0], command[1]
    words, more = first or [], behind or []
    prepares = bool(words) and words[-1].endswith((".sh", "entrypoint", "-entrypoint")) and bool(more)
    place = command or entry
    return (more if prepares else [*words, *more]), None, place[1] if place else None


def _words(value: str) -> list[str] | None:
    """The exec form; None for the shell form."""
    try:
        found = json.loads(value)
    except ValueError:
        return None
    return [str(word) for word in found] if isinstance(found, list) else None


def _joined(words: Sequence[str], directory: str) -> str:
    """The words as a line; files below the working directory by their places in the project."""
    below = f"{directory.rstrip('/')}/" if directory.strip("/") else None
    own = [word.removeprefix(below) if below and word.endswith((".py", ".sh")) else word for word in words]
    return shlex.join(own)


def _variables(instructions: Sequence[tuple[str, str, Location]]) -> Iterator[tuple[str, str]]:
    for keyword, value, _ in instructions:
        if keyword in ("ENV", "ARG"):
            pairs = _ASSIGNMENT.findall(value)
            name, _, rest = value.partition(" ")
            yield from ((n, v.strip("\"'")) for n, v in pairs)
            if keyword == "ENV" and not pairs:
                yield name, rest.strip().strip("\"'")


def _resolved(value: str, variables: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda found: variables.get(found[1] or found[2], found[3] or ""), value)


def _port(instructions: Sequence[tuple[str, str, Location]], variables: Mapping[str, str]) -> Fact[int] | None:
    """The first port of the last `EXPOSE`; one that needs a privilege is none for an image that has none."""
    for keyword, value, at in reversed(instructions):
        if keyword == "EXPOSE" and (words := _resolved(value, variables).split()):
            number = words[0].removesuffix("/tcp")
            return Fact(int(number), at) if number.isdigit() and 1024 <= int(number) < 65536 else None
    return None


def _packages(instructions: Sequence[tuple[str, str, Location]]) -> Iterator[Fact[str]]:
    """The Debian packages that are installed and stay."""
    for keyword, value, at in instructions:
        said = re.sub(r"`[^`]*`", "", value)  # `# a comment in backquotes`
        for found in _APT.finditer(said) if keyword == "RUN" else ():
            for word in found[2].split():
                if _PACKAGE.fullmatch(name := posixpath.basename(word).partition("=")[0]) and not word.startswith("-"):
                    yield Fact(name, at)


def _installs(stages: Sequence[Stage]) -> Iterator[Dependency]:
    """What pip is given by name: wheels that one stage makes are installed by another."""
    for keyword, value, at in (instruction for stage in stages for instruction in stage.instructions):
        for found in _PIP.finditer(value) if keyword == "RUN" else ():
            try:
                words = shlex.split(found[1], comments=True)
            except ValueError:
                continue
            yield from (requirement.dependency(each, at) for each in _named(words))


def _named(words: Sequence[str]) -> Iterator[Requirement]:
    rest = iter(words)
    for word in rest:
        if word.startswith("-"):
            if _WITH_VALUE.fullmatch(word):
                next(rest, None)
            continue
        try:
            yield Requirement(word)
        except InvalidRequirement:
            continue  # a path, a variable


def _made_elsewhere(stages: Sequence[Stage], instructions: Sequence[tuple[str, str, Location]]) -> Iterator[Fact[str]]:
    """The last word of each `COPY --from=STAGE` whose stage another language's image makes."""
    others = {stage.name for stage in stages if stage.name and _ELSEWHERE.search(_chain(stages, stage)[0].base)}
    for keyword, value, at in instructions:
        words = value.split()
        source = next((word.removeprefix("--from=") for word in words if word.startswith("--from=")), "").lower()
        if keyword == "COPY" and source in others and not words[-1].startswith("["):
            yield Fact(words[-1].strip("\"',]"), at)
