"""The options of a build: what the configuration decided, and where it said so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from pottle.text import Location

EPOCH = 315532801
"""1980-01-01T00:00:01Z: zip files cannot hold an earlier year, and some software takes 0 for "no time"."""


@dataclass(frozen=True, slots=True)
class ProcessOptions:
    """A process that the configuration describes."""

    command: tuple[str, ...] | str
    """Words, or a line as a shell reads it."""
    schedule: str | None = None
    """As cron writes it."""
    at: Location = field(default=Location("configuration"), compare=False)


@dataclass(frozen=True, slots=True)
class StepOptions:
    """A command that is run in the image while it is built."""

    command: tuple[str, ...] | str
    """Words, or a line of them."""
    outputs: tuple[str, ...]
    """Directories, relative to the project's in the image or absolute."""
    at: Location = field(default=Location("configuration"), compare=False)


@dataclass(frozen=True, slots=True)
class LintOptions:
    """What `pottle lint` checks: names of rules and of categories."""

    select: tuple[str, ...] = ()
    """Empty: every rule."""
    ignore: tuple[str, ...] = ()
    severity: tuple[tuple[str, Literal["error", "warning", "info"]], ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Pattern of paths → names."""
    origins: Mapping[str, Location] = field(default_factory=lambda: MappingProxyType({}), compare=False)
    """Field name → the place that set it."""


@dataclass(frozen=True, slots=True)
class Options:
    """One frozen value for a build. None: not configured, the plan decides from the project's facts."""

    base: str | None = None
    python: str | None = None
    platforms: tuple[str, ...] = ()
    """`linux/amd64` …; empty: the building host's."""
    command: tuple[str, ...] | None = None
    process: tuple[tuple[str, ProcessOptions], ...] = ()
    """Sorted by name."""
    step: tuple[tuple[str, StepOptions], ...] = ()
    """Sorted by name."""
    port: int | None = None
    app: str | None = None
    """`module:attribute`, a module or a file: which of the applications found is meant."""
    lockfile: str | None = None
    """Relative to the project."""
    optimize: Literal["speed", "size"] = "speed"
    keep: tuple[str, ...] = ()
    """Patterns of paths below `site-packages` that `optimize = "size"` leaves as they are."""
    compression: Literal["gzip", "zstd"] = "gzip"
    compile: Literal["nuitka"] | None = None
    """What makes a program of the project; None: CPython runs it."""
    variant: Literal["default", "debug"] = "default"
    packages: tuple[str, ...] = ()
    build_packages: tuple[str, ...] = ()
    strict: bool = False
    extras: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    volumes: tuple[str, ...] | None = None
    """Absolute paths; None: what the code says that it writes."""
    source_builds: tuple[str, ...] = ()
    """Names of distributions, or `*`."""
    labels: tuple[tuple[str, str], ...] = ()
    """Sorted by name."""
    env: tuple[tuple[str, str], ...] = ()
    """Sorted by name."""
    build_env: tuple[tuple[str, str], ...] = ()
    """Sorted by name."""
    collectstatic: bool = True
    """False: not even where the settings ask for it."""
    compilemessages: bool = True
    """The same."""
    exclude: tuple[str, ...] = ()
    """Patterns in `.dockerignore`'s language."""
    lint: LintOptions = field(default_factory=LintOptions)
    mirror: str | None = None
    debs: str | None = None
    """A directory, relative to the project, or `oci://REPOSITORY`: where .debs of `pottle.lock` are kept and taken from first."""
    locked: bool = False
    """Nothing is resolved: everything comes from locks."""
    allow_expired: tuple[str, ...] = ()
    cache_from: tuple[str, ...] = ()
    """Repositories, asked in this order."""
    cache_to: str | None = None
    epoch: int = EPOCH
    """`SOURCE_DATE_EPOCH`: the time of every file, in seconds since 1970."""
    origins: Mapping[str, Location] = field(default_factory=lambda: MappingProxyType({}), compare=False)
    """Field name → the place that set it; a field that is missing here has its default."""
