"""What an index and archives answer, as what `pottle.lock` keeps: by the versions of before where they still satisfy."""

from collections.abc import Collection

from msgspec.structs import replace
from packaging.utils import canonicalize_name

from pottle.errors import SourceError
from pottle.oci.platform import Platform
from pottle.plan import system_pins
from pottle.plan.environment_plan import EnvironmentPlan
from pottle.plan.lock import LockedInterpreter, LockedPackage, LockedPlan, LockedWheel
from pottle.plan.model import ImagePlan, Source
from pottle.plan.places import SOURCES
from pottle.project.facts import Artifact, Pin, PinnedEnvironment, PinnedSource
from pottle.project.pinned import PinnedCompiler, PinnedDeb, PinnedInterpreter, PinnedSystem
from pottle.project.requirement import without_credentials
from pottle.provision import locking
from pottle.provision.archives import Archives
from pottle.provision.build_tools import tools_in
from pottle.provision.settings import Settings
from pottle.text import Location

_NOWHERE = Location("pottle.lock")


def pin(
    plan: EnvironmentPlan, settings: Settings, before: PinnedEnvironment | None, free: Collection[str] = ()
) -> PinnedEnvironment:
    """The answer to what `plan` asks. `before` is an older one, whose versions stay but for those of `free`; None: all are chosen anew."""
    kept = [_locked(pin) for pin in before.wheels if pin.name not in free] if before is not None else []
    wheels, sources = locking.resolved(plan.step, plan, settings, kept)
    return PinnedEnvironment(
        platform=plan.platform,
        python=plan.python,
        wanted=plan.question,
        wheels=tuple(map(_pin, wheels)),
        at=_NOWHERE,
        sources=tuple(each for source in sources if (each := _source(source)) is not None),
    )


def system(
    plan: ImagePlan, archives: Archives, settings: Settings, before: PinnedSystem | None, free: Collection[str] = ()
) -> PinnedSystem:
    """The base of `plan`, and whatever else is installed of its archives; `before` and `free` as above."""
    kept = []
    if before is not None and before.base == plan.base:
        kept = [system_pins.locked(deb) for deb in before.debs if deb.name not in free]
    try:
        layers, _ = locking.packages_of(plan, archives, settings, kept)
    except SourceError as error:
        if not kept:
            raise
        settings.progress.warn(f"packages of before cannot stay, and all of them are chosen anew: {error.what}")
        layers, _ = locking.packages_of(plan, archives, settings)
    interpreter = locking.interpreter_of(plan, settings)
    return PinnedSystem(
        platform=plan.platform,
        base=plan.base,
        python=plan.python,
        wanted=system_pins.question(plan.layers),
        debs=tuple(_deb(package, layer) for layer, packages in layers for package in packages),
        interpreter=_interpreter(interpreter) if interpreter is not None else None,
    )


def with_tools(found: PinnedSystem, locked: LockedPlan) -> PinnedSystem:
    """The same with the packages that the locked plan's sources are built with."""
    tools = tuple(_deb(package, SOURCES) for package in tools_in(locked))
    return replace(found, debs=(*(deb for deb in found.debs if deb.layer != SOURCES), *tools))


def compiler(
    plan: ImagePlan, host: Platform, found: PinnedInterpreter | None, archives: Archives, settings: Settings
) -> PinnedCompiler:
    """What compiles the bytecode of `plan` on a machine like `host`. `found` is the image's own interpreter, where it has one."""
    ours = system_pins.locked_interpreter(found) if found is not None else None
    made = locking.compiler_of(plan, archives, ours, host, settings)
    return PinnedCompiler(
        architecture=host.debian_architecture,
        base=plan.base,
        python=plan.python,
        debs=tuple(_deb(package, None) for package in made.packages),
        interpreter=_interpreter(made.interpreter) if made.interpreter is not None else None,
    )


def _deb(package: LockedPackage, layer: str | None) -> PinnedDeb:
    return PinnedDeb(
        name=package.name,
        version=package.version,
        architecture=package.architecture,
        suite=package.suite,
        filename=package.filename,
        sha256=package.sha256,
        size=package.size,
        layer=layer,
        released=package.released,
    )


def _interpreter(found: LockedInterpreter) -> PinnedInterpreter:
    assert found.size is not None, "it was fetched"
    return PinnedInterpreter(found.version, found.build, found.machine, found.url, found.sha256, found.size)


def _locked(pin: Pin) -> LockedWheel:
    wheel = pin.wheel
    assert wheel.sha256 is not None, "it is not read without"
    return LockedWheel(pin.name, pin.version, wheel.filename, wheel.url, wheel.sha256, wheel.size, pin.index)


def _pin(wheel: LockedWheel) -> Pin:
    url = without_credentials(wheel.url) if wheel.url else None
    index = without_credentials(wheel.index) if wheel.index else None
    file = Artifact(wheel.filename, url, wheel.sha256, wheel.size)
    return Pin(canonicalize_name(wheel.name), wheel.version, file, index, _NOWHERE)


def _source(source: Source) -> PinnedSource | None:
    if source.url is None:
        return None
    return PinnedSource(
        canonicalize_name(source.name),
        source.version,
        without_credentials(source.url),
        _NOWHERE,
        source.commit,
        source.subdirectory,
        source.sha256,
        source.index,
    )
