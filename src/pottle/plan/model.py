"""The image that would be built: immutable, serialisable, every decision with its reason.

An `ImagePlan` is for one platform and needs neither the network nor a byte of content; what needs them is decided once in
`pottle.plan.lock.LockedPlan`. `Step` is a closed union: every executor handles all of them or does not type-check.
"""

from collections.abc import Iterable, Sequence
from typing import Literal, TypeAlias

import msgspec

from pottle.base_image import BaseImage
from pottle.project.facts import VersionTool


class Struct(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=False):
    """A value of the plan: compared by content, written to JSON and read back unchanged."""


class Reason(Struct, frozen=True):
    """Why one decision fell as it did."""

    decision: str
    """The field it is about: "python", "command", "layers.environment"."""
    value: str
    because: str
    """A clause without a full stop."""
    at: str | None = None
    """The evidence: `uv.lock:3`."""


class Wheel(Struct, frozen=True):
    """The one wheel of a requirement that fits the platform."""

    filename: str
    url: str | None
    sha256: str
    size: int | None


class Requirement(Struct, frozen=True):
    """One distribution of the environment."""

    name: str
    version: str | None
    """None: nothing has pinned it, locking finds one."""
    index: str | None
    """The index's URL without credentials; None: whatever the user's configuration says."""
    wheel: Wheel | None
    """None where the project does not name the file: locking asks an index for what is `wanted`."""
    wanted: str | None = None
    """What satisfies it where there is no `wheel`: a requirement without marker (PEP 508), `httpx[http2]~=0.27`."""
    hashes: tuple[str, ...] = ()
    """`sha256:…` of the files that may be taken for what is `wanted`; none: any."""
    at: str | None = None


# --- steps: what is done, in the order of the layers ----------------------------------------------


class InstallPackages(Struct, frozen=True, tag="install-packages"):
    """Debian binary packages, with all that they depend on less `without`."""

    suite: str
    packages: tuple[str, ...]
    without: tuple[str, ...] = ()


class InstallInterpreter(Struct, frozen=True, tag="install-interpreter"):
    """A CPython that is not the base's own, at `into`: a relocatable one that asks nothing of a system but glibc."""

    version: str
    """What is asked of the source: `3.9.18`, or the newest that it has of `3.9`."""
    source: Literal["python-build-standalone"]
    into: str


class CreateEnvironment(Struct, frozen=True, tag="create-environment"):
    """An empty virtual environment at `path` (PEP 405) for the interpreter at `interpreter`.

    `bytecode` is that of the standard library, which Debian compiles in a script when the package is installed.
    """

    path: str
    interpreter: str
    bytecode: Literal["unchecked-hash"] | None


class InstallWheels(Struct, frozen=True, tag="install-wheels"):
    """The third-party distributions, into the environment at `into`."""

    into: str
    requirements: tuple[Requirement, ...]
    bytecode: Literal["unchecked-hash"] | None
    """PEP 552 invalidation mode of the .pyc files, or None: no bytecode."""
    unresolved: bool = False
    """The requirements are not a complete, pinned set: locking resolves them."""
    index: str | None = None
    """The index that is asked in place of the user's, without credentials."""
    extra_indexes: tuple[str, ...] = ()
    """Indexes that are asked before that one."""
    may_build: tuple[str, ...] = ()
    """Unresolved: distributions that may turn out to be sources, and then belong to the step that builds; `*`: any."""
    own: tuple[str, ...] | None = None
    """What the project's own backend says that it needs is wanted too, with these of its extras; None: its files say all of it."""


class Source(Struct, frozen=True):
    """A distribution that has to be built: a repository at a commit, or a source archive."""

    name: str
    version: str | None
    """None where the lock does not say."""
    url: str | None
    """Of the repository or the archive, without credentials; a path relative to the project where it has no scheme. None: an index
    has it, by its name, its version and its hash."""
    commit: str | None = None
    """The whole hash; None for an archive."""
    subdirectory: str | None = None
    sha256: str | None = None
    """Of the archive."""
    index: str | None = None
    """The URL of the index that has it, where it has no URL of its own; None: whatever the user's configuration says."""
    at: str | None = None


Unneeded: TypeAlias = Literal["tests", "sources", "stubs", "symbols"]
"""What no running program needs: tests; what compilers read (headers, C, Cython, static libraries); what type checkers read; what debuggers
read in machine code."""


class Trim(Struct, frozen=True, tag="trim"):
    """Of what the steps before it installed into the environment at `into`, some is left out; RECORD says what is there."""

    into: str
    without: tuple[Unneeded, ...]
    keep: tuple[str, ...] = ()
    """Patterns of paths below `site-packages` that stay as they are; `*` goes across directories."""


