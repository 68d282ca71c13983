"""A project tree read into `Facts`: every detector is asked, and what they say is gathered."""

from collections.abc import Iterable, Iterator, Sequence

from packaging.utils import NormalizedName

from pottle.errors import ProjectError
from pottle.project import dockerfile_installs, frameworks, members, precedence, single
from pottle.project.clues import Clue, Direct, Said, Subject
from pottle.project.detectors import DETECTORS, LOCKS
from pottle.project.facts import (
    Application,
    Dependency,
    Fact,
    Facts,
    Lock,
    Messages,
    Packaging,
    PinnedBaseImage,
    Pins,
    Process,
    PythonWish,
    Recipe,
    Script,
    ServerSettings,
    ShellScript,
    StaticFiles,
    Versioning,
    Writable,
)
from pottle.project.survey import Survey
from pottle.project.tree import Tree
from pottle.text import Location

NAMELESS = "app"
"""A project that does not name itself: its directory's name would make the image depend on where it lies."""


def read_project(tree: Tree, lockfile: str | None = None, script: str | None = None) -> Facts:
    """Everything that the project says of itself. Raises `ProjectError` where there is none, or where it contradicts itself.

    `lockfile` is the path of the lock to read, where the configuration names one; `script` the file that is meant, where only one is.
    """
    survey = Survey(tree)
    if script is not None and single.stands_alone(survey, script):
        survey, lockfile = Survey(single.Alone(tree)), script
    if not tree.files():
        raise ProjectError("there is no project here: no files at all", at=Location("."), hint="name its directory")
    clues = [clue for detector in DETECTORS for clue in detector(survey)]
    clues = [*_locked(survey, lockfile), *clues]
    inline = _script(clues)
    facts = single.only(dockerfile_installs.added(_gathered(clues)), script or inline, alone=inline is not None)
    if not facts.applications and survey.pyproject is None and facts.lock is None and not survey.paths:
        hint = "name the directory that holds pyproject.toml, requirements.txt or main.py"
        raise ProjectError("there is no Python project here", at=Location("."), hint=hint)
    _check_is_here(facts, tree)
    return facts


def _check_is_here(facts: Facts, tree: Tree) -> None:
    """Raises `ProjectError` where all that could run belongs to projects in directories below, and nothing lies here itself."""
    if facts.lock is not None or not facts.applications or any(process.because is None for process in facts.processes):
        return
    below = members.members(tree)
    if not below or "." in below:
        return
    homes = {_home(app.at.path, below) for app in facts.applications}
    if None in homes:
        return
    first, *others = sorted(home for home in homes if home)
    if others:
        what = f"the projects are not here but in {', '.join((first, *others))}"
        raise ProjectError(
            what, at=Location("."), hint="name the directory of one; `pottle plan --all` shows every one"
        )
    raise ProjectError(f"the project is not here but in {first}", at=Location("."), hint="name that directory instead")


def _home(path: str, directories: Sequence[str]) -> str | None:
    """The innermost directory that a file lies in."""
    return max((each for each in directories if path.startswith(f"{each}/")), key=len, default=None)


def _script(clues: list[Clue]) -> str | None:
    """The script that all of it is about (PEP 723), if it is about one."""
    return next((clue.value for clue in clues if isinstance(clue, Said) and clue.subject == "script"), None)


def _locked(survey: Survey, lockfile: str | None) -> list[Clue]:
    """What the lock says, and which others are passed over."""
    choice = precedence.choose(survey, LOCKS, lockfile)
    passed_over = list(choice.warnings)
    for candidate in choice.candidates:
        found = list(candidate.format.detect(survey, candidate.path))
        if not all(isinstance(clue, Said) and clue.subject == "warning" for clue in found):
            return [*found, *passed_over]
        passed_over += [clue for clue in found if isinstance(clue, Said)]
    return list(passed_over)


def _gathered(clues: list[Clue]) -> Facts:
    dependencies = tuple(_dependencies(clues))
    return Facts(
        name=_first(clues, "name") or Fact(NAMELESS, Location(".")),
        version=_first(clues, "version"),
        package_manager=_first(clues, "package_manager") or Fact("none", Location(".")),
        lock=next((clue for clue in clues if isinstance(clue, Lock)), None),
        python=tuple(clue for clue in clues if isinstance(clue, PythonWish)),
        packaging=next((clue for clue in clues if isinstance(clue, Packaging)), None),
        dependencies=dependencies,
        frameworks=tuple(frameworks.among(dependencies)),
        scripts=tuple(clue for clue in clues if isinstance(clue, Script)),
        applications=_ranked(clue for clue in clues if isinstance(clue, Application)),
        virtual=_first(clues, "virtual"),
        shell=_first(clues, "shell"),
        versioning=next((clue for clue in clues if isinstance(clue, Versioning)), None),
        source=_first(clues, "source"),
        writable=tuple(clue for clue in clues if isinstance(clue, Writable)),
        static_files=next((clue for clue in clues if isinstance(clue, StaticFiles)), None),
        messages=next((clue for clue in clues if isinstance(clue, Messages)), None),
        processes=tuple(clue for clue in clues if isinstance(clue, Process)),
        shell_scripts=tuple(clue for clue in clues if isinstance(clue, ShellScript)),
        server_settings=tuple(clue for clue in clues if isinstance(clue, ServerSettings)),
        pins=next((clue for clue in clues if isinstance(clue, Pins)), None),
        base_images=tuple(clue for clue in clues if isinstance(clue, PinnedBaseImage)),
        unpinned=tuple(_said(clues, "unpinned")),
        recipe=next((clue for clue in clues if isinstance(clue, Recipe)), None),
        warnings=tuple(_said(clues, "warning")),
    )


def _said(clues: list[Clue], subject: Subject) -> Iterator[Fact[str]]:
    return (Fact(clue.value, clue.at) for clue in clues if isinstance(clue, Said) and clue.subject == subject)


def _first(clues: list[Clue], subject: Subject) -> Fact[str] | None:
    return next(_said(clues, subject), None)


def _dependencies(clues: list[Clue]) -> Iterator[Dependency]:
    """Direct dependencies, each once: the first place that names one is where it belongs."""
    seen: set[tuple[NormalizedName, str]] = set()
    for clue in clues:
        if isinstance(clue, Direct):
            key = (clue.dependency.name, str(clue.dependency.marker))
            if key not in seen:
                seen.add(key)
                yield clue.dependency


def _ranked(applications: Iterable[Application]) -> tuple[Application, ...]:
    """Strongest first, equals by name."""
    return tuple(sorted(applications, key=lambda app: (-app.strength, app.target)))
