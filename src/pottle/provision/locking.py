"""Locking: the names in a plan become .debs and wheels, each one version, by digest."""

import hashlib
import platform
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pottle.errors import SourceError
from pottle.oci.platform import InvalidPlatform, Platform
from pottle.plan import packages
from pottle.plan.bases import of
from pottle.plan.lock import Compiler, LockedPackage, LockedPlan, LockedWheel
from pottle.plan.model import ImagePlan, InstallPackages, InstallWheels, Requirement, Struct, Wheel
from pottle.provision import indexes, own
from pottle.provision.archives import Archives
from pottle.provision.settings import Settings
from pottle.text import Location

if TYPE_CHECKING:
    from pottle.sources.debian.archive import Archive
    from pottle.sources.debian.packages import BinaryPackage


class Resolved(Struct, frozen=True):
    """What the archives answered, and until when that is taken for the answer."""

    until: float
    """Seconds since 1970."""
    packages: tuple[tuple[str, tuple[LockedPackage, ...]], ...]
    compiler: Compiler | None


def lock(plan: ImagePlan, archives: Archives, settings: Settings) -> LockedPlan:
    """The locked plan. Asks the archives where their last answer is too old, and an index where the lock names no wheels."""
    resolved = _remembered(plan, settings) or _resolved(plan, archives, settings)
    return LockedPlan(plan, resolved.packages, _wheels(plan, settings), resolved.compiler)


# --- Debian packages ------------------------------------------------------------------------------


def _resolved(plan: ImagePlan, archives: Archives, settings: Settings) -> Resolved:
    architecture = Platform.parse(plan.platform).debian_architecture
    suite = of(plan.base).suite
    with settings.progress.task(f"Resolving packages of {suite}"):
        archive = archives.archive(suite, architecture, plan.allow_expired)
        locked = tuple(_by_layer(plan, archive))
        _check_glibc(plan, [package for _, layer in locked for package in layer])
        compiler = _compiler(plan, archives)
    for pocket in archive.expired:
        settings.progress.warn(f"the Release of {pocket} is past its Valid-Until, which was allowed")
    resolved = Resolved(archive.fresh_until.timestamp(), locked, compiler)
    _remember(resolved, plan, settings)
    return resolved


def _by_layer(plan: ImagePlan, archive: "Archive") -> Iterable[tuple[str, tuple[LockedPackage, ...]]]:
    """Each package once. What the image itself needs comes first: what a project names adds to that and never changes it.

    What one of the image's own layers asks for by name is left to that layer, even if one below depends on it: time zones
    change more often than the interpreter that wants them.
    """
    steps = [(layer.name, step) for layer in plan.layers for step in layer.steps if isinstance(step, InstallPackages)]
    found: dict[str, tuple[BinaryPackage, ...]] = {}
    ordered = sorted(steps, key=lambda pair: len(pair[1].without), reverse=True)
    for number, (layer, step) in enumerate(ordered, 1):
        given = [package for packages in found.values() for package in packages]
        later = [name for _, other in ordered[number:] if other.without == step.without for name in other.packages]
        found[layer] = archive.resolve(step.packages, (*step.without, *later), given)
    return [(layer, tuple(map(_locked, found[layer]))) for layer, _ in steps]


def _locked(package: "BinaryPackage") -> LockedPackage:
    return LockedPackage(
        name=package.name,
        version=package.version,
        architecture=package.architecture,
        suite=package.suite,
        filename=package.filename,
        sha256=package.sha256,
        size=package.size,
    )


def _check_glibc(plan: ImagePlan, found: Sequence[LockedPackage]) -> None:
    """Wheels were chosen for the suite's glibc as we know it: a mirror with an older one would give an image that breaks."""
    from pottle.sources.debian.archive import glibc_version

    expected, real = of(plan.base).glibc, glibc_version(found)
    if real is None or real < expected:
        was = ".".join(map(str, real)) if real else "none"
        raise SourceError(
            f"{plan.base} should have glibc {'.'.join(map(str, expected))} and the mirror has {was}",
            hint="check that the mirror is a whole and current one",
        )


