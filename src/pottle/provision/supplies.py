"""Supplies a build with what its locked plan names, from the sources that the plan was locked with."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pottle.oci.platform import Platform
from pottle.plan.lock import Build, LockedInterpreter, LockedPackage, LockedPlan, LockedWheel
from pottle.plan.model import BuildWheels, InstallWheels, Source
from pottle.provision import indexes
from pottle.provision.archives import Archives
from pottle.provision.settings import Settings
from pottle.text import Location

if TYPE_CHECKING:
    from pottle.oci.entry import Entry
    from pottle.project.version import Pretence
    from pottle.sources.crates.rust import Rust
    from pottle.sources.debian.deb import Deb
    from pottle.sources.pypi.build_environments import BuildSystem
    from pottle.sources.pypi.build_requirements import Given
    from pottle.sources.pypi.installed import Distribution
    from pottle.sources.pypi.resolve import Indexes


@dataclass(frozen=True, slots=True)
class Supplies:
    """For one locked plan."""

    locked: LockedPlan
    archives: Archives
    settings: Settings

    def note_use(self) -> None:
        """The .debs of the plan are in use even where every layer is there: who tidies the cache by age leaves them."""
        from pottle.sharing import used
        from pottle.sources.debian import kept

        compiler = self.locked.compiler.packages if self.locked.compiler else ()
        for package in (*compiler, *(package for _, packages in self.locked.packages for package in packages)):
            used(kept.place(self.settings.debian, package.sha256))

    def packages(self, packages: Sequence[LockedPackage]) -> "Sequence[Deb]":
        """The .debs, in their order, fetched unless the cache has them."""
        from pottle.sources.debian.deb import read_deb

        if not packages:
            return ()
        plan = self.locked.plan
        suite = packages[0].suite.partition("-")[0]
        architecture = next((p.architecture for p in packages if p.architecture != "all"), None)
        wanted = architecture or Platform.parse(plan.platform).debian_architecture
        archive = self.archives.archive(suite, wanted, plan.allow_expired)
        with self.settings.progress.task("Fetching packages", sum(package.size for package in packages)) as task:
            paths = archive.fetch_all(packages, task.advance)
        return [read_deb(path) for path in paths]

    def interpreter(self, locked: LockedInterpreter) -> "Iterable[Entry]":
        """What its archive holds, fetched unless the cache has it."""
        from pottle.sources.cpython import archive, builds

        build = builds.Build(locked.version, locked.build, locked.machine, locked.url)
        session = indexes.session(self.locked.plan, self.settings)
        with self.settings.progress.task(f"Fetching CPython {locked.version}"):
            path = build.place(self.settings.interpreters, locked.sha256)
            if path.is_file() or not self._take(build.filename, locked, path):
                path, _ = builds.fetch(session, build, self.settings.interpreters, locked.sha256)
        return archive.entries(path)

    def _take(self, name: str, locked: LockedInterpreter, path: Path) -> bool:
        from pottle.sources.http import Expected

        kept = self.archives.kept
        return (
            kept is not None and locked.size is not None and kept.take(name, Expected(locked.sha256, locked.size), path)
        )

    def distributions(self, wheels: Sequence[LockedWheel], into: Path) -> "Sequence[Distribution]":
        """The wheels, unpacked below `into`."""
        from pottle.sources.pypi.install import install

        session = indexes.session(self.locked.plan, self.settings)
        return install(session, wheels, into, self._places(), self._indexes())

    def source(self, source: Source, into: Path) -> "Distribution | None":
        """The source's files at `into`; the distribution itself where nothing need be run to build it."""
        from pottle.sources.pypi.source_trees import fetch

        session = indexes.session(self.locked.plan, self.settings)
        return fetch(session, source, into, self._places(), self._indexes())

    def build_system(self, source: Source, tree: Path) -> "BuildSystem":
        """What the source at `tree` says of how it is built."""
        from pottle.sources.pypi.build_environments import read

        return read(tree, source.name, self._places().get(source.name))

    def build_requirements(
        self, source: Source, requires: Sequence[str], into: Path, built: Sequence[Path] = ()
    ) -> "Sequence[Distribution]":
        """What is required for building it, as `pottle.lock` has it, or an index."""
        from pottle.sources.pypi.build_environments import provide

        session, given = indexes.session(self.locked.plan, self.settings), self._given_for(source)
        return provide(session, source.name, requires, into, given, self._places().get(source.name), built)

    def required(self, source: Source, name: str, requires: Sequence[str], built: Sequence[Path], into: Path) -> Source:
        """The source of something that building `source` requires, as `pottle.lock` has it, or an index; its files at `into`."""
        from pottle.sources.pypi.source_trees import fetch_required

        session, given, at = indexes.session(self.locked.plan, self.settings), self._given_for(source), source.at
        place = Location.parse(at) if at else None
        found = fetch_required(session, name, requires, given, built, into, place)
        return Source(found.name, found.version, None, sha256=found.sha256, at=at)

    def _given_for(self, source: Source) -> "Given | None":
        return next((self._given(each) for each in self.locked.builds if each.of == source.name), None)

    def rust(self, tree: Path, requires: Sequence[str]) -> "Rust | None":
        """What the source at `tree`, built with what it `requires`, says of Rust; None: it has none."""
        from pottle.sources.crates.rust import read

        return read(tree, requires)

    def crates(self, source: Source, rust: "Rust", into: Path, seen_at: str) -> str:
        """The crates that the source's locks name, unpacked below `into`, which does not exist yet.

        Gives the `config.toml` by which cargo takes them, which sees them at `seen_at`.
        """
        from pottle.errors import ProjectError
        from pottle.sources.crates import cargo_config, cargo_lock, vendor
        from pottle.sources.crates.registry import Registry

        into.mkdir(parents=True)
        settings = self.settings
        try:
            locks = [cargo_lock.read(path) for path in rust.locks]
        except cargo_lock.InvalidLock as error:
            what = f"{source.name} cannot be built by its Cargo.lock: {error}"
            hint = "choose a version of it that has a wheel, or another one"
            raise ProjectError(what, at=self._places().get(source.name), hint=hint) from error
        crates = sorted({crate.directory: crate for lock in locks for crate in lock.crates}.values())
        registry = Registry(cargo_config.read(settings.environ), self.archives.http, settings.crates, settings.stop)
        with settings.progress.task(f"Fetching crates of {source.name}", len(crates)) as task:
            paths = registry.fetch(crates, task.advance)
        for crate, path in zip(crates, paths, strict=True):
            settings.stop.check()
            vendor.unpack(crate, path, into)
        named = {cargo_config.bare_index(index): index for index in rust.indexes}
        others = {named[bare] for crate in crates if (bare := cargo_config.bare_index(crate.index)) in named}
        return vendor.replacement(seen_at, others)

    def wheel(self, wheel: Path, into: Path) -> "Sequence[Distribution]":
        """What a wheel on this machine holds, unpacked below `into`."""
        from pottle.sources.pypi.install import install

        return install(indexes.session(self.locked.plan, self.settings), [_of_file(wheel)], into)

    def project(
        self, name: str, files: Iterable[tuple[str, Path]], into: Path, pretence: "Pretence"
    ) -> "Sequence[Distribution]":
        """The wheel of the project called `name`, built and unpacked below `into`."""
        from pottle.sources.pypi.install import install
        from pottle.sources.pypi.project_wheel import build_project

        session = indexes.session(self.locked.plan, self.settings)
        requires = next((self._given(each) for each in self.locked.builds if each.of == name), None)
        wheel = build_project(session, files, into / "dist", self.locked.plan.epoch, pretence, requires)
        return install(session, [_of_file(wheel)], into / "tree")

    def _given(self, build: Build) -> "Given":
        from pottle.sources.pypi.build_requirements import Given

        return Given(build.requires, Location.parse(build.at) if build.at else None)

    def _indexes(self) -> "Indexes | None":
        """Those that the project names itself."""
        from pottle.sources.pypi.resolve import Indexes

        return next((Indexes(step.index, step.extra_indexes) for step in self._steps()), None)

    def _places(self) -> dict[str, Location]:
        """Where the project's lock names each distribution."""
        named = [(r.name, r.at) for step in self._steps() for r in step.requirements]
        steps = (step for layer in self.locked.plan.layers for step in layer.steps)
        named += [(s.name, s.at) for step in steps if isinstance(step, BuildWheels) for s in step.sources]
        return {name: Location.parse(at) for name, at in named if at is not None}

    def _steps(self) -> Iterator[InstallWheels]:
        return (s for layer in self.locked.plan.layers for s in layer.steps if isinstance(s, InstallWheels))


def _of_file(wheel: Path) -> LockedWheel:
    """A wheel that lies on this machine, as one that is locked."""
    from packaging.utils import parse_wheel_filename

    name, version, _, _ = parse_wheel_filename(wheel.name)
    with wheel.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return LockedWheel(name, str(version), wheel.name, wheel.as_uri(), digest, wheel.stat().st_size, index=None)
