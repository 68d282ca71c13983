"""What runs without a server: `[project.scripts]`, `python -m package`, `main.py`.

Scripts outrank modules, and what bears the project's name outranks the others, then what is named after serving or working. Modules
below the root count only where nothing else is there. `[project.gui-scripts]` are not for containers.
"""

import re
from collections.abc import Iterator

from packaging.utils import canonicalize_name

from pottle.project import entry_points
from pottle.project.entries import Entries
from pottle.project.facts import Application
from pottle.project.module import Module, dotted
from pottle.project.survey import Survey
from pottle.text import Location

SCRIPT = 50
SAME_NAME = 5
PACKAGE = 45
MAIN = 40
GUARDED = 20
WITHIN = 10
"""A guarded module below the root, where there is nothing else: of a library that is installed it is a demonstration."""
SERVES = 2
"""Of several scripts, the one whose name says that it runs on."""

_SERVING = re.compile(r"(?:^|[-_])(?:server?|serve|web|api|app|bot|worker|daemon|run|start)$")
_MAINS = ("main.py", "app.py", "run.py", "bot.py", "server.py")


def detect(survey: Survey) -> Iterator[Application]:
    """Console scripts, packages with a `__main__`, and modules that are run as files."""
    sigterm = any(handles_sigterm(module) for module in survey.modules)
    yield from _console_scripts(survey, sigterm=sigterm)
    modules = list(_modules(survey, sigterm=sigterm))
    yield from modules
    if not modules and not (survey.pyproject is not None and entry_points.installed(survey)):
        yield from _within(survey, sigterm=sigterm)


def _console_scripts(survey: Survey, *, sigterm: bool) -> Iterator[Application]:
    project, is_installed = entry_points.project_name(survey), entry_points.installed(survey)
    for entry in entry_points.read(survey):
        if entry.group == entry_points.CONSOLE and ":" in entry.target:
            yield Application(
                "cli",
                None,
                entry.target,
                entry.at,
                SCRIPT + _standing(entry.name, project),
                f"{entry.shown} names {entry.name}",
                script=entry.name if is_installed else None,
                handles_sigterm=sigterm,
            )


def _modules(survey: Survey, *, sigterm: bool) -> Iterator[Application]:
    by_path = {module.path: module for module in survey.modules}
    files, project = frozenset(survey.tree.files()), entry_points.project_name(survey)
    for path in survey.paths:
        found = _module(path, by_path.get(path), dotted(path, files), project)
        if found is not None:
            target, strength, because, line = found
            at = Location(path, line)
            yield Application("script", None, target, at, strength, because, handles_sigterm=sigterm)


def _standing(name: str, project: str | None) -> int:
    """What a name says for being the one that is meant."""
    if canonicalize_name(name) == project:
        return SAME_NAME
    return SERVES if _SERVING.search(name) else 0


def _within(survey: Survey, *, sigterm: bool) -> Iterator[Application]:
    """Guarded modules below the root, those with a conventional name first."""
    entries = Entries(survey)
    for module in survey.modules:
        guard, name = module.main_guard, module.path.rpartition("/")[2]
        if guard is None or "/" not in module.path:
            continue
        entry = entries.itself(module)
        strength = WITHIN + (SAME_NAME if name in _MAINS else 0) - module.path.count("/")
        because = 'it has `if __name__ == "__main__"`, and nothing nearer to the root has'
        yield Application("script", None, entry.target, entry.at, strength, because, handles_sigterm=sigterm)


def _module(
    path: str, module: Module | None, dotted_name: str, project: str | None
) -> tuple[str, int, str, int] | None:
    name = path.rpartition("/")[2]
    depth = path.count("/")
    package = dotted_name.removesuffix(".__main__")
    if package != dotted_name:
        strength = PACKAGE - package.count(".") + (SAME_NAME - 1 if canonicalize_name(package) == project else 0)
        return package, strength, "the package has a `__main__` module", 1
    if depth == 0 and name in _MAINS:
        line = module.main_guard.lineno if module and module.main_guard else 1
        return path, MAIN, f"{name} is the conventional name of what is run", line
    if depth == 0 and module is not None and module.main_guard is not None:
        return path, GUARDED, 'it has `if __name__ == "__main__"`', module.main_guard.lineno
    return None


def handles_sigterm(module: Module) -> bool:
    """Whether the module sets a handler of its own for SIGTERM."""
    return any(
        (module.qualified(call.func) or "").endswith(("signal.signal", ".add_signal_handler"))
        and call.args
        and (module.qualified(call.args[0]) or "").endswith("signal.SIGTERM")
        for call in module.calls
    )
