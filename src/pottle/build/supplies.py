"""What a build needs from outside: where its bytes come from is decided elsewhere."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pottle.plan.lock import LockedInterpreter, LockedPackage, LockedWheel
from pottle.plan.model import Source

if TYPE_CHECKING:
    from pottle.oci.entry import Entry
    from pottle.project.version import Pretence
    from pottle.sources.debian.deb import Deb
    from pottle.sources.pypi.installed import Distribution


class Supplies(Protocol):
    """Verified bytes. All methods may be called from several threads."""

    def packages(self, packages: Sequence[LockedPackage]) -> "Sequence[Deb]":
        """The .debs, in their order."""

    def interpreter(self, locked: LockedInterpreter) -> "Iterable[Entry]":
        """What its archive holds, by paths below the interpreter's root."""

    def distributions(self, wheels: Sequence[LockedWheel], into: Path) -> "Sequence[Distribution]":
        """The wheels, unpacked below `into`, which does not exist yet."""

    def sources(self, sources: Sequence[Source], into: Path) -> "Sequence[Distribution]":
        """What third parties' sources make, built and unpacked below `into`, which does not exist yet."""

    def project(
        self, name: str, files: Iterable[tuple[str, Path]], into: Path, pretence: "Pretence"
    ) -> "Sequence[Distribution]":
        """The wheel of the project called `name`, built from `files` (path in the project, file on disk) and unpacked below `into`."""
