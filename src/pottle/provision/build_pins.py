"""What wheels are built with, for `pottle.lock`: every build that a plan has is done once, and seen while it is done."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pottle.errors import ProjectError
from pottle.plan import system_pins
from pottle.plan.model import BuildWheels, ImagePlan, InstallProject, InstallWheels, Source, Step
from pottle.project.facts import Packaging
from pottle.project.pinned import PinnedBuild, PinnedRequirement
from pottle.provision import indexes, own
from pottle.provision.settings import Settings

if TYPE_CHECKING:
    from pottle.sources.pypi.build_requirements import Observer
    from pottle.sources.pypi.uv import Session


def build(name: str, plan: ImagePlan, packaging: Packaging | None, settings: Settings) -> PinnedBuild | None:
    """What the wheel of `name` is built with, as an index has it now; None, and a warning, where no hash can say that."""
    from pottle.sources.pypi import uv
    from pottle.sources.pypi.build_requirements import Observer, pinned

    session = indexes.session(plan, settings)
    with settings.progress.task(f"Finding what {name} is built with"), uv.scratch(session) as work:
        observer = Observer(work / "observer")
        for step in _steps(plan):
            _do(step, name, plan, session, observer, settings)
        try:
            found = pinned(session, observer.seen())
        except ProjectError as error:
            settings.progress.warn(f"what {name} is built with cannot be locked: {error.what}")
            return None
    requires = tuple(PinnedRequirement(one.name, one.version, one.sha256, one.marker) for one in found)
    return PinnedBuild(of=name, wanted=system_pins.builds(plan.layers, packaging)[name], requires=requires)


def _do(step: Step, name: str, plan: ImagePlan, session: "Session", observer: "Observer", settings: Settings) -> None:
    from pottle.sources.pypi import uv

    with uv.scratch(session) as work:
        if isinstance(step, InstallProject) and step.name == name:
            own.built(session, (settings.project / step.path).resolve(), plan.epoch, work, settings, observer)
        if isinstance(step, BuildWheels):
            some = [source for source in step.sources if source.name == name]
            _build_sources(some, plan, session, observer)


def _build_sources(some: Sequence[Source], plan: ImagePlan, session: "Session", observer: "Observer") -> None:
    from pottle.sources.pypi import uv
    from pottle.sources.pypi.resolve import Indexes
    from pottle.sources.pypi.source_builds import build_sources

    steps = [step for step in _steps(plan) if isinstance(step, InstallWheels)]
    asked = next((Indexes(step.index, step.extra_indexes) for step in steps), None)
    with uv.scratch(session) as work:
        build_sources(session, some, work / "built", plan.epoch, {}, asked, {each.name: observer for each in some})


def _steps(plan: ImagePlan) -> Iterator[Step]:
    return (step for layer in plan.layers for step in layer.steps)
