"""Executes a `LockedPlan`: every layer that the cache does not have is made, then the image is put together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from pottle.build import cache
from pottle.build.compiler import Compilation
from pottle.build.execution import makeup
from pottle.build.ingredients import Ingredients
from pottle.build.project import ProjectFiles
from pottle.build.steps import Executor
from pottle.build.workshop import Workshop
from pottle.oci.image import Addendum, Image, assemble
from pottle.oci.layer import Layer, write_layer
from pottle.plan.lock import LockedPlan
from pottle.plan.model import ImagePlan, LayerPlan, RunCommand
from pottle.stop import together


@dataclass(frozen=True, slots=True)
class Built:
    """An image in the store, and what it took."""

    image: Image
    plan: ImagePlan
    layers: tuple[tuple[str, Layer], ...]
    """By name, lowest first."""
    made: frozenset[str]
    """The names of the layers that the cache did not have."""


@dataclass(frozen=True, slots=True)
class Order:
    """One image to be built. Orders whose workshops share their turns may be executed side by side."""

    locked: LockedPlan
    project: ProjectFiles
    workshop: Workshop


def build(order: Order, stand_in: Order | None = None) -> Built:
    """The image that the order's plan describes, in its workshop's store.

    Where its platform does not run here, `stand_in` is the same for one that does: what its commands write serves both.
    """
    locked, workshop = order.locked, order.workshop
    ingredients = Ingredients(locked, order.project, workshop.compression)
    plans = locked.plan.layers
    keys = {plan.name: ingredients.key(plan) for plan in plans}
    if stand_in is not None:
        keys |= _keys_of_commands(stand_in)
    found = {name: _find(key, locked.plan.platform, workshop) for name, key in keys.items()}
    missing = [plan for plan in plans if found[plan.name] is None]
    elsewhere = [plan.name for plan in missing if stand_in is not None and _runs_a_command(plan)]
    if own := [plan for plan in missing if plan.name not in elsewhere]:
        found |= _make(own, keys, ingredients, workshop, found)
    if elsewhere and stand_in is not None:
        there = dict(build(stand_in).layers)
        found |= {name: there[name] for name in elsewhere}
    layers = [(plan, layer) for plan in plans if (layer := found[plan.name]) is not None]
    image = _assembled(layers, locked, workshop)
    named = tuple((plan.name, layer) for plan, layer in layers)
    return Built(image, locked.plan, named, frozenset(plan.name for plan in missing))


def _keys_of_commands(order: Order) -> dict[str, str]:
    ingredients = Ingredients(order.locked, order.project, order.workshop.compression)
    return {plan.name: ingredients.key(plan) for plan in order.locked.plan.layers if _runs_a_command(plan)}


def serves(one: LockedPlan, other: LockedPlan) -> bool:
    """Whether what the commands of `one` write is what those of `other` would: the same code runs on the same distributions."""
    return _runs(one) == _runs(other)


def _runs(locked: LockedPlan) -> tuple[object, ...]:
    commands = [plan for plan in locked.plan.layers if _runs_a_command(plan)]
    return locked.plan.python, commands, [(w.name, w.version) for w in locked.wheels], locked.sources


def runs_commands(plan: ImagePlan) -> bool:
    """Whether a machine of the image's platform is needed for building it."""
    return any(map(_runs_a_command, plan.layers))


def _runs_a_command(plan: LayerPlan) -> bool:
    return any(isinstance(step, RunCommand) for step in plan.steps)


def _assembled(layers: Sequence[tuple[LayerPlan, Layer]], locked: LockedPlan, workshop: Workshop) -> Image:
    addenda = [Addendum(layer, _created_by(plan)) for plan, layer in layers]
    return assemble(addenda, makeup(locked.plan), workshop.store)


def _make(
    plans: Sequence[LayerPlan],
    keys: Mapping[str, str],
    ingredients: Ingredients,
    workshop: Workshop,
    found: Mapping[str, Layer | None],
) -> dict[str, Layer]:
    """The layers that were not there, by name: those of packages one after the other, beside them the environment and the app.

    The compiling interpreter, which both will ask for, is unpacked meanwhile. Commands of the project run when all is there that
    they run in.
    """
    there = {name: layer for name, layer in found.items() if layer is not None}

    def image(above: LayerPlan) -> Image:
        below = [(plan, there[plan.name]) for plan in ingredients.below(above)]
        return _assembled(below, ingredients.locked, workshop)

    compilation = Compilation(ingredients.locked.compiler, workshop)
    executor = Executor(ingredients, workshop, compilation, image)
    commands = [plan for plan in plans if _runs_a_command(plan)]
    of_packages = [plan for plan in plans if ingredients.packages(plan)]
    others = [plan for plan in plans if plan not in of_packages and plan not in commands]

    def make(some: Sequence[LayerPlan]) -> dict[str, Layer]:
        return {plan.name: _once(plan, keys[plan.name], executor) for plan in some}

    def prepare() -> dict[str, Layer]:
        compilation.prepare()
        return {}

    works: list[Callable[[], dict[str, Layer]]] = [prepare, partial(make, of_packages), partial(make, others)]
    for some in together(works, workshop.stop, len(works)):
        there |= some
    for plan in commands:
        there |= make([plan])
    return there


def _once(plan: LayerPlan, key: str, executor: Executor) -> Layer:
    """The layer, unless a build beside this one has made it meanwhile."""
    workshop = executor.workshop
    platform = executor.ingredients.locked.plan.platform
    with workshop.turns.of(key):
        if (found := _find(key, platform, workshop)) is not None:
            return found
        made = _layer(plan, executor)
        return workshop.layers.keep(_bound(key, platform) if plan.name in executor.bound else key, made)


def _find(key: str, platform: str, workshop: Workshop) -> Layer | None:
    """What was made for every platform, or for this one."""
    return workshop.layers.find(key) or workshop.layers.find(_bound(key, platform))


def _bound(key: str, platform: str) -> str:
    return cache.key(key, platform)


def _layer(plan: LayerPlan, executor: Executor) -> Layer:
    workshop = executor.workshop
    workshop.stop.check()
    with workshop.scratch() as work:
        entries = executor.entries(plan, work)
        epoch = executor.ingredients.locked.plan.epoch
        with workshop.progress.task(f"Writing the layer {plan.name}"):
            return write_layer(
                entries, workshop.store, mtime=epoch, compression=workshop.compression, check=workshop.stop.check
            )


def _created_by(plan: LayerPlan) -> str:
    """What the image's history says about the layer."""
    return f"pottle: {plan.name}: {plan.because}"
