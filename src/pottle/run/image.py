"""An image as `run` needs it, however it was built: what it wants started, and two ways to its files."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Process:
    """Another process of the image, in place of its command."""

    command: tuple[str, ...]
    environment: tuple[tuple[str, str], ...] = ()
    stop_signal: str = "SIGTERM"


@dataclass(frozen=True, slots=True)
class Config:
    """How a container of the image starts (OCI image-spec, config.md, `config`)."""

    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    working_dir: str = "/"
    user: str = ""
    """`uid`, `uid:gid`, or names that the image's own accounts know; empty: root."""
    stop_signal: str = "SIGTERM"
    ports: tuple[str, ...] = ()
    """`8000/tcp`"""
    volumes: tuple[str, ...] = ()
    """Directories that keep data."""
    processes: tuple[tuple[str, Process], ...] = ()
    """By name, where the image has several."""


@dataclass(frozen=True, slots=True)
class Image:
    """An image to run. The two functions are called only by the backends that need them."""

    name: str
    """The tag that the archive carries: `demo:latest`."""
    digest: str
    """The manifest's digest: names the unpacked files in the cache."""
    config_digest: str
    config: Config
    unpack: Callable[[Path], None]
    """Lays all layers out at a path that does not exist yet, everything owned by the caller."""
    write_archive: Callable[[Path], None]
    """Writes an archive that engines load to a path that does not exist yet."""
    aliases: tuple[str, ...] = ()
    """Further tags that the archive carries."""
