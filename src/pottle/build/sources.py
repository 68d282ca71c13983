"""Third parties' sources → wheels, in a sandbox: the image's own Python and a toolchain, no network, fixed paths, one time, bounded.

A source's backend (PEP 517) runs in [a root](builder_root) that nobody can write to. It finds its files at `/build/source`, what its
`[build-system]` requires as an environment at `/build/environment`, and leaves a wheel in `/build/out`. All three are new each time, so
that what is built depends on its key alone; the wheel is kept under that.
"""

import json
import re
import shutil
import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pottle.build import build_worker, builder_root, cache, environment
from pottle.build.builder_root import PLACE
from pottle.build.environment import Environment
from pottle.build.sandbox import Ended, Task, variables
from pottle.build.workshop import Workshop
from pottle.errors import ProjectError
from pottle.oci.entry import Entry
from pottle.oci.platform import Platform
from pottle.oci.unpack import lay_out
from pottle.plan.lock import LockedPackage, LockedPlan
from pottle.plan.model import BuildWheels, CreateEnvironment, Source
from pottle.plan.places import SOURCES, TOOLS
from pottle.sharing import used
from pottle.text import Location
from pottle.writing import host_errors, staged_directory

if TYPE_CHECKING:
    from pottle.build.supplies import BuildSystem, Rust
    from pottle.sources.pypi.installed import Distribution


_CRATES_OF_SUITE = f"""\
[source.crates-io]
replace-with = "suite"
[source.suite]
directory = "/{builder_root.CRATES}"
"""
_RUST = re.compile(r"rustc(-web|-\d+\.\d+)?")


class BuildFailed(ProjectError):
    """A backend failed."""

    said = ""
    """The end of what it said."""


_LARGEST_ANSWER = 1 << 20
_LARGEST_WHEEL = 2 << 30
_MOST_REQUIRED = 200
_DEEPEST = 4
"""So many may be built one for another."""
_RAISED = re.compile(r"[\w.]*(Error|Exception|Exit|Failed|Failure)\w*(:|$)")
_COMPILER = re.compile(r"\S+:\d+(:\d+)?: (fatal )?error: |.*: not found$|CMake Error|error: ")
_OFFLINE = re.compile(
    r"(?i)name resolution|name or service not known|nodename nor servname|network is unreachable|could not resolve host"
)


@dataclass(frozen=True, slots=True)
class Required:
    """What one distribution is built with."""

    of: str
    requires: tuple[str, ...]
    """`setuptools==80.9.0` …, by name."""
    wheel: Path | None = None
    """Its own, where it is built only for the building of another."""


