"""All in one stage: every tool and every file that only builds is lent to one command, so that no layer holds it.

What has to be compiled would leave its compiler behind, and is refused.
"""

import posixpath
from collections.abc import Iterator, Sequence

from pottle.errors import UsageError
from pottle.plan.model import InstallProject
from pottle.render import app, parts, system
from pottle.render import instructions as write
from pottle.render.installing import Installer
from pottle.render.instructions import Instruction, Shell, Stage
from pottle.render.job import SOURCE, WHEELS, Job


def stages(job: Job, installer: Installer) -> Iterator[Stage]:
    """One, besides those that tools come from."""
    check(job, "single stage")
    if parts.build_packages(job):
        what = f"{job.plan.name} needs a compiler or git to be built, which a single stage would leave in the image"
        raise UsageError(what, hint="leave --single-stage out, or --wheel-house: what builds is left behind")
    below = "${BASE}"
    if not installer.images:
        yield Stage(below, "base", tuple(system.steps(job)), f"CPython {job.plan.python}, and who runs it.")
        yield installer.tools()
        yield Stage("base", "image", tuple(_made(job, installer)), "The image.")
    else:
        yield Stage(below, "image", (*system.steps(job), *_made(job, installer)), "The image.")


def check(job: Job, layout: str) -> None:
    """Raises `UsageError` where nothing can be run on the base, and where tools would stay."""
    for step in (step for step in job.steps.commands if step.tools is not None):
        what = f"{step.name} needs a program that a {layout} would leave in the image"
        raise UsageError(what, hint="leave the flag out: what only builds is left behind")
    if job.base.builder is not None:
        what = f"{job.base.image} has no shell, so that nothing can be run in its stage"
        raise UsageError(what, hint=f"a {layout} wants a base image with a shell: leave the flag out")


def _made(job: Job, installer: Installer) -> Iterator[Instruction]:
    yield write.workdir(job.steps.app.into)
    yield installer.install().alone((installer.mounted(),), tuple(installer.variables()))
    if job.steps.neighbours:
        yield _built(job, installer, job.steps.neighbours)
    if job.steps.own is not None:
        yield from parts.asked(job)
        yield _built(job, installer, (job.steps.own,))
    yield app.taken(job)
    yield from finished(job)


def finished(job: Job) -> Iterator[Instruction]:
    """What comes after the app in a stage that has everything else. Until then HOME is root's, where caches are."""
    runtime = job.plan.runtime
    yield write.environment(runtime.environment)
    if runtime.working_dir != job.steps.app.into:
        yield write.workdir(runtime.working_dir)
    yield from parts.directories(job)
    yield from (parts.ran(step) for step in job.steps.commands)
    yield from parts.config(job)


def _built(job: Job, installer: Installer, steps: Sequence[InstallProject]) -> Instruction:
    """From the build context, to which a backend may write: what it writes is gone afterwards."""
    paths = [posixpath.normpath(posixpath.join(SOURCE, job.context.path(step.path))) for step in steps]
    shown = parts.shown(job.steps.own if job.steps.own in steps else None, paths[0])
    work = installer.built(paths, steps, None, shown).also(Shell(f"rm -rf {WHEELS}"))
    return work.alone((installer.mounted(),), installer.variables(), context=".")
