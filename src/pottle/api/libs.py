"""The libraries and programs that machine code and distributions need of a system, and which packages have them."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pottle.api.host import Host, own_platform, registry_for
from pottle.api.projects import facts_of, read_options
from pottle.api.provisioning import facts_with_base, settings_for
from pottle.api.running import stored
from pottle.errors import PottleError, ProjectError, UsageError

if TYPE_CHECKING:
    from pottle.native.needs import Report
    from pottle.native.tree import Architecture, Tree
    from pottle.oci.image import Image
    from pottle.plan.environment_plan import EnvironmentPlan
    from pottle.provision.closures import Closure

SUITE = "trixie"
"""Debian's stable: what is told where nothing says which suite it is about, not even this machine."""

_OF_A_PROJECT = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "Pipfile", "uv.lock", "pylock.toml")


_NO_LOCKS = ("pyproject.toml", "setup.py", "setup.cfg", "Pipfile")


@dataclass(frozen=True, slots=True)
class SystemWish:
    """Which system it is about; None: the one that fits best."""

    suite: str | None = None
    architecture: str | None = None


@dataclass(frozen=True, slots=True)
class Libraries:
    """What is needed, and what it comes to."""

    report: "Report"
    closed: bool
    """Nothing can be installed any more, as in an image: what is not there is missing."""
    closure: "Closure | None" = None
    """Of all that is to be installed; None: nothing is, or the archive could not be asked."""

    @property
    def found_wanting(self) -> bool:
        """Whether something is required that cannot be had, or a version of it."""
        report = self.report
        lacking = self.closed and report.packages
        return bool(report.missing or report.too_old or report.damaged or lacking)


def libs(target: str, wish: SystemWish, host: Host, *, sizes: bool = True) -> Libraries:
    """What `target` needs: a folder, a virtual environment, a whole root, a project or its lock, an image.

    A folder is read, never run. For a project an index may be asked, and wheels are looked into that were never seen before. An image
    comes from pottle's store, else from its registry. The archive is asked for sizes alone, and only if they are wanted.
    """
    _check(wish)
    path = Path(target)
    if path.is_dir() and not _is_project(path):
        report, closed = _folder(path, wish, host)
    elif path.exists():
        report, closed = _project(path, wish, host), False
    else:
        report, closed = _image(target, wish, host), True
    return Libraries(report, closed, _closure(report, host) if sizes else None)


def _check(wish: SystemWish) -> None:
    from pottle.native.index import ALPINE, UnknownSuite, facts
    from pottle.native.tree import MACHINES

    if wish.architecture is not None and wish.architecture not in MACHINES:
        raise UsageError(f"there is no architecture {wish.architecture!r}: there are {', '.join(MACHINES)}")
    try:
        if wish.suite not in {None, ALPINE}:
            facts(str(wish.suite))
    except UnknownSuite as error:
        raise UsageError(str(error), hint="name one of them with --suite") from error


def _is_project(path: Path) -> bool:
    """A directory with what says so in it, and no environment itself."""
    if (path / "pyvenv.cfg").exists() or any(path.glob("*.dist-info")):
        return False
    return any((path / name).is_file() for name in _OF_A_PROJECT) or any(path.glob("*.lock"))


# --- a folder -------------------------------------------------------------------------------------


def _folder(path: Path, wish: SystemWish, host: Host) -> "tuple[Report, bool]":
    from pottle.native import root

    if root.is_root(path):
        return _root(path, wish, host), True
    from pottle.native.folder import collect
    from pottle.native.knowledge import words
    from pottle.native.needs import examine, on_suite

    suite = wish.suite or root.suite_of(Path("/")) or SUITE
    if (path / "oci-layout").is_file():
        raise UsageError(f"{path} is an OCI layout", hint="name the image as its registry, or pottle's store, knows it")
    with host.progress.task("Reading machine code"):
        tree = collect(path, lambda distribution: words(suite, distribution))
    if not tree.binaries and not tree.distributions:
        host.progress.warn(f"there is neither machine code nor a distribution in {path}")
    return examine(tree, on_suite(suite, _architecture(wish, tree))), False


def _root(path: Path, wish: SystemWish, host: Host) -> "Report":
    """A whole root: what was put on top of its distribution, on what that has."""
    from pottle.native import root
    from pottle.native.folder import collect
    from pottle.native.knowledge import words
    from pottle.native.needs import examine

    suite = root.suite_of(path) or wish.suite
    if suite is None:
        host.progress.warn(f"its distribution is not one that pottle knows the packages of: {SUITE}'s are told")
        suite = SUITE
    with host.progress.task("Reading machine code"):
        whole = collect(path, lambda distribution: words(suite, distribution), rooted=True)
    tree, system = root.split(whole, path, suite, _architecture(wish, whole))
    return examine(tree, system)


