"""The stage for developers: their dependencies, the project by links to its sources, and a server that starts again when those change.

The sources are meant to be mounted over the copy that is in it; nothing that the stage needs lies below them.
"""

import posixpath
from collections.abc import Iterator, Sequence

from pottle.render import instructions as write
from pottle.render import parts
from pottle.render.installing import Installer
from pottle.render.instructions import Command, Instruction
from pottle.render.job import SOURCE, Job

_RELOADING = {
    "uvicorn": ("--reload",),
    "gunicorn": ("--reload",),
    "hypercorn": ("--reload",),
    "granian": ("--reload",),
    "sanic": ("--reload",),
    "litestar": ("--reload",),
    "flask": ("--reload",),
    "waitress-serve": (),
    "daphne": (),
}
"""Program → the flag by which it watches the sources. Streamlit and Django's runserver do by themselves."""


def reloading(command: Sequence[str]) -> tuple[str, ...]:
    """The command, so that it starts again when the sources change; as it is where the program cannot."""
    command = tuple(command)
    program = posixpath.basename(command[0]) if command else ""
    if program.startswith("python") and command[1:2] == ("-m",):
        return (*command[:3], *_RELOADING.get(command[2] if len(command) > 2 else "", ()), *command[3:])
    if program in ("flask", "litestar") and len(command) > 1:
        at = next((number for number, word in enumerate(command) if word == "run"), 0) + 1
        return (*command[:at], *_RELOADING[program], *command[at:])
    return (*command[:1], *_RELOADING.get(program, ()), *command[1:])


def stage(job: Job, installer: Installer) -> Iterator[Instruction]:
    """Its instructions, on the environment."""
    runtime, context = job.plan.runtime, job.context
    place = SOURCE if context.directory else job.steps.app.into
    yield write.workdir(place)
    if job.development:
        yield installer.development().instruction()
    yield write.copy((".",), ".")
    projects = (*job.steps.neighbours, *((job.steps.own,) if job.steps.own else ()))
    if projects:
        yield from parts.asked(job)
        shown = parts.shown(job.steps.own, context.directory or ".")
        paths = [path if (path := context.path(step.path)) == "." else f"./{path}" for step in projects]
        yield installer.editable(paths, shown).instruction()
    if context.directory:
        yield write.run(Command(("ln", "-s", posixpath.join(SOURCE, context.directory), job.steps.app.into)))
    yield write.environment((*runtime.environment, ("PYTHONDONTWRITEBYTECODE", "1")))
    if context.directory:
        yield write.workdir(runtime.working_dir)
    yield from parts.directories(job)
    yield from (write.simple("EXPOSE", port) for port in runtime.ports)
    yield write.simple("STOPSIGNAL", runtime.stop_signal)
    yield write.simple("USER", runtime.user)
    yield from parts.entry(job)
    yield write.executed("CMD", reloading(runtime.command))


def about(job: Job) -> str:
    """How it is used."""
    place = SOURCE if job.context.directory else job.steps.app.into
    port = f"-p {job.plan.port}:{job.plan.port} " if job.plan.port else ""
    name = f"{job.plan.name}-dev"
    file = f"-f {job.context.path('Dockerfile')} " if job.context.directory else ""
    return (
        "For developers, with the sources mounted over the copy:\n"
        f"`docker build {file}--target dev -t {name} .`, `docker run --rm -it {port}-v .:{place} {name}`."
    )