@dataclass(frozen=True, slots=True)
class Builder:
    """Builds the sources of one image."""

    locked: LockedPlan
    packages: tuple[LockedPackage, ...]
    """Of the root: the image's own, and those that only building needs."""
    workshop: Workshop

    @classmethod
    def of(cls, locked: LockedPlan, workshop: Workshop) -> "Builder":
        """Raises `ProjectError` where no suite has a Python to build with."""
        steps = (step for layer in locked.plan.layers for step in layer.steps)
        if any(isinstance(step, BuildWheels) and step.tools is None for step in steps):
            what = f"nothing can be built for Python {locked.plan.python} on a base image: no suite has it"
            raise ProjectError(what, hint='let pottle put a base together: `base = "debian"`')
        image = locked.plan.base_image
        if locked.sources and image is not None and image.libc != "glibc":
            name = image.name.removeprefix("docker.io/library/")
            what = f"nothing can be built for {name}: suites build for glibc, and it has {image.libc}"
            raise ProjectError(what, hint="choose versions that have wheels for it, or a base image with glibc")
        of_root = (packages for layer, packages in locked.packages if layer == SOURCES or layer not in TOOLS)
        return cls(locked, tuple(package for packages in of_root for package in packages), workshop)

    def requirements(self, source: Source, work: Path) -> tuple[Required, ...]:
        """What the source is built with, last, and before that what of it is built; `work` does not exist yet."""
        work.mkdir(parents=True)
        prepared = self._prepared(source, work)
        if not isinstance(prepared, _Prepared):
            return (Required(source.name, ()),)
        return (*prepared.room.built, _required(source, prepared.room))

    def wheel(self, source: Source, work: Path) -> Path | None:
        """The wheel of the source, built in `work` unless it is kept; None for one that uv builds itself."""
        place = self.workshop.built / self.key(source)
        with self.workshop.turns.of(place):
            if (wheel := _only(place, "*.whl")) is None:
                made = self._make(source, work)
                if not isinstance(made, Path):
                    return None
                wheel = self._keep(made, place)
            used(place)
        return wheel

    def has(self, source: Source) -> bool:
        """Whether its wheel is kept."""
        return _only(self.workshop.built / self.key(source), "*.whl") is not None

    def adopt(self, source: Source, wheel: Path) -> None:
        """Keeps a wheel that was built for another platform, and is for any."""
        self._keep(wheel, self.workshop.built / self.key(source))

    def built(self, source: Source, work: Path) -> "Sequence[Distribution]":
        """What the source makes, unpacked below `work`, which does not exist yet; its wheel is kept."""
        wheel = self.wheel(source, work)
        if wheel is not None:
            return self.workshop.supplies.wheel(wheel, work / "installed")
        found = self.workshop.supplies.source(source, work / "again")
        assert found is not None, "uv built it before"
        return [found]

    def key(self, source: Source) -> str:
        """All that decides what the wheel is, but for what an index has to offer where no lock has decided what it is built with."""
        plan = self.locked.plan
        given = [[(r.name, r.version, r.sha256) for r in b.requires] for b in self.locked.builds if b.of == source.name]
        named = (source.name, source.version, source.commit, source.subdirectory, source.sha256)
        crates = ["suite"] if of_suite(self.locked) else []
        how = (self._root_identity, given, *crates)
        return cache.key("wheel", named, *how, plan.python, plan.platform, plan.epoch)

    @property
    def _root_identity(self) -> str:
        return builder_root.identity(self.packages, self.locked.interpreter)

    @property
    def _root(self) -> Path:
        return builder_root.root(self.packages, self.locked.interpreter, self.workshop)

    def _keep(self, wheel: Path, place: Path) -> Path:
        with host_errors(place):
            place.parent.mkdir(parents=True, exist_ok=True)
            with staged_directory(place.parent, ".built-") as staged:
                whole = staged / "whole"
                whole.mkdir()
                shutil.copyfile(wheel, whole / wheel.name)
                shutil.rmtree(place, ignore_errors=True)
                whole.rename(place)
        return place / wheel.name

    def libraries(self, found: "Sequence[Distribution]", tools: Sequence[LockedPackage], aside: Path) -> list[Entry]:
        """What the distributions are linked with, or load, and the image has not: from the packages of their `tools`, with what these need."""
        from pottle.build import libraries
        from pottle.build.base import layers as base

        needed, loaded = libraries.needed(found), self.loaded(found)
        if self.locked.plan.base_image is not None or not (needed or loaded):
            return []
        owners = builder_root.owners(self._root) if needed else {}
        names = {owners[soname] for soname in needed if soname in owners} | loaded
        debs = dict(zip((each.name for each in tools), self.workshop.supplies.packages(tools), strict=True))
        wanted = libraries.closure(names, {name: deb.control for name, deb in debs.items()})
        python = self.locked.plan.python
        entries = [
            e
            for name in sorted(wanted)
            for e in base.unpacked(name, debs[name], tuple(debs[name].entries(aside)), python)[0]
        ]
        return list(base.layer(entries))

    def loaded(self, found: "Sequence[Distribution]") -> frozenset[str]:
        """The packages of libraries that the distributions load by name, which the image has not.

        Nothing is put on a base image: it has all that they need, or that is an error.
        """
        from pottle.build import libraries
        from pottle.plan.libraries import asked

        plan = self.locked.plan
        if plan.base_image is not None:
            for told in libraries.check_on(plan.base_image, found, asked(plan)):
                self.workshop.progress.warn(told)
            return frozenset()
        steps = (step for layer in plan.layers for step in layer.steps if isinstance(step, BuildWheels))
        suite = next((step.tools.suite for step in steps if step.tools is not None), "")
        there = [each.name for layer, packages in self.locked.packages if layer not in TOOLS for each in packages]
        on = libraries.system(suite, Platform.parse(plan.platform), there)
        return libraries.loaded(found, on, asked(plan)) if on is not None else frozenset()

    # --- one build ----------------------------------------------------------------------------------

    def _make(self, source: Source, work: Path) -> "Path | Distribution":
        work.mkdir(parents=True)
        with self.workshop.progress.task(f"Building {source.name}"):
            prepared = self._prepared(source, work)
            return self._call(source, prepared, work) if isinstance(prepared, _Prepared) else prepared

    def _call(self, source: Source, prepared: "_Prepared", work: Path) -> Path:
        """The wheel that the backend makes."""
        ended = self._run(prepared.room, work / "source", "build_wheel", prepared.system)
        if ended.code != 0 or ended.exceeded is not None:
            raise self._failed(source, ended)
        return self._wheel(source, prepared.room.out)

    def _prepared(self, source: Source, work: Path) -> "_Prepared | Distribution":
        """The source's files in `work`, and where its backend is run with all that it requires."""
        tree, supplies = work / "source", self.workshop.supplies
        if (found := supplies.source(source, tree)) is not None:
            return found
        return self._ready(source, work, (source.name,))

    def _ready(self, source: Source, work: Path, chain: tuple[str, ...]) -> "_Prepared":
        """Where the source at `work / "source"` is built; `chain` are those that it is built for, and itself."""
        tree = work / "source"
        system = self.workshop.supplies.build_system(source, tree)
        order = _Order(source, system, self._crates(source, tree, system, work), chain)
        room = self._room(order, (), work / "0")
        if more := self._further(source, system, room, work):
            room = self._room(order, more, work / "1")
        return _Prepared(system, room)

    def rust(self, source: Source, work: Path) -> "Rust | None":
        """What the source says of Rust, looked at in `work`, which does not exist yet; None: it has none."""
        work.mkdir(parents=True)
        tree, supplies = work / "source", self.workshop.supplies
        if supplies.source(source, tree) is not None:
            return None
        return supplies.rust(tree, supplies.build_system(source, tree).requires)

    def _crates(self, source: Source, tree: Path, system: "BuildSystem", work: Path) -> Mapping[str, Path]:
        """Where cargo finds the source's crates: paths in the sandbox, and the directories of this machine that appear there."""
        supplies = self.workshop.supplies
        rust = supplies.rust(tree, system.requires)
        if rust is None:
            return {}
        self._check_rust(source, rust)
        if rust.vendored:
            return {}
        configured, given = work / "cargo", {}
        configured.mkdir()
        if rust.locks and not of_suite(self.locked):
            text = supplies.crates(source, rust, work / "crates", f"/{builder_root.VENDORED}")
            given[f"/{builder_root.VENDORED}"] = work / "crates"
        else:
            text = _CRATES_OF_SUITE
            for lock in rust.locks:
                lock.unlink()  # it names versions of Rust's registry, and none but the suite's are there
        (configured / "config.toml").write_text(text, encoding="utf-8")
        return given | {f"/{builder_root.CONFIGURED}": configured}

    def _check_rust(self, source: Source, rust: "Rust") -> None:
        found = rust_of(self.packages)
        if rust.needed is None or found is None or found >= rust.needed:
            return
        (major, minor), (old_major, old_minor) = rust.needed, found
        what = f"it needs Rust {major}.{minor}, and what it is built in has {old_major}.{old_minor}"
        raise self._error(
            source, what, "choose an older version of it, or a base that is newer: `base` under [tool.pottle]"
        )

    def _room(self, order: "_Order", more: Sequence[str], into: Path) -> "_Room":
        """What the backend is run with, and an empty place for what it makes."""
        into.mkdir()
        found, built = self._required(order, (*order.system.requires, *more), into)
        where = Environment(self.locked.plan.python, f"{PLACE}/environment", self._program)
        populated = environment.populate(where, found)
        files = (file for files in populated.entries.values() for file in files)
        lay_out((*environment.empty(where), *files), into / "whole")
        out = into / "out"
        out.mkdir()
        return _Room(self._root, into / "whole" / PLACE / "environment", out, tuple(found), order.crates, built)

    def _required(
        self, order: "_Order", requires: Sequence[str], into: Path
    ) -> "tuple[Sequence[Distribution], tuple[Required, ...]]":
        """All that is required, unpacked below `into`; what of it has no wheel is built, in the same way."""
        from pottle.sources.pypi.build_environments import WithoutWheel

        wheels: dict[str, Path] = {}
        built: tuple[Required, ...] = ()
        while True:
            place, given = into / f"fetched-{len(wheels)}", tuple(wheels.values())
            try:
                return self.workshop.supplies.build_requirements(order.source, requires, place, given), built
            except WithoutWheel as missing:
                if missing.name in wheels:
                    raise  # what was built does not satisfy
                work = into / missing.name
                wheels[missing.name], of_it = self._built(order, missing.name, requires, given, work)
                built += of_it

    def _built(
        self, order: "_Order", name: str, requires: Sequence[str], given: Sequence[Path], work: Path
    ) -> "tuple[Path, tuple[Required, ...]]":
        """The wheel of something that a build requires and an index has as a source alone, and what it was built with."""
        way = " → ".join((*order.chain, name))
        if name in order.chain:
            raise self._error(order.source, f"what it is built with has no wheel and needs itself ({way})")
        if len(order.chain) > _DEEPEST:
            raise self._error(order.source, f"what it is built with has no wheel, too many times over ({way})")
        work.mkdir()
        source = self.workshop.supplies.required(order.source, name, requires, given, work / "source")
        try:
            prepared = self._ready(source, work, (*order.chain, name))
            place = self.workshop.built / self.key(source)
            with self.workshop.turns.of(place):
                if (wheel := _only(place, "*.whl")) is None:
                    wheel = self._keep(self._call(source, prepared, work), place)
                used(place)
        except ProjectError as error:
            if len(order.chain) == 1:
                error.what = f"what {order.source.name} is built with: {error.what}"
            raise
        return wheel, (*prepared.room.built, _required(source, prepared.room, wheel))

    @property
    def _program(self) -> str:
        """The interpreter: the image's own, or for a base image that of the suite which has its X.Y."""
        if self.locked.plan.base_image is not None:
            return f"/usr/bin/python{self.locked.plan.python}"
        steps = (step for layer in self.locked.plan.layers for step in layer.steps)
        return next(step.interpreter for step in steps if isinstance(step, CreateEnvironment))

    def _further(self, source: Source, system: "BuildSystem", room: "_Room", work: Path) -> tuple[str, ...]:
        """What the backend wants besides; it is asked in a copy, which it may spoil."""
        copy = work / "asked"
        shutil.copytree(work / "source", copy, symlinks=True)
        ended = self._run(room, copy, "get_requires_for_build_wheel", system)
        if ended.code != 0 or ended.exceeded is not None:
            raise self._failed(source, ended)
        answer = _answer(room.out)
        if not isinstance(answer, list) or len(answer) > _MOST_REQUIRED or not all(isinstance(x, str) for x in answer):
            raise self._error(source, "its backend does not say what it requires")
        return tuple(each for each in answer if each not in system.requires and "\n" not in each)

    def _run(self, room: "_Room", tree: Path, hook: str, system: "BuildSystem") -> Ended:
        sandbox = self.workshop.sandbox
        assert sandbox is not None, "who builds plans with sources has one"
        worker = Path(build_worker.__file__)
        argv = (f"/{PLACE}/environment/bin/python", f"/{PLACE}/worker.py", hook, system.backend)
        return sandbox.run_in(
            room.root,
            Task(
                argv=(*argv, ":".join(system.backend_path)),
                environment=tuple(sorted(self._variables().items())),
                working_dir=f"/{PLACE}/source",
                writable={f"/{PLACE}/source": tree, f"/{PLACE}/out": room.out},
                readable={f"/{PLACE}/environment": room.environment, f"/{PLACE}/worker.py": worker, **room.crates},
            ),
            Platform.parse(self.locked.plan.platform),
            self.workshop.stop,
        )

    def _variables(self) -> dict[str, str]:
        """All that a build finds in its environment: the same on every machine."""
        compilers = {"CC": "gcc", "CXX": "g++", "AR": "ar"} if self.locked.interpreter is not None else {}
        return {
            **variables(self.locked.plan.epoch),
            "PATH": f"/{PLACE}/environment/bin:/usr/bin",
            "CARGO_HOME": "/tmp/cargo",  # noqa: S108 - a path in the sandbox
            "CARGO_NET_OFFLINE": "true",
            **compilers,
        }

    # --- what came of it ------------------------------------------------------------------------------

    def _wheel(self, source: Source, out: Path) -> Path:
        """The wheel that the backend says it made: a regular file of that name, nothing else."""
        from packaging.utils import InvalidWheelFilename, parse_wheel_filename

        name = _answer(out)
        try:
            distribution, version, _, _ = parse_wheel_filename(name if isinstance(name, str) else "")
        except InvalidWheelFilename as error:
            raise self._error(source, "its backend does not say which wheel it made") from error
        path = out / str(name)
        there = _stat(path)
        if there is None or not stat.S_ISREG(there.st_mode) or there.st_size > _LARGEST_WHEEL:
            raise self._error(source, f"{name} is no wheel")
        if distribution != source.name or (source.version and str(version) != source.version and not source.commit):
            raise self._error(source, f"it made a wheel of {distribution} {version}")
        return path

    def _failed(self, source: Source, ended: Ended) -> ProjectError:
        if ended.exceeded is not None:
            hint = "a build that takes so much may mean harm: see what it does, or take a version that has a wheel"
            return self._error(source, f"it was ended, since {ended.exceeded}", hint)
        words = _last_words(ended.said) or f"it ended with {ended.code} and did not say why"
        if _OFFLINE.search(ended.said):
            return self._error(source, words, "a build has no network: what it wants to fetch has to be in the source")
        hint = "name the Debian packages that it needs under [tool.pottle]: `build-packages`"
        told = self._error(source, words, hint)
        failed = BuildFailed(told.what, at=told.at, hint=told.hint)
        failed.said = ended.said
        return failed

    def _error(self, source: Source, why: str, hint: str = "choose another version of it") -> ProjectError:
        at = Location.parse(source.at) if source.at else None
        name = " ".join(filter(None, (source.name, source.version)))
        return ProjectError(f"{name} cannot be built: {why}", at=at, hint=hint)


