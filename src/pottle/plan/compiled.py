"""A plan whose layers are compiled into one program, which is all that the image has besides what that is linked with.

The layers of the plan for CPython stay: they are what is compiled. Two more lie above them, and the image begins with these.
"""

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from msgspec.structs import replace

from pottle.config.options import Options
from pottle.errors import ConfigError, ProjectError, combined
from pottle.plan import packages
from pottle.plan.application import Start
from pottle.plan.bases import Base
from pottle.plan.model import (
    HEALTHY,
    CompileProgram,
    ImagePlan,
    InstallPackages,
    LayerPlan,
    LinkProgram,
    Port,
    ProcessPlan,
    Reason,
    Runtime,
)
from pottle.plan.places import APP, HOME, PROGRAM, UID, USER
from pottle.project.facts import Facts
from pottle.text import Location

_WITHOUT = "or do without `compile`: CPython runs it"
_SERVERS = ("uvicorn",)
"""Servers that are compiled with the application that they serve."""
_OF_CPYTHON = ("PATH", "PYTHONUNBUFFERED", "PYTHONPATH")
"""Variables that mean nothing to a program."""
_UNTOLD = ("bytecode", "runtime.entrypoint")
"""Decisions that are none of a program's."""


def compiled(plan: ImagePlan, start: Start, facts: Facts, options: Options, base: Base) -> ImagePlan:
    """The plan with its program. Raises `ConfigError` or `ProjectError` for what cannot be one."""
    if problems := list(_refused(base, options)):
        raise combined(problems)
    step = _step(plan, start, facts, options, base)
    argv = (step.program, *start.command[_words(start.command) :])
    why = Reason(decision="compile", value=step.compiler, because="it is configured", at=_at(options, "compile"))
    own, *others = plan.processes
    left = (f"{each.name} is left out: a compiled program is one process" for each in others)
    return replace(
        plan,
        command=argv,
        processes=(_process(own, argv),),
        layers=(*plan.layers, *_layers(step)),
        runtime=_runtime(plan.runtime, step, argv),
        reasons=tuple(_reasons(plan.reasons, why)),
        warnings=(*plan.warnings, *left),
    )


def _refused(base: Base, options: Options) -> Iterator[ConfigError]:
    """What cannot be together with `compile`."""

    def error(field: str, what: str, hint: str) -> ConfigError:
        return ConfigError(what, at=options.origins.get(field) or options.origins.get("compile"), hint=hint)

    if base.reference is not None:
        yield error("base", "a compiled program stands on nothing, and not on a base image", "leave out `base`")
    elif base.standalone is not None:
        what = f"no suite has Python {base.python}, and only a suite's is compiled with"
        yield error("python", what, f"choose another `python`, {_WITHOUT}")
    if options.optimize == "size":
        yield error("optimize", "a compiled program has no bytecode that could be left out", "leave out `optimize`")
    if further := [name for name, _ in options.process if name != "web"]:
        what = f"a compiled program is one process, and {further[0]} would be another"
        yield error("process", what, f"build it from a project of its own, {_WITHOUT}")


def _at(options: Options, field: str) -> str | None:
    at = options.origins.get(field)
    return str(at) if at is not None else None


# --- what it does when it is started --------------------------------------------------------------


def _step(plan: ImagePlan, start: Start, facts: Facts, options: Options, base: Base) -> CompileProgram:
    starts, name = _starts(start, facts, options)
    names = (*packages.tools(base, options.build_packages), *packages.COMPILING)
    tools = InstallPackages(suite=base.suite, packages=tuple(sorted(names)), without=packages.without(names))
    check = plan.runtime.health_check
    variables = dict(plan.runtime.environment)
    port = (
        Port(number=start.port, variables=_other_variables(start), in_command=start.in_command) if start.port else None
    )
    return CompileProgram(
        compiler="nuitka",
        into=APP,
        program=f"{APP}/{plan.name}.bin",
        starts=starts,
        name=name,
        path=tuple(filter(None, variables.get("PYTHONPATH", "").split(":"))),
        includes=_includes(start, starts, name),
        healthy=check.command[-1] if check is not None else None,
        port=port if port is not None and start.follows else None,
        requirements=_requirements(facts, "nuitka"),
        tools=tools,
    )


