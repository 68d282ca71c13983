"""Parts of a Dockerfile that every layout has: how the image is told to run, what builds need, what stands for version control."""

import posixpath
from collections.abc import Iterator, Sequence

from pottle.plan.model import InstallProject, RunCommand
from pottle.project import version
from pottle.render import instructions as write
from pottle.render import system
from pottle.render.instructions import Command, Instruction, Shell
from pottle.render.job import Job

_ASK = "The version is in version control, which no builder gets to see: --build-arg VERSION=1.2.3"

_OWN_HEALTH = "By this name it asks for its own health: there is no other program."
_BECOMES = "Where $PORT is another one, the program listens there; then this becomes the program."


def told(job: Job) -> Iterator[Instruction]:
    """What the program is told by its surroundings, and directories that it may write to."""
    runtime = job.plan.runtime
    yield write.environment(runtime.environment)
    yield write.workdir(runtime.working_dir)
    yield from directories(job)


def directories(job: Job) -> Iterator[Instruction]:
    """Those that the program may write to."""
    if (step := job.steps.directories) is not None and job.base.builder is None:
        yield write.run(system.directories(step.paths, step.uid))


def ran(step: RunCommand) -> Instruction:
    """A command of the project."""
    return write.run(Command(step.command, variables=step.environment), network="none")


def tools(step: RunCommand) -> Iterator[Instruction]:
    """What it runs with, in a stage that is left behind."""
    if step.tools is not None:
        yield system.apt(step.tools.packages)


def config(job: Job) -> Iterator[Instruction]:
    """How a container starts."""
    plan, runtime = job.plan, job.plan.runtime
    if runtime.labels:
        yield write.labels(runtime.labels)
    yield from (write.simple("EXPOSE", port) for port in runtime.ports)
    if runtime.volumes:
        yield write.executed("VOLUME", runtime.volumes)
    yield write.simple("STOPSIGNAL", runtime.stop_signal)
    if (check := runtime.health_check) is not None:
        times = {name: getattr(check, name) for name in ("interval", "timeout", "start_period", "retries")}
        why = "Asked by the standard library: there is no curl." if job.steps.program is None else _OWN_HEALTH
        yield write.health_check(check.command, **times).because(why)
    elif plan.base_image is not None:
        yield write.simple("HEALTHCHECK", "NONE")
    yield write.simple("USER", runtime.user)
    yield from entry(job)
    yield write.executed("CMD", runtime.command)


def entry(job: Job) -> Iterator[Instruction]:
    """The entry point, if there is one, or the base image's is to be undone."""
    if job.plan.runtime.entrypoint:
        why = None if job.steps.program is not None else _BECOMES
        yield write.executed("ENTRYPOINT", job.plan.runtime.entrypoint).because(why)
    elif (below := job.plan.base_image) is not None and below.entrypoint:
        yield write.executed("ENTRYPOINT", ()).because("The base image's own does not wrap the command.")


def build_packages(job: Job) -> tuple[str, ...]:
    """A compiler, and git, where something has to be built."""
    sources, own = job.steps.sources, job.steps.own
    names = set[str]()
    if sources is not None:
        names |= {"build-essential"}
        names |= {f"python{job.plan.python}-dev"} if job.base.python.startswith("/usr/bin/") else set()
        names |= {"git"} if any(source.commit for source in sources.sources) else set()
    if own is not None and own.version_tool and version.pretence(own.version_tool, own.name, "").repository:
        names.add("git")
    return tuple(sorted(names))


def asked(job: Job) -> Iterator[Instruction]:
    """The version that only somebody outside knows."""
    if job.steps.own is not None and job.steps.own.version_tool is not None:
        yield write.simple("ARG", "VERSION").because(_ASK)


def shown(step: InstallProject | None, place: str) -> Sequence[Command | Shell]:
    """What a backend that looks for its version in version control is shown instead."""
    if step is None or step.version_tool is None:
        return ()
    pretence = version.pretence(step.version_tool, step.name, "$VERSION")
    commands: list[Command | Shell] = [Shell(': "${VERSION:?is to be given by --build-arg}"')]
    if pretence.variables:
        commands.append(Shell("export " + " ".join(f'{name}="$VERSION"' for name, _ in pretence.variables)))
    if pretence.pkg_info is not None:
        lines = " ".join(f'"{line}"' for line in pretence.pkg_info.splitlines())
        commands.append(Shell(f"printf '%s\\n' {lines} >{write.word(posixpath.join(place, 'PKG-INFO'))}"))
    if pretence.repository:
        git = ("git", "-C", place)
        person = ("-c", "user.name=pottle", "-c", "user.email=pottle")
        commands += [Command((*git, "init", "--quiet")), Command((*git, "add", "--all", "--force"))]
        commands.append(Command((*git, *person, "commit", "--quiet", "--message=sources")))
    return commands
