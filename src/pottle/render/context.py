"""The build context of a project: which directory it is, which of its files an installer wants first, and which the image does without.

A project whose lock, or whose neighbours, lie above it is built from there: `docker build -f apps/web/Dockerfile .`.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import partial

from pottle.config.options import Options
from pottle.plan.model import BuildWheels, ImagePlan, InstallProject, InstallWheels
from pottle.project import ignore
from pottle.project.assets import DEVELOPMENT, SECRETS, TESTS
from pottle.project.facts import Facts
from pottle.project.survey import Survey
from pottle.project.tree import Tree
from pottle.render import dockerignore, listed
from pottle.toml import Document

OUTPUTS = ("Dockerfile", listed.NAME, ".dockerignore", "Dockerfile.dockerignore", "docker-bake.json")
"""What is written into a project: none of it is what it is written from."""

_ELSEWHERE = re.compile(
    r"^\s*(?:-e|--editable|-r|--requirement|-c|--constraint|-f|--find-links|[./])|\$\{|file:", re.MULTILINE
)
"""What leads a list to other files, or to the environment."""
_ASIDE = ignore.patterns((*DEVELOPMENT, *SECRETS))
_LOCAL = ("directory", "editable", "virtual")


@dataclass(frozen=True, slots=True)
class UvLock:
    """`uv.lock`, which uv reads itself: the same walk as the plan's, by the same extras and groups."""

    files: tuple[str, ...]
    """The lock, and each `pyproject.toml` that it was made from, relative to the context."""
    extras: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    asks_builds: bool = False
    """Only its backend knows what one of the projects asks for, so that uv cannot tell whether the lock is still true."""


@dataclass(frozen=True, slots=True)
class FileList:
    """A file that lists every distribution with its hashes, and that uv reads as well: `requirements.txt`, `pylock.toml`."""

    files: tuple[str, ...]
    """The one file, relative to the context."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a Dockerfile is written for."""

    directory: str
    """The project's, seen from the context; "" where it is the context itself."""
    lock: UvLock | FileList | None
    """What decides is read by uv itself; None: the plan's wheels are listed in a file beside the Dockerfile."""
    ignore: str
    """The `.dockerignore` that goes with it."""
    unwanted: tuple[str, ...]
    """What reaches the builder and is no part of the app, relative to the project."""

    def path(self, below: str) -> str:
        """A path that is relative to the project, seen from the context."""
        return _place(self.directory, below)


@dataclass(frozen=True, slots=True)
class Files:
    """A project's files: relative paths."""

    own: tuple[str, ...]
    """All of them, whatever they are for."""
    app: tuple[str, ...]
    """Those that belong to the image."""


def context(tree: Tree, facts: Facts, options: Options, plan: ImagePlan, files: Files) -> Context:
    """The context of the project in `tree`."""
    lock = _uv_lock(tree, facts, options) or _listing(tree, facts, plan)
    read = lock.files if lock else (listed.NAME,) if listed.steps((plan,)) else ()
    projects = [step.path for layer in plan.layers for step in layer.steps if isinstance(step, InstallProject)]
    directory = _directory(tree, (*read, *projects))
    place = partial(_place, directory)
    own = set(files.own) - set(OUTPUTS)
    needed = {*files.app, *(path for path in own if projects and not _ASIDE.leaves_out(path))}
    text = dockerignore.render(
        {place(path) for path in (*needed, *read)},
        git=tuple(_git(tree, directory)),
        exclude=options.exclude,
        aside=() if projects else sorted(_tests(files)),
        directory=directory,
        only=sorted({directory, *map(place, (*read, *projects))}) if directory else (),
    )
    there = {*own, *(path for path in read if not path.startswith("../"))}
    patterns = ignore.parse(text)
    sent = {path for path in there if not patterns.leaves_out(place(path))}
    unwanted = _collapsed(sent - set(files.app), files.app)
    return Context(directory, replace(lock, files=tuple(sorted(map(place, read)))) if lock else None, text, unwanted)


def _place(directory: str, below: str) -> str:
    """A path that is relative to the project in `directory`, seen from the context."""
    return posixpath.normpath(posixpath.join(directory, below))


