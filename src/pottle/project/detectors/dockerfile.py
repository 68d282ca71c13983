"""What the project's own Dockerfile says of how it is started: evidence where the code leaves a question, never an order.

Of the last stage and those that it stands on: its `CMD` and `ENTRYPOINT`, the port that it exposes, and the Debian packages that it
installs; of every stage, the distributions that it names to pip. What cannot be known is left out.

Most projects have none: the language is imported where there is one to be read.
"""

import posixpath
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet

from pottle import generated
from pottle.errors import ProjectError
from pottle.project import requirement, runners
from pottle.project.command_line import InvalidCommandLine, parse
from pottle.project.facts import Dependency, Fact, PythonWish, Recipe
from pottle.project.survey import Survey
from pottle.text import Location, Source

if TYPE_CHECKING:
    from pottle.dockerfile.stages import Stage, Step

_PLACES = (
    "Dockerfile",
    "Containerfile",
    "docker/Dockerfile",
    ".docker/Dockerfile",
    "deploy/Dockerfile",
    "build/Dockerfile",
)
_CPYTHON = re.compile(r"(?:^|/)python:(3\.\d+)(?!\d)|python-?(3\.\d+)(?!\d)")
"""In the name of an image: `python:3.12-slim`, `uv:0.9-python3.12-trixie`."""
_APT = ("apt", "apt-get")
_APT_WITH_VALUE = ("-t", "-o", "-c", "--target-release", "--option", "--config-file")
_PIP = re.compile(r"pip[\d.]*")
_PIP_WITH_VALUE = re.compile(
    r"-[rceitfdw]|--(?!no-|pre$|upgrade$|user$|system$|quiet$|require-hashes$|prefer-binary$|force-)[^=]+"
)
"""Options of pip that the next word belongs to."""
_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]+")
_ELSEWHERE = re.compile(r"(?:^|/)(?:node|bun|deno|yarn|pnpm|golang|rust|gradle|maven)[:@]")
"""Images of other languages."""
_FOR_DEVELOPERS = re.compile(r"dev|test|debug|lint|local", re.IGNORECASE)
_FOR_PRODUCTION = re.compile(r"prod|runtime|release|final|app$", re.IGNORECASE)


def detect(survey: Survey) -> Iterator[Recipe | PythonWish]:
    """The recipe of the first Dockerfile in one of the usual places, and the Python that it stands on."""
    path = next((path for path in _PLACES if survey.tree.exists(path)), None)
    try:
        text = survey.tree.read(path) if path is not None else None
    except ProjectError:
        return  # whoever builds with it hears what is wrong with it
    if path is None or text is None or generated.standing(text) != "foreign" or generated.has_region(text):
        return  # what was written from a plan is no evidence for it
    from pottle.dockerfile.parser import parse as parse_dockerfile
    from pottle.dockerfile.stages import stages

    source = Source(path, text)
    found = stages(parse_dockerfile(source)).stages
    if found and found[0].instruction.name == "FROM":
        wanted = _wanted(found)
        recipe = _recipe(wanted.all_steps, source, survey)
        installs = tuple(_installs([step for stage in found for step in stage.steps], source))
        yield replace(recipe, installs=installs, made_elsewhere=tuple(_made_elsewhere(found, wanted, source)))
        if named := _CPYTHON.search((wanted.root or "").lower()):
            at = source.location(wanted.chain[0].instruction.span)
            yield PythonWish(SpecifierSet(f"=={named[1] or named[2]}.*"), None, at, "dockerfile")


def _recipe(steps: "Sequence[Step]", source: Source, survey: Survey) -> Recipe:
    from pottle.dockerfile.expansion import resolved

    words, line, decides = _command(steps)
    directory = next((step for step in reversed(steps) if step.instruction.name == "WORKDIR"), None)
    below = resolved(directory.instruction.body.text, directory.before.variables) if directory is not None else ""
    command = line if line is not None else _joined(words, below or "") if words else None
    return Recipe(
        at=source.location(decides.instruction.span) if decides is not None else Location(source.path),
        command=command if command is not None and _startable(command, survey) else None,
        port=_port(steps, source),
        packages=tuple(_packages(steps, source)),
    )


def _startable(command: str, survey: Survey) -> bool:
    """A command that a shell would run, of files that are there, and that is not for developers."""
    try:
        line = parse(command)
    except InvalidCommandLine:
        return False
    words = runners.bare(line.words)
    return bool(words) and runners.development(line.words) is None and runners.missing(line.words, survey.tree) is None


def _wanted(found: "Sequence[Stage]") -> "Stage":
    """The last stage is what `docker build` makes, unless it is for developers and another one says that it is not."""
    if _FOR_DEVELOPERS.search(found[-1].name or ""):
        for stage in reversed(found[:-1]):
            name = stage.name or ""
            if _FOR_PRODUCTION.search(name) and not _FOR_DEVELOPERS.search(name):
                return stage
    return found[-1]