def of_suite(locked: LockedPlan) -> bool:
    """Whether crates are to be the suite's, whatever a source's `Cargo.lock` says: `build-packages` names one of them."""
    steps = (step for layer in locked.plan.layers for step in layer.steps if isinstance(step, BuildWheels))
    return any(name.startswith("librust-") for step in steps if step.tools is not None for name in step.tools.packages)


def rust_of(packages: Iterable[LockedPackage]) -> tuple[int, int] | None:
    """The Rust that is among packages, X.Y; None: there is none."""
    versions = (re.match(r"(?:\d+:)?(\d+)\.(\d+)", each.version) for each in packages if _RUST.fullmatch(each.name))
    return max(((int(found[1]), int(found[2])) for found in versions if found is not None), default=None)


def _required(source: Source, room: "_Room", wheel: Path | None = None) -> Required:
    return Required(source.name, tuple(f"{each.name}=={each.version}" for each in room.requires), wheel)


@dataclass(frozen=True, slots=True)
class _Order:
    """What is built, and for whom."""

    source: Source
    system: "BuildSystem"
    crates: Mapping[str, Path]
    """Path in the sandbox → what appears there of this machine."""
    chain: tuple[str, ...]
    """The names of those that it is built for, and its own."""


@dataclass(frozen=True, slots=True)
class _Room:
    """Where one backend runs."""

    root: Path
    environment: Path
    out: Path
    requires: "tuple[Distribution, ...]"
    crates: Mapping[str, Path]
    """Path in the sandbox → what appears there of this machine."""
    built: tuple[Required, ...]
    """What of that had to be built, and with what."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What is built, and where."""

    system: "BuildSystem"
    room: _Room


def _answer(out: Path) -> Any:
    """What the worker wrote; None where it is nothing of its kind."""
    path = out / Path(build_worker.ANSWER).name
    there = _stat(path)
    if there is None or not stat.S_ISREG(there.st_mode) or there.st_size > _LARGEST_ANSWER:
        return None
    try:
        return json.loads(path.read_bytes())
    except ValueError:
        return None


def _stat(path: Path) -> Any:
    try:
        return path.lstat()
    except OSError:
        return None


def _only(directory: Path, pattern: str) -> Path | None:
    found = sorted(directory.glob(pattern))
    return found[0] if len(found) == 1 else None


def _last_words(said: str) -> str:
    """What the compiler complained of first, else the exception's line, else the last lines."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    complained = [line for line in lines if _COMPILER.match(line)]
    raised = [line for line in lines if _RAISED.match(line)]
    return " / ".join(complained[:1] or raised[-1:] or lines[-3:])[:600].rstrip(".")
