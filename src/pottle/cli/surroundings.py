"""What enters from outside: the environment, the clock, the terminal. Nothing below `pottle.cli` asks for them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pottle.api import Host


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where a command runs. Every command gets it as click's `obj`."""

    environ: Mapping[str, str]
    clock: Callable[[], datetime] = _now
    archive_keys: tuple[bytes, ...] | None = None
    """Whom to trust instead of the distributions. No flag and no variable says this: it is for programs, such as tests."""

    @property
    def colour(self) -> bool | None:
        """As click wants it: never where NO_COLOR is set (no-color.org), else None, and the terminal decides."""
        return False if self.environ.get("NO_COLOR") else None

    def host(
        self,
        *,
        quiet: bool,
        ca_cert: Path | None,
        refresh: bool,
        insecure: Sequence[str] = (),
        makes: bool = True,
    ) -> "Host":
        """The machine as a command sees it, which uses the cache for as long as the command takes, and makes it unless it only reads."""
        import click

        from pottle.api import Host
        from pottle.cli.terminal import progress
        from pottle.errors import UsageError
        from pottle.sharing import Use

        if ca_cert is not None and not ca_cert.is_file():
            raise UsageError(f"there is no CA bundle at {ca_cert}", hint="name a PEM file with --ca-cert")
        return Host(
            cache=cache_directory(self.environ),
            environ=self.environ,
            progress=progress(self.environ, quiet=quiet),
            ca_bundle=ca_cert,
            max_age=timedelta(0) if refresh else timedelta(hours=1),
            clock=self.clock,
            archive_keys=self.archive_keys,
            insecure=tuple(insecure),
            use=click.get_current_context().with_resource(Use(cache_directory(self.environ), makes=makes)),
        )


def cache_directory(environ: Mapping[str, str]) -> Path:
    """`POTTLE_CACHE_DIR`, else `pottle` under the user's cache directory (XDG Base Directory Specification)."""
    if chosen := environ.get("POTTLE_CACHE_DIR"):
        return Path(chosen).absolute()
    if (xdg := environ.get("XDG_CACHE_HOME")) and Path(xdg).is_absolute():
        return Path(xdg) / "pottle"
    return Path(environ.get("HOME") or Path.home()) / ".cache" / "pottle"