def _architecture(wish: SystemWish, tree: "Tree | None" = None) -> "Architecture":
    """The one asked for, else the one that most of the code is for, else this machine's."""
    from pottle.native.tree import MACHINES

    found = next(iter(tree.architectures), None) if tree is not None else None
    wanted = wish.architecture or found or own_platform().debian_architecture
    return next(each for each in MACHINES if each == wanted)


# --- a project ------------------------------------------------------------------------------------


def _project(path: Path, wish: SystemWish, host: Host) -> "Report":
    """By its lock, or by what an index has now for what it asks for."""
    from pottle.native.index import ALPINE
    from pottle.native.needs import on_suite
    from pottle.oci.platform import Platform
    from pottle.plan.planner import environment
    from pottle.provision import libraries, locking

    if wish.suite == ALPINE:
        raise UsageError(
            "wheels of a project are chosen for Debian and Ubuntu", hint="ask about an environment on Alpine itself"
        )
    script = path.suffix == ".py"
    root = path if path.is_dir() or script else path.parent
    flags = {
        "base": wish.suite,
        "lockfile": path.name if path.is_file() and path.name not in _NO_LOCKS and not script else None,
    }
    options = read_options(root, host.environ, flags)
    platform = Platform.parse(f"linux/{_architecture(wish)}")
    facts = facts_with_base(facts_of(root, options), root, options, (platform,), host, ask=True)
    plan = environment(facts, options, platform)
    if plan is None:
        raise ProjectError(f"nothing in {root} says what is installed", hint="name a lock, an environment or an image")
    settings = settings_for(root, options, host)
    suite, there = _below(plan, wish)
    direct = {str(dependency.name) for dependency in facts.dependencies}
    system = on_suite(suite, _architecture(wish), there)
    return libraries.report(plan, locking.wheels_of(plan, settings), system, direct, settings)


def _below(plan: "EnvironmentPlan", wish: SystemWish) -> tuple[str, frozenset[str]]:
    """The suite that a project stands on, and the packages that are there."""
    from pottle.native.index import RUNTIME, suites

    image, there = plan.base_image, frozenset(RUNTIME)
    if image is None:
        return plan.base.partition(":")[2], there
    if image.release in {suite.name for suite in suites()}:
        return image.release, there | frozenset(image.packages or ())
    return wish.suite or SUITE, there


# --- an image -------------------------------------------------------------------------------------


def _image(name: str, wish: SystemWish, host: Host) -> "Report":
    from pottle.oci.unpack import unpack
    from pottle.writing import host_errors, staged_directory

    image = stored(name, host) or _pulled(name, wish, host)
    work = host.cache / "work"
    with host_errors(work):
        work.mkdir(parents=True, exist_ok=True)
    with staged_directory(work, "build-") as scratch:
        with host.progress.task(f"Unpacking {name}"):
            unpack(image, scratch / "root")
        architecture = image.config.platform.debian_architecture
        return _root(scratch / "root", replace(wish, architecture=architecture), host)


def _pulled(name: str, wish: SystemWish, host: Host) -> "Image":
    """From its registry, into the store."""
    from pottle.oci.layout import Layout
    from pottle.oci.platform import Platform
    from pottle.oci.reference import InvalidReference, Reference
    from pottle.oci.registry.pull import fetch_layers, pull

    try:
        reference = Reference.parse(name).tagged
    except InvalidReference as error:
        what = f"{name} is neither a folder nor a file, and no image's name: {error}"
        raise UsageError(what, hint="name a folder, a virtual environment, a project, a lock or an image") from error
    with registry_for(host) as registry:
        platform = Platform.parse(f"linux/{_architecture(wish)}")
        image = pull(reference, platform, registry, Layout.create(host.cache / "store"))
        fetch_layers(image, reference, registry, progress=host.progress)
    return image


# --- what it comes to -----------------------------------------------------------------------------


def _closure(report: "Report", host: Host) -> "Closure | None":
    """None, with a warning, where the archive cannot be asked: what is needed is known without it."""
    from pottle.config.options import Options
    from pottle.native.index import ALPINE, RUNTIME
    from pottle.provision.archives import Archives
    from pottle.provision.closures import closure

    system = report.system
    if not report.packages or system.suite == ALPINE:
        return None
    try:
        with (
            Archives(settings_for(Path(), Options(), host)) as archives,
            host.progress.task("Asking what they need themselves"),
        ):
            return closure(archives, system.suite, system.architecture, report.packages, system.packages or RUNTIME)
    except PottleError as error:
        host.progress.warn(f"how large the packages are cannot be told: {error.what}")
        return None