def _uv_lock(tree: Tree, facts: Facts, options: Options) -> UvLock | None:
    """What `uv sync --locked` reads, relative to the project; None where it is not uv's lock that decides."""
    lock = facts.lock
    if lock is None or (facts.pins and facts.pins.written) or posixpath.basename(lock.at.path) != "uv.lock":
        return None
    directories = {each.source_id for each in lock.distributions if each.source in _LOCAL}
    directories |= {".", posixpath.dirname(lock.at.path) or ".", *lock.members}
    projects = (posixpath.normpath(f"{each}/pyproject.toml") for each in sorted(directories))
    files = (lock.at.path, *(path for path in dict.fromkeys(projects) if tree.exists(path)))
    return UvLock(files, options.extras, options.groups, _asks_builds(tree, files))


def _listing(tree: Tree, facts: Facts, plan: ImagePlan) -> FileList | None:
    """The file that lists what the plan installs, all of it and nothing else, in words that uv understands as the plan does."""
    lock = facts.lock
    steps = [step for layer in plan.layers for step in layer.steps]
    wheels = [step for step in steps if isinstance(step, InstallWheels)]
    if lock is None or lock.format not in ("requirements", "pylock") or (facts.pins and facts.pins.written):
        return None
    if not wheels or any(isinstance(step, BuildWheels | InstallProject) for step in steps):
        return None
    places = {(each.at or "").rpartition(":")[0] for step in wheels for each in step.requirements}
    if places != {lock.at.path} or not (listed.hashed((plan,)) and listed.resolved((plan,))):
        return None
    if lock.format == "pylock":
        return None if lock.extras or lock.groups else FileList((lock.at.path,))
    return None if _ELSEWHERE.search(tree.read(lock.at.path) or "") else FileList((lock.at.path,))


def _asks_builds(tree: Tree, lock: Sequence[str]) -> bool:
    survey = Survey(tree)
    documents = [survey.toml(path) for path in lock if path.endswith(".toml")]
    return any(document is not None and _is_dynamic(document) for document in documents)


def _is_dynamic(document: Document) -> bool:
    """Whether what it depends on stands nowhere in it (PEP 621)."""
    named = document.get("project", "dynamic") or ()
    packaged = document.get("build-system") is not None
    return not {"dependencies", "optional-dependencies"}.isdisjoint(named) or (
        packaged and document.get("project") is None
    )


def _directory(tree: Tree, paths: Iterable[str]) -> str:
    """The project's directory, seen from the directory that holds all of `paths`."""
    up = max((path.split("/").count("..") for path in paths), default=0)
    return "/".join(tree.directory.split("/")[-up:]) if up else ""


def _git(tree: Tree, place: str) -> Iterator[str]:
    """What git ignores, by the files above the project first, as git itself reads them."""
    parts = tree.directory.split("/") if tree.directory else []
    for up in range(len(parts), 0, -1):
        text = tree.read(f"{'../' * up}.gitignore") or ""
        below = "/".join(parts[-up:])
        yield from (_moved(line, below, place) for line in ignore.of_git(text) if _counts(line, below))
    for path in tree.files():
        directory, name = posixpath.split(path)
        if name == ".gitignore":
            yield from ignore.of_git(tree.read(path) or "", posixpath.join(place, directory).rstrip("/"))


def _counts(line: str, below: str) -> bool:
    """Whether a pattern of a directory above says something of what lies in `below`."""
    pattern = line.removeprefix("!").split("/")
    parts = below.split("/")
    return pattern[0] == "**" or all(fnmatchcase(part, each) for part, each in zip(parts, pattern, strict=False))


def _moved(line: str, below: str, directory: str) -> str:
    """The pattern as it is written in the context, of which `below` is `directory`."""
    back, pattern = line[: line.startswith("!")], line.removeprefix("!")
    if pattern.startswith("**/"):
        return line
    rest = pattern.split("/")[len(below.split("/")) :]
    return back + posixpath.join(directory, *rest) if rest else f"{back}{directory or '**'}"


def _tests(files: Files) -> AbstractSet[str]:
    return set(TESTS) - {path.partition("/")[0] for path in files.app}


def _collapsed(unwanted: AbstractSet[str], wanted: Iterable[str]) -> tuple[str, ...]:
    """The topmost directories that hold nothing wanted, and files beside what is."""
    kept = {above for path in wanted for above in _above(path)}
    return tuple(sorted({next((d for d in _above(path) if d not in kept), path) for path in unwanted}))


def _above(path: str) -> list[str]:
    """The directories that a path lies in, the topmost first."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[:number]) for number in range(1, len(parts) + 1)]
