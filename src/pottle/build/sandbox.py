"""What runs a command of the project in its own image while that is built: who does so is decided elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pottle.oci.image import Image
from pottle.oci.platform import Platform
from pottle.stop import Stop

ROOT = "root"
"""Where the image is unpacked below the scratch directory of a command, and stays until that is gone."""


def variables(epoch: int) -> dict[str, str]:
    """The environment variables of whatever makes something in a sandbox: the same on every machine."""
    return {
        "PATH": "/usr/bin",
        "HOME": "/tmp",  # noqa: S108 - a path in the sandbox
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "SOURCE_DATE_EPOCH": str(epoch),
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
    }


@dataclass(frozen=True, slots=True)
class Command:
    """What is run, and what it may write."""

    argv: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    """Besides the image's own."""
    outputs: Mapping[str, Path]
    """Directory in the image → the directory of this machine that holds what was written."""
    seeded: bool = False
    """They begin with what the image has there; else empty."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is run in a root directory of this machine."""

    argv: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    """All of it."""
    working_dir: str
    writable: Mapping[str, Path]
    """Directory in the root → the directory of this machine that appears there."""
    readable: Mapping[str, Path]
    """The same of what may only be read."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How it went."""

    code: int
    said: str
    """The end of what it wrote to stdout and stderr."""
    exceeded: str | None = None
    """Why it was ended, where it took more than anything may: `it took more than 8 GiB of memory`."""


class Sandbox(Protocol):
    """Runs a command as nobody in particular: no network, a read-only root but for the outputs, no more than its share of the machine."""

    def run(self, image: Image, command: Command, work: Path) -> Ended:
        """Waits until it has ended. `work` is a scratch directory."""

    def run_in(self, root: Path, task: Task, platform: Platform, stop: Stop) -> Ended:
        """The same in the directory `root`, whose programs are for `platform`; ended when `stop` says so."""
