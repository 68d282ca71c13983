"""Executes the steps of one layer: each adds its entries to those of the steps before it.

A change of code makes the app layer alone, so what only the other steps need is imported when they are executed.
"""

import posixpath
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from pottle.base_image import BaseImage
from pottle.build.bytecode import Invalidation
from pottle.build.compiler import Compilation
from pottle.build.ingredients import Ingredients
from pottle.build.packages import Packages
from pottle.build.wheels import Wheels
from pottle.build.workshop import Workshop
from pottle.errors import ProjectError
from pottle.oci.entry import Directory, Entry, File
from pottle.oci.image import Image
from pottle.oci.layer import Layer
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
    compiles,
    image_layers,
)

if TYPE_CHECKING:
    from pottle.build.base.scripts.effects import Scripts
    from pottle.build.environment import Environment
    from pottle.build.program import Program
    from pottle.build.sandbox import Ended
    from pottle.sources.pypi.installed import Distribution


@dataclass(frozen=True)
class Executor:
    """Makes the entries of any layer of one image."""

    ingredients: Ingredients
    workshop: Workshop
    compilation: Compilation
    wheels: Wheels
    image: Callable[[LayerPlan, Layer | None], Image]
    """The image that the layers below one make, once they are made, and one more on top."""
    aside: Path
    """A directory for what is large in packages: several layers want to see it."""
    packages: Packages
    bound: set[str] = field(default_factory=set)
    """Layers that hold the project's own machine code: no other platform may have them, though nothing they are made of says so."""
    _read: dict[str, list[tuple[str, tuple[Entry, ...]]]] = field(default_factory=dict)
    """Layer → its packages and their entries."""
    _scripts: "dict[str, tuple[Scripts, ...]]" = field(default_factory=dict)
    """Layer → what the scripts of its packages say, known once they are read."""

    _compiled: "list[Program]" = field(default_factory=list)
    """The program of the image, once it is compiled."""

    def entries(self, layer: LayerPlan, work: Path) -> list[Entry]:
        """All that goes into the layer. `work` keeps what is read when the layer is written."""
        entries: list[Entry] = []
        for number, step in enumerate(layer.steps):
            entries = list(self._execute(step, layer, entries, work / str(number)))
        return entries

    def _execute(self, step: Step, layer: LayerPlan, before: list[Entry], work: Path) -> Iterable[Entry]:
        match step:
            case InstallPackages():
                return [*before, *self._packages(layer)]
            case SumUp() if self.ingredients.locked.plan.base_image is not None:
                return self._accounts(step, self.ingredients.locked.plan.base_image)
            case SumUp():
                return self._sum_up(step, layer, before)
            case InstallInterpreter():
                return [*before, *self._install_interpreter(step)]
            case CreateEnvironment():
                return self._create_environment(step, before)
            case InstallWheels():
                return [*before, *self.wheels.entries(step)]
            case BuildWheels():
                return [*before, *self._build_wheels(step, layer, work)]
            case InstallProject():
                return [*before, *self._install_project(step, layer, work)]
            case RunCommand():
                return [*before, *self._run_command(step, layer, work)]
            case CopyProject():
                return [*before, *self._copy_project(step, before)]
            case LinkProgram():
                return self._link_program(step)
            case CompileProgram():
                return self._program().entries
            case MakeDirectories(paths, uid):
                # Group 0 may write as well, as in the home: platforms that pick a uid put it into that group.
                return [*before, *(Directory(path.strip("/"), 0o775, uid=uid, gid=0) for path in paths)]
            case Trim():
                return self._trim(step, before, work)
            case _:
                assert_never(step)

    # --- Debian packages --------------------------------------------------------------------------

    def _packages(self, layer: LayerPlan) -> Sequence[Entry]:
        """What the layer's packages bring; on the lowest layer, around it what every root has."""
        from pottle.build.base import layers as base

        entries = base.layer(self._package_entries(layer))
        return list(entries if self.ingredients.below(layer) else base.root(list(entries)))

    def _package_entries(self, layer: LayerPlan) -> tuple[Entry, ...]:
        """Read once for the layer itself and for the one that sums it up."""
        from pottle.build.base import layers as base
        from pottle.build.base.clashes import check_files

        if layer.name not in self._read:
            packages = self.ingredients.packages(layer)
            python = self.ingredients.locked.plan.python
            both = zip(packages, self.packages.of(packages), strict=True)
            unpacked = [
                (package.name, base.unpacked(package.name, found.deb, tuple(found.entries()), python))
                for package, found in both
            ]
            self._scripts[layer.name] = tuple(scripts for _, (_, scripts) in unpacked)
            found = [(name, entries) for name, (entries, _) in unpacked]
            check_files(chain(*self._read.values(), found))
            self._read[layer.name] = found
        return tuple(entry for _, entries in self._read[layer.name] for entry in entries)

    def _sum_up(self, step: SumUp, layer: LayerPlan, own: Sequence[Entry]) -> Iterable[Entry]:
        from pottle.build.base import layers as base
        from pottle.build.base.accounts import Account
        from pottle.build.base.scripts.effects import effects

        below = [entry for lower in self.ingredients.below(layer) for entry in self._package_entries(lower)]
        scripts = [each for lower in (*self.ingredients.below(layer), layer) for each in self._scripts[lower.name]]
        found = effects(scripts, (*below, *own))
        for untold in found.untold:
            self.workshop.progress.warn(untold)
        user = Account(step.user, step.uid, step.gid, step.user, step.home)
        entries = list(base.system(own, below, user, found))
        self._read.clear()  # the last that wanted the packages' contents
        return entries

    def _accounts(self, step: SumUp, image: BaseImage) -> Iterable[Entry]:
        """On a base image: its accounts with ours among them, and the directories that every program expects."""
        from pottle.build.base.accounts import Account, added

        user = Account(step.user, step.uid, step.gid, step.user, step.home)
        yield from added(user, image.passwd, image.group)
        if "/tmp" not in image.has:  # noqa: S108 - a path in the image
            yield Directory("tmp", 0o1777)

    # --- the interpreter --------------------------------------------------------------------------

    def _install_interpreter(self, step: InstallInterpreter) -> Iterable[Entry]:
        """One that is not among the packages."""
        from pottle.build import standalone

        return standalone.interpreter(self.workshop.supplies.interpreter(self.ingredients.interpreter), step.into)

    # --- the environment --------------------------------------------------------------------------

    def _environment(self, path: str, interpreter: str = "") -> "Environment":
        from pottle.build.environment import Environment

        return Environment(self.ingredients.locked.plan.python, path.lstrip("/"), interpreter)

    def _create_environment(self, step: CreateEnvironment, packages: Sequence[Entry]) -> list[Entry]:
        from pottle.build import environment
        from pottle.build.base import layers as base

        home = self._environment(step.path, step.interpreter)
        # The programs of a base image keep their names: only the environment's come first in PATH.
        own = self.ingredients.locked.plan.base_image is None
        entries = [*(base.interpreter(packages, home.base) if own else packages), *environment.empty(home)]
        return [*entries, *self._bytecode(_standard_library(packages), step.bytecode)]

    def _build_wheels(self, step: BuildWheels, layer: LayerPlan, work: Path) -> list[Entry]:
        from pottle.build.sources import Builder

        locked = self.ingredients.locked
        builder = Builder.of(locked, self.workshop)
        found = [one for n, each in enumerate(locked.sources) for one in builder.built(each, work / str(n))]
        libraries = builder.libraries(found, self.ingredients.packages(layer), self.aside)
        return [*libraries, *self._installed(step.into, found, step.bytecode)]

    def _install_project(self, step: InstallProject, layer: LayerPlan, work: Path) -> list[Entry]:
        from pottle.sources.pypi.installed import is_pure

        what = "the project's wheel" if step.path == "." else f"the wheel of {step.name}"
        project = self.ingredients.project.at(step.path)
        with self.workshop.progress.task(f"Building {what}"):
            found = self.workshop.supplies.project(step.name, project.sources(), work, project.pretence)
        if not all(map(is_pure, found)):
            self.bound.add(layer.name)
        return self._installed(step.into, found, step.bytecode)

    def _installed(self, into: str, found: "Sequence[Distribution]", mode: Invalidation | None) -> list[Entry]:
        from pottle.build import environment

        populated = environment.populate(self._environment(into), found)
        for warning in populated.warnings:
            self.workshop.progress.warn(warning)
        files = [file for files in populated.entries.values() for file in files]
        sources = {name: environment.importable(found) for name, found in populated.entries.items()}
        return [*files, *self._bytecode(sources, mode)]

    def _trim(self, step: Trim, installed: Sequence[Entry], work: Path) -> Iterable[Entry]:
        from pottle.build.trim import trimmed

        with self.workshop.progress.task("Leaving out what no program needs"):
            return list(trimmed(installed, self._environment(step.into).site_packages, step, work))

    # --- the app ----------------------------------------------------------------------------------

    def _copy_project(self, step: CopyProject, wheel: Sequence[Entry]) -> list[Entry]:
        entries = list(self.ingredients.project.entries(step.into, step.without))
        if step.less_wheel:
            held = _held(wheel)
            entries = [entry for entry in entries if not (isinstance(entry, File) and held(entry, step.into))]
        # A file is a group: where one of a thousand has changed, one is compiled.
        groups = {entry.path: (entry,) for entry in _sources(entries)}
        return [*entries, *self._bytecode(groups, step.bytecode)]

    def _run_command(self, step: RunCommand, layer: LayerPlan, work: Path) -> list[Entry]:
        from pottle.build import output
        from pottle.build.sandbox import ROOT, Command

        sandbox = self.workshop.sandbox
        assert sandbox is not None, "who builds plans with commands can run them"
        outputs = {target: work / str(number) for number, target in enumerate(step.outputs)}
        for directory in outputs.values():
            directory.mkdir(parents=True)
        with self.workshop.progress.task(f"Running {step.name}"):
            command = Command(step.command, step.environment, outputs, step.seeded)
            ended = sandbox.run(self.image(layer, self._tools(layer)), command, work)
        if ended.code != 0 or ended.exceeded is not None:
            raise _failed(step, ended)
        before = {target: work / ROOT / target.strip("/") if step.seeded else None for target in outputs}
        return [entry for target, place in outputs.items() for entry in output.entries(place, target, before[target])]

    # --- a program ----------------------------------------------------------------------------------

    def _link_program(self, step: LinkProgram) -> list[Entry]:
        from pottle.build import linked

        return linked.entries(step, self._program(), self.ingredients.locked, self.workshop, self.aside / "linked")

    def _program(self) -> "Program":
        """Compiled for the lower of its two layers, and there for the other."""
        from pottle.build import program

        if not self._compiled:
            locked = self.ingredients.locked
            step = compiles(locked.plan.layers)
            assert step is not None, "a plan that links a program compiles it"
            image = self.image(image_layers(locked.plan.layers)[0], None)
            self._compiled.append(program.compiled(step, locked, image, self.workshop, self.aside / "program"))
        return self._compiled[0]

    def _tools(self, layer: LayerPlan) -> Layer | None:
        """What a command runs with, as a layer that is in no image."""
        from pottle.build.base import layers as base
        from pottle.oci.layer import write_layer

        if not self.ingredients.packages(layer):
            return None
        epoch = self.ingredients.locked.plan.epoch
        return write_layer(base.layer(self._package_entries(layer)), self.workshop.store, mtime=epoch)

    def _bytecode(self, groups: Mapping[str, Iterable[File]], mode: Invalidation | None) -> list[Entry]:
        compiled = self.compilation.compiled(groups, mode)
        return [file for name in sorted(compiled) for file in compiled[name]]


