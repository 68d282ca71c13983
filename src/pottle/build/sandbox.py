"""What runs a command of the project in its own image while that is built: who does so is decided elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pottle.oci.image import Image


@dataclass(frozen=True, slots=True)
class Command:
    """What is run, and what it may write."""

    argv: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    """Besides the image's own."""
    outputs: Mapping[str, Path]
    """Directory in the image, which is empty there → the directory of this machine that holds what was written."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How it went."""

    code: int
    said: str
    """The end of what it wrote to stdout and stderr."""


class Sandbox(Protocol):
    """Runs a command as the image's user: no network, a read-only root but for the outputs."""

    def run(self, image: Image, command: Command, work: Path) -> Ended:
        """Waits until it has ended. `work` is a scratch directory."""
