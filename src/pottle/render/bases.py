"""What a Dockerfile stands on: an image of the suite that the plan names, with the same packages of Debian's by their names.

The suite's own CPython is the interpreter of the native image to the byte, at the same path, so that commands, health check and
bytecode are the plan's. An image that brings a CPython of its own (`python:3.13-slim-trixie`) has it in another place: the plan is
moved there. A plan on a base image stands on that very image, by its digest, and has its packages from there: one of another
distribution (Alpine) has none put on it, and on one without a shell (distroless) nothing can be run at all, so that everything is made
on another image of the same suite or C library, and copied.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from pottle.base_image import BaseImage
from pottle.errors import UsageError
from pottle.plan.bases import named
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
_ALPINE = re.compile(r":[^@]*alpine|(?:^|/)alpine(?:[:@]|$)")


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
    apt: bool = True
    """It is a Debian or an Ubuntu with its tools: apt, useradd."""
    builder: str | None = None
    """The image that everything is made on, where this one has no shell to run anything."""


def stand(plan: ImagePlan, image: str | None = None) -> tuple[Base, ImagePlan]:
    """The base for `plan`, and the plan as it is on that base. Raises `UsageError` for an image that is not of its suite or Python."""
    interpreter = _interpreter(plan)
    wanted = {name for step in _steps(plan) if isinstance(step, InstallPackages) for name in step.packages} - THERE
    standalone = next((step for step in _steps(plan) if isinstance(step, InstallInterpreter)), None)
    if image is not None and _ALPINE.search(image) and "/" not in plan.base:
        hint = f"plan with `--base {image}`: then wheels are chosen for musl"
        raise UsageError(f"{image} is no {plan.base}, which the plan stands on", hint=hint)
    if image is not None and (official := _OFFICIAL.fullmatch(image)):
        _check(plan, image, official["suite"], official["python"])
        packages = tuple(sorted(wanted - _interpreter_packages(plan)))
        path = f"/usr/local/bin/python{plan.python}"
        return Base(image, path, packages), moved(plan, interpreter, path)
    if image is not None and (system := _SYSTEM.fullmatch(image)):
        _check(plan, image, system["suite"], None)
    if "/" in plan.base:
        return _on_image(plan, image or plan.base, interpreter, standalone), plan
    packages = tuple(sorted(wanted | {"ca-certificates"}))
    return Base(image or default(plan), interpreter, packages, standalone), plan


def _on_image(plan: ImagePlan, image: str, interpreter: str, standalone: InstallInterpreter | None) -> Base:
    """A base image, by what is known of it; of one that nobody has looked into, by its name."""
    known = plan.base_image
    if known is None:
        apt = _ALPINE.search(image) is None
        return Base(image, interpreter, ("ca-certificates",) if apt else (), standalone, apt=apt)
    if "/bin/sh" in known.has:
        return Base(image, interpreter, (), standalone, apt=known.packages is not None)
    return _without_shell(plan, known, image, interpreter, standalone)


def _without_shell(
    plan: ImagePlan, known: BaseImage, image: str, interpreter: str, standalone: InstallInterpreter | None
) -> Base:
    """An image on which nothing can be run: everything is made on one of the same suite, whose CPython lies at the same path."""
    suite = f"{known.distribution}:{_NUMBERS.get(known.release, known.release)}"
    builder = f"{suite}-slim" if known.distribution == "debian" else suite
    below = next(iter(named(suite)), None)
    if below is not None and standalone is not None:
        return Base(image, interpreter, ("ca-certificates",), standalone, builder=builder)
    if below is not None and interpreter == f"/usr/bin/python{plan.python}" and below.python == plan.python:
        return Base(image, interpreter, ("ca-certificates", *interpreter_packages(plan.python)), builder=builder)
    if known.distribution == "debian" and below is not None and interpreter == f"/usr/local/bin/python{plan.python}":
        return Base(image, interpreter, (), builder=f"python:{plan.python}-slim-{below.suite}")
    what = f"{image} has no shell, and there is no image of {suite} with {interpreter} to make everything on"
    raise UsageError(what, hint="name a base image with a shell, or let `pottle build` build on it")


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


def interpreter_packages(python: str) -> tuple[str, ...]:
    """A suite's own CPython, as an image that somebody else has made has it."""
    return f"libpython{python}-stdlib", f"python{python}-minimal"


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