def _failed(step: RunCommand, ended: "Ended") -> ProjectError:
    if ended.exceeded is not None:
        hint = "it is given a share of the machine, and an hour"
        return ProjectError(f"{step.name} was ended, since {ended.exceeded}", hint=hint)
    lines = [line.strip() for line in ended.said.splitlines() if line.strip()]
    why = lines[-1][:300].rstrip(".") if lines else "it did not say why"
    leave = "" if step.seeded else f", or leave it out by `{step.name} = false` under [tool.pottle]"
    hint = f"it runs without network and without your environment: give it variables by `build-env`{leave}"
    return ProjectError(f"{step.name} failed with exit code {ended.code}: {why}", hint=hint)


def _standard_library(packages: Iterable[Entry]) -> dict[str, list[File]]:
    """Its modules; those that describe the machine are a group of their own, so that all others are compiled once for every platform."""
    groups: dict[str, list[File]] = {"stdlib": [], "machine": []}
    for source in _sources(packages):
        groups["machine" if "/_sysconfigdata_" in source.path else "stdlib"].append(source)
    return groups


def _sources(entries: Iterable[Entry]) -> list[File]:
    return [entry for entry in entries if isinstance(entry, File) and entry.path.endswith(".py")]


def _held(wheel: Iterable[Entry]) -> Callable[[File, str], bool]:
    """Whether the wheel holds a file of the project: under the same path, or below a source directory, with the same content."""
    files = {}
    for entry in wheel:
        if isinstance(entry, File) and "/site-packages/" in entry.path:
            files[entry.path.partition("/site-packages/")[2]] = entry

    def held(file: File, into: str) -> bool:
        path = posixpath.relpath(f"/{file.path}", into)
        while True:
            if (twin := files.get(path)) is not None and twin.size == file.size and twin.read() == file.read():
                return True
            _, slash, path = path.partition("/")
            if not slash:
                return False

    return held
