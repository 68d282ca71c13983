"""What enters from outside: the environment, the clock, the terminal. Nothing below `pottle.cli` asks for them."""

from collections.abc import Mapping
from pathlib import Path


def cache_directory(environ: Mapping[str, str]) -> Path:
    """`POTTLE_CACHE_DIR`, else `pottle` under the user's cache directory (XDG Base Directory Specification)."""
    if chosen := environ.get("POTTLE_CACHE_DIR"):
        return Path(chosen).absolute()
    if (xdg := environ.get("XDG_CACHE_HOME")) and Path(xdg).is_absolute():
        return Path(xdg) / "pottle"
    return Path.home() / ".cache" / "pottle"
