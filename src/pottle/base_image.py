"""What is known of a base image, as values: found once by looking into it, true for ever, since its digest names its content.

`pottle.lock` and the cache keep it, so that a plan needs neither a registry nor a layer.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Sha256 = Annotated[str, Meta(pattern=r"^sha256:[0-9a-f]{64}\Z")]
Absolute = Annotated[str, Meta(pattern=r"^/[^\x00:]*\Z")]
Line = Annotated[str, Meta(pattern=r"^[^\x00\n]*\Z")]
Variable = Annotated[str, Meta(pattern=r"^[^=\x00]+=[^\x00]*\Z")]


class Struct(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A value of plain types, which JSON and TOML write and read back unchanged."""


class BaseLayer(Struct, frozen=True):
    """A layer, lowest first."""

    digest: Sha256
    diff_id: Sha256
    size: Annotated[int, Meta(ge=0)]
    """Bytes, compressed."""
    media_type: str


class BaseHistory(Struct, frozen=True):
    """An entry of the base's history."""

    created: str | None = None
    created_by: str = ""
    comment: str = ""
    empty_layer: bool = False


class Interpreter(Struct, frozen=True):
    """A CPython with its standard library."""

    path: Absolute
    """Links followed: `/usr/local/bin/python3.12`."""
    version: Annotated[str, Meta(pattern=r"^3\.\d{1,3}\.\d{1,3}\Z")]
    """`3.12.7`"""


class BaseImage(Struct, frozen=True):
    """A base image for one platform."""

    name: str
    """What was asked for, whole: `docker.io/library/python:3.12-slim`."""
    platform: str
    """`linux/amd64`"""
    digest: Sha256
    """Of the manifest for this platform."""
    media_types: Literal["oci", "docker"]
    libc: Literal["glibc", "musl"]
    libc_version: Annotated[str, Meta(pattern=r"^\d{1,3}\.\d{1,3}\Z")]
    """`2.41`"""
    distribution: str
    """`ID` of os-release(5): debian, ubuntu, alpine, rhel; empty: it does not say."""
    release: str
    """Its `VERSION_CODENAME`, else its `VERSION_ID`: trixie, 3.22."""
    layers: tuple[BaseLayer, ...]
    unpacked: int
    """Bytes of all files."""
    index: Sha256 | None = None
    """Digest of the image index that the name stands for; None: it stands for this one image."""
    pythons: tuple[Interpreter, ...] = ()
    """In the order of the image's PATH."""
    has: tuple[str, ...] = ()
    """Of what images may do without: `/bin/sh`, `/tmp`, `libcrypt.so.1`."""
    ca_bundle: Absolute | None = None
    """The file of certificate authorities."""
    packages: tuple[str, ...] | None = None
    """Debian packages that are installed, by name; None: dpkg has installed nothing."""
    passwd: tuple[Line, ...] = ()
    group: tuple[Line, ...] = ()
    """Lines of passwd(5) and group(5), without any password."""
    env: tuple[Variable, ...] = ()
    """`NAME=value`"""
    entrypoint: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    history: tuple[BaseHistory, ...] = ()

    @property
    def pinned(self) -> str:
        """The name with the digest that makes it one image for ever: what a Dockerfile's FROM would say."""
        name, at, _ = self.name.partition("@")
        return name + (at or "@") + (self.index or self.digest)


def encode(image: BaseImage) -> bytes:
    """As JSON: equal images give equal bytes."""
    return msgspec.json.encode(image)


def decode(text: bytes) -> BaseImage:
    """What `encode` wrote. Raises `msgspec.ValidationError` (a ValueError) for anything else."""
    return msgspec.json.decode(text, type=BaseImage)