def _other_variables(start: Start) -> tuple[str, ...]:
    return tuple(name for name in start.variables if name != "PORT")


def _starts(start: Start, facts: Facts, options: Options) -> tuple[Literal["script", "module", "file"], str]:
    """How the command begins, as a program does the same."""
    first, *others = start.command
    at = options.origins.get("compile")
    if first in ("python", "python3") and others:
        if others[0] == "-m" and len(others) > 1:
            return "module", others[1]
        if not others[0].startswith("-"):
            return "file", posixpath.relpath(posixpath.join(APP, others[0]), APP)
    elif first in facts.programs or first in _SERVERS:
        return "script", first
    what = f"{posixpath.basename(first)} starts it, and that cannot be compiled"
    hint = f"let a script of the project start it (`serve(app)`, `app.run()`), {_WITHOUT}"
    if start.kind == "web-asgi":
        hint = f"serve it by {_SERVERS[0]}, {_WITHOUT}"
    raise ProjectError(what, at=at or Location("configuration"), hint=hint)


def _words(command: Sequence[str]) -> int:
    """How many words of the command the program stands for."""
    return {"-m": 3}.get(command[1], 2) if command[0] in ("python", "python3") else 1


def _includes(start: Start, starts: str, name: str) -> tuple[str, ...]:
    """What starts, and what is named in arguments alone: the application that a server imports."""
    if starts == "module":
        return (name,)
    app = start.application
    if app is None or ":" not in app.target or starts != "script":
        return ()
    module = app.target.partition(":")[0]
    return tuple(dict.fromkeys((module.partition(".")[0], module)))


def _requirements(facts: Facts, compiler: str) -> tuple[str, ...]:
    """Lines of a requirements file."""
    pins = facts.pins.builds if facts.pins is not None and facts.pins.written else ()
    found = (one for build in pins if build.of == compiler for one in build.requires)
    return tuple(f"{one.name}=={one.version} {' '.join(f'--hash=sha256:{x}' for x in one.sha256)}" for one in found)


# --- what comes of it -----------------------------------------------------------------------------


def _layers(step: CompileProgram) -> Iterator[LayerPlan]:
    link = LinkProgram(uid=UID, gid=UID, user=USER, home=HOME)
    yield LayerPlan(name="linked", steps=(link,), because="changes with the libraries that the program is linked with")
    yield LayerPlan(name=PROGRAM, steps=(step,), because="changes with every commit")


def _runtime(runtime: Runtime, step: CompileProgram, argv: tuple[str, ...]) -> Runtime:
    variables = {name: value for name, value in runtime.environment if name not in _OF_CPYTHON}
    check = runtime.health_check
    return replace(
        runtime,
        environment=tuple(sorted({**variables, "PATH": step.into}.items())),
        entrypoint=argv[:1],
        command=argv[1:],
        health_check=replace(check, command=(f"{step.into}/{HEALTHY}",)) if check is not None else None,
        labels=tuple((name, value) for name, value in runtime.labels if not name.startswith("pottle.process.")),
    )


def _process(own: ProcessPlan, argv: tuple[str, ...]) -> ProcessPlan:
    variables = tuple((name, value) for name, value in own.environment if name not in _OF_CPYTHON)
    return replace(own, command=argv, environment=variables)


def _reasons(reasons: Iterable[Reason], why: Reason) -> Iterator[Reason]:
    """Beside how the project comes into the image."""
    for reason in reasons:
        if reason.decision not in _UNTOLD:
            yield reason
        if reason.decision == "project":
            yield why
