"""Locking: the names in a plan become .debs and wheels, each one version, by digest."""

import hashlib
import platform
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from pottle.errors import ProjectError, SourceError
from pottle.oci.platform import InvalidPlatform, Platform
from pottle.plan import environment_layers, packages
from pottle.plan import libraries as pinned
from pottle.plan.bases import of, suite_with
from pottle.plan.environment_plan import EnvironmentPlan
from pottle.plan.lock import Compiler, Decided, LockedInterpreter, LockedPackage, LockedPlan, LockedWheel
from pottle.plan.model import (
    BuildWheels,
    ImagePlan,
    InstallInterpreter,
    InstallWheels,
    Requirement,
    Source,
    Struct,
    Wheel,
    installs,
)
from pottle.plan.places import TOOLS
from pottle.provision import findings, indexes, libraries, own, program_compiler, sizes
from pottle.provision.archives import Archives
from pottle.provision.indexes import Stands
from pottle.provision.settings import Settings
from pottle.text import Location

if TYPE_CHECKING:
    from pottle.sources.debian.archive import Archive
    from pottle.sources.debian.packages import BinaryPackage
    from pottle.sources.pypi.resolve import Wanted


_MIRRORS = re.compile("MIRROR|DOWNLOADS")


class Resolved(Struct, frozen=True):
    """What the archives answered, and until when that is taken for the answer."""

    until: float
    """Seconds since 1970."""
    packages: tuple[tuple[str, tuple[LockedPackage, ...]], ...]
    compiler: Compiler | None
    interpreter: LockedInterpreter | None


def lock(plan: ImagePlan, archives: Archives, settings: Settings, decided: Decided | None = None) -> LockedPlan:
    """The locked plan. Asks no archive for what `pottle.lock` has `decided`; else where the last answer is too old.

    An index is asked where no lock names wheels.
    """
    wheels, built = distributions(plan, settings)
    libraries.tell_of_base_image(plan, wheels, settings)
    if decided is not None:
        resolved = _as_decided(decided, plan)
        _check_libraries(decided, plan, wheels, settings)
    else:
        plan, resolved = _with_libraries(plan, wheels, archives, settings)
    built = (*_sources(plan), *built)
    builds = program_compiler.build(plan, decided.builds if decided is not None else (), settings)
    plan = environment_layers.locked(plan, wheels)
    return LockedPlan(plan, resolved.packages, wheels, built, resolved.compiler, resolved.interpreter, builds)


def with_libraries(plan: ImagePlan, archives: Archives, settings: Settings) -> ImagePlan:
    """The plan with what its wheels need of the system besides, as far as none has to be built before."""
    wheels, _ = distributions(plan, settings)
    if not libraries.wheels_that_ask(plan, wheels):
        return plan
    layers, _ = packages_of(plan, archives, settings)
    there = names_in(layers)
    return pinned.added(plan, libraries.find(plan, wheels, there, settings))


def _with_libraries(
    plan: ImagePlan, wheels: Sequence[LockedWheel], archives: Archives, settings: Settings
) -> tuple[ImagePlan, Resolved]:
    """The plan with what the wheels need of the system besides, and its packages."""
    resolved = _asked(plan, archives, settings)
    found = libraries.find(plan, wheels, _names(resolved), settings)
    if not found:
        return plan, resolved
    plan = pinned.added(plan, found)
    return plan, _asked(plan, archives, settings)


def _asked(plan: ImagePlan, archives: Archives, settings: Settings) -> Resolved:
    """What the archives answer, or answered a short while ago."""
    with settings.turns.of(_place(plan, settings)):
        return _remembered(plan, settings) or _remember(_resolved(plan, archives, settings), plan, settings)


def _names(resolved: Resolved | Decided) -> frozenset[str]:
    return names_in(resolved.packages)


def names_in(layers: Iterable[tuple[str, Sequence[LockedPackage]]]) -> frozenset[str]:
    """The names of the image's packages: what only building needs is not among them."""
    return frozenset(package.name for name, packages in layers if name not in TOOLS for package in packages)


def _check_libraries(decided: Decided, plan: ImagePlan, wheels: Sequence[LockedWheel], settings: Settings) -> None:
    """Raises `ProjectError` where wheels have changed since `pottle.lock` was made, and need more than it has."""
    if pinned.digest(libraries.wheels_that_ask(plan, wheels)) == decided.wheels:
        return
    if found := libraries.find(plan, wheels, _names(decided), settings):
        raise pinned.lacking(found, decided.at)


