"""What enters from outside: the environment, the clock, the terminal. Nothing below `pottle.cli` asks for them."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pottle.api import Host


def cache_directory(environ: Mapping[str, str]) -> Path:
    """`POTTLE_CACHE_DIR`, else `pottle` under the user's cache directory (XDG Base Directory Specification)."""
    if chosen := environ.get("POTTLE_CACHE_DIR"):
        return Path(chosen).absolute()
    if (xdg := environ.get("XDG_CACHE_HOME")) and Path(xdg).is_absolute():
        return Path(xdg) / "pottle"
    return Path.home() / ".cache" / "pottle"


def host(environ: Mapping[str, str], *, quiet: bool, ca_cert: Path | None, refresh: bool) -> "Host":
    """The machine as a command sees it."""
    from datetime import timedelta

    from pottle.api import Host
    from pottle.cli.terminal import progress
    from pottle.errors import UsageError

    if ca_cert is not None and not ca_cert.is_file():
        raise UsageError(f"there is no CA bundle at {ca_cert}", hint="name a PEM file with --ca-cert")
    return Host(
        cache=cache_directory(environ),
        environ=environ,
        progress=progress(environ, quiet=quiet),
        ca_bundle=ca_cert,
        max_age=timedelta(0) if refresh else timedelta(hours=1),
    )
