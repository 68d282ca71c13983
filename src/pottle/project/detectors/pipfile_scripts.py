"""What a `Pipfile` says is started: those of its `[scripts]` that are named for that and run a file or a module of the project."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from pottle.project import pipfile
from pottle.project.detectors.scripts import MAIN, handles_sigterm
from pottle.project.facts import Application
from pottle.project.survey import Survey

NAMED = MAIN + 8
"""More than a conventional name, less than a console script."""

_STARTS = frozenset({"start", "run", "serve", "server", "web", "app", "main", "bot", "worker", "production", "prod"})
_NO_PROGRAMS = ("manage.py", "setup.py")


@dataclass(frozen=True, slots=True)
class _Program:
    target: str
    arguments: tuple[str, ...]


def detect(survey: Survey) -> Iterator[Application]:
    """`start = "python -m shop"`."""
    document = survey.toml(pipfile.PATH) if survey.tree.exists(pipfile.PATH) else None
    if document is None:
        return
    sigterm = any(handles_sigterm(module) for module in survey.modules)
    for name, command in document.table("scripts").items():
        text = command.get("cmd") if isinstance(command, dict) else command
        program = _program(text, survey) if name in _STARTS and isinstance(text, str) else None
        if program is not None:
            at = document.at("scripts", name)
            because = f"[scripts] of the Pipfile calls it {name}"
            yield Application(
                *("script", None, program.target, at, NAMED, because),
                handles_sigterm=sigterm,
                arguments=program.arguments,
            )


def _program(command: str, survey: Survey) -> _Program | None:
    """`python FILE …` or `python -m MODULE …`."""
    try:
        python, *words = shlex.split(command)
    except ValueError:
        return None
    words = words[1:] if words[:1] == ["-u"] else words
    if not python.startswith("python") or not words:
        return None
    if words[0] == "-m" and len(words) > 1:
        package = words[1].replace(".", "/")
        ours = any(
            survey.tree.exists(f"{src}{package}{end}") for src in ("", "src/") for end in (".py", "/__main__.py")
        )
        return _Program(words[1], tuple(words[2:])) if ours else None
    ours = words[0].endswith(".py") and words[0] not in _NO_PROGRAMS and survey.tree.exists(words[0])
    return _Program(words[0].removeprefix("./"), tuple(words[1:])) if ours else None
