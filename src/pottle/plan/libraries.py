"""Debian packages for what the wheels' machine code is linked with, and for libraries that their code loads: known once wheels are here.

What was found stands in `pottle.lock`, so that a plan has it without a wheel; else locking finds it and adds it to the plan.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from pottle.errors import ProjectError
from pottle.plan import packages
from pottle.plan.application import Held
from pottle.plan.bases import Base
from pottle.plan.lock import LockedWheel
from pottle.plan.model import ImagePlan, InstallPackages, InstallWheels, LayerPlan, Reason, Requirement, SystemPackages
from pottle.plan.system import Need
from pottle.project.facts import Pins
from pottle.project.pinned import PinnedLibrary
from pottle.text import Location

LAYER = "packages"
BECAUSE = "further packages change less often than the lock"
AGAIN = "run `pottle lock`"


def pinned(pins: Pins | None, base: Base, platform: str, held: Held) -> Iterator[Need]:
    """What `pottle.lock` has found for the platform, of distributions that are still there."""
    for system in pins.systems if pins is not None and pins.written else ():
        if (system.platform, system.base) == (platform, base.name):
            for library in system.libraries:
                if library.of in held:
                    yield _need(library, held[library.of])


def _need(library: PinnedLibrary, at: str | None) -> Need:
    return Need((library.package,), "packages", library.package, f"{library.of}: {library.because}", at)


def added(plan: ImagePlan, libraries: Sequence[PinnedLibrary]) -> ImagePlan:
    """The plan with these packages, each with its reason."""
    places = _places(plan)
    told = [_need(library, places.get(library.of)).reason for library in libraries]
    return _with_packages(plan, {library.package for library in libraries}, told)


def of_all(plans: Sequence[ImagePlan]) -> ImagePlan:
    """The first of several plans that differ in their platforms alone, with the packages that wheels of any of them need."""
    first, *others = plans
    names = {name for plan in others for step in _steps(plan) for name in step.packages}
    return _with_packages(
        first, names, [each for plan in others for each in plan.reasons if each.decision == "packages"]
    )


def _with_packages(plan: ImagePlan, names: Collection[str], told: Iterable[Reason]) -> ImagePlan:
    step = next(_steps(plan), None)
    if set(names) <= set(step.packages if step else ()):
        return plan
    every = tuple(sorted({*(step.packages if step else ()), *names}))
    suite = next(step.suite for layer in plan.layers for step in _of(layer))
    with_all = InstallPackages(suite=suite, packages=every, without=packages.without(every))
    layer = LayerPlan(name=LAYER, steps=(with_all,), because=BECAUSE)
    seen = {(reason.decision, reason.value) for reason in plan.reasons}
    return replace(
        plan,
        layers=tuple(_with(plan.layers, layer, anew=step is None)),
        system_packages=SystemPackages(runtime=every, build=plan.system_packages.build),
        reasons=tuple(_placed(plan.reasons, [each for each in told if (each.decision, each.value) not in seen])),
    )


def _steps(plan: ImagePlan) -> Iterator[InstallPackages]:
    return (step for layer in plan.layers if layer.name == LAYER for step in _of(layer))


def _of(layer: LayerPlan) -> Iterator[InstallPackages]:
    return (step for step in layer.steps if isinstance(step, InstallPackages))


def _with(layers: Iterable[LayerPlan], own: LayerPlan, *, anew: bool) -> Iterator[LayerPlan]:
    """In the place of the layer that was there, else above the interpreter."""
    for layer in layers:
        if layer.name != LAYER:
            yield layer
        if layer.name == (own.name if not anew else "interpreter"):
            yield own


def _placed(reasons: Sequence[Reason], told: Sequence[Reason]) -> Iterator[Reason]:
    """Beside the other packages, or the base."""
    last = max((n for n, each in enumerate(reasons) if each.decision in {"packages", "base_packages"}), default=-1)
    yield from (*reasons[: last + 1], *told, *reasons[last + 1 :])


def _places(plan: ImagePlan) -> Mapping[str, str | None]:
    return {each.name: each.at for each in _requirements(plan)}


def _requirements(plan: ImagePlan) -> Iterator[Requirement]:
    for step in (step for layer in plan.layers for step in layer.steps if isinstance(step, InstallWheels)):
        yield from step.requirements


def asked(plan: ImagePlan) -> frozenset[str]:
    """The distributions that are asked for by name where an index finds the rest; where a lock names all, the plan has told already."""
    steps = [step for layer in plan.layers for step in layer.steps if isinstance(step, InstallWheels)]
    return frozenset(each.name for step in steps if step.unresolved for each in step.requirements)


def digest(wheels: Iterable[LockedWheel]) -> str | None:
    """What stands for these wheels, in any order; None for none."""
    digests = sorted(wheel.sha256 for wheel in wheels)
    return hashlib.sha256("\n".join(digests).encode()).hexdigest() if digests else None


def lacking(libraries: Sequence[PinnedLibrary], at: str | None) -> ProjectError:
    """What is to be said where `pottle.lock` was made before a wheel needed these."""
    names = " ".join(library.package for library in libraries)
    first = libraries[0]
    what = f"pottle.lock is stale: it was made without {names} ({first.of}: {first.because})"
    return ProjectError(what, at=Location.parse(at) if at else None, hint=AGAIN)