class BuildWheels(Struct, frozen=True, tag="build-wheels"):
    """Third parties' distributions without a wheel, built by their own backends, into the environment at `into`."""

    into: str
    sources: tuple[Source, ...]
    bytecode: Literal["unchecked-hash"] | None
    tools: InstallPackages | None = None
    """What they are built with besides the image's own packages, in a sandbox; no part of the image. None: nothing can build for it."""


class InstallProject(Struct, frozen=True, tag="install-project"):
    """The wheel of the project, or of one beside it in its repository, built by its backend, into the environment at `into`."""

    into: str
    name: str
    path: str
    """The directory, relative to the project: "." or `../core`."""
    backend: str
    bytecode: Literal["checked-hash"] | None
    version_tool: VersionTool | None = None
    """What would take the version from version control, which the build does in its place; None: the files say it."""


class CopyProject(Struct, frozen=True, tag="copy-project"):
    """The project's files, into `into`: all that belongs to the app, less what its wheel already holds."""

    into: str
    less_wheel: bool
    bytecode: Literal["checked-hash"] | None
    without: tuple[str, ...] = ()
    """Directories of other projects in the same repository, which are no part of this one."""


class RunCommand(Struct, frozen=True, tag="run-command"):
    """A command of the project, run in the image that the layers below make, without network; its outputs are all it may write."""

    name: str
    """What it is called: `collectstatic`."""
    command: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    """Besides the image's own, sorted."""
    outputs: tuple[str, ...]
    """Directories of the image, absolute."""
    seeded: bool = False
    """The outputs begin with what the image has there, and what is as it was is not taken; else they begin empty."""
    tools: InstallPackages | None = None
    """What it runs with besides the image's own packages, and no part of the image."""


class MakeDirectories(Struct, frozen=True, tag="make-directories"):
    """Empty directories that the application's user owns, and that group 0 may write to as well."""

    paths: tuple[str, ...]
    uid: int


class SumUp(Struct, frozen=True, tag="sum-up"):
    """What sums up all packages of the image: accounts, CA bundle, ld.so.cache. On a base image: its accounts, and ours among them."""

    uid: int
    gid: int
    user: str
    home: str


class LinkProgram(Struct, frozen=True, tag="link-program"):
    """What the program of the layer above needs of a system: exactly the shared libraries that it is linked with, from the packages
    of the layers below, with the CA bundle, the time zones and the accounts. The image begins with this step's layer.
    """

    uid: int
    gid: int
    user: str
    home: str


class Port(Struct, frozen=True):
    """The port that a program listens on, where `$PORT` says so on another."""

    number: int
    variables: tuple[str, ...]
    """Those besides `PORT` that hold it."""
    in_command: bool


class CompileProgram(Struct, frozen=True, tag="compile-program"):
    """What the layers below hold as one program of machine code in the directory `into`, built in a sandbox."""

    compiler: Literal["nuitka"]
    into: str
    program: str
    """Its path in the image."""
    starts: Literal["script", "module", "file"]
    """What it does when it is started: what a console script of the environment does, what `python -m` or `python` would."""
    name: str
    """Of the script or the module; the path of the file below `into`."""
    path: tuple[str, ...]
    """Directories that modules are imported from, besides the environment's."""
    includes: tuple[str, ...]
    """Modules and packages that are a part of it whoever imports them, the whole packages."""
    healthy: str | None
    """Lines of Python that end well where it is healthy: what it runs when it is called `HEALTHY`."""
    port: Port | None
    """What is to be replaced by `$PORT`, in its arguments and its variables."""
    requirements: tuple[str, ...] = ()
    """The compiler and what it needs, as `pottle.lock` has them, with hashes; empty: the version that pottle knows."""
    tools: InstallPackages | None = None
    """What it is built with besides the image's own packages; no part of the image."""


HEALTHY = "healthy"
"""The name by which a compiled program asks for its own health: there is nothing else in the image that could."""


Step: TypeAlias = (
    InstallPackages
    | InstallInterpreter
    | CreateEnvironment
    | InstallWheels
    | BuildWheels
    | InstallProject
    | CopyProject
    | MakeDirectories
    | RunCommand
    | SumUp
    | LinkProgram
    | CompileProgram
    | Trim
)


def installs(step: Step) -> InstallPackages | None:
    """What a step asks an archive for."""
    match step:
        case InstallPackages():
            return step
        case BuildWheels(tools=tools) | RunCommand(tools=tools) | CompileProgram(tools=tools):
            return tools
        case _:
            return None


