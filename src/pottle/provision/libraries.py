"""Which Debian packages an image needs beyond those that are planned: found in its wheels, once these are known."""

from collections.abc import Collection, Iterator, Sequence

from pottle.errors import ProjectError
from pottle.native.index import UnknownSuite, facts
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
from pottle.sources.pypi.resolve import Indexes
from pottle.text import Location


def wheels_that_ask(plan: ImagePlan, wheels: Sequence[LockedWheel]) -> tuple[LockedWheel, ...]:
    """Those whose content decides; none where nobody knows the suite."""
    suite = _suite(plan)
    return machine_code.asking(wheels, suite) if suite is not None else ()


def find(
    plan: ImagePlan, wheels: Sequence[LockedWheel], there: Collection[str], settings: Settings
) -> tuple[PinnedLibrary, ...]:
    """What the plan's wheels require and the packages that are `there` do not bring, by package.

    Raises `ProjectError` where the base's glibc or libstdc++ is too old for them; warns of what no package has.
    """
    suite = _suite(plan)
    if suite is None or not machine_code.asking(wheels, suite):
        return ()
    tree = machine_code.tree(wheels, suite, plan, _indexes(plan), settings)
    report = examine(tree, on_suite(suite, _architecture(plan), there), libraries.asked(plan))
    _check(report, plan)
    for need in report.missing:
        who = ", ".join(need.of) or "a wheel"
        settings.progress.warn(
            f"{who}: linked with {need.name}, which no package of {suite} has {need.because}".rstrip()
        )
    return tuple(_wanted(report))


def report(
    plan: EnvironmentPlan, wheels: Sequence[LockedWheel], system: System, direct: Collection[str], settings: Settings
) -> Report:
    """What an environment needs of a system, whatever image it is for."""
    asked = Indexes(plan.step.index, plan.step.extra_indexes)
    tree = machine_code.tree(wheels, system.suite, plan, asked, settings)
    built = Tree(distributions=tuple(Distribution(name) for name in plan.sources))
    return examine(united((tree, built)), system, direct)


def _suite(plan: ImagePlan) -> str | None:
    """The base's, whose packages can be added."""
    if plan.base_image is not None:
        return None
    suite = of(plan.base).suite
    try:
        facts(suite)
    except UnknownSuite:
        return None
    return suite


def _architecture(plan: ImagePlan) -> Architecture:
    return "arm64" if Platform.parse(plan.platform).debian_architecture == "arm64" else "amd64"


def _indexes(plan: ImagePlan) -> Indexes | None:
    steps = (step for layer in plan.layers for step in layer.steps if isinstance(step, InstallWheels))
    return next((Indexes(step.index, step.extra_indexes) for step in steps), None)


def _check(report: Report, plan: ImagePlan) -> None:
    """Raises `ProjectError` where symbols are missing."""
    if not report.too_old:
        return
    old = report.too_old[0]
    at = next(
        (
            r.at
            for layer in plan.layers
            for s in layer.steps
            if isinstance(s, InstallWheels)
            for r in s.requirements
            if r.name == old.of
        ),
        None,
    )
    what = f"the machine code of {old.of or old.file} needs {old.symbol}, and {plan.base} has {old.has}"
    raise ProjectError(what, at=Location.parse(at) if at else None, hint=_way_out(old))


def _way_out(old: TooOld) -> str:
    if not old.suites:
        return f"choose an older version of {old.of or 'it'}: no suite is new enough"
    return f'choose {" or ".join(old.suites)}: `base = "{old.suites[0]}"` under [tool.pottle]'


def _wanted(report: Report) -> Iterator[PinnedLibrary]:
    """One for each package, by the first need of it."""
    for package in report.packages:
        need = next(need for need in report.needs if need.required and need.package == package)
        yield PinnedLibrary(package=package, of=need.of[0] if need.of else "", because=_because(need, report))


def _because(need: Need, report: Report) -> str:
    told = f"it is linked with {need.name}" if need.signal == "linked" else need.because
    cheaper = dict(report.cheaper).get(need.of[0]) if need.of else None
    return f"{told}; {cheaper}" if cheaper and need.signal == "linked" else told
