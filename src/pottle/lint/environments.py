"""Virtual environments that a Dockerfile makes: where they lie, and where they are copied."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from pottle.dockerfile.stages import Stage, Step, joined
from pottle.lint.build import Build, Copy, once
from pottle.lint.commands import Command
from pottle.lint.contents import directory_of
from pottle.lint.invocations import Invocation, invocation
from pottle.lint.locks import directory, is_on


@dataclass(frozen=True, slots=True)
class Environment:
    """One that is made in a stage."""

    path: str
    command: Command
    stage: Stage


@dataclass(frozen=True, slots=True)
class Moved:
    """An environment, copied into another stage."""

    environment: Environment
    copy: Copy
    into: Stage
    path: str
    """Where it arrives."""


@once
def made(build: Build) -> tuple[Environment, ...]:
    """Every environment whose place is known."""
    return tuple(
        Environment(path, command, build.stage_of(command.step))
        for command in build.run_commands
        for path in _places(build, command)
        if path is not None
    )


def _places(build: Build, command: Command) -> Iterator[str | None]:
    here = directory_of(build, command)
    if command.module in ("venv", "virtualenv") or command.program == "virtualenv":
        named = [word for word in command.words[1:] if not word.known.startswith("-")]
        words = [
            word for word in named if word.text not in ("venv", "virtualenv") or len(named) == 1 or word is named[-1]
        ]
        if words:
            yield joined(here, words[-1].text)
        return
    found = invocation(command)
    if found is None:
        return
    if found.tool == "uv" and found.action == ("venv",):
        yield joined(here, found.arguments[0].text) if found.arguments else _of_project(found, here)
    elif (found.tool == "uv" and found.action == ("sync",)) or (
        found.tool == "poetry" and found.action in (("install",), ("sync",)) and _in_project(build, found)
    ):
        yield _of_project(found, directory(build, found))


def _of_project(found: Invocation, where: str | None) -> str | None:
    """`.venv` of the project, or what the environment says."""
    variables = {**found.command.step.before.variables, **found.command.environment}
    if found.tool == "uv" and "UV_PROJECT_ENVIRONMENT" in variables:
        return joined(where, variables["UV_PROJECT_ENVIRONMENT"])
    if found.option("--active") is not None:
        return variables.get("VIRTUAL_ENV")
    return joined(where, ".venv")


def _in_project(build: Build, found: Invocation) -> bool:
    """Whether Poetry surely makes the environment in the project."""
    if is_on(found, "POETRY_VIRTUALENVS_IN_PROJECT") and "POETRY_VIRTUALENVS_IN_PROJECT" in {
        **found.command.step.before.variables,
        **found.command.environment,
    }:
        return True
    return any(
        each.program == "poetry" and each.argv[1:4] == ("config", "virtualenvs.in-project", "true")
        for each in build.commands_before(found.command)
    )


@once
def moved(build: Build) -> tuple[Moved, ...]:
    """Every copy of an environment, whole or in a directory above it, into another stage."""
    return tuple(_moved(build))


def _moved(build: Build) -> Iterator[Moved]:
    environments = made(build)
    for copy in build.copies:
        origin = build.stages.named(copy.origin, copy.step.stage) if copy.origin is not None else None
        if origin is None or copy.target is None:
            continue
        for word in copy.sources:
            source = posixpath.normpath(posixpath.join("/", word.text)) if word.text is not None else None
            for each in environments:
                if (
                    source is not None
                    and each.stage in origin.chain
                    and f"{each.path}/".startswith(f"{source.rstrip('/')}/")
                ):
                    path = posixpath.normpath(posixpath.join(copy.target, posixpath.relpath(each.path, source)))
                    yield Moved(each, copy, build.stage_of(copy.step), path)


def environments(build: Build, stage: Stage) -> dict[str, Step]:
    """Where a stage has environments, made or copied, each with the instruction that has put it there."""
    found = [(each.path, each.command.step) for each in made(build) if each.stage in stage.chain]
    found += [(each.path, each.copy.step) for each in moved(build) if each.into in stage.chain]
    found += [
        (copy.target, copy.step)
        for copy in build.copies
        if copy.origin is not None
        and copy.target is not None
        and build.stages.named(copy.origin, copy.step.stage) is None
        and posixpath.basename(copy.target) in (".venv", "venv")
        and build.stage_of(copy.step) in stage.chain
    ]
    ordered = sorted(found, key=lambda each: each[1].instruction.span.start, reverse=True)
    return dict(ordered)  # the first that puts one there counts
