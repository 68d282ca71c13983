"""The plan with every byte named: which .debs, which wheels, by digest.

Locking is the only networked step before push; a build is then a function of the `LockedPlan` and the project's files.
"""

import msgspec

from pottle.plan.model import ImagePlan, Source, Struct


class LockedPackage(Struct, frozen=True):
    """One Debian binary package, at one version, verified against a signed Release."""

    name: str
    version: str
    architecture: str
    suite: str
    """`trixie`, `trixie-updates`, `trixie-security`"""
    filename: str
    """Path below the mirror: `pool/main/…`."""
    sha256: str
    size: int
    released: str | None = None
    """When its archive was released in the state that had it (UTC, ISO 8601): where a snapshot service finds it."""
    at: str | None = None
    """Where `pottle.lock` names it."""


class LockedWheel(Struct, frozen=True):
    """One wheel, at one version."""

    name: str
    version: str
    filename: str
    url: str | None
    sha256: str
    size: int | None
    index: str | None


class LockedInterpreter(Struct, frozen=True):
    """One build of a CPython that is not the base's own, at one version, for one machine."""

    version: str
    """`3.9.25`"""
    build: str
    """The release that it was published with, `20251031`; empty where its URL does not say."""
    machine: str
    """As `uname -m` says it: `x86_64`."""
    url: str
    """Where it was published: mirrors have it below their own."""
    sha256: str
    """Of the archive, which uv has verified."""
    size: int | None = None
    """Of the archive, in bytes."""


class Compiler(Struct, frozen=True):
    """The interpreter that compiles bytecode: an input of every layer that holds any.

    It is chosen per X.Y and does not follow the base's updates: 359 of 911 .pyc files differ between 3.13.0 and 3.13.5.
    """

    version: str
    packages: tuple[LockedPackage, ...]
    """For the building host's architecture: bytecode does not depend on it."""
    interpreter: LockedInterpreter | None = None
    """In place of packages, where the image's CPython is not the base's own."""


class BuildRequirement(Struct, frozen=True):
    """One distribution that a build backend is run with, at one version."""

    name: str
    version: str
    sha256: tuple[str, ...]
    """Of its files, any of which will do."""
    marker: str | None = None
    """Where it is wanted at all (PEP 508)."""


class Build(Struct, frozen=True):
    """What the wheel of one distribution is built with."""

    of: str
    requires: tuple[BuildRequirement, ...]
    at: str | None = None


class Decided(Struct, frozen=True):
    """What `pottle.lock` has decided of a plan: no archive is asked for it."""

    packages: tuple[tuple[str, tuple[LockedPackage, ...]], ...]
    """Layer name → its packages, in the order of their names."""
    interpreter: LockedInterpreter | None
    compilers: tuple[tuple[str, Compiler], ...]
    """Architecture of the building host → what compiles bytecode there."""
    builds: tuple[Build, ...]
    wheels: str | None = None
    """What stands for the wheels that the packages were found for (`pottle.plan.libraries`)."""
    at: str | None = None


class LockedPlan(Struct, frozen=True):
    """Everything that a build needs besides the project's own files."""

    plan: ImagePlan
    packages: tuple[tuple[str, tuple[LockedPackage, ...]], ...]
    """Layer name → its packages, in the order of their names."""
    wheels: tuple[LockedWheel, ...]
    sources: tuple[Source, ...]
    """What is built, each allowed."""
    compiler: Compiler | None
    interpreter: LockedInterpreter | None = None
    """What the step `InstallInterpreter` installs."""
    builds: tuple[Build, ...] = ()
    """What wheels are built with; of those that are not in here, what an index has when they are built."""
    schema: int = 1


def encode(locked: LockedPlan) -> bytes:
    """The locked plan as JSON: equal plans give equal bytes."""
    return msgspec.json.format(msgspec.json.encode(locked), indent=2) + b"\n"


def decode(text: bytes) -> LockedPlan:
    """The locked plan that `encode` wrote. Raises `msgspec.ValidationError` (a ValueError) for anything else."""
    return msgspec.json.decode(text, type=LockedPlan)
