"""What a build needs from outside: where its bytes come from is decided elsewhere."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pottle.plan.lock import LockedInterpreter, LockedPackage, LockedWheel
from pottle.plan.model import Source

if TYPE_CHECKING:
    from pottle.oci.entry import Entry
    from pottle.project.version import Pretence
    from pottle.sources.debian.deb import Deb
    from pottle.sources.pypi.installed import Distribution


class BuildSystem(Protocol):
    """How a source is built (PEP 517)."""

    @property
    def requires(self) -> tuple[str, ...]:
        """Requirements (PEP 508)."""

    @property
    def backend(self) -> str:
        """`module:attribute`"""

    @property
    def backend_path(self) -> tuple[str, ...]:
        """Directories of the source that the backend is imported from."""


class Rust(Protocol):
    """What a source says of Rust."""

    @property
    def locks(self) -> tuple[Path, ...]:
        """`Cargo.lock` files that it is built by."""

    @property
    def vendored(self) -> bool:
        """It brings its crates along."""

    @property
    def needed(self) -> tuple[int, int] | None:
        """The oldest Rust that can build it, as far as it says."""


class Supplies(Protocol):
    """Verified bytes. All methods may be called from several threads."""

    def packages(self, packages: Sequence[LockedPackage]) -> "Sequence[Deb]":
        """The .debs, in their order."""

    def interpreter(self, locked: LockedInterpreter) -> "Iterable[Entry]":
        """What its archive holds, by paths below the interpreter's root."""

    def distributions(self, wheels: Sequence[LockedWheel], into: Path) -> "Sequence[Distribution]":
        """The wheels, unpacked below `into`, which does not exist yet."""

    def source(self, source: Source, into: Path) -> "Distribution | None":
        """The source's files at `into`, which does not exist yet; the distribution itself where nothing need be run to build it."""

    def build_system(self, source: Source, tree: Path) -> BuildSystem:
        """What the source at `tree` says of how it is built."""

    def build_requirements(
        self, source: Source, requires: Sequence[str], into: Path, built: Sequence[Path] = ()
    ) -> "Sequence[Distribution]":
        """What is required for building it, for the image's Python, unpacked below `into`, which does not exist yet.

        Raises `WithoutWheel` for what has no wheel, and is not among those that were `built`.
        """

    def required(self, source: Source, name: str, requires: Sequence[str], built: Sequence[Path], into: Path) -> Source:
        """The source of the distribution `name` that building `source` requires; its files at `into`, which does not exist yet."""

    def rust(self, tree: Path, requires: Sequence[str]) -> Rust | None:
        """What the source at `tree`, built with what it `requires`, says of Rust; None: it has none."""

    def crates(self, source: Source, rust: Any, into: Path, seen_at: str) -> str:
        """The crates that its locks name, unpacked below `into`; and the `config.toml` by which cargo takes them, who sees them at `seen_at`."""

    def wheel(self, wheel: Path, into: Path) -> "Sequence[Distribution]":
        """What a wheel on this machine holds, unpacked below `into`, which does not exist yet."""

    def project(
        self, name: str, files: Iterable[tuple[str, Path]], into: Path, pretence: "Pretence"
    ) -> "Sequence[Distribution]":
        """The wheel of the project called `name`, built from `files` (path in the project, file on disk) and unpacked below `into`."""
