"""The image configuration (OCI image-spec, config.md), with Docker's `Healthcheck` that engines read although OCI leaves it out."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Self

import msgspec

from pottle.oci.digest import Digest
from pottle.oci.document import Struct, decode
from pottle.oci.platform import Platform

_NANOSECONDS = 1_000_000_000


def rfc3339(epoch: int) -> str:
    """A point in time, given in seconds since 1970, as RFC 3339 writes it in UTC."""
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Healthcheck(Struct, frozen=True, rename="pascal"):
    """How an engine asks whether the container is well (Docker image-spec v1.2). Durations are nanoseconds."""

    test: tuple[str, ...]
    interval: int = 0
    timeout: int = 0
    start_period: int = 0
    retries: int = 0

    @classmethod
    def command(
        cls, argv: Sequence[str], *, interval: int = 0, timeout: int = 0, start_period: int = 0, retries: int = 0
    ) -> Self:
        """A check that runs `argv`, without a shell; times in seconds, 0 is the engine's default."""
        times = (interval * _NANOSECONDS, timeout * _NANOSECONDS, start_period * _NANOSECONDS)
        return cls(("CMD", *argv), *times, retries)


class Empty(Struct, frozen=True):
    """`{}`: what stands behind each key of a map that is meant as a set."""


class Execution(Struct, frozen=True, rename="pascal"):
    """The `config` member: the parameters that a container starts with."""

    user: str = ""
    exposed_ports: dict[str, Empty] = msgspec.field(default_factory=dict)
    env: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] | None = None
    cmd: tuple[str, ...] | None = None
    volumes: dict[str, Empty] = msgspec.field(default_factory=dict)
    working_dir: str = ""
    labels: dict[str, str] = msgspec.field(default_factory=dict)
    stop_signal: str = ""
    healthcheck: Healthcheck | None = None


class RootFS(Struct, frozen=True):
    """The layers' diff IDs, lowest first."""

    type: str
    diff_ids: tuple[Digest, ...]


class History(Struct, frozen=True):
    """How one layer came to be; entries with `empty_layer` belong to none."""

    created: str | None = None
    created_by: str = ""
    comment: str = ""
    empty_layer: bool = False


class ImageConfig(Struct, frozen=True):
    """The whole document."""

    architecture: str
    os: str
    rootfs: RootFS
    variant: str | None = None
    created: str | None = None
    config: Execution | None = None
    history: tuple[History, ...] = ()

    @property
    def platform(self) -> Platform:
        """What the image runs on."""
        return Platform(self.os, self.architecture, self.variant)


def read_config(raw: bytes) -> ImageConfig:
    """The image configuration that `raw` holds."""
    return decode(raw, ImageConfig)
