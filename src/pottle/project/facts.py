"""Everything that a project tree says about itself, each fact with its evidence.

Facts are values: nothing here reads a file. Detectors (`pottle.project.detectors`) produce them, `pottle.plan` decides with them.
Where several answers are possible all of them are reported; choosing is the planner's business.
"""

from dataclasses import dataclass, field
from typing import Generic, Literal, TypeAlias, TypeVar

from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from pottle.text import Location

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fact(Generic[T]):
    """A value and the place in the project that says so."""

    value: T
    at: Location


# --- what is locked -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Artifact:
    """One file of a distribution: a wheel or an sdist, as a lock names it."""

    filename: str
    url: str | None
    sha256: str | None
    """64 lowercase hex digits."""
    size: int | None
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Dependency:
    """An edge of a lock's graph: what is wanted, and under which marker."""

    name: NormalizedName
    at: Location
    version: Version | None = None
    """Set where the lock holds several versions of one name and the edge says which."""
    source: str | None = None
    """Set where the lock holds one name from several sources and the edge says which: `LockedDistribution.source_id`."""
    extras: tuple[NormalizedName, ...] = ()
    marker: Marker | None = None
    specifier: SpecifierSet | None = None
    """What a requirement that no lock has decided asks for; None for an edge of a resolved graph."""
    url: str | None = None
    """A direct reference (PEP 508 `name @ url`), without credentials."""


SourceKind: TypeAlias = Literal["registry", "url", "vcs", "path", "directory", "editable", "virtual"]


@dataclass(frozen=True, slots=True)
class LockedDistribution:
    """One distribution at one version in a lock."""

    name: NormalizedName
    version: Version | None
    source: SourceKind
    source_id: str
    """The index's URL, the file's URL, the repository and commit, or the path relative to the lock's directory."""
    at: Location
    dependencies: tuple[Dependency, ...] = ()
    optional: tuple[tuple[NormalizedName, tuple[Dependency, ...]], ...] = ()
    """Extra → dependencies."""
    wheels: tuple[Artifact, ...] = ()
    """Every wheel the lock lists; empty with `hashes` set when the format lists hashes only."""
    sdist: Artifact | None = None
    hashes: tuple[str, ...] = ()
    """`sha256:…` of any file that may be installed, for formats that do not say which file is which."""
    markers: tuple[Marker, ...] = ()
    """Environments in which this entry of a forked lock counts (`resolution-markers`); empty means all."""


@dataclass(frozen=True, slots=True)
class Lock:
    """A resolved set of distributions as a graph, whatever the file format was."""

    format: str
    """"uv", "requirements", later "poetry", "pdm", "pylock" …"""
    at: Location
    roots: tuple[Dependency, ...]
    """What the project itself needs at run time: no development groups, no extras that nobody asked for."""
    distributions: tuple[LockedDistribution, ...]
    requires_python: SpecifierSet | None = None
    complete: bool = True
    """False for a list of requirements that still has to be resolved (unpinned, or without its own dependencies)."""
    extras: tuple[tuple[NormalizedName, tuple[Dependency, ...]], ...] = ()
    """The project's own extras → further roots, for those who ask for one."""
    groups: tuple[tuple[NormalizedName, tuple[Dependency, ...]], ...] = ()
    """The project's dependency groups (PEP 735) → further roots, for those who ask for one."""
    index: str | None = None
    """The URL, without credentials, of the index that a list names in place of the user's."""
    extra_indexes: tuple[str, ...] = ()
    """Those of the indexes that it names besides, in its order."""


# --- what the project is --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PythonWish:
    """What one place says about the Python to use."""

    specifier: SpecifierSet
    exact: str | None
    """"3.12" or "3.12.4" where one version is named (`.python-version`), else None: only a range."""
    at: Location


@dataclass(frozen=True, slots=True)
class Packaging:
    """The project is a package: its own wheel is built by `backend`."""

    backend: str
    """PEP 517 `build-backend`, e.g. "hatchling.build"."""
    requires: tuple[str, ...]
    """PEP 518 `build-system.requires`."""
    at: Location


