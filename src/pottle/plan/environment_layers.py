"""The layers of the environment: by the plan where it knows all wheels and how large they are, else once they are locked."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from msgspec.structs import replace

from pottle.plan.lock import LockedWheel
from pottle.plan.model import ImagePlan, InstallWheels, LayerPlan, Requirement, Step, Wheel
from pottle.plan.split import Share, shares

NAME = "environment"
"""Of the layer that is not divided, and what the names of ranges begin with."""


def layers(step: InstallWheels, after: tuple[Step, ...] = ()) -> Iterator[LayerPlan]:
    """What the step becomes: one layer for now, where locking has to find out something. `after` is done in each."""
    if is_open(step):
        yield LayerPlan(name=NAME, steps=(step, *after), because=_unlike_code(step))
    else:
        yield from _divided(step, after, _unlike_code(step))


def is_open(step: InstallWheels) -> bool:
    """Whether the wheels, or the sizes that an index has of them, are not known."""
    undecided = any(each.wheel is None or _unmeasured(each.wheel) for each in step.requirements)
    return step.unresolved or step.own is not None or undecided


def _unmeasured(wheel: Wheel) -> bool:
    return wheel.size is None and wheel.url is None


def locked(plan: ImagePlan, wheels: Sequence[LockedWheel]) -> ImagePlan:
    """The plan with what was open decided: `wheels` are all that it installs."""
    return replace(plan, layers=tuple(chain.from_iterable(_locked(layer, wheels) for layer in plan.layers)))


def _locked(layer: LayerPlan, wheels: Sequence[LockedWheel]) -> Iterable[LayerPlan]:
    match layer.steps:
        case (InstallWheels() as step, *after) if is_open(step):
            asked = {each.name: each for each in step.requirements}
            found = tuple(_requirement(wheel, asked) for wheel in wheels)
            decided = replace(step, requirements=found, unresolved=False, may_build=(), own=None)
            return _divided(decided, tuple(after), layer.because)
        case _:
            return (layer,)


def _requirement(found: LockedWheel, asked: Mapping[str, Requirement]) -> Requirement:
    at = asked[found.name].at if found.name in asked else None
    wheel = Wheel(filename=found.filename, url=found.url, sha256=found.sha256, size=found.size)
    return Requirement(name=found.name, version=found.version, index=found.index, wheel=wheel, at=at)


def _divided(step: InstallWheels, after: tuple[Step, ...], because: str) -> Iterator[LayerPlan]:
    named = {each.name: each for each in step.requirements}
    sizes = {name: each.wheel.size if each.wheel else None for name, each in named.items()}
    for share in shares(sizes):
        held = tuple(named[name] for name in share.names)
        why = f"{share.size / 1e6:.1f} MB {_SHARED}" if share.span is None else because
        yield LayerPlan(name=_name(share, held), steps=(replace(step, requirements=held), *after), because=why)


_SHARED = "alone: other changes leave it as it is, and so do other projects"


def _name(share: Share, held: Sequence[Requirement]) -> str:
    """With its version, one that is alone is called like no other layer."""
    if len(held) == 1:
        return f"{held[0].name}-{held[0].version}"
    return f"{NAME}-{share.span}" if share.span else NAME


def _unlike_code(step: InstallWheels) -> str:
    return f"changes with the {'requirements' if step.unresolved else 'lock'}, not with the code"
