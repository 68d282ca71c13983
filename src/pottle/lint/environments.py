"""Where an image has its virtual environments."""

import posixpath
from collections.abc import Iterator

from pottle.dockerfile.stages import Stage, Step, joined
from pottle.lint.build import Build
from pottle.lint.caches import UNKNOWN, variable
from pottle.lint.commands import Command
from pottle.lint.invocations import Invocation, invocation

_ON = ("1", "true", "yes", "on")


def environments(build: Build, stage: Stage) -> dict[str, Step]:
    """Absolute paths, each with the instruction that has made or copied it; what nobody knows is left out."""
    found: dict[str, Step] = {}
    for step in stage.all_steps:
        for path in (*_made(build, step), *_copied(build, step)):
            found.setdefault(path, step)
    return found


def _made(build: Build, step: Step) -> Iterator[str]:
    for command in build.commands(step) if step.instruction.name == "RUN" else ():
        called = invocation(command)
        path = _of_command(command) if called is None else _of_installer(called)
        at = joined(step.before.directory, path)
        if at is not None:
            yield at


def _of_command(command: Command) -> str | None:
    """`python -m venv PATH`, `virtualenv PATH`."""
    if command.module not in ("venv", "virtualenv") and command.program != "virtualenv":
        return None
    last = command.words[-1]
    name = command.argv[-2] if len(command.words) > 1 else ""
    return last.text if not last.known.startswith("-") and name not in ("-m", "--python", "-p", "--prompt") else None


def _of_installer(found: Invocation) -> str | None:
    if found.tool == "uv" and found.action == ("venv",):
        return found.arguments[0].text if found.arguments else ".venv"
    if (
        found.tool == "uv"
        and found.action == ("sync",)
        and not found.option("--directory", "--project", "--active", "--script")
    ):
        value = variable(found, "UV_PROJECT_ENVIRONMENT")
        return None if value == UNKNOWN else value or ".venv"
    in_project = (variable(found, "POETRY_VIRTUALENVS_IN_PROJECT") or "").lower() in _ON
    if found.tool == "poetry" and found.action in (("install",), ("sync",)) and in_project:
        return ".venv" if not found.option("--directory", "-C", "--project", "-P") else None
    return None


def _copied(build: Build, step: Step) -> Iterator[str]:
    """Environments of another stage, where they arrive."""
    copy = build.copy(step)
    origin = build.stages.named(copy.origin, step.stage) if copy is not None and copy.origin is not None else None
    if copy is None or copy.target is None or copy.origin is None:
        return
    if origin is None:
        if posixpath.basename(copy.target) in (".venv", "venv"):
            yield copy.target
        return
    for word in copy.sources:
        source = joined("/", word.text)
        for path in environments(build, origin) if source is not None else ():
            if source is not None and f"{path}/".startswith(f"{source.rstrip('/')}/"):
                yield posixpath.normpath(posixpath.join(copy.target, posixpath.relpath(path, source)))
