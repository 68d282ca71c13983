"""What each layer is made of, as the name under which the cache knows it: its key says everything that could change its bytes."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import assert_never

from pottle.build import cache
from pottle.build.compiler import identity
from pottle.build.project import ProjectFiles
from pottle.plan.lock import LockedPackage, LockedPlan
from pottle.plan.model import (
    CopyProject,
    CreateEnvironment,
    InstallPackages,
    InstallProject,
    InstallWheels,
    LayerPlan,
    MakeDirectories,
    Step,
    SumUp,
)


@dataclass(frozen=True)
class Ingredients:
    """A locked plan and the project's files."""

    locked: LockedPlan
    project: ProjectFiles

    def key(self, layer: LayerPlan) -> str:
        """The name of what this layer's steps make of their inputs."""
        inputs = [part for step in layer.steps for part in self._inputs(step, layer)]
        return cache.key(layer.steps, self.locked.plan.epoch, inputs)

    def packages(self, layer: LayerPlan) -> tuple[LockedPackage, ...]:
        """The Debian packages of one layer; none where it has none."""
        return self._packages.get(layer.name, ())

    def below(self, layer: LayerPlan) -> tuple[LayerPlan, ...]:
        """The layers under this one."""
        layers = self.locked.plan.layers
        return layers[: layers.index(layer)]

    def _inputs(self, step: Step, layer: LayerPlan) -> Iterator[object]:
        """What a step takes besides what it says itself."""
        match step:
            case InstallPackages():
                yield [package.sha256 for package in self.packages(layer)]
            case SumUp():
                yield [package.sha256 for below in self.below(layer) for package in self.packages(below)]
            case CreateEnvironment(bytecode=mode):
                yield self._compiler(mode)
            case InstallWheels(bytecode=mode):
                yield [wheel.sha256 for wheel in self.locked.wheels]
                yield self.locked.plan.python
                yield self._compiler(mode)
            case InstallProject(bytecode=mode):
                pretence = self.project.pretence
                yield (self._project, pretence.variables, pretence.pkg_info, pretence.repository)
                yield self.locked.plan.python
                yield self._compiler(mode)
            case CopyProject(bytecode=mode):
                yield self._project
                yield self.locked.plan.python
                yield self._compiler(mode)
            case MakeDirectories():
                pass
            case _:
                assert_never(step)

    def _compiler(self, mode: object) -> str | None:
        compiler = self.locked.compiler
        return identity(compiler) if mode is not None and compiler is not None else None

    @cached_property
    def _packages(self) -> dict[str, tuple[LockedPackage, ...]]:
        return dict(self.locked.packages)

    @cached_property
    def _project(self) -> object:
        return (str(self.project.root), self.project.state())
