"""Executes a `LockedPlan`: every layer that the cache does not have is made, then the image is put together."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from pottle.build import cache
from pottle.build.compiler import Compilation
from pottle.build.execution import makeup
from pottle.build.ingredients import Ingredients
from pottle.build.packages import Packages
from pottle.build.project import ProjectFiles
from pottle.build.steps import Executor
from pottle.build.wheels import Wheels, step_of
from pottle.build.workshop import Workshop
from pottle.memory import give_back_large_blocks
from pottle.oci.compression import cpus
from pottle.oci.image import Addendum, Image, assemble
from pottle.oci.layer import Layer, write_layer
from pottle.plan.lock import LockedPackage, LockedPlan
from pottle.plan.model import CompileProgram, ImagePlan, LayerPlan, LinkProgram, RunCommand, compiles, image_layers
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
    workshop, every = order.workshop, order.locked.plan.layers
    plans = image_layers(every)
    making = _Making(order, stand_in)
    missing = making.missing(plans)
    if missing and len(plans) < len(every):
        missing = making.missing(every)  # what is compiled has to be there as well
    portable: dict[str, str] = {}
    shared: frozenset[str] = frozenset()
    if workshop.shared is not None and (missing or workshop.shared.takes):
        with workshop.progress.task("Reading the project's files"):
            portable = making.portable_keys()
        shared = _take(missing, portable, making, workshop)
        missing = [plan for plan in missing if plan.name not in shared]
    if own := [plan for plan in missing if stand_in is None or not _runs_a_command(plan)]:
        making.make(own)
    if stand_in is not None and any(map(_runs_a_command, missing)):
        there = dict(build(stand_in).layers)
        making.there |= {plan.name: there[plan.name] for plan in missing if _runs_a_command(plan)}
    for clash in making.wheels.clashes or ():
        workshop.progress.warn(str(clash))
    layers = [(plan, making.there[plan.name]) for plan in plans]
    image = _assembled(layers, order.locked, workshop)
    for_all = (
        (plan.name, layer)
        for plan, layer in layers
        if plan.name in shared or not workshop.layers.is_local(making.key(plan))
    )
    return Built(
        image,
        order.locked.plan,
        tuple((plan.name, layer) for plan, layer in layers),
        made=frozenset({plan.name for plan in missing} - making.found),
        shared=shared,
        portable=_by_portable_keys(for_all, portable, making.ingredients),
    )


def _take(
    missing: Sequence[LayerPlan], portable: Mapping[str, str], making: "_Making", workshop: Workshop
) -> frozenset[str]:
    """The names of the missing layers that other machines have made; here, if a command is still to be run in them."""
    shared, store = workshop.shared, workshop.store
    if shared is None or not missing:
        return frozenset()
    found = shared.find([portable[plan.name] for plan in missing], store)
    if any(_runs_a_command(plan) and portable[plan.name] not in found for plan in missing):
        found = shared.fetch(found, store)
    layers = {plan.name: found[portable[plan.name]] for plan in missing if portable[plan.name] in found}
    for plan in missing:
        if plan.name in layers and store.has(layers[plan.name].descriptor):
            workshop.layers.keep(making.key(plan), layers[plan.name])
    making.there |= layers
    return frozenset(layers)


def _by_portable_keys(
    layers: Iterable[tuple[str, Layer]], portable: Mapping[str, str], ingredients: Ingredients
) -> tuple[tuple[str, Layer], ...]:
    """Nothing where a file has changed meanwhile: a layer may hold what its portable key does not speak of."""
    if not portable or not ingredients.are_unchanged():
        return ()
    return tuple((portable[name], layer) for name, layer in layers)


def serves(one: LockedPlan, other: LockedPlan) -> bool:
    """Whether what the commands of `one` write is what those of `other` would: the same code runs on the same distributions."""
    return compiles(one.plan.layers) is None and _runs(one) == _runs(other)


def _runs(locked: LockedPlan) -> tuple[object, ...]:
    commands = [plan for plan in locked.plan.layers if _runs_a_command(plan)]
    return locked.plan.python, commands, [(w.name, w.version) for w in locked.wheels], locked.sources


def runs_commands(plan: ImagePlan) -> bool:
    """Whether a machine of the image's platform is needed for building it."""
    return any(map(_runs_a_command, plan.layers))


def _runs_a_command(plan: LayerPlan) -> bool:
    return any(isinstance(step, RunCommand | LinkProgram | CompileProgram) for step in plan.steps)


def _assembled(layers: Sequence[tuple[LayerPlan, Layer]], locked: LockedPlan, workshop: Workshop) -> Image:
    addenda = [Addendum(layer, _created_by(plan)) for plan, layer in layers]
    return assemble(addenda, makeup(locked.plan), workshop.store)


