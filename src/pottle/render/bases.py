"""What a Dockerfile stands on: an image of the suite that the plan names, with the same packages of Debian's by their names.

The suite's own CPython is the interpreter of the native image to the byte, at the same path, so that commands, health check and
bytecode are the plan's. An image that brings a CPython of its own (`python:3.13-slim-trixie`) has it in another place: the plan is
moved there. A plan on a base image stands on that very image, by its digest, and has its packages from there.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from pottle.errors import UsageError
from pottle.plan.model import CreateEnvironment, ImagePlan, InstallInterpreter, InstallPackages, LayerPlan, Runtime

THERE = frozenset(
    {
        *("base-files", "coreutils", "dash", "libc-bin", "libc6", "libgcc-s1", "libstdc++6"),
        *("ncurses-base", "tzdata", "zlib1g"),
    }
)
"""What every image of Debian or Ubuntu has: essential, required, or apt's own."""

_OFFICIAL = re.compile(r"(?:.*/)?python:(?P<python>\d+\.\d+)[\w.]*(?:-slim)?(?:-(?P<suite>\w+))?(?:@sha256:[0-9a-f]+)?")
_SYSTEM = re.compile(r"(?:.*/)?(?:debian|ubuntu):(?P<suite>[a-z]+)(?:[\w.-]*)(?:@sha256:[0-9a-f]+)?")
_NUMBERS = {"11": "bullseye", "12": "bookworm", "13": "trixie", "14": "forky"}


@dataclass(frozen=True, slots=True)
class Base:
    """The image below, and what has to be put on it."""

    image: str
    python: str
    """The interpreter's path."""
    packages: tuple[str, ...]
    """Of Debian, sorted."""
    standalone: InstallInterpreter | None = None
    """A CPython that is no suite's."""


def stand(plan: ImagePlan, image: str | None = None) -> tuple[Base, ImagePlan]:
    """The base for `plan`, and the plan as it is on that base. Raises `UsageError` for an image that is not of its suite or Python."""
    interpreter = _interpreter(plan)
    wanted = {name for step in _steps(plan) if isinstance(step, InstallPackages) for name in step.packages} - THERE
    standalone = next((step for step in _steps(plan) if isinstance(step, InstallInterpreter)), None)
    if image is not None and (official := _OFFICIAL.fullmatch(image)):
        _check(plan, image, official["suite"], official["python"])
        packages = tuple(sorted(wanted - _interpreter_packages(plan)))
        path = f"/usr/local/bin/python{plan.python}"
        return Base(image, path, packages), moved(plan, interpreter, path)
    if image is not None and (system := _SYSTEM.fullmatch(image)):
        _check(plan, image, system["suite"], None)
    if plan.base_image is not None:
        return Base(image or plan.base, interpreter, (), standalone), plan
    packages = tuple(sorted(wanted | {"ca-certificates"}))
    return Base(image or default(plan), interpreter, packages, standalone), plan


def default(plan: ImagePlan) -> str:
    """`debian:trixie-slim`, `ubuntu:noble`."""
    return f"{plan.base}-slim" if plan.base.startswith("debian:") else plan.base


def _check(plan: ImagePlan, image: str, suite: str | None, python: str | None) -> None:
    own = plan.base.partition(":")[2]
    suite = _NUMBERS.get(suite, suite) if suite else None
    if python is not None and python != plan.python:
        hint = f"name an image of Python {plan.python}, or plan with --python {python}"
        raise UsageError(f"{image} has Python {python}, and the plan wants {plan.python}", hint=hint)
    if suite not in (None, own, "slim"):
        raise UsageError(
            f"{image} is not of {own}, which the plan stands on",
            hint=f"plan with `--base {suite}`, or name an image of {own}",
        )


def _steps(plan: ImagePlan) -> Iterator[object]:
    return (step for layer in plan.layers for step in layer.steps)


def _interpreter(plan: ImagePlan) -> str:
    return next(step.interpreter for step in _steps(plan) if isinstance(step, CreateEnvironment))


def _interpreter_packages(plan: ImagePlan) -> set[str]:
    layer = next(layer for layer in plan.layers if layer.name == "interpreter")
    return {name for step in layer.steps if isinstance(step, InstallPackages) for name in step.packages}


def moved(plan: ImagePlan, old: str, new: str) -> ImagePlan:
    """The plan with its interpreter at another path."""

    def there(argv: tuple[str, ...]) -> tuple[str, ...]:
        return (new, *argv[1:]) if argv[:1] == (old,) else argv

    runtime = plan.runtime
    check = runtime.health_check
    if check is not None:
        check = msgspec.structs.replace(check, command=there(check.command))
    runtime = msgspec.structs.replace(runtime, entrypoint=there(runtime.entrypoint), health_check=check)
    return _replaced(plan, runtime, tuple(_layer(layer, new) for layer in plan.layers))


def _replaced(plan: ImagePlan, runtime: Runtime, layers: tuple[LayerPlan, ...]) -> ImagePlan:
    return msgspec.structs.replace(plan, runtime=runtime, layers=layers)


def _layer(layer: LayerPlan, python: str) -> LayerPlan:
    steps = tuple(
        msgspec.structs.replace(step, interpreter=python) if isinstance(step, CreateEnvironment) else step
        for step in layer.steps
    )
    return msgspec.structs.replace(layer, steps=steps)
