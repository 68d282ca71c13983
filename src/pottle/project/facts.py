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

from pottle.base_image import BaseImage
from pottle.project.pinned import PinnedBuild, PinnedCompiler, PinnedSystem
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
    """What a requirement that no lock has decided asks for; on the edge of a resolved graph, which of several versions it admits
    where the lock leaves that to its installer (Poetry, PDM)."""
    url: str | None = None
    """A direct reference (PEP 508 `name @ url`), without credentials."""


SourceKind: TypeAlias = Literal["registry", "url", "vcs", "path", "directory", "editable", "virtual"]


@dataclass(frozen=True, slots=True)
class Repository:
    """A commit of a repository, as a lock pins it (PEP 610)."""

    url: str
    """Without credentials, and without `git+`."""
    commit: str
    subdirectory: str | None = None


@dataclass(frozen=True, slots=True)
class LockedDistribution:
    """One distribution at one version in a lock."""

    name: NormalizedName
    version: Version | None
    source: SourceKind
    source_id: str
    """The index's URL, the file's URL, the repository and commit, or the path relative to the project's directory."""
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
    repository: Repository | None = None
    """The commit, where `source` is "vcs" and the lock pins one."""
    backend: str | None = None
    """The PEP 517 backend of a directory in the project's repository; None for a virtual one, whose dependencies alone count."""


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
    asks: Fact[str] | None = None
    """Only the project's backend knows what else it needs: the place where that is seen, and a digest of the files that decide it."""
    index: str | None = None
    """The URL, without credentials, of the index that a list names in place of the user's."""
    extra_indexes: tuple[str, ...] = ()
    """Those of the indexes that it names besides, in its order."""
    owner: NormalizedName | None = None
    """The project whose extras and groups conflict, as the lock's markers name it (`extra == 'extra-4-shop-cpu'`)."""
    default_groups: tuple[NormalizedName, ...] = ()
    """Groups that are there unless they are declined (PEP 751 `default-groups`): markers speak of them."""
    environments: tuple[Marker, ...] = ()
    """Where the lock counts at all (PEP 751): one of them holds; none: everywhere."""
    members: tuple[str, ...] = ()
    """Directories of the other projects of a workspace, relative to this one: no part of its own files."""


DECLARED = frozenset({"pyproject", "pipfile", "setuptools", "flit", "pep723"})
"""`Lock.format` of what is no lock: the project's own declaration, in a file that says more than that."""


# --- what pottle itself has locked ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pin:
    """The wheel that `pottle.lock` has chosen of a distribution."""

    name: NormalizedName
    version: str
    wheel: Artifact
    index: str | None
    at: Location


@dataclass(frozen=True, slots=True)
class PinnedSource:
    """What has to be built of a distribution that has no wheel: a repository at a commit, or an archive by its hash."""

    name: NormalizedName
    version: str | None
    url: str
    at: Location
    commit: str | None = None
    subdirectory: str | None = None
    sha256: str | None = None
    index: str | None = None


@dataclass(frozen=True, slots=True)
class PinnedEnvironment:
    """What was resolved for one platform and one Python."""

    platform: str
    """`linux/amd64`"""
    python: str
    """`3.13`"""
    wanted: tuple[str, ...]
    """What an index was asked for, sorted: another question makes the answer stale."""
    wheels: tuple[Pin, ...]
    at: Location
    sources: tuple[PinnedSource, ...] = ()


@dataclass(frozen=True, slots=True)
class Pins:
    """What `pottle.lock` holds: answers of an index for what no other lock has decided, and of archives for all that lies below."""

    at: Location
    environments: tuple[PinnedEnvironment, ...] = ()
    written: bool = True
    """False: an index was asked just now, and nothing was written."""
    systems: tuple[PinnedSystem, ...] = ()
    compilers: tuple[PinnedCompiler, ...] = ()
    builds: tuple[PinnedBuild, ...] = ()

    @property
    def of_archives(self) -> tuple[PinnedSystem | PinnedCompiler, ...]:
        """What has packages and interpreters."""
        return (*self.systems, *self.compilers)

    def has_environment(self, platform: str) -> bool:
        """Whether it has wheels for `platform`, whatever the Python."""
        return any(each.platform == platform for each in self.environments)


@dataclass(frozen=True, slots=True)
class PinnedBaseImage:
    """What is known of a base image for one platform."""

    image: BaseImage
    at: Location
    written: bool = True
    """In `pottle.lock`; False: somebody has just looked into it, or has done so before."""


# --- what the project is --------------------------------------------------------------------------


Standing: TypeAlias = Literal["aside", "inherited", "dockerfile", "classifier"]
"""Of what counts less than the project's own word. `aside`: a file that is seldom kept up to date, heard where no other says the same
kind of thing; `inherited`: a pin of a directory above, heard where the project has none and its ranges admit it; `dockerfile`:
what the project's Dockerfile stands on, preferred among what is admitted; `classifier`: what a package was once tried with, preferred
where nothing else is heard."""


