"""What wheels are built with, for `pottle.lock`.

A build of a project's own is done once, and seen while it is done; a third party's source is asked in the sandbox that it is built in.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pottle.errors import ProjectError
from pottle.plan import system_pins
from pottle.plan.lock import LockedPlan
from pottle.plan.model import ImagePlan, InstallProject, Source, Step, compiles
from pottle.project.facts import Packaging
from pottle.project.pinned import PinnedBuild, PinnedRequirement
from pottle.provision import indexes, own, program_compiler
from pottle.provision.settings import Settings

if TYPE_CHECKING:
    from pottle.sources.pypi.build_requirements import Observer
    from pottle.sources.pypi.uv import Session


class Required(Protocol):
    """What one distribution is built with."""

    @property
    def of(self) -> str:
        """Its name."""

    @property
    def requires(self) -> Sequence[str]:
        """`setuptools==80.9.0` …"""

    @property
    def wheel(self) -> Path | None:
        """Its own, where it is built only for the building of another."""


class SourceBuilds(Protocol):
    """Builds sources in a sandbox."""

    def requirements(self, source: Source, locked: LockedPlan) -> Sequence[Required]:
        """What a source is built with now, last, and before that what of it has to be built; the plan has what it is built in."""

    def settled(self, locked: LockedPlan) -> LockedPlan:
        """The plan with all that its sources turn out to be built with."""


def builds(
    name: str, locked: LockedPlan, packaging: Packaging | None, settings: Settings, how: SourceBuilds
) -> Sequence[PinnedBuild]:
    """What the wheel of `name` is built with, as an index has it now, and what of that is built itself.

    Nothing, and a warning, where no hash can say that.
    """
    from pottle.sources.pypi import uv
    from pottle.sources.pypi.build_requirements import OLDEST_PYTHON, Observer, pinned

    plan = locked.plan
    wanted = system_pins.builds(plan.layers, packaging)[name]
    program = compiles(plan.layers)
    if program is not None and program.compiler == name:
        pins = program_compiler.found(plan, name, settings)
        requires = tuple(PinnedRequirement(one.name, one.version, one.sha256, one.marker) for one in pins)
        return (PinnedBuild(of=name, wanted=wanted, requires=requires),)
    session = indexes.session(plan, settings)
    source = next((each for each in system_pins.sources(plan.layers) if each.name == name), None)
    with settings.progress.task(f"Finding what {name} is built with"), uv.scratch(session) as work:
        if source is not None:
            found = how.requirements(source, locked)
            seen = [(each.of, each.requires) for each in found]
            python, near = plan.python, [each.wheel for each in found if each.wheel is not None]
        else:
            observer = Observer(work / "observer")
            for step in _steps(plan):
                _do(step, name, plan, session, observer, settings)
            seen, python, near = [(name, observer.seen())], OLDEST_PYTHON, []
        try:
            return tuple(
                PinnedBuild(
                    of=of,
                    wanted=wanted if of == name else system_pins.within(name),
                    requires=tuple(
                        PinnedRequirement(one.name, one.version, one.sha256, one.marker)
                        for one in pinned(session, requires, python, near)
                    ),
                )
                for of, requires in seen
            )
        except ProjectError as error:
            settings.progress.warn(f"what {name} is built with cannot be locked: {error.what}")
            return ()


def _do(step: Step, name: str, plan: ImagePlan, session: "Session", observer: "Observer", settings: Settings) -> None:
    from pottle.sources.pypi import uv

    with uv.scratch(session) as work:
        if isinstance(step, InstallProject) and step.name == name:
            own.built(session, (settings.project / step.path).resolve(), plan.epoch, work, settings, observer)


def _steps(plan: ImagePlan) -> Iterator[Step]:
    return (step for layer in plan.layers for step in layer.steps)