def _as_decided(decided: Decided, plan: ImagePlan) -> Resolved:
    """What `pottle.lock` says, with the compiler for this machine."""
    try:
        if plan.base_image is None:
            _check_glibc(plan, [package for _, layer in decided.packages for package in layer])
    except SourceError:
        what = f"pottle.lock has no glibc that wheels for {plan.base} can be run with"
        raise ProjectError(what, at=_place_of(decided), hint="run `pottle lock --upgrade`") from None
    own = _own_platform() if wants_bytecode(plan) else None
    compiler = dict(decided.compilers).get(own.debian_architecture) if own is not None else None
    if own is not None and compiler is None:
        what = f"pottle.lock has nothing that compiles bytecode of Python {plan.python} on {own.debian_architecture}"
        raise ProjectError(what, at=_place_of(decided), hint="run `pottle lock`")
    return Resolved(0, decided.packages, compiler, decided.interpreter)


def _place_of(decided: Decided) -> Location | None:
    return Location.parse(decided.at) if decided.at else None


def _sources(plan: ImagePlan) -> Sequence[Source]:
    steps = [step for layer in plan.layers for step in layer.steps if isinstance(step, BuildWheels)]
    return [source for step in steps for source in step.sources]


# --- Debian packages ------------------------------------------------------------------------------


def _resolved(plan: ImagePlan, archives: Archives, settings: Settings) -> Resolved:
    locked, until = packages_of(plan, archives, settings)
    found = interpreter_of(plan, settings)
    own = _own_platform() if wants_bytecode(plan) else None
    compiler = compiler_of(plan, archives, found, own, settings) if own is not None else None
    return Resolved(until, locked, compiler, found)


def packages_of(
    plan: ImagePlan, archives: Archives, settings: Settings, kept: Sequence[LockedPackage] = ()
) -> tuple[tuple[tuple[str, tuple[LockedPackage, ...]], ...], float]:
    """Layer name → its packages, and until when that is taken for the answer (seconds since 1970). What is `kept` stays as it is."""
    architecture = Platform.parse(plan.platform).debian_architecture
    suite = next((asked.suite for layer in plan.layers for step in layer.steps if (asked := installs(step))), None)
    if suite is None:
        return (), (settings.clock() + settings.max_age).timestamp()
    with settings.progress.task(f"Resolving packages of {suite}"):
        archive = archives.archive(suite, architecture, plan.allow_expired)
        archive = archive.keeping(kept) if kept else archive
        locked = tuple(_by_layer(plan, archive))
        if plan.base_image is None:
            _check_glibc(plan, [package for _, layer in locked for package in layer])
    for pocket in archive.expired:
        settings.progress.warn(f"the Release of {pocket} is past its Valid-Until, which was allowed")
    return locked, archive.fresh_until.timestamp()


def interpreter_of(plan: ImagePlan, settings: Settings) -> LockedInterpreter | None:
    """The one that the plan installs besides the packages, if it does."""
    asked = next((s for layer in plan.layers for s in layer.steps if isinstance(s, InstallInterpreter)), None)
    return _interpreter(asked.version, Platform.parse(plan.platform), plan, settings) if asked else None


def _by_layer(plan: ImagePlan, archive: "Archive") -> Iterable[tuple[str, tuple[LockedPackage, ...]]]:
    """Each package once. What the image itself needs comes first: what a project names adds to that and never changes it.

    What one of the image's own layers asks for by name is left to that layer, even if one below depends on it: time zones
    change more often than the interpreter that wants them. What something is made with comes last, each for itself, and changes nothing of the image.
    """
    pairs = [(layer.name, step) for layer in plan.layers for step in layer.steps]
    steps = [(name, asked) for name, step in pairs if (asked := installs(step)) is not None]
    found: dict[str, tuple[BinaryPackage, ...]] = {}
    ordered = sorted(steps, key=lambda pair: (pair[0] in TOOLS, -len(pair[1].without)))
    for number, (layer, step) in enumerate(ordered, 1):
        given = [package for name, packages in found.items() if name not in TOOLS for package in packages]
        following = (other for name, other in ordered[number:] if name not in TOOLS and other.without == step.without)
        later = [name for other in following for name in other.packages]
        found[layer] = archive.resolve(step.packages, (*step.without, *later), given)
    return [(layer, tuple(as_locked(package, archive) for package in found[layer])) for layer, _ in steps]