@dataclass(frozen=True, slots=True)
class PythonWish:
    """What one place says about the Python to use."""

    specifier: SpecifierSet
    exact: str | None
    """"3.12" or "3.12.4" where one version is named (`.python-version`), else None: only a range."""
    at: Location
    standing: Standing | None = None
    others: tuple[SpecifierSet, ...] = ()
    """Further ranges, any of which will do as well: of a union."""

    def admits(self, version: str) -> bool:
        """Whether `version`, X.Y.Z, is one of those that are meant."""
        return any(each.contains(version, prereleases=True) for each in (self.specifier, *self.others))

    def __str__(self) -> str:
        return self.exact or " || ".join(map(str, (self.specifier, *self.others)))


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
    """The attribute is a function that has to be called for the application object."""
    port: int | None = None
    """The port, where the code names one."""
    port_at: Location | None = None
    """The place that names it, where that is another than `at`."""
    health: Fact[str] | None = None
    """A route that answers a GET without parameters and is meant for it (`/healthz`, `/health` …)."""
    answers_root: bool = False
    """The code has a route that answers `GET /`."""
    handles_sigterm: bool = False
    """A script that sets its own handler for SIGTERM."""
    arguments: tuple[str, ...] = ()
    """What follows the program in its argv; `{port}` stands for the port that it shall listen on."""
    environment: tuple[tuple[str, str], ...] = ()
    """Variables that it is started with, `{port}` as above, `{app}` and `{home}` for the image's directories of those: where to
    listen, `("SHOP_HOST", "0.0.0.0")`, and where to write."""
    loopback: Fact[str] | None = None
    """The address that the code binds to, where only the container itself reaches it and nothing can tell it another."""
    root: str | None = None
    """The directory, relative to the project, that has to be on the path: `src`, `backend`, `.`; None: what starts it sees to that."""


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """A file of the project that sets up the server that serves it: `gunicorn.conf.py`."""

    server: str
    """gunicorn, uwsgi or hypercorn."""
    path: str
    at: Location
    """Where it says what to listen on."""
    names: tuple[str, ...]
    """The settings that it has, sorted."""
    port: int | None = None
    variable: str | None = None
    """The environment's variable that sets the port."""
    everywhere: bool = False
    """It names an address that is reached from outside of the container."""
    foreign: Fact[str] | None = None
    """What makes it one for a certain machine, so that it is passed over."""


@dataclass(frozen=True, slots=True)
class Process:
    """One of the ways in which the project is started: a line of a `Procfile`, or what its code is made for besides (`because`)."""

    name: str
    """"web", "worker", "release" …"""
    command: str
    """As a shell would read it."""
    at: Location
    port: Fact[int] | None = None
    """The port that a configuration of its server names."""
    missing: str | None = None
    """A file that it is to run, and that is not there."""
    because: str | None = None
    """Why it is one, where no file says it: a clause without a full stop."""


@dataclass(frozen=True, slots=True)
class StaticFiles:
    """Django's static files, which are collected into one directory before they can be served (`STATIC_ROOT`)."""

    manage: str
    """The path of `manage.py`."""
    directory: str
    """Relative to the project, or absolute."""
    at: Location
    environment: tuple[tuple[str, str], ...] = ()
    """The settings, and what they insist on with values that stand in for those of the deployment."""


@dataclass(frozen=True, slots=True)
class Messages:
    """Django's translations that are there as sources alone (`.po`): nothing shows before msgfmt has compiled them (`.mo`)."""

    manage: str
    """The path of `manage.py`."""
    directories: tuple[str, ...]
    """That have directories of languages in them: `shop/locale`; relative to the project, sorted."""
    at: Location
    environment: tuple[tuple[str, str], ...] = ()
    """The settings, and what they insist on with values that stand in for those of the deployment."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What the project's own Dockerfile says of its last stage: evidence, never an order."""

    at: Location
    command: str | None
    """As a shell would read it; None where there is none, or none for production."""
    port: Fact[int] | None = None
    """What it exposes."""
    packages: tuple[Fact[str], ...] = ()
    """The Debian packages that it installs."""
    made_elsewhere: tuple[Fact[str], ...] = ()
    """What it copies from stages that another language makes: a front end that Node has built, by its place in the image."""
    installs: tuple[Dependency, ...] = ()
    """The distributions that some stage of it names to pip, and no list does."""


@dataclass(frozen=True, slots=True)
class ShellScript:
    """A shell script of the project, as far as its simple commands tell."""

    path: str
    dialect: Literal["sh", "bash"]
    runs: tuple[Fact[str], ...]
    """The programs that its commands begin with, each with its line."""
    last: str
    """Its last command, without `exec`; empty where there is none that can be read."""
    at: Location
    """Where that stands."""
    replaced: bool
    """It becomes its last command (`exec`): signals reach that."""


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
    virtual: Fact[str] | None = None
    """Why no wheel is built of a project that might seem to be a package."""
    shell: Fact[str] | None = None
    """Why the project needs `/bin/sh` at run time, if it does."""
    versioning: Versioning | None = None
    """Set where the version is nowhere in the files."""
    source: Fact[str] | None = None
    """Where the sources live: a URL from `[project.urls]`."""
    writable: tuple[Writable, ...] = ()
    """What is written at run time, as far as the code says where."""
    processes: tuple[Process, ...] = ()
    """In the order of their file."""
    server_settings: tuple[ServerSettings, ...] = ()
    """At most one of each server."""
    static_files: StaticFiles | None = None
    messages: Messages | None = None
    pins: Pins | None = None
    """What `pottle.lock` has decided."""
    unpinned: tuple[Fact[str], ...] = ()
    """What the project leaves open, so that a build may get something else than the one before: `strict` does not allow it."""
    base_images: tuple[PinnedBaseImage, ...] = ()
    recipe: Recipe | None = None
    shell_scripts: tuple[ShellScript, ...] = ()
    warnings: tuple[Fact[str], ...] = field(default=())

    @property
    def programs(self) -> tuple[str, ...]:
        """The names of its own scripts, as far as they are installed: a virtual project has none."""
        return tuple(script.name for script in self.scripts) if self.packaging is not None else ()
