"""A house of wheels: one stage makes a wheel of everything, third parties' and the project's own; the image installs them from there.

The wheels are lent to the command that installs them and asks no index: no layer holds them, and what built them stays behind.
"""

from collections.abc import Iterator

from pottle.plan.model import InstallProject
from pottle.render import app, parts, system
from pottle.render import instructions as write
from pottle.render import stages as usual
from pottle.render.installing import Installer
from pottle.render.instructions import Instruction, Stage
from pottle.render.job import SOURCE, WHEELS, Job
from pottle.render.managers import Manager
from pottle.render.single_stage import check, finished


def stages(job: Job, installer: Installer) -> Iterator[Stage]:
    """The base, pip, the wheels of others, the project's own, the image."""
    assert isinstance(installer, Manager), "nothing but pip makes wheels of everything"
    check(job, "house of wheels")
    yield usual.base(job)
    yield installer.tools()
    needs = parts.build_packages(job)
    house = (
        *([system.apt(needs)] if needs else ()),
        write.environment(installer.variables()),
        write.workdir(SOURCE),
        installer.wheels().instruction(),
    )
    yield Stage("tools", "wheels", house, "Wheels of what others have made: change with the lock, not with the code.")
    own = (*job.steps.neighbours, *((job.steps.own,) if job.steps.own else ()))
    if own:
        yield _own(job, installer, own)
    yield Stage(
        "base", "image", tuple(_image(job, installer, own)), "The image: it installs, and has nothing that does."
    )


def _own(job: Job, installer: Manager, steps: tuple[InstallProject, ...]) -> Stage:
    paths = [path if (path := job.context.path(step.path)) == "." else f"./{path}" for step in steps]
    shown = parts.shown(job.steps.own, job.context.directory or ".")
    made = installer.wheels_of(paths, shown).instruction()
    return Stage("wheels", "project", (write.copy((".",), "."), *parts.asked(job), made), "Its own wheel.")


def _image(job: Job, installer: Manager, own: tuple[InstallProject, ...]) -> Iterator[Instruction]:
    yield write.workdir(job.steps.app.into)
    there = write.bind(WHEELS, WHEELS, stage="wheels")
    yield installer.housed().alone((installer.mounted(), there))
    if own:
        there = write.bind("/own", WHEELS, stage="project")
        yield installer.own_housed(own).alone((installer.mounted(), there))
    yield app.taken(job)
    yield from finished(job)
