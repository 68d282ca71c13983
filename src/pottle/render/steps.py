"""The steps of a plan, by what a Dockerfile does for each: the closed union taken apart once."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeVar, assert_never

import msgspec

from pottle.plan.model import (
    BuildWheels,
    CompileProgram,
    CopyProject,
    CreateEnvironment,
    ImagePlan,
    InstallInterpreter,
    InstallPackages,
    InstallProject,
    InstallWheels,
    LinkProgram,
    MakeDirectories,
    RunCommand,
    Step,
    SumUp,
    Trim,
)

T = TypeVar("T", CreateEnvironment, CopyProject, SumUp)


@dataclass(frozen=True, slots=True)
class Steps:
    """What is done, at most once each unless it says so."""

    environment: CreateEnvironment
    app: CopyProject
    user: SumUp
    packages: tuple[str, ...] = ()
    """Of Debian, by name."""
    interpreter: InstallInterpreter | None = None
    wheels: InstallWheels | None = None
    sources: BuildWheels | None = None
    own: InstallProject | None = None
    neighbours: tuple[InstallProject, ...] = ()
    directories: MakeDirectories | None = None
    commands: tuple[RunCommand, ...] = ()
    trim: Trim | None = None
    """Of third parties' distributions: the same in every layer."""
    program: CompileProgram | None = None
    """What all of it is compiled to."""


def steps(plan: ImagePlan) -> Steps:
    """Those of all layers."""
    every = [step for layer in plan.layers for step in layer.steps]
    found = Steps(_only(every, CreateEnvironment), _only(every, CopyProject), _only(every, SumUp))
    for step in every:
        found = _added(found, step)
    return replace(found, packages=tuple(sorted(found.packages)))


def _only(every: Iterable[Step], kind: type[T]) -> T:
    return next(step for step in every if isinstance(step, kind))


def _added(found: Steps, step: Step) -> Steps:
    match step:
        case CreateEnvironment() | CopyProject() | SumUp() | LinkProgram():
            return found
        case Trim():
            return replace(found, trim=step)
        case InstallPackages(_, packages):
            return replace(found, packages=tuple({*found.packages, *packages}))
        case InstallInterpreter():
            return replace(found, interpreter=step)
        case InstallWheels():
            return replace(found, wheels=_joined(found.wheels, step))
        case BuildWheels():
            return replace(found, sources=step)
        case InstallProject():
            if step.path == ".":
                return replace(found, own=step)
            return replace(found, neighbours=(*found.neighbours, step))
        case MakeDirectories():
            return replace(found, directories=step)
        case CompileProgram():
            return replace(found, program=step)
        case RunCommand():
            return replace(found, commands=(*found.commands, step))
        case _:
            assert_never(step)


def _joined(before: InstallWheels | None, step: InstallWheels) -> InstallWheels:
    """A Dockerfile installs all wheels at once, however many layers the plan gives them."""
    if before is None:
        return step
    both = sorted((*before.requirements, *step.requirements), key=lambda each: each.name)
    return msgspec.structs.replace(step, requirements=tuple(both))
