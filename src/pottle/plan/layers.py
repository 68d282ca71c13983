"""The layers of an image, what changes least at the bottom: equal inputs give equal layers in every image of every project."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from pottle.config.options import Options
from pottle.plan import packages
from pottle.plan.bases import Base
from pottle.plan.model import (
    CopyProject,
    CreateEnvironment,
    InstallPackages,
    InstallProject,
    InstallWheels,
    LayerPlan,
    MakeDirectories,
    Requirement,
    Step,
    SumUp,
)
from pottle.plan.places import APP, ENVIRONMENT, HOME, UID, USER
from pottle.project.facts import Facts


@dataclass(frozen=True)
class Layers:
    """What the layers of one image are made from."""

    facts: Facts
    options: Options
    base: Base
    requirements: tuple[Requirement, ...]
    unresolved: bool
    """The requirements are not a complete, pinned set."""
    volumes: tuple[str, ...] = ()

    def all(self) -> Iterator[LayerPlan]:
        """From the lowest to the topmost."""
        yield self._base()
        yield self._interpreter()
        if names := further_packages(self.facts, self.options):
            because = "further packages change less often than the lock"
            step = self._install(names, packages.without(names))
            yield LayerPlan(name="packages", steps=(step,), because=because)
        yield self._system()
        if self.requirements:
            yield self._environment()
        yield self._app()

    def _base(self) -> LayerPlan:
        because = "what wheels expect of any Linux changes least"
        return LayerPlan(name="base", steps=(self._install(packages.RUNTIME),), because=because)

    def _interpreter(self) -> LayerPlan:
        python = self.base.python
        create = CreateEnvironment(
            path=ENVIRONMENT, interpreter=f"/usr/bin/python{python}", bytecode=self._third_party_bytecode
        )
        steps = (self._install(packages.interpreter(self.base)), create)
        return LayerPlan(name="interpreter", steps=steps, because=f"CPython {python} is the same in every project")

    def _system(self) -> LayerPlan:
        steps = (self._install(packages.SYSTEM), SumUp(uid=UID, gid=UID, user=USER, home=HOME))
        return LayerPlan(name="system", steps=steps, because="sums up the packages below, which stay shared")

    def _environment(self) -> LayerPlan:
        lock = self.facts.lock
        step = InstallWheels(
            into=ENVIRONMENT,
            requirements=self.requirements,
            bytecode=self._third_party_bytecode,
            unresolved=self.unresolved,
            index=lock.index if lock else None,
            extra_indexes=lock.extra_indexes if lock else (),
        )
        because = f"changes with the {'requirements' if self.unresolved else 'lock'}, not with the code"
        return LayerPlan(name="environment", steps=(step,), because=because)

    def _app(self) -> LayerPlan:
        bytecode: Literal["checked-hash"] | None = "checked-hash" if self._bytecode else None
        packaging = self.facts.packaging
        copy = CopyProject(into=APP, less_wheel=packaging is not None, bytecode=bytecode)
        steps: tuple[Step, ...] = (copy,)
        if packaging is not None:
            versioning = self.facts.versioning
            install = InstallProject(
                into=ENVIRONMENT,
                backend=packaging.backend,
                bytecode=bytecode,
                version_tool=versioning.tool if versioning else None,
            )
            steps = (install, copy)
        if self.volumes:
            steps = (*steps, MakeDirectories(paths=self.volumes, uid=UID))
        return LayerPlan(name="app", steps=steps, because="changes with every commit, so it lies on top")

    def _install(self, names: tuple[str, ...], without: Iterable[str] = packages.WITHOUT) -> InstallPackages:
        return InstallPackages(suite=self.base.suite, packages=names, without=tuple(sorted(without)))

    @property
    def _bytecode(self) -> bool:
        return self.options.optimize == "speed"

    @property
    def _third_party_bytecode(self) -> Literal["unchecked-hash"] | None:
        return "unchecked-hash" if self._bytecode else None


def further_packages(facts: Facts, options: Options) -> tuple[str, ...]:
    """Debian packages beyond the interpreter's: those configured, and a shell where one is needed or wanted."""
    wanted = {*options.packages}
    if facts.shell is not None:
        wanted |= {*packages.SHELL}
    if options.variant == "debug":
        wanted |= {*packages.DEBUG}
    return tuple(sorted(wanted))
