"""Executes a `LockedPlan`: every layer that the cache does not have is made, then the image is put together."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
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
    """The names of the layers that nobody had."""
    shared: frozenset[str] = frozenset()
    """The names of the layers that another machine has made."""
    portable: tuple[tuple[str, Layer], ...] = ()
    """Layers by keys that hold on every machine: what may be shared. Nothing where nobody shares."""


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
    keys = _keys(ingredients, stand_in)
    found = {name: _find(key, locked.plan.platform, workshop) for name, key in keys.items()}
    missing = [plan for plan in plans if found[plan.name] is None]
    portable: dict[str, str] = {}
    shared: dict[str, Layer] = {}
    if workshop.shared is not None and (missing or workshop.shared.takes):
        with workshop.progress.task("Reading the project's files"):
            portable = _keys(replace(ingredients, portable=True), stand_in)
        shared = _of_others(missing, keys, portable, workshop)
        found |= shared
        missing = [plan for plan in missing if found[plan.name] is None]
    elsewhere = [plan.name for plan in missing if stand_in is not None and _runs_a_command(plan)]
    if own := [plan for plan in missing if plan.name not in elsewhere]:
        found |= _make(own, keys, ingredients, workshop, found)
    if elsewhere and stand_in is not None:
        there = dict(build(stand_in).layers)
        found |= {name: there[name] for name in elsewhere}
    layers = [(plan, layer) for plan in plans if (layer := found[plan.name]) is not None]
    image = _assembled(layers, locked, workshop)
    named = tuple((plan.name, layer) for plan, layer in layers)
    for_all = ((name, layer) for name, layer in named if name in shared or not workshop.layers.is_local(keys[name]))
    return Built(
        image,
        locked.plan,
        named,
        made=frozenset(plan.name for plan in missing),
        shared=frozenset(shared),
        portable=_by_portable_keys(for_all, portable, ingredients),
    )


def _keys(ingredients: Ingredients, stand_in: Order | None) -> dict[str, str]:
    """By name. What commands write is made by the stand-in, where there is one."""
    keys = {plan.name: ingredients.key(plan) for plan in ingredients.locked.plan.layers}
    if stand_in is not None:
        its = replace(ingredients, locked=stand_in.locked, project=stand_in.project)
        keys |= {plan.name: its.key(plan) for plan in stand_in.locked.plan.layers if _runs_a_command(plan)}
    return keys


def _of_others(
    missing: Sequence[LayerPlan], keys: Mapping[str, str], portable: Mapping[str, str], workshop: Workshop
) -> dict[str, Layer]:
    """The missing layers that other machines have made, by name; here, if a command is still to be run in them."""
    shared, store = workshop.shared, workshop.store
    if shared is None or not missing:
        return {}
    found = shared.find([portable[plan.name] for plan in missing], store)
    if any(_runs_a_command(plan) and portable[plan.name] not in found for plan in missing):
        found = shared.fetch(found, store)
    layers = {plan.name: found[portable[plan.name]] for plan in missing if portable[plan.name] in found}
    for name, layer in layers.items():
        if store.has(layer.descriptor):
            workshop.layers.keep(keys[name], layer)
    return layers


def _by_portable_keys(
    layers: Iterable[tuple[str, Layer]], portable: Mapping[str, str], ingredients: Ingredients
) -> tuple[tuple[str, Layer], ...]:
    """Nothing where a file has changed meanwhile: a layer may hold what its portable key does not speak of."""
    if not portable or not ingredients.are_unchanged():
        return ()
    return tuple((portable[name], layer) for name, layer in layers)


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
    commands = [plan for plan in plans if _runs_a_command(plan)]
    of_packages = [plan for plan in plans if ingredients.packages(plan)]
    others = [plan for plan in plans if plan not in of_packages and plan not in commands]

    def make(some: Sequence[LayerPlan], executor: Executor) -> dict[str, Layer]:
        return {plan.name: _once(plan, keys[plan.name], executor) for plan in some}

    def prepare() -> dict[str, Layer]:
        compilation.prepare()
        return {}

    with workshop.scratch() as aside:
        executor = Executor(ingredients, workshop, compilation, image, aside)
        works: list[Callable[[], dict[str, Layer]]] = [
            prepare,
            partial(make, of_packages, executor),
            partial(make, others, executor),
        ]
        for some in together(works, workshop.stop, len(works)):
            there |= some
        for plan in commands:
            there |= make([plan], executor)
    return there


def _once(plan: LayerPlan, key: str, executor: Executor) -> Layer:
    """The layer, unless a build beside this one has made it meanwhile."""
    workshop = executor.workshop
    platform = executor.ingredients.locked.plan.platform
    with workshop.turns.of(key):
        if (found := _find(key, platform, workshop)) is not None:
            return found
        layer = _layer(plan, executor)
        local = any(getattr(step, "bytecode", None) for step in plan.steps) and executor.compilation.lacks
        return workshop.layers.keep(_bound(key, platform) if plan.name in executor.bound else key, layer, local=local)


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
