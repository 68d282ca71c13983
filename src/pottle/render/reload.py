"""How a process is started on a developer's machine, so that it sees a change of its code: by the server's own means, if it has any."""

from dataclasses import dataclass

from pottle.plan.model import ImagePlan, InstallWheels, ProcessPlan
from pottle.render import development

_NEEDS_WATCHFILES = ("granian", "arq")
"""Programs that reload with watchfiles alone."""


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
        served = ("python", manage, "runserver", f"0.0.0.0:{plan.port}")
        return Reloading(served, "Django's own server: it reloads, and serves static files from where they lie.")
    if given:
        return None
    program = process.command[0]
    if program in _NEEDS_WATCHFILES and "watchfiles" not in _distributions(plan):
        return None
    argv = _reloading(process.command)
    return None if argv == process.command else Reloading(argv, f"{program} reloads what changes.")


def _reloading(command: tuple[str, ...]) -> tuple[str, ...]:
    match command:
        case ("streamlit", "run", *rest):
            return ("streamlit", "run", "--server.runOnSave=true", *rest)
        case ("arq", *_):
            return (*command, "--watch", ".")
        case _:
            return development.reloading(command)


def _manage(plan: ImagePlan) -> str | None:
    """The project's `manage.py`, as another process calls it."""
    return next((w for each in plan.processes for w in each.command if w.rpartition("/")[2] == "manage.py"), None)


def _distributions(plan: ImagePlan) -> set[str]:
    steps = (step for layer in plan.layers for step in layer.steps)
    return {each.name for step in steps if isinstance(step, InstallWheels) for each in step.requirements}
