"""The machine that a command runs on: what a command needs of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pottle.progress import Progress, Silent
from pottle.sharing import Use

if TYPE_CHECKING:
    from pottle.oci.platform import Platform
    from pottle.oci.registry.client import Registry
    from pottle.stop import Stop
    from pottle.turns import Turns


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Host:
    """What a command needs of the machine it runs on."""

    cache: Path
    """A directory of pottle's own, which may be deleted at any time."""
    environ: Mapping[str, str]
    progress: Progress = field(default_factory=Silent)
    ca_bundle: Path | None = None
    """Certificates (PEM) to trust besides the machine's own. They never get into an image."""
    max_age: timedelta = timedelta(hours=1)
    """How long an archive that was asked is not asked again; zero: always ask."""
    clock: Callable[[], datetime] = _now
    archive_keys: tuple[bytes, ...] | None = None
    """OpenPGP certificates of a mirror that signs what it serves itself; None: Debian's and Ubuntu's own keys, nobody else's."""
    insecure: tuple[str, ...] = ()
    """Registries that may be spoken to without TLS."""
    stop: "Stop | None" = None
    """What ends a build from outside; None: its own failure does, and nothing else."""
    turns: "Turns | None" = None
    """Builds that go on side by side share these, to make once what several of them want."""
    use: Use | None = None
    """Keeps the cache from being pruned, until it ends: an image that was built is safe for as long as somebody holds one."""


def own_platform() -> "Platform":
    """The one that this machine's containers have."""
    import platform

    from pottle.oci.platform import Platform

    return Platform.parse(platform.machine())


def registry_for(host: Host, insecure: Sequence[str] = (), **how: Any) -> "Registry":
    """The client of all registries."""
    from pottle.oci.registry.client import Registry
    from pottle.oci.registry.options import RegistryOptions

    return Registry(RegistryOptions(host.environ, host.ca_bundle, (*host.insecure, *insecure), **how))
