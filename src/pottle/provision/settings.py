"""What provision needs of the machine and of the configuration."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from pottle.progress import Progress
from pottle.stop import Stop
from pottle.turns import Turns


@dataclass(frozen=True, slots=True)
class Settings:
    """How archives and indexes are reached, and where what they gave is kept."""

    cache: Path
    environ: Mapping[str, str]
    project: Path
    """Its index configuration counts."""
    progress: Progress
    clock: Callable[[], datetime]
    max_age: timedelta
    mirror: str | None = None
    """Debian's archive; for Ubuntu's see `POTTLE_UBUNTU_MIRROR`."""
    debs: str | None = None
    """Where .debs are looked for before a mirror is asked: a directory, relative to the project, or `oci://REPOSITORY`."""
    ca_bundle: Path | None = None
    """Certificates (PEM) to trust besides the machine's own."""
    archive_keys: tuple[bytes, ...] | None = None
    """OpenPGP certificates that sign the archives, instead of Debian's and Ubuntu's own."""
    stop: Stop = field(default_factory=Stop)
    """What ends fetching, resolving and building wheels before they are done."""
    turns: Turns = field(default_factory=Turns)
    """The same for all plans that are locked side by side: what several of them ask is asked once."""

    @property
    def debian(self) -> Path:
        """Where archives are remembered: their Releases, their indexes, their .debs."""
        return self.cache / "debian"

    @property
    def crates(self) -> Path:
        """Where Rust's crates are kept, by their digest."""
        return self.cache / "crates"

    @property
    def interpreters(self) -> Path:
        """Where the archives of interpreters are kept, by their digest."""
        return self.cache / "cpython"