class LayerPlan(Struct, frozen=True):
    """One layer: its name, what goes in, and why it is a layer of its own."""

    name: str
    steps: tuple[Step, ...]
    because: str


class HealthCheck(Struct, frozen=True):
    """The image's health check (the Docker config's `Healthcheck`): argv, exec form, times in seconds."""

    command: tuple[str, ...]
    interval: int = 30
    timeout: int = 5
    start_period: int = 15
    retries: int = 3


class Runtime(Struct, frozen=True):
    """The image config: how the container starts."""

    user: str
    """Numeric `uid:gid`."""
    environment: tuple[tuple[str, str], ...]
    working_dir: str
    entrypoint: tuple[str, ...]
    command: tuple[str, ...]
    ports: tuple[str, ...]
    """`8000/tcp`"""
    stop_signal: str
    health_check: HealthCheck | None
    labels: tuple[tuple[str, str], ...] = ()
    volumes: tuple[str, ...] = ()
    """Directories that keep data."""


class SystemPackages(Struct, frozen=True):
    """Debian packages beyond the interpreter's own."""

    runtime: tuple[str, ...] = ()
    build: tuple[str, ...] = ()


Kind: TypeAlias = Literal["web-asgi", "web-wsgi", "web-own-server", "worker", "cli", "job", "ui", "bot", "script"]


class ProcessPlan(Struct, frozen=True):
    """One of the processes that the image is there for; the first of a plan is the one that it starts by itself."""

    name: str
    """web, worker, beat, migrate …"""
    command: tuple[str, ...]
    """argv"""
    environment: tuple[tuple[str, str], ...]
    """What it has beside the image's environment."""
    stop_signal: str
    once: bool
    """It ends, and is to be run once before the others: `release`, `migrate`."""
    schedule: str | None
    """When it runs, as cron writes it; null: all the time."""
    because: str
    at: str | None = None


class ImagePlan(Struct, frozen=True):
    """An image for one platform, before anything was fetched."""

    name: str
    version: str | None
    platform: str
    """`linux/amd64`"""
    package_manager: str
    lockfile: str | None
    python: str
    """`3.13`"""
    framework: str | None
    kind: Kind
    command: tuple[str, ...]
    """The argv of the program. `Runtime.entrypoint` stands before it, and becomes it; of a compiled program it is the first word."""
    port: int | None
    processes: tuple[ProcessPlan, ...]
    """The image's own first, then the others."""
    base: str
    """`debian:trixie`; a base image by its whole name and its digest, as far as that is known."""
    base_image: BaseImage | None
    """What is known of the base image; None: the base is put together from a suite, or nobody has looked into the image yet."""
    system_packages: SystemPackages
    layers: tuple[LayerPlan, ...]
    runtime: Runtime
    annotations: tuple[tuple[str, str], ...]
    reasons: tuple[Reason, ...]
    warnings: tuple[str, ...] = ()
    epoch: int = 315532801
    """The time of every file and of the image, seconds since 1970 (`SOURCE_DATE_EPOCH`). Default 1980-01-01T00:00:01Z:
    zip files cannot hold an earlier year and some software takes 0 for "no time"."""
    allow_expired: tuple[str, ...] = ()
    """Suites whose Release may be past its Valid-Until."""
    schema: int = 1


def image_layers(layers: Sequence[LayerPlan]) -> Sequence[LayerPlan]:
    """Those that the image has: all, but of a compiled program only those of the program itself."""
    return layers[_first(layers) :]


def compiled_layers(layers: Sequence[LayerPlan]) -> Sequence[LayerPlan]:
    """Those that a program is compiled of, and that its image has not."""
    return layers[: _first(layers)]


def _first(layers: Sequence[LayerPlan]) -> int:
    """Where the image begins."""
    marked = (n for n, layer in enumerate(layers) if any(isinstance(step, LinkProgram) for step in layer.steps))
    return next(marked, 0)


def compiles(layers: Iterable[LayerPlan]) -> CompileProgram | None:
    """The step that makes a program of all the others, if there is one."""
    steps = (step for layer in layers for step in layer.steps)
    return next((step for step in steps if isinstance(step, CompileProgram)), None)


def encode(plan: ImagePlan) -> bytes:
    """The plan as JSON: equal plans give equal bytes."""
    return msgspec.json.format(msgspec.json.encode(plan), indent=2) + b"\n"


def decode(text: bytes) -> ImagePlan:
    """The plan that `encode` wrote. Raises `msgspec.ValidationError` (a ValueError) for anything else."""
    return msgspec.json.decode(text, type=ImagePlan)
