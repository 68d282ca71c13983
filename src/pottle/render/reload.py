"""How a process is started on a developer's machine, so that it sees a change of its code: by the server's own means, if it has any."""

from dataclasses import dataclass

from pottle.plan.model import ImagePlan, InstallWheels, ProcessPlan

_RELOAD = {
    "uvicorn": "--reload",
    "gunicorn": "--reload",
    "hypercorn": "--reload",
    "streamlit": "--server.runOnSave=true",
}
"""Program → the flag by which it reloads, with nothing installed besides."""
_WATCHES = {"granian": ("--reload",), "arq": ("--watch", ".")}
"""The same of those that need watchfiles."""


@dataclass(frozen=True, slots=True)
class Reloading:
    """Another command for the same process."""

    argv: tuple[str, ...]
    why: str


def command(process: ProcessPlan, plan: ImagePlan, *, given: bool = False) -> Reloading | None:
    """What starts `process` so that it reloads; None where nothing does. `given`: the image's own command reloads already."""
    if process.once or process.schedule is not None:
        return None
    if process is plan.processes[0] and plan.framework == "django" and (manage := _manage(plan)):
        argv = ("python", manage, "runserver", f"0.0.0.0:{plan.port}")
        return Reloading(argv, "Django's own server: it reloads, and serves static files from where they lie.")
    if given:
        return None
    program, *rest = process.command
    if program in _RELOAD:
        return Reloading((program, *_behind(program, rest, (_RELOAD[program],))), f"{program} reloads what changes.")
    if program in _WATCHES and "watchfiles" in _distributions(plan):
        return Reloading((program, *_behind(program, rest, _WATCHES[program])), f"{program} reloads what changes.")
    return None


def _behind(program: str, rest: list[str], flags: tuple[str, ...]) -> tuple[str, ...]:
    """The arguments with the flags: behind a sub-command, behind arq's positional argument."""
    if program == "streamlit":
        return (*rest[:1], *flags, *rest[1:])
    return (*rest, *flags) if program == "arq" else (*flags, *rest)


def _manage(plan: ImagePlan) -> str | None:
    """The project's `manage.py`, as another process calls it."""
    return next((w for each in plan.processes for w in each.command if w.rpartition("/")[2] == "manage.py"), None)


def _distributions(plan: ImagePlan) -> set[str]:
    steps = (step for layer in plan.layers for step in layer.steps)
    return {each.name for step in steps if isinstance(step, InstallWheels) for each in step.requirements}