def as_locked(package: "BinaryPackage", archive: "Archive") -> LockedPackage:
    """As a lock has it."""
    return LockedPackage(
        name=package.name,
        version=package.version,
        architecture=package.architecture,
        suite=package.suite,
        filename=package.filename,
        sha256=package.sha256,
        size=package.size,
        released=package.released or archive.released,
    )


def _check_glibc(plan: ImagePlan, found: Sequence[LockedPackage]) -> None:
    """Wheels were chosen for the suite's glibc as we know it: a mirror with an older one would give an image that breaks."""
    from pottle.sources.debian.archive import glibc_version

    expected, real = of(plan.base).glibc or (0, 0), glibc_version(found)
    if real is None or real < expected:
        was = ".".join(map(str, real)) if real else "none"
        raise SourceError(
            f"{plan.base} should have glibc {'.'.join(map(str, expected))} and the mirror has {was}",
            hint="check that the mirror is a whole and current one",
        )


def compiler_of(
    plan: ImagePlan, archives: Archives, found: LockedInterpreter | None, host: Platform, settings: Settings
) -> Compiler:
    """The image's CPython for a building host; `found` is the image's own, where that is not the suite's.

    A suite's is taken as it was released: it moves at point releases only.
    """
    if found is not None:
        same = found if found.machine == host.machine else _interpreter(found.version, host, plan, settings)
        return Compiler(version=plan.python, packages=(), interpreter=same)
    suite = _compiling_suite(plan)
    if suite is None:
        standalone = _interpreter(plan.python, host, plan, settings)
        return Compiler(version=plan.python, packages=(), interpreter=standalone)
    archive = archives.archive(suite, host.debian_architecture, plan.allow_expired).at_release()
    names = (f"python{plan.python}-minimal", f"libpython{plan.python}-stdlib")
    packaged = archive.resolve(names, packages.WITHOUT)
    return Compiler(version=plan.python, packages=tuple(as_locked(package, archive) for package in packaged))


def _compiling_suite(plan: ImagePlan) -> str | None:
    """The plan's own suite. For a base image the first that has its X.Y, which decides what bytecode is (PEP 3147); None: none has."""
    if plan.base_image is None:
        return of(plan.base).suite
    found = suite_with(plan.python)
    return found.suite if found is not None else None


def _own_platform() -> Platform | None:
    """Where we run; None: no interpreter is built for that, so there is no bytecode."""
    try:
        return Platform.parse(platform.machine())
    except InvalidPlatform:
        return None


# --- an interpreter that is not the base's own ----------------------------------------------------


def _interpreter(version: str, target: Platform, plan: ImagePlan, settings: Settings) -> LockedInterpreter:
    """The build for `target`, fetched: nothing but its bytes says what its digest is."""
    from pottle.sources.cpython import builds

    session = indexes.session(plan, settings)
    found = builds.find(session, version, target.machine)
    with settings.progress.task(f"Fetching CPython {found.version}"):
        path, sha256 = builds.fetch(session, found, settings.interpreters)
    size = path.stat().st_size
    return LockedInterpreter(found.version, found.build, found.machine, found.url, sha256, size)


def wants_bytecode(plan: ImagePlan) -> bool:
    """Whether any layer holds bytecode."""
    return any(getattr(step, "bytecode", None) for layer in plan.layers for step in layer.steps)


# --- what was resolved a short while ago ----------------------------------------------------------


def _place(plan: ImagePlan, settings: Settings) -> Path:
    all_steps = [step for layer in plan.layers for step in layer.steps]
    steps = [asked for s in all_steps if (asked := s if isinstance(s, InstallInterpreter) else installs(s)) is not None]
    mirrors = [
        settings.mirror,
        *(
            v
            for k, v in sorted(settings.environ.items())
            if k.startswith(("POTTLE_", "UV_PYTHON_")) and _MIRRORS.search(k)
        ),
    ]
    trusted = [hashlib.sha256(key).hexdigest() for key in settings.archive_keys or ()]
    compiler = platform.machine() if wants_bytecode(plan) else None
    question = msgspec.json.encode((plan.platform, plan.base, steps, plan.allow_expired, mirrors, trusted, compiler))
    return settings.cache / "resolved" / f"{hashlib.sha256(question).hexdigest()}.json"


