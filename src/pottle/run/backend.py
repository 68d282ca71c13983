"""The port between `run` and whatever can run a container."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from pottle.errors import HostError
from pottle.run.image import Image
from pottle.run.settings import Host, Network, Port


class NotStarted(HostError):
    """The backend could not start the container; nothing of the image has run, another backend may be tried."""


@dataclass(frozen=True, slots=True)
class Launch:
    """One start, with everything decided that is the same for every backend."""

    image: Image
    argv: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    ports: tuple[Port, ...]
    network: Network | None


class Container(Protocol):
    """A started container."""

    def wait(self) -> int:
        """The exit code once it has ended: the program's, or 128 and the signal that ended it."""

    def signal(self, number: int) -> None:
        """Sends a signal to the program."""

    def kill(self) -> None:
        """Ends it at once, with everything in it."""


class Backend(Protocol):
    """One way to run a container. It keeps the promises of docs/design/run.md: read-only root, no capability, no new privilege."""

    @property
    def name(self) -> str:
        """As in `--backend NAME`."""

    def refusal(self, host: Host) -> str | None:
        """Why it cannot work here, as a clause; None: nothing known against it."""

    def shares_network(self, launch: Launch, host: Host) -> bool:
        """Whether the container's ports will be the machine's own."""

    def start(self, launch: Launch, host: Host) -> AbstractContextManager[Container]:
        """The running container; nothing of it is left when the context ends. Raises `NotStarted`."""