class _Making:
    """The layers of one image: those that are there, and those that have to be made."""

    def __init__(self, order: Order, stand_in: Order | None = None) -> None:
        workshop = order.workshop
        self.ingredients, self._workshop = Ingredients(order.locked, order.project, workshop.compression), workshop
        self._stand_in = stand_in
        self._compilation = Compilation(order.locked.compiler, order.workshop)
        self.wheels = Wheels(order.locked, order.workshop, self._compilation)
        self._portable = replace(self.ingredients, portable=True)
        """What layers are made of, in terms that hold on every machine."""
        self.there: dict[str, Layer] = {}
        """By name."""
        self.found: set[str] = set()
        """The names of those that turned out to be there after all."""

    def key(self, plan: LayerPlan) -> str:
        """What commands write is made by the stand-in, where there is one."""
        return self._of(self.ingredients, plan).key(plan, self.wheels.clashes)

    def portable_keys(self) -> dict[str, str]:
        """By name."""
        return {plan.name: self._of(self._portable, plan).key(plan) for plan in self.ingredients.locked.plan.layers}

    def _of(self, ingredients: Ingredients, plan: LayerPlan) -> Ingredients:
        if self._stand_in is None or not _runs_a_command(plan):
            return ingredients
        return replace(ingredients, locked=self._stand_in.locked, project=self._stand_in.project)

    def make(self, plans: Sequence[LayerPlan]) -> None:
        """Those of packages one after the other, beside them those of wheels and the app.

        The compiling interpreter, which both will ask for, is unpacked meanwhile. Commands of the project run when all is there that
        they run in.
        """
        commands = [plan for plan in plans if _runs_a_command(plan)]
        of_packages = [plan for plan in plans if self.ingredients.packages(plan) and plan not in commands]
        of_wheels = [plan for plan in plans if step_of(plan)]
        others = [plan for plan in plans if plan not in (*of_packages, *of_wheels, *commands)]
        if of_packages or of_wheels:
            give_back_large_blocks()

        with self._workshop.scratch() as aside:
            packages = Packages(self._workshop.supplies, aside, self._readers(of_packages))
            executor = Executor(
                self.ingredients, self._workshop, self._compilation, self.wheels, self._image, aside, packages
            )

            def environment_and_app() -> None:
                self._make_environment(of_wheels, executor, aside)
                self._make(others, executor)

            works: list[Callable[[], None]] = [
                partial(self._compilation.prepare, packages),
                partial(self._make, of_packages, executor),
                environment_and_app,
            ]
            together(works, self._workshop.stop, len(works))
            self._make(self.missing(commands), executor)

    def _readers(self, plans: Iterable[LayerPlan]) -> Iterator[LockedPackage]:
        """Each package as often as it is wanted: for its layer, and for the interpreter that compiles."""
        yield from (package for plan in plans for package in self.ingredients.packages(plan))
        yield from self._compilation.unpacks

    def _make_environment(self, plans: Sequence[LayerPlan], executor: Executor, work: Path) -> None:
        """Layers of wheels, side by side: each is small, and a small layer is compressed by one core."""
        if plans:
            self.wheels.settle(plans, work)
        if missing := self.missing(plans):
            self.wheels.ready(missing, work)
            together([partial(self._make, [plan], executor) for plan in missing], self._workshop.stop, cpus())

    def missing(self, plans: Sequence[LayerPlan]) -> list[LayerPlan]:
        """Those that the cache does not have."""
        platform = self.ingredients.locked.plan.platform
        there = {
            plan.name: layer for plan in plans if (layer := _find(self.key(plan), platform, self._workshop)) is not None
        }
        self._tell(there)
        self.found |= there.keys()
        return [plan for plan in plans if plan.name not in there]

    def _make(self, plans: Iterable[LayerPlan], executor: Executor) -> None:
        for plan in plans:
            self._tell({plan.name: _once(plan, self.key(plan), executor)})

    def _tell(self, layers: Mapping[str, Layer]) -> None:
        self.there |= layers
        of_image = {plan.name for plan in image_layers(self.ingredients.locked.plan.layers)}
        if self._workshop.there is not None:
            for layer in (layer for name, layer in layers.items() if name in of_image):
                self._workshop.there(layer)

    def _image(self, above: LayerPlan, tools: Layer | None) -> Image:
        """What the layers below one make, with the tools of its command on top."""
        below = [(plan, self.there[plan.name]) for plan in self.ingredients.below(above)]
        on_top = [(above, tools)] if tools is not None else []
        return _assembled([*below, *on_top], self.ingredients.locked, self._workshop)


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
    """What the image's history says about the layer. Why it is one, the plan says: every change of code sends the history again."""
    return f"pottle: {plan.name}"
