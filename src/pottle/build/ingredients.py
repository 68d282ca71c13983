"""What each layer is made of, as the name under which the cache knows it: its key says everything that could change its bytes."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import assert_never

import msgspec

from pottle.build import cache
from pottle.build.clashes import Clash
from pottle.build.compiler import identity
from pottle.build.project import ProjectFiles
from pottle.oci.compression import Compression
from pottle.plan.lock import LockedInterpreter, LockedPackage, LockedPlan
from pottle.plan.model import (
    BuildWheels,
    CompileProgram,
    CopyProject,
    CreateEnvironment,
    InstallInterpreter,
    InstallPackages,
    InstallProject,
    InstallWheels,
    LayerPlan,
    LinkProgram,
    MakeDirectories,
    RunCommand,
    Step,
    SumUp,
    Trim,
    compiled_layers,
    compiles,
)


@dataclass(frozen=True)
class Ingredients:
    """A locked plan and the project's files."""

    locked: LockedPlan
    project: ProjectFiles
    compression: Compression = "gzip"
    portable: bool = False
    """Whether keys hold on every machine. Else they are cheaper: they rest on what this one says of the project's files."""

    def key(self, layer: LayerPlan, clashes: Sequence[Clash] | None = None) -> str:
        """The name of what this layer's steps make of their inputs; `clashes` are those of all wheels of the image.

        Where nobody has looked for them yet, all wheels are named in their place: they decide it.
        """
        inputs = [part for step in layer.steps for part in self._inputs(step, layer, clashes)]
        return cache.key([_said(step) for step in layer.steps], self.locked.plan.epoch, inputs, self.compression)

    def packages(self, layer: LayerPlan) -> tuple[LockedPackage, ...]:
        """The Debian packages of one layer; none where it has none."""
        return self._packages.get(layer.name, ())

    @property
    def interpreter(self) -> LockedInterpreter:
        """The one that is not among the packages, where a step installs one."""
        assert self.locked.interpreter is not None, "locking has found it"
        return self.locked.interpreter

    def below(self, layer: LayerPlan) -> tuple[LayerPlan, ...]:
        """The layers under this one."""
        layers = self.locked.plan.layers
        return layers[: layers.index(layer)]

    def _inputs(self, step: Step, layer: LayerPlan, clashes: Sequence[Clash] | None) -> Iterator[object]:
        """What a step takes besides what it says itself."""
        match step:
            case InstallPackages():
                yield [package.sha256 for package in self.packages(layer)]
            case SumUp() if (image := self.locked.plan.base_image) is not None:
                yield (image.passwd, image.group, image.has)
            case SumUp():
                yield [package.sha256 for below in self.below(layer) for package in self.packages(below)]
            case RunCommand():
                image = self.locked.plan.base_image
                yield image.digest if image is not None else None
                yield [package.sha256 for package in self.packages(layer)]
                yield [self.key(below) for below in self.below(layer)]
            case InstallInterpreter():
                yield self.interpreter.sha256
            case CreateEnvironment(bytecode=mode):
                yield self._compiler(mode)
            case InstallWheels(requirements=requirements, bytecode=mode):
                names = {each.name for each in requirements}
                yield [wheel.sha256 for wheel in self.locked.wheels if wheel.name in names]
                yield self._lost(names, clashes)
                yield self.locked.plan.python
                yield self._compiler(mode)
            case BuildWheels(bytecode=mode):
                yield [(each.url, each.commit, each.subdirectory, each.sha256) for each in self.locked.sources]
                yield [package.sha256 for package in self.packages(layer)]
                yield self.locked.interpreter.sha256 if self.locked.interpreter is not None else None
                yield from (self._build(each.name) for each in self.locked.sources)
                yield self.locked.plan.python
                yield self._compiler(mode)
            case InstallProject(name=name, path=path, bytecode=mode):
                yield self._build(name)
                pretence = self.project.at(path).pretence
                yield (self._project(path), pretence.variables, pretence.pkg_info, pretence.repository)
                yield self.locked.plan.python
                yield self._compiler(mode)
            case CopyProject(bytecode=mode):
                yield self._project(".")
                yield self.locked.plan.python
                yield self._compiler(mode)
            case LinkProgram() | CompileProgram():
                layers = self.locked.plan.layers
                yield [self.key(below) for below in compiled_layers(layers)]
                yield [package.sha256 for _, packages in self.locked.packages for package in packages]
                yield (compiles(layers), self.locked.plan.system_packages.runtime, self.locked.plan.platform)
                yield [self._build(program.compiler) for program in [compiles(layers)] if program is not None]
            case MakeDirectories() | Trim():
                pass
            case _:
                assert_never(step)

    def _build(self, name: str) -> object:
        """What the wheel of that distribution is built with, where that is decided."""
        found = (each.requires for each in self.locked.builds if each.of == name)
        return next(([(one.name, one.version, one.sha256) for one in requires] for requires in found), None)

    def _lost(self, names: Collection[str], clashes: Sequence[Clash] | None) -> object:
        if clashes is None:
            return [wheel.sha256 for wheel in self.locked.wheels]
        return [(clash.loser, clash.paths) for clash in clashes if clash.loser in names]

    def _compiler(self, mode: object) -> str | None:
        compiler = self.locked.compiler
        return identity(compiler) if mode is not None and compiler is not None else None

    @cached_property
    def _packages(self) -> dict[str, tuple[LockedPackage, ...]]:
        return dict(self.locked.packages)

    def _project(self, path: str) -> tuple[object, object]:
        if path not in self._states:
            project = self.project.at(path)
            self._states[path] = project.content() if self.portable else (str(project.root), project.state())
        return self._states[path]

    def are_unchanged(self) -> bool:
        """Whether the project's files are still those that the keys speak of."""
        try:
            return all(self.project.at(path).state() == state for path, (_, state) in self._states.items())
        except OSError:
            return False

    @cached_property
    def _states(self) -> dict[str, tuple[object, object]]:
        """What each project consists of, asked once."""
        return {}


def _said(step: Step) -> Step:
    """What of a step decides what it makes: not where a lock names a wheel, or which index has it."""
    match step:
        case InstallWheels():
            return msgspec.structs.replace(step, requirements=(), index=None, extra_indexes=())
        case _:
            return step
