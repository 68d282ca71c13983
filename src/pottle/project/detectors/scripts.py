"""What runs without a server: `[project.scripts]`, `python -m package`, `main.py`.

Scripts outrank modules, and a script that bears the project's name outranks the others.
"""

from collections.abc import Iterator

from packaging.utils import canonicalize_name

from pottle.project import entry_points
from pottle.project.facts import Application
from pottle.project.module import Module, dotted
from pottle.project.survey import Survey
from pottle.text import Location

SCRIPT = 50
SAME_NAME = 5
PACKAGE = 45
MAIN = 40
GUARDED = 20

_MAINS = ("main.py", "app.py", "run.py", "bot.py", "server.py")


def detect(survey: Survey) -> Iterator[Application]:
    """Console scripts, packages with a `__main__`, and modules that are run as files."""
    sigterm = any(handles_sigterm(module) for module in survey.modules)
    yield from _console_scripts(survey, sigterm=sigterm)
    yield from _modules(survey, sigterm=sigterm)


def _console_scripts(survey: Survey, *, sigterm: bool) -> Iterator[Application]:
    project, is_installed = entry_points.project_name(survey), entry_points.installed(survey)
    for entry in entry_points.read(survey):
        if entry.group == entry_points.CONSOLE and ":" in entry.target:
            yield Application(
                "cli",
                None,
                entry.target,
                entry.at,
                SCRIPT + (SAME_NAME if canonicalize_name(entry.name) == project else 0),
                f"{entry.shown} names {entry.name}",
                script=entry.name if is_installed else None,
                handles_sigterm=sigterm,
            )


def _modules(survey: Survey, *, sigterm: bool) -> Iterator[Application]:
    by_path = {module.path: module for module in survey.modules}
    files = frozenset(survey.tree.files())
    for path in survey.paths:
        found = _module(path, by_path.get(path), dotted(path, files))
        if found is not None:
            target, strength, because, line = found
            at = Location(path, line)
            yield Application("script", None, target, at, strength, because, handles_sigterm=sigterm)


def _module(path: str, module: Module | None, dotted_name: str) -> tuple[str, int, str, int] | None:
    name = path.rpartition("/")[2]
    depth = path.count("/")
    package = dotted_name.removesuffix(".__main__")
    if package != dotted_name:
        return package, PACKAGE - package.count("."), "the package has a `__main__` module", 1
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
