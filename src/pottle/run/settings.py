"""What the user asked for beside the image, and what of this machine `run` may know."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self, TypeAlias

from pottle.errors import UsageError

Network: TypeAlias = Literal["host", "bridge"]

_PORT = re.compile(
    r"(?:(?:(?P<address>[0-9.]+|\[[0-9a-fA-F:]+\]):)?(?P<host>[0-9]{1,5}):)?(?P<container>[0-9]{1,5})(?:/tcp)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Port:
    """A TCP port of the container, and where on this machine it can be reached."""

    host: int
    container: int
    address: str = "127.0.0.1"

    @classmethod
    def parse(cls, text: str) -> Self:
        """`[[ADDRESS:]HOST:]CONTAINER`. Without an address it is the loopback: nothing is published by accident."""
        found = _PORT.fullmatch(text)
        if found is None:
            raise UsageError(f"not a port: {text!r}", hint="write HOST:CONTAINER, for example 8080:8000")
        container = _number(found["container"], text)
        host = _number(found["host"], text) if found["host"] else container
        return cls(host, container, _address((found["address"] or "127.0.0.1").strip("[]"), text))

    @property
    def published(self) -> str:
        """As `docker create --publish` wants it."""
        address = f"[{self.address}]" if ":" in self.address else self.address
        return f"{address}:{self.host}:{self.container}"


def _address(address: str, text: str) -> str:
    try:
        return str(ipaddress.ip_address(address))
    except ValueError as error:
        raise UsageError(f"not a port: {text!r}", hint=f"{address} is no IP address") from error


def _number(digits: str, text: str) -> int:
    if not 0 < int(digits) < 65536:
        raise UsageError(f"not a port: {text!r}", hint="a port is a number from 1 to 65535")
    return int(digits)


def variable(text: str, environ: Mapping[str, str]) -> tuple[str, str] | None:
    """`KEY=VALUE`, or `KEY` alone for the value it has here; None where it has none, as `docker run -e` does."""
    key, equals, value = text.partition("=")
    if not key or "\0" in text:
        raise UsageError(f"not an environment variable: {text!r}", hint="write KEY=VALUE")
    if equals:
        return key, value
    return (key, environ[key]) if key in environ else None


@dataclass(frozen=True, slots=True)
class Settings:
    """One `pottle run`."""

    arguments: tuple[str, ...] = ()
    """What follows `--`: replaces the image's command, after its entry point."""
    process: str | None = None
    """Which of the image's processes; None: its own."""
    environment: tuple[tuple[str, str], ...] = ()
    ports: tuple[Port, ...] = ()
    """Empty: the image's own ports, under the same numbers."""
    network: Network | None = None
    """None: a network of the container's own where the engine has one, else the machine's."""
    backend: str | None = None
    grace: float = 10.0
    """Seconds between the stop signal and the kill, as in `docker stop`."""


@dataclass(frozen=True, slots=True)
class Host:
    """The machine: its environment, and a directory for what may be deleted at any time."""

    environ: Mapping[str, str]
    cache: Path
