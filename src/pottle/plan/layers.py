"""The layers of an image, what changes least at the bottom: equal inputs give equal layers in every image of every project."""

import posixpath
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from pottle.config.options import Options, StepOptions
from pottle.errors import ConfigError
from pottle.plan import environment_layers as environment
from pottle.plan import packages
from pottle.plan.bases import Base, suite_with
from pottle.plan.messages import translated
from pottle.plan.model import (
    BuildWheels,
    CopyProject,
    CreateEnvironment,
    InstallInterpreter,
    InstallPackages,
    InstallProject,
    InstallWheels,
    LayerPlan,
    MakeDirectories,
    RunCommand,
    Step,
    SumUp,
    Trim,
)
from pottle.plan.places import APP, ENVIRONMENT, HOME, MESSAGES, SOURCES, STANDALONE, UID, USER
from pottle.plan.trimming import trim
from pottle.plan.wheels import Installed
from pottle.project.facts import Facts, Messages, StaticFiles, VersionTool


@dataclass(frozen=True)
class Layers:
    """What the layers of one image are made from."""

    facts: Facts
    options: Options
    base: Base
    installed: Installed
    unresolved: bool
    """The requirements are not a complete, pinned set."""
    further: tuple[str, ...]
    """Debian packages beyond the interpreter's own."""
    volumes: tuple[str, ...] = ()

    def all(self) -> Iterator[LayerPlan]:
        """From the lowest to the topmost."""
        if self.base.reference is None:
            yield self._base()
        yield self._interpreter()
        if self.further and self.base.reference is None:
            because = "further packages change less often than the lock"
            step = self._install(self.further, packages.without(self.further))
            yield LayerPlan(name="packages", steps=(step,), because=because)
        yield self._system()
        if self.installed.requirements or self._own is not None:
            yield from environment.layers(self.install_wheels(), self._trims)
        if self.installed.sources or self._may_build:
            yield self._sources()
        if self.installed.neighbours:
            yield self._neighbours()
        yield self._app()
        if (messages := translated(self.facts, self.options, self.base)) is not None:
            yield self._messages(messages)
        if self.facts.static_files is not None and self.options.collectstatic:
            yield self._static(self.facts.static_files)
        yield from (self._step(name, step) for name, step in self.options.step)

    def _base(self) -> LayerPlan:
        because = "what wheels expect of any Linux changes least"
        return LayerPlan(name="base", steps=(self._install(packages.RUNTIME),), because=because)

    def _interpreter(self) -> LayerPlan:
        python = self.base.python
        mode = self._third_party_bytecode if self.base.own is None else None
        create = CreateEnvironment(path=ENVIRONMENT, interpreter=self.base.interpreter, bytecode=mode)
        because = f"CPython {python} is the same in every project"
        if self.base.own is not None:
            because = f"an environment for the base image's CPython {python} is the same in every project"
        return LayerPlan(name="interpreter", steps=(*self._cpython(), create), because=because)

    def _cpython(self) -> Iterator[Step]:
        if self.base.reference is None and (names := packages.interpreter(self.base)):
            yield self._install(names)
        if (version := self.base.standalone) is not None:
            yield InstallInterpreter(version=version, source="python-build-standalone", into=STANDALONE)

    def _system(self) -> LayerPlan:
        sum_up = SumUp(uid=UID, gid=UID, user=USER, home=HOME)
        if self.base.reference is not None:
            because = "the accounts of the base image, and the one that the application runs as"
            return LayerPlan(name="system", steps=(sum_up,), because=because)
        steps = (self._install(packages.SYSTEM), sum_up)
        return LayerPlan(name="system", steps=steps, because="sums up the packages below, which stay shared")

    def install_wheels(self) -> InstallWheels:
        """The step that installs third parties' distributions."""
        lock = self.facts.lock
        return InstallWheels(
            into=ENVIRONMENT,
            requirements=self.installed.requirements,
            bytecode=self._third_party_bytecode,
            unresolved=self.unresolved,
            index=lock.index if lock else None,
            extra_indexes=lock.extra_indexes if lock else (),
            may_build=self._may_build,
            own=self._own,
        )

    def _sources(self) -> LayerPlan:
        step = BuildWheels(
            into=ENVIRONMENT,
            sources=self.installed.sources,
            bytecode=self._third_party_bytecode,
            tools=self._tools(),
        )
        return LayerPlan(
            name=SOURCES, steps=(step, *self._trims), because="what has to be built is not built anew with the rest"
        )

    def _tools(self) -> InstallPackages | None:
        """Of the image's own suite; for a base image of the first that has its X.Y."""
        suite = self.base if self.base.reference is None else suite_with(self.base.python)
        if suite is None:
            return None
        names = packages.tools(suite, self.options.build_packages)
        return InstallPackages(suite=suite.suite, packages=names, without=packages.without(names))

    def _neighbours(self) -> LayerPlan:
        steps = tuple(self._project(each.name, each.source_id, each.backend) for each in self.installed.neighbours)
        return LayerPlan(name="neighbours", steps=steps, because="changes with other projects of the repository")

    def _project(self, name: str, path: str, backend: str | None, tool: VersionTool | None = None) -> InstallProject:
        assert backend is not None, "what is not built is only its dependencies"
        mode = self._own_bytecode
        return InstallProject(into=ENVIRONMENT, name=name, path=path, backend=backend, bytecode=mode, version_tool=tool)

    def _app(self) -> LayerPlan:
        packaging, lock = self.facts.packaging, self.facts.lock
        others = {*(lock.members if lock else ()), *(each.source_id for each in self.installed.neighbours)}
        inside = tuple(sorted(path for path in others if not path.startswith("..")))
        copy = CopyProject(into=APP, less_wheel=packaging is not None, bytecode=self._own_bytecode, without=inside)
        steps: tuple[Step, ...] = (copy,)
        if packaging is not None:
            versioning = self.facts.versioning
            tool = versioning.tool if versioning else None
            steps = (self._project(self.facts.name.value, ".", packaging.backend, tool), copy)
        if self.volumes:
            steps = (*steps, MakeDirectories(paths=self.volumes, uid=UID))
        return LayerPlan(name="app", steps=steps, because="changes with every commit, so it lies on top")

    def _static(self, found: StaticFiles) -> LayerPlan:
        step = RunCommand(
            name="collectstatic",
            command=("python", found.manage, "collectstatic", "--noinput"),
            environment=tuple(sorted({**dict(found.environment), **dict(self.options.build_env)}.items())),
            outputs=(posixpath.join(APP, found.directory),),
        )
        return LayerPlan(name="static", steps=(step,), because="what collectstatic writes changes with the code")

    def _messages(self, found: Messages) -> LayerPlan:
        step = RunCommand(
            name="compilemessages",
            command=("python", found.manage, "compilemessages"),
            environment=tuple(sorted({**dict(found.environment), **dict(self.options.build_env)}.items())),
            outputs=tuple(posixpath.join(APP, each) for each in found.directories),
            seeded=True,
            tools=self._install(packages.MESSAGES, packages.without(packages.MESSAGES)),
        )
        return LayerPlan(name=MESSAGES, steps=(step,), because="what compilemessages writes changes with the code")

    def _step(self, name: str, step: StepOptions) -> LayerPlan:
        """One that is configured."""
        command = tuple(shlex.split(step.command)) if isinstance(step.command, str) else step.command
        outputs = tuple(sorted({posixpath.normpath(posixpath.join(APP, each)) for each in step.outputs}))
        if not command or any(path == "/" or path.startswith("//") for path in outputs):
            what = f"the step {name} runs nothing" if not command else f"the step {name} may not write everywhere"
            raise ConfigError(what, at=step.at, hint="name its words in `command`, directories in `outputs`")
        run = RunCommand(name=name, command=command, environment=self.options.build_env, outputs=outputs, seeded=True)
        return LayerPlan(name=f"step-{name}", steps=(run,), because=f"what {name} writes changes with the code")

    def _install(self, names: tuple[str, ...], without: Iterable[str] = packages.WITHOUT) -> InstallPackages:
        return InstallPackages(suite=self.base.suite, packages=names, without=tuple(sorted(without)))

    @property
    def _trims(self) -> tuple[Trim, ...]:
        """What follows third parties' distributions."""
        step = trim(self.options, self.base, self.further)
        return (step,) if step is not None else ()

    @property
    def _own(self) -> tuple[str, ...] | None:
        """The extras that the project's backend is asked for, where it has to be asked at all."""
        asks = self.unresolved and self.facts.lock is not None and self.facts.lock.asks is not None
        return self.options.extras if asks else None

    @property
    def _bytecode(self) -> bool:
        return self.options.optimize == "speed" and self.options.compile is None

    @property
    def _may_build(self) -> tuple[str, ...]:
        """What may turn out to be a source: where the lock names no files, an index tells."""
        asks = self.unresolved or any(each.wheel is None for each in self.installed.requirements)
        return self.options.source_builds if asks else ()

    @property
    def _own_bytecode(self) -> Literal["checked-hash"] | None:
        return "checked-hash" if self._bytecode else None

    @property
    def _third_party_bytecode(self) -> Literal["unchecked-hash"] | None:
        return "unchecked-hash" if self._bytecode else None
