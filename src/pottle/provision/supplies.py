"""Supplies a build with what its locked plan names, from the sources that the plan was locked with."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pottle.oci.platform import Platform
from pottle.plan.bases import of
from pottle.plan.lock import LockedPackage, LockedPlan, LockedWheel
from pottle.plan.model import InstallWheels
from pottle.provision import indexes
from pottle.provision.archives import Archives
from pottle.provision.settings import Settings
from pottle.text import Location

if TYPE_CHECKING:
    from pottle.project.version import Pretence
    from pottle.sources.debian.deb import Deb
    from pottle.sources.pypi.installed import Distribution


@dataclass(frozen=True, slots=True)
class Supplies:
    """For one locked plan."""

    locked: LockedPlan
    archives: Archives
    settings: Settings

    def packages(self, packages: Sequence[LockedPackage]) -> "Sequence[Deb]":
        """The .debs, in their order, fetched unless the cache has them."""
        from pottle.sources.debian.deb import read_deb

        plan = self.locked.plan
        architecture = next((p.architecture for p in packages if p.architecture != "all"), None)
        wanted = architecture or Platform.parse(plan.platform).debian_architecture
        archive = self.archives.archive(of(plan.base).suite, wanted, plan.allow_expired)
        with self.settings.progress.task("Fetching packages", sum(package.size for package in packages)) as task:
            paths = archive.fetch_all(packages, task.advance)
        return [read_deb(path) for path in paths]

    def distributions(self, wheels: Sequence[LockedWheel], into: Path) -> "Sequence[Distribution]":
        """The wheels, unpacked below `into`."""
        from pottle.sources.pypi.install import install

        return install(indexes.session(self.locked.plan, self.settings), wheels, into, self._places())

    def project(self, files: Iterable[tuple[str, Path]], into: Path, pretence: "Pretence") -> "Sequence[Distribution]":
        """The project's own wheel, built and unpacked below `into`."""
        from pottle.sources.pypi.install import install
        from pottle.sources.pypi.project_wheel import build_project

        session = indexes.session(self.locked.plan, self.settings)
        wheel = build_project(session, files, into / "dist", self.locked.plan.epoch, pretence)
        return install(session, [_of_file(wheel)], into / "tree")

    def _places(self) -> dict[str, Location]:
        """Where the project's lock names each distribution."""
        steps = (s for layer in self.locked.plan.layers for s in layer.steps if isinstance(s, InstallWheels))
        return {r.name: Location.parse(r.at) for step in steps for r in step.requirements if r.at is not None}


def _of_file(wheel: Path) -> LockedWheel:
    """A wheel that lies on this machine, as one that is locked."""
    from packaging.utils import parse_wheel_filename

    name, version, _, _ = parse_wheel_filename(wheel.name)
    with wheel.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return LockedWheel(name, str(version), wheel.name, wheel.as_uri(), digest, wheel.stat().st_size, index=None)
