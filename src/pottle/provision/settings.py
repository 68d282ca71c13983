"""What provision needs of the machine and of the configuration."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pottle.progress import Progress


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
    ca_bundle: Path | None = None
    """Certificates (PEM) to trust besides the machine's own."""