def _remembered(plan: ImagePlan, settings: Settings) -> Resolved | None:
    if not settings.max_age:
        return None
    try:
        resolved = msgspec.json.decode(_place(plan, settings).read_bytes(), type=Resolved)
    except (OSError, ValueError):
        return None
    return resolved if settings.clock() < datetime.fromtimestamp(resolved.until, settings.clock().tzinfo) else None


def _remember(resolved: Resolved, plan: ImagePlan, settings: Settings) -> Resolved:
    findings.write(_place(plan, settings), resolved)
    return resolved


# --- wheels ---------------------------------------------------------------------------------------


Distributions: TypeAlias = tuple[tuple[LockedWheel, ...], tuple[Source, ...]]
"""What is installed as it is, and what an index has as sources only; each by name."""


def distributions(plan: ImagePlan, settings: Settings) -> Distributions:
    """The wheels that the plan names, and what an index has for the rest."""
    steps = [step for layer in plan.layers for step in layer.steps if isinstance(step, InstallWheels)]
    wheels = [wheel for step in steps for wheel in _named(step, plan, settings)]
    found = [resolved(step, plan, settings) for step in steps]
    wheels += [wheel for some, _ in found for wheel in some]
    return tuple(sorted(wheels, key=lambda wheel: wheel.name)), tuple(each for _, some in found for each in some)


def wheels_of(plan: EnvironmentPlan, settings: Settings) -> tuple[LockedWheel, ...]:
    """Those of an environment alone, by name."""
    found, _ = resolved(plan.step, plan, settings)
    return tuple(sorted((*_named(plan.step, plan, settings), *found), key=lambda wheel: wheel.name))


def _named(step: InstallWheels, plan: Stands, settings: Settings) -> list[LockedWheel]:
    """The wheels that the plan names."""
    chosen = [_chosen(each, each.wheel, settings) for each in step.requirements if each.wheel]
    return sizes.measured(chosen, step, plan, settings)


def resolved(step: InstallWheels, plan: Stands, settings: Settings, kept: Sequence[LockedWheel] = ()) -> Distributions:
    """What an index has for the requirements that name no wheel; of what is `kept` the versions stay where they still satisfy."""
    from pottle.sources.pypi.pylock import PinnedWheel
    from pottle.sources.pypi.resolve import Asked, Indexes, resolve

    asked = [requirement for requirement in step.requirements if requirement.wheel is None]
    if not asked and step.own is None:
        return (), ()
    wanted = [_wanted(requirement, step) for requirement in asked]
    if step.own is not None:
        wanted += own.requirements(plan, step.own, settings)
    before = tuple(PinnedWheel(w.name, w.version, w.filename, w.url, w.sha256, w.size, w.index) for w in kept)
    how = Asked(not step.unresolved, Indexes(step.index, step.extra_indexes), step.may_build, before)
    with settings.progress.task("Resolving requirements"):
        found = resolve(indexes.session(plan, settings), wanted, how)
    wheels = [LockedWheel(w.name, w.version, w.filename, w.url, w.sha256, w.size, w.index) for w in found.wheels]
    built = [Source(b.name, b.version, b.url, b.commit, b.subdirectory, b.sha256) for b in found.sources]
    return tuple(wheels), tuple(built)


def _wanted(requirement: Requirement, step: InstallWheels) -> "Wanted":
    """As an index is asked. A lock may say which one; a list says which ones there are."""
    from pottle.sources.pypi.resolve import Wanted

    index = requirement.index if requirement.index != step.index else None
    at = Location.parse(requirement.at) if requirement.at else None
    return Wanted(requirement.wanted or requirement.name, requirement.hashes, at, index)


def _chosen(requirement: Requirement, wheel: Wheel, settings: Settings) -> LockedWheel:
    assert requirement.version is not None, "a wheel's name holds its version"
    return LockedWheel(
        name=requirement.name,
        version=requirement.version,
        filename=wheel.filename,
        url=_address(wheel.url, settings),
        sha256=wheel.sha256,
        size=wheel.size,
        index=requirement.index,
    )


def _address(url: str | None, settings: Settings) -> str | None:
    """A wheel in the project's own tree is named by its path there."""
    if url is None or "://" in url:
        return url
    return (settings.project / url).resolve().as_uri()
