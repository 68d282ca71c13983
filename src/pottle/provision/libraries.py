"""Which Debian packages an image needs beyond those that are planned: found in its wheels, once these are known."""

from collections.abc import Collection, Iterator, Sequence

from pottle.errors import ProjectError
from pottle.native.index import RUNTIME, suites
from pottle.native.needs import Need, Report, System, TooOld, examine, on_suite
from pottle.native.tree import Architecture, Distribution, Tree, united
from pottle.oci.platform import Platform
from pottle.plan import libraries
from pottle.plan.bases import of
from pottle.plan.environment_plan import EnvironmentPlan
from pottle.plan.lock import LockedWheel
from pottle.plan.model import ImagePlan, InstallWheels
from pottle.project.pinned import PinnedLibrary
from pottle.provision import machine_code
from pottle.provision.settings import Settings
from pottle.text import Location


def wheels_that_ask(plan: ImagePlan, wheels: Sequence[LockedWheel]) -> tuple[LockedWheel, ...]:
    """Those whose content decides which packages are added; none where none can be."""
    suite = _suite(plan)
    return machine_code.asking(wheels, suite) if suite is not None else ()


def find(
    plan: ImagePlan, wheels: Sequence[LockedWheel], there: Collection[str], settings: Settings
) -> tuple[PinnedLibrary, ...]:
    """What the plan's wheels require and the packages that are `there` do not bring, by package.

    Raises `ProjectError` where the base's glibc or libstdc++ is too old for them; warns of what no package has.
    """
    suite = _suite(plan)
    if suite is None or not wheels_that_ask(plan, wheels):
        return ()
    found = _of_image(plan, wheels, on_suite(suite, _architecture(plan), there), settings)
    _check_versions(found, plan)
    for need in found.missing:
        who = ", ".join(need.of) or "a wheel"
        what = f"{who}: linked with {need.name}, which no package of {suite} has"
        settings.progress.warn(f"{what} ({need.because})" if need.because else what)
    for each in found.damaged:
        settings.progress.warn(f"{each.owner}: {each.path} starts like machine code and cannot be read: {each.why}")
    return tuple(_wanted(found))


def tell_of_base_image(plan: ImagePlan, wheels: Sequence[LockedWheel], settings: Settings) -> None:
    """Warn of what a base image of Debian or Ubuntu has no package of: none is put on it."""
    image = plan.base_image
    if image is None or image.packages is None or not _is_known(image.release):
        return
    if not machine_code.asking(wheels, image.release):
        return
    system = on_suite(image.release, _architecture(plan), {*RUNTIME, *image.packages})
    for library in _wanted(_of_image(plan, wheels, system, settings)):
        what = f"{image.name} does not have {library.package} ({library.of}: {library.because})"
        settings.progress.warn(f"{what}: install it in a base image of your own")


def report(
    plan: EnvironmentPlan,
    wheels: Sequence[LockedWheel],
    system: System,
    direct: Collection[str],
    settings: Settings,
) -> Report:
    """What an environment needs of a system, whatever image it is for."""
    tree = machine_code.tree(wheels, system.suite, plan, [plan.step], settings)
    built = Tree(distributions=tuple(Distribution(name) for name in plan.sources))
    return examine(united((tree, built)), system, direct)


def _of_image(plan: ImagePlan, wheels: Sequence[LockedWheel], system: System, settings: Settings) -> Report:
    tree = machine_code.tree(wheels, system.suite, plan, list(_steps(plan)), settings)
    return examine(tree, system, libraries.asked(plan))


def _steps(plan: ImagePlan) -> Iterator[InstallWheels]:
    return (step for layer in plan.layers for step in layer.steps if isinstance(step, InstallWheels))


def _suite(plan: ImagePlan) -> str | None:
    """The base's, whose packages can be added."""
    if plan.base_image is not None:
        return None
    suite = of(plan.base).suite
    return suite if _is_known(suite) else None


def _is_known(suite: str) -> bool:
    return suite in {each.name for each in suites()}


def _architecture(plan: ImagePlan) -> Architecture:
    return "arm64" if Platform.parse(plan.platform).debian_architecture == "arm64" else "amd64"


def _check_versions(found: Report, plan: ImagePlan) -> None:
    if not found.too_old:
        return
    old = found.too_old[0]
    at = next((each.at for step in _steps(plan) for each in step.requirements if each.name == old.of), None)
    what = f"the machine code of {old.of or old.file} needs {old.symbol}, and {plan.base} has {old.has}"
    raise ProjectError(what, at=Location.parse(at) if at else None, hint=_way_out(old))


def _way_out(old: TooOld) -> str:
    if not old.suites:
        return f"choose an older version of {old.of or 'it'}: no suite is new enough"
    return f'choose {" or ".join(old.suites)}: `base = "{old.suites[0]}"` under [tool.pottle]'


def _wanted(found: Report) -> Iterator[PinnedLibrary]:
    """One for each package, by the first need of it."""
    for package in found.packages:
        need = next(need for need in found.needs if need.required and need.package == package)
        yield PinnedLibrary(package=package, of=need.of[0] if need.of else "wheels", because=_because(need, found))


def _because(need: Need, found: Report) -> str:
    if need.signal != "linked":
        return need.because
    cheaper = dict(found.cheaper).get(need.of[0]) if need.of else None
    return f"it is linked with {need.name}" + (f"; {cheaper}" if cheaper else "")
