"""The wheels of one image, whatever layers they go into: one run of uv unpacks them, one of the compiler compiles them.

A wheel's layer holds what the wheel brings and nothing else, so it is the same in every project. Only what two wheels bring differently
is taken from one of them. That is found out over all wheels, from what each is known to bring, before their layers have keys.
"""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pottle.build import cache
from pottle.build.clashes import Clash, Contents, clashes
from pottle.build.compiler import Compilation
from pottle.build.workshop import Workshop
from pottle.oci.entry import File
from pottle.plan.lock import LockedPlan, LockedWheel
from pottle.plan.model import InstallWheels, LayerPlan

if TYPE_CHECKING:
    from pottle.build.environment import Environment, Prepared


def step_of(layer: LayerPlan) -> InstallWheels | None:
    """The step that makes a layer of wheels; None for every other layer."""
    return next((step for step in layer.steps if isinstance(step, InstallWheels)), None)


class Wheels:
    """Those of one locked plan. Unpacking is for one thread; `entries` may then be called from many."""

    def __init__(self, locked: LockedPlan, workshop: Workshop, compilation: Compilation) -> None:
        self._locked, self._workshop, self._compilation = locked, workshop, compilation
        self._step = next((step for layer in locked.plan.layers if (step := step_of(layer))), None)
        self._unpacked: dict[str, Prepared] = {}
        self._files: dict[str, tuple[File, ...]] = {}
        self._clashes: tuple[Clash, ...] | None = ()
        if self._step is not None:
            self._clashes = workshop.findings.find(self._key("clashes", *locked.wheels), tuple[Clash, ...])

    @property
    def clashes(self) -> tuple[Clash, ...] | None:
        """What two of them bring differently; None where nobody has looked yet."""
        return self._clashes

    def settle(self, layers: Iterable[LayerPlan], work: Path) -> None:
        """Look what clashes. With wheels that were never seen before, those are unpacked that share a layer with one: they will have to be."""
        if self.clashes is not None:
            return
        contents = {wheel.name: self._contents(wheel) for wheel in self._locked.wheels}
        new = {name for name, found in contents.items() if found is None}
        self._unpack({name for layer in layers if new & (held := _names(layer)) for name in held}, work)
        found = clashes({name: kept or self._seen(name) for name, kept in contents.items()})
        self._workshop.findings.keep(self._key("clashes", *self._locked.wheels), found)
        self._clashes = found

    def ready(self, layers: Iterable[LayerPlan], work: Path) -> None:
        """Unpack and compile what goes into these layers; what clashes is known."""
        from pottle.build import environment

        assert self._step is not None
        assert self._clashes is not None
        names = {name for layer in layers for name in _names(layer)}
        self._unpack(names, work)
        files = {name: self._unpacked[name].entries(self._environment, self._clashes) for name in sorted(names)}
        sources = {name: environment.importable(found) for name, found in files.items()}
        compiled = self._compilation.compiled(sources, self._step.bytecode)
        self._files = {name: (*files[name], *compiled[name]) for name in names}

    def entries(self, step: InstallWheels) -> Iterator[File]:
        """What the step installs: its layer has been made ready."""
        for each in step.requirements:
            yield from self._files[each.name]

    @property
    def _environment(self) -> "Environment":
        from pottle.build.environment import Environment

        assert self._step is not None
        return Environment(self._locked.plan.python, self._step.into.lstrip("/"))

    def _unpack(self, names: Collection[str], work: Path) -> None:
        from pottle.build import environment

        wheels = [each for each in self._locked.wheels if each.name in names and each.name not in self._unpacked]
        if not wheels:
            return
        with self._workshop.progress.task(f"Installing {len(wheels)} wheels"):
            found = self._workshop.supplies.distributions(wheels, work / f"wheels-{len(self._unpacked)}")
            self._unpacked |= {each.name: environment.prepare(self._environment, each) for each in found}

    def _contents(self, wheel: LockedWheel) -> Contents | None:
        """What the wheel brings, where it was seen before."""
        return self._workshop.findings.find(self._key("contents", wheel), dict[str, str])

    def _seen(self, name: str) -> Contents:
        wheel = next(each for each in self._locked.wheels if each.name == name)
        contents = self._unpacked[name].contents
        self._workshop.findings.keep(self._key("contents", wheel), contents)
        return contents

    def _key(self, what: str, *wheels: LockedWheel) -> str:
        into = self._step.into if self._step is not None else None
        return cache.key(what, [wheel.sha256 for wheel in wheels], self._locked.plan.python, into)


def _names(layer: LayerPlan) -> set[str]:
    step = step_of(layer)
    return {each.name for each in step.requirements} if step is not None else set()