def _compiler(plan: ImagePlan, archives: Archives) -> Compiler | None:
    """The suite's interpreter for this machine, as it was released: it moves at point releases only.

    None where no bytecode is wanted, or this machine is none that Debian's interpreters run on.
    """
    if not _wants_bytecode(plan):
        return None
    base = of(plan.base)
    try:
        architecture = Platform.parse(platform.machine()).debian_architecture
    except InvalidPlatform:
        return None
    archive = archives.archive(base.suite, architecture, plan.allow_expired).at_release()
    names = (f"python{base.python}-minimal", f"libpython{base.python}-stdlib")
    found = archive.resolve(names, packages.WITHOUT)
    return Compiler(version=base.python, packages=tuple(_locked(package) for package in found))


def _wants_bytecode(plan: ImagePlan) -> bool:
    return any(getattr(step, "bytecode", None) for layer in plan.layers for step in layer.steps)


# --- what was resolved a short while ago ----------------------------------------------------------


def _place(plan: ImagePlan, settings: Settings) -> Path:
    steps = [step for layer in plan.layers for step in layer.steps if isinstance(step, InstallPackages)]
    mirrors = [
        settings.mirror,
        *(v for k, v in sorted(settings.environ.items()) if k.startswith("POTTLE_") and "MIRROR" in k),
    ]
    trusted = [hashlib.sha256(key).hexdigest() for key in settings.archive_keys or ()]
    compiler = platform.machine() if _wants_bytecode(plan) else None
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


def _remember(resolved: Resolved, plan: ImagePlan, settings: Settings) -> None:
    from pottle.writing import replacing

    place = _place(plan, settings)
    place.parent.mkdir(parents=True, exist_ok=True)
    with replacing(place) as file:
        file.write(msgspec.json.encode(resolved))


# --- wheels ---------------------------------------------------------------------------------------


def _wheels(plan: ImagePlan, settings: Settings) -> tuple[LockedWheel, ...]:
    steps = [step for layer in plan.layers for step in layer.steps if isinstance(step, InstallWheels)]
    return tuple(wheel for step in steps for wheel in _wheels_of(step, plan, settings))


def _wheels_of(step: InstallWheels, plan: ImagePlan, settings: Settings) -> Sequence[LockedWheel]:
    """The wheels that the plan names, and those that an index has for the rest."""
    asked = [requirement for requirement in step.requirements if requirement.wheel is None]
    wheels = [_chosen(requirement, requirement.wheel) for requirement in step.requirements if requirement.wheel]
    if asked or step.own is not None:
        wheels += _resolved_wheels(asked, step, plan, settings)
    return sorted(wheels, key=lambda wheel: wheel.name)


def _resolved_wheels(
    asked: Sequence[Requirement], step: InstallWheels, plan: ImagePlan, settings: Settings
) -> Iterable[LockedWheel]:
    from pottle.sources.pypi.resolve import Indexes, Wanted, resolve

    named = Indexes(step.index, step.extra_indexes)
    wanted = [Wanted(r.wanted or r.name, r.hashes, Location.parse(r.at) if r.at else None) for r in asked]
    if step.own is not None:
        wanted += own.requirements(plan, step.own, settings)
    with settings.progress.task("Resolving requirements"):
        found = resolve(indexes.session(plan, settings), wanted, complete=not step.unresolved, indexes=named)
    return (LockedWheel(w.name, w.version, w.filename, w.url, w.sha256, w.size, w.index) for w in found)


def _chosen(requirement: Requirement, wheel: Wheel) -> LockedWheel:
    assert requirement.version is not None, "a wheel's name holds its version"
    return LockedWheel(
        name=requirement.name,
        version=requirement.version,
        filename=wheel.filename,
        url=wheel.url,
        sha256=wheel.sha256,
        size=wheel.size,
        index=requirement.index,
    )