def _command(steps: "Sequence[Step]") -> "tuple[list[str], str | None, Step | None]":
    """The words that are run, or the line that a shell runs, and what says so. A script as an entry point prepares for the `CMD`."""
    entry = next((step for step in reversed(steps) if step.instruction.name == "ENTRYPOINT"), None)
    command = next((step for step in reversed(steps) if step.instruction.name == "CMD"), None)
    for step in (entry, command):
        if step is not None and not step.instruction.json:
            return [], step.instruction.body.text, step
    words, more = ([word.text for word in step.instruction.words] if step else [] for step in (entry, command))
    prepares = bool(words) and words[-1].endswith((".sh", "entrypoint", "-entrypoint")) and bool(more)
    return (more if prepares else [*words, *more]), None, command or entry


def _joined(words: Sequence[str], directory: str) -> str:
    """The words as a line; files below the working directory by their places in the project."""
    below = f"{directory.rstrip('/')}/" if directory.strip("/") else None
    own = [word.removeprefix(below) if below and word.endswith((".py", ".sh")) else word for word in words]
    return shlex.join(own)


def _port(steps: "Sequence[Step]", source: Source) -> Fact[int] | None:
    """The first port of the last `EXPOSE`; one that needs a privilege is none for an image that has none."""
    from pottle.dockerfile.expansion import resolved

    for step in reversed(steps):
        if step.instruction.name == "EXPOSE" and step.instruction.words:
            text = resolved(step.instruction.words[0].text, step.before.variables) or ""
            number = text.removesuffix("/tcp")
            fits = re.fullmatch(r"[0-9]{4,5}", number) is not None and 1024 <= int(number) < 65536
            return Fact(int(number), source.location(step.instruction.span)) if fits else None
    return None


def _argvs(step: "Step", source: Source) -> Iterator[list[str]]:
    """The words of each command that a RUN runs; what only a shell knows is left out."""
    from pottle.dockerfile.scripts import shell_text
    from pottle.shell.commands import runs
    from pottle.shell.parser import parse as parse_shell

    read = shell_text(step.instruction, source) if step.instruction.name == "RUN" else None
    for run in runs(parse_shell(read.text.text)) if read is not None else ():
        values = (word.resolved(step.before.variables) for word in run.simple.words)
        yield [value for value in values if value is not None]


def _packages(steps: "Sequence[Step]", source: Source) -> Iterator[Fact[str]]:
    """The Debian packages that are installed and stay."""
    for step in steps:
        for words in _argvs(step, source):
            at = next((n for n, word in enumerate(words) if posixpath.basename(word) in _APT), None)
            if at is not None and "install" in words[at:]:
                for word in _arguments(words[words.index("install", at) + 1 :]):
                    if _PACKAGE.fullmatch(name := posixpath.basename(word).partition("=")[0]):
                        yield Fact(name, source.location(step.instruction.span))


def _arguments(words: Sequence[str]) -> Iterator[str]:
    rest = iter(words)
    for word in rest:
        if word in _APT_WITH_VALUE:
            next(rest, None)
        elif not word.startswith("-"):
            yield from word.split()  # a variable may hold several


def _installs(steps: "Sequence[Step]", source: Source) -> Iterator[Dependency]:
    """What pip is given by name: wheels that one stage makes are installed by another."""
    for step in steps:
        for words in _argvs(step, source):
            at = next((n for n, word in enumerate(words) if _PIP.fullmatch(posixpath.basename(word))), None)
            if at is not None and words[at + 1 : at + 2] in (["install"], ["wheel"]):
                place = source.location(step.instruction.span)
                yield from (requirement.dependency(each, place) for each in _named(words[at + 2 :]))


def _named(words: Sequence[str]) -> Iterator[Requirement]:
    rest = iter(words)
    for word in rest:
        if word.startswith("-"):
            if _PIP_WITH_VALUE.fullmatch(word):
                next(rest, None)
            continue
        try:
            yield Requirement(word)
        except InvalidRequirement:
            continue  # a path


def _made_elsewhere(found: "Sequence[Stage]", wanted: "Stage", source: Source) -> Iterator[Fact[str]]:
    """The last word of each `COPY --from=STAGE` whose stage another language's image makes."""
    others = {stage.name for stage in found if stage.name and _ELSEWHERE.search((stage.root or "").lower())}
    for step in wanted.all_steps:
        flag = step.instruction.flag("from")
        made = step.instruction.name == "COPY" and flag is not None and (flag.value or "").lower() in others
        if made and step.instruction.words:
            yield Fact(step.instruction.words[-1].text, source.location(step.instruction.span))
