"""Executes a `LockedPlan`: every layer that the cache does not have is made, then the image is put together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from pottle.build.compiler import Compilation
from pottle.build.execution import makeup
from pottle.build.ingredients import Ingredients
from pottle.build.project import ProjectFiles
from pottle.build.steps import Executor
from pottle.build.workshop import Workshop
from pottle.oci.image import Addendum, Image, assemble
from pottle.oci.layer import Layer, write_layer
from pottle.plan.lock import LockedPlan
from pottle.plan.model import ImagePlan, LayerPlan
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


def build(locked: LockedPlan, project: ProjectFiles, workshop: Workshop) -> Built:
    """The image that `locked` describes, in the workshop's store."""
    ingredients = Ingredients(locked, project)
    plans = locked.plan.layers
    keys = {plan.name: ingredients.key(plan) for plan in plans}
    found = {name: workshop.layers.find(key) for name, key in keys.items()}
    missing = [plan for plan in plans if found[plan.name] is None]
    if missing:
        found |= _make(missing, keys, ingredients, workshop)
    layers = [(plan, layer) for plan in plans if (layer := found[plan.name]) is not None]
    addenda = [Addendum(layer, _created_by(plan)) for plan, layer in layers]
    image = assemble(addenda, makeup(locked.plan), workshop.store)
    named = tuple((plan.name, layer) for plan, layer in layers)
    return Built(image, locked.plan, named, frozenset(plan.name for plan in missing))


def _make(
    plans: Sequence[LayerPlan], keys: Mapping[str, str], ingredients: Ingredients, workshop: Workshop
) -> dict[str, Layer]:
    """The layers that were not there, by name: those of packages one after the other, beside them the environment and the app.

    The compiling interpreter, which both will ask for, is unpacked meanwhile.
    """
    compilation = Compilation(ingredients.locked.compiler, workshop)
    executor = Executor(ingredients, workshop, compilation)
    of_packages = [plan for plan in plans if ingredients.packages(plan)]
    others = [plan for plan in plans if not ingredients.packages(plan)]

    def make(some: Sequence[LayerPlan]) -> dict[str, Layer]:
        return {plan.name: workshop.layers.keep(keys[plan.name], _layer(plan, executor)) for plan in some}

    def prepare() -> dict[str, Layer]:
        compilation.prepare()
        return {}

    works: list[Callable[[], dict[str, Layer]]] = [prepare, partial(make, of_packages), partial(make, others)]
    return {name: layer for some in together(works, workshop.stop, len(works)) for name, layer in some.items()}


def _layer(plan: LayerPlan, executor: Executor) -> Layer:
    workshop = executor.workshop
    workshop.stop.check()
    with workshop.scratch() as work:
        entries = executor.entries(plan, work)
        epoch = executor.ingredients.locked.plan.epoch
        with workshop.progress.task(f"Writing the layer {plan.name}"):
            return write_layer(entries, workshop.store, mtime=epoch, check=workshop.stop.check)


def _created_by(plan: LayerPlan) -> str:
    """What the image's history says about the layer."""
    return f"pottle: {plan.name}: {plan.because}"
