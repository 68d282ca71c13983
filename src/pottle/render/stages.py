"""The usual layout: the base with its interpreter and its user; the environment, which changes with the lock; projects of the repository
beside this one; its own wheel; the app's files; and the image, into which nothing but results is copied.
"""

from collections.abc import Iterator, Sequence

from pottle.plan.model import CompileProgram, InstallProject
from pottle.render import app, compiled, development, parts, system
from pottle.render import instructions as write
from pottle.render.installing import Installer
from pottle.render.instructions import Instruction, Stage
from pottle.render.job import SOURCE, Job


def stages(job: Job, installer: Installer) -> Iterator[Stage]:
    """All of them but the one that uv comes from."""
    yield base(job)
    if not installer.images:
        yield installer.tools()
    yield _environment(job, installer)
    if job.steps.neighbours:
        yield _neighbours(job, installer, job.steps.neighbours)
    if job.steps.own is not None:
        yield _project(job, installer, job.steps.own)
    below = "project" if job.steps.app.less_wheel else "base"
    yield Stage(below, "app", tuple(app.copied(job)), "The project's own files.")
    if job.style.dev:
        yield Stage("environment", "dev", tuple(development.stage(job, installer)), development.about(job))
    if job.steps.program is not None:
        yield from _compiled(job, installer, job.steps.program)
    else:
        yield from _image(job)


def base(job: Job) -> Stage:
    """What the image stands on, or what stands for it where nothing can be run on it."""
    below = "${BUILD}" if job.base.builder is not None else "${BASE}"
    return Stage(below, "base", tuple(system.steps(job)), f"CPython {job.plan.python}, and who runs it.")


def _environment(job: Job, installer: Installer) -> Stage:
    needs = parts.build_packages(job)
    instructions = (
        *installer.taken(),
        *([system.apt(needs)] if needs else ()),
        write.environment(installer.variables()),
        write.workdir(SOURCE),
        *(work.instruction() for work in (installer.install(), installer.sources()) if work),
    )
    why = "What others have made: changes with the lock, not with the code."
    return Stage("base", "environment", instructions, why)


def _neighbours(job: Job, installer: Installer, steps: Sequence[InstallProject]) -> Stage:
    paths = [job.context.path(step.path) for step in steps]
    copies = (write.copy((path,), path) for path in paths)
    build = installer.built([f"./{path}" for path in paths], steps, "/neighbours").instruction()
    return Stage("environment", "neighbours", (*copies, build), "Other projects of the repository.")


def _project(job: Job, installer: Installer, step: InstallProject) -> Stage:
    place = job.context.directory or "."
    build = installer.built([job.place], [step], "/project", parts.shown(step, place)).instruction()
    return Stage("environment", "project", (write.copy((place,), place), *parts.asked(job), build), "Its own wheel.")


def _image(job: Job) -> Iterator[Stage]:
    commands = job.steps.commands
    run = (*parts.told(job), *_results(job))
    outputs = (write.copy((path,), path, stage=step.name, link=True) for step in commands for path in step.outputs)
    image = (*outputs, *parts.config(job))
    if commands:
        yield Stage("base", "runtime", run, "What the program runs in.")
        yield from (
            Stage("runtime", s.name, (*parts.tools(s), parts.ran(s)), f"What {s.name} writes.") for s in commands
        )
    if commands and job.base.builder is None:
        yield Stage("runtime", "image", image, "The image.")
    else:
        below = "${BASE}" if job.base.builder is not None else "base"
        yield Stage(below, "image", (*run, *image), "The image: nothing but results.")


def _compiled(job: Job, installer: Installer, program: CompileProgram) -> Iterator[Stage]:
    """All of it in one stage, with what commands of the project wrote."""
    commands = job.steps.commands
    yield Stage("base", "runtime", tuple(_results(job)), "What is compiled.")
    yield from (Stage("runtime", step.name, (parts.ran(step),), f"What {step.name} writes.") for step in commands)
    outputs = tuple(write.copy((path,), path, stage=step.name, link=True) for step in commands for path in step.outputs)
    yield from compiled.stages(job, installer, program, outputs)


def _results(job: Job) -> Iterator[Instruction]:
    into, place = job.environment, job.steps.app.into
    if job.base.builder is not None:
        yield write.copy((f"{system.SKELETON}/",), "/", stage="base", link=True)
        if (standalone := job.base.standalone) is not None:
            yield write.copy((standalone.into,), standalone.into, stage="base", link=True)
    yield write.copy((into,), into, stage="environment", link=True)
    if job.steps.neighbours:
        yield write.copy(("/neighbours",), into, stage="neighbours", link=True)
    if job.steps.own is not None:
        yield write.copy(("/project",), into, stage="project", link=True)
    yield write.copy((place,), place, stage="app", link=True)
