"""Which Debian packages an image needs beyond those that are planned: found in its wheels, once these are known."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pottle.errors import ProjectError
from pottle.native import KNOWN
from pottle.oci.platform import Platform
from pottle.plan import libraries
from pottle.plan.bases import of
from pottle.plan.environment_plan import EnvironmentPlan
from pottle.plan.lock import LockedWheel
from pottle.plan.model import ImagePlan, InstallWheels
from pottle.project.pinned import PinnedLibrary
from pottle.provision import findings
from pottle.provision.settings import Settings
from pottle.text import Location

if TYPE_CHECKING:
    from pottle.native.needs import Need, Report, System, TooOld
    from pottle.native.tree import Architecture

_FORMAT = 2
"""Raised whenever the same wheels, packages and data give another answer."""


def wheels_that_ask(plan: ImagePlan, wheels: Sequence[LockedWheel]) -> tuple[LockedWheel, ...]:
    """Those whose content decides which packages are added; none where none can be."""
    from pottle.provision import machine_code

    suite = _suite(plan)
    return machine_code.asking(wheels, suite) if suite is not None and _is_known(suite) else ()


def find(
    plan: ImagePlan, wheels: Sequence[LockedWheel], there: Collection[str], settings: Settings
) -> tuple[PinnedLibrary, ...]:
    """What the plan's wheels require and the packages that are `there` do not bring, by package.

    Raises `ProjectError` where the base's glibc or libstdc++ is too old for them; warns of what no package has. An answer without a word is
    kept: a change of code does not read what is known of Debian.
    """
    suite = _suite(plan)
    if suite is None:
        return ()
    place = _place(plan, suite, wheels, there, settings)
    known = findings.read(place, tuple[PinnedLibrary, ...])
    if known is None:
        known, told = _found(plan, suite, wheels, there, settings)
        if not told:
            findings.write(place, known)
    return known


def _found(
    plan: ImagePlan, suite: str, wheels: Sequence[LockedWheel], there: Collection[str], settings: Settings
) -> tuple[tuple[PinnedLibrary, ...], bool]:
    """The answer, and whether something was told besides."""
    if not wheels_that_ask(plan, wheels):
        return (), False
    from pottle.native.needs import on_suite

    found = _of_image(plan, wheels, on_suite(suite, _architecture(plan), there), settings)
    _check_versions(found, plan)
    missing = [need for need in found.missing if need.signal == "linked"]  # of the others the plan has told
    for need in missing:
        who = ", ".join(need.of) or "a wheel"
        what = f"{who}: linked with {need.name}, which no package of {suite} has"
        settings.progress.warn(f"{what} ({need.because})" if need.because else what)
    for each in found.damaged:
        settings.progress.warn(f"{each.owner}: {each.path} starts like machine code and cannot be read: {each.why}")
    return tuple(_wanted(found)), bool(missing or found.damaged)


def _place(
    plan: ImagePlan, suite: str, wheels: Sequence[LockedWheel], there: Collection[str], settings: Settings
) -> Path:
    """Where the answer is kept: by the wheels, what is there, what the project asks for, and what is known of Debian."""
    data = [(each.name, each.stat().st_size, each.stat().st_mtime_ns) for each in sorted(KNOWN.iterdir())]
    asked = (sorted((wheel.name, wheel.sha256) for wheel in wheels), sorted(there), sorted(libraries.asked(plan)))
    return findings.place(("libraries", _FORMAT, suite, plan.platform, plan.python, asked, data), settings)


def tell_of_base_image(plan: ImagePlan, wheels: Sequence[LockedWheel], settings: Settings) -> None:
    """Warn of what a base image of Debian or Ubuntu has no package of: none is put on it."""
    image = plan.base_image
    if image is None or image.packages is None or not _is_known(image.release):
        return
    from pottle.native.index import RUNTIME
    from pottle.native.needs import on_suite
    from pottle.provision import machine_code

    if not machine_code.asking(wheels, image.release):
        return
    system = on_suite(image.release, _architecture(plan), {*RUNTIME, *image.packages})
    for library in _wanted(_of_image(plan, wheels, system, settings)):
        what = f"{image.name} does not have {library.package} ({library.of}: {library.because})"
        settings.progress.warn(f"{what}: install it in a base image of your own")


def report(
    plan: EnvironmentPlan,
    wheels: Sequence[LockedWheel],
    system: "System",
    direct: Collection[str],
    settings: Settings,
) -> "Report":
    """What an environment needs of a system, whatever image it is for."""
    from pottle.native.needs import examine
    from pottle.native.tree import Distribution, Tree, united
    from pottle.provision import machine_code

    tree = machine_code.tree(wheels, system.suite, plan, [plan.step], settings)
    built = Tree(distributions=tuple(Distribution(name) for name in plan.sources))
    return examine(united((tree, built)), system, direct)


def _of_image(plan: ImagePlan, wheels: Sequence[LockedWheel], system: "System", settings: Settings) -> "Report":
    from pottle.native.needs import examine
    from pottle.provision import machine_code

    tree = machine_code.tree(wheels, system.suite, plan, list(_steps(plan)), settings)
    return examine(tree, system, libraries.asked(plan))


def _steps(plan: ImagePlan) -> Iterator[InstallWheels]:
    return (step for layer in plan.layers for step in layer.steps if isinstance(step, InstallWheels))


def _suite(plan: ImagePlan) -> str | None:
    """The base's, whose packages can be added."""
    if plan.base_image is not None:
        return None
    return of(plan.base).suite


def _is_known(suite: str) -> bool:
    from pottle.native.index import suites

    return suite in {each.name for each in suites()}


def _architecture(plan: ImagePlan) -> "Architecture":
    return "arm64" if Platform.parse(plan.platform).debian_architecture == "arm64" else "amd64"


def _check_versions(found: "Report", plan: ImagePlan) -> None:
    if not found.too_old:
        return
    old = found.too_old[0]
    at = next((each.at for step in _steps(plan) for each in step.requirements if each.name == old.of), None)
    what = f"the machine code of {old.of or old.file} needs {old.symbol}, and {plan.base} has {old.has}"
    raise ProjectError(what, at=Location.parse(at) if at else None, hint=_way_out(old))


def _way_out(old: "TooOld") -> str:
    if not old.suites:
        return f"choose an older version of {old.of or 'it'}: no suite is new enough"
    return f'choose {" or ".join(old.suites)}: `base = "{old.suites[0]}"` under [tool.pottle]'


def _wanted(found: "Report") -> Iterator[PinnedLibrary]:
    """One for each package, by the first need of it."""
    for package in found.packages:
        need = next(need for need in found.needs if need.required and need.package == package)
        yield PinnedLibrary(package=package, of=need.of[0] if need.of else "wheels", because=_because(need, found))


def _because(need: "Need", found: "Report") -> str:
    if need.signal != "linked":
        return need.because
    cheaper = dict(found.cheaper).get(need.of[0]) if need.of else None
    return f"it is linked with {need.name}" + (f"; {cheaper}" if cheaper else "")