VersionTool: TypeAlias = Literal[
    "setuptools-scm",
    "hatch-vcs",
    "pdm-backend",
    "poetry-dynamic-versioning",
    "uv-dynamic-versioning",
    "versioningit",
    "setuptools-git-versioning",
    "pbr",
]

VersionScheme: TypeAlias = Literal[
    "guess-next-dev", "guess-next-patch", "guess-next-minor", "no-guess-dev", "post", "only-version", "dunamai", "bump"
]
"""What becomes of a tag that lies some commits back: see `pottle.project.version`."""


@dataclass(frozen=True, slots=True)
class Versioning:
    """The version is in version control alone: `tool` takes it from there while the project is built."""

    tool: VersionTool
    at: Location
    scheme: VersionScheme = "guess-next-dev"
    local: bool = True
    """Whether the commit is part of a version that no tag names."""
    fallback: str | None = None
    """The version that the project's configuration gives for where there is no checkout."""
    tags: tuple[str, ...] = ("*[0-9]*",)
    """Globs of the tags that name versions."""
    file: str | None = None
    """The module that the tool writes the version into."""


@dataclass(frozen=True, slots=True)
class Script:
    """A console script: `[project.scripts]`."""

    name: str
    target: str
    """`module:function`"""
    at: Location


Kind: TypeAlias = Literal["web-asgi", "web-wsgi", "web-own-server", "worker", "cli", "job", "ui", "bot", "script"]


@dataclass(frozen=True, slots=True)
class Application:
    """Something that can be run: found in the code's syntax tree, never by running it."""

    kind: Kind
    framework: str | None
    """"fastapi", "flask", "django" …; None for a plain script."""
    target: str
    """What is run: `module:attribute` for an application object, `module:function` of a script, a path (`main.py`), or a
    package (`name.of.package`, neither colon nor `.py`) for `python -m`."""
    at: Location
    strength: int
    """How well it fits, higher is better: equals contradict each other and stop the plan."""
    because: str
    """A clause without a full stop: "`app = FastAPI()` stands here"."""
    script: str | None = None
    """The console script that starts it: `[project.scripts]` of a packaged project."""
    factory: bool = False
    """The attribute is a function that returns the application object."""
    port: int | None = None
    """The port, where the code names one."""
    health: Fact[str] | None = None
    """A route that answers a GET without parameters and is meant for it (`/healthz`, `/health` …)."""
    answers_root: bool = False
    """The code has a route that answers `GET /`."""
    handles_sigterm: bool = False
    """A script that sets its own handler for SIGTERM."""


@dataclass(frozen=True, slots=True)
class Writable:
    """A path that the application writes to, and wants to find again."""

    what: Literal["media", "uploads", "database"]
    path: str
    """Absolute, or relative to the project's root, which is also the current directory."""
    directory: bool
    """A directory that files are put into; else a file."""
    at: Location
    variable: str | None = None
    """The environment variable that can name another path."""
    beside_code: bool = False
    """It is told from where a module lies: an installed package has it elsewhere."""
    holds_code: bool = False
    """Modules of the project lie in the same directory, or below it."""


@dataclass(frozen=True, slots=True)
class Facts:
    """A project as it stands in its tree."""

    name: Fact[str]
    """PEP 503 normalized."""
    version: Fact[str] | None
    package_manager: Fact[str]
    """uv, poetry, pdm, pipenv, pip, rye, pylock, pep723, setuptools, flit, conda or none."""
    lock: Lock | None
    python: tuple[PythonWish, ...]
    packaging: Packaging | None
    """None for a virtual project: its files are run where they lie."""
    dependencies: tuple[Dependency, ...]
    """Direct ones, as `pyproject.toml` or requirements name them."""
    frameworks: tuple[Fact[str], ...]
    scripts: tuple[Script, ...]
    applications: tuple[Application, ...]
    """Every candidate, strongest first."""
    shell: Fact[str] | None = None
    """Why the project needs `/bin/sh` at run time, if it does."""
    versioning: Versioning | None = None
    """Set where the version is nowhere in the files."""
    source: Fact[str] | None = None
    """Where the sources live: a URL from `[project.urls]`."""
    writable: tuple[Writable, ...] = ()
    """What is written at run time, as far as the code says where."""
    warnings: tuple[Fact[str], ...] = field(default=())
