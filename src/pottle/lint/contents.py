"""Which file of the build context lies at a path of an image when a command runs there.

What an instruction leaves behind is followed backwards, through other stages too. Where a program, a base or an argument decides,
the answer is that nobody knows.
"""

import fnmatch
import posixpath
import re
from collections.abc import Iterator
from enum import Enum
from typing import TypeAlias

from pottle.dockerfile.stages import Stage, Step, joined
from pottle.lint.build import Build, Copy, Mount
from pottle.lint.commands import Command, Word
from pottle.lint.images import ImageName
from pottle.lint.invocations import invocation
from pottle.lint.project import Project


class Nothing(Enum):
    """No file of the context can be named."""

    ABSENT = "absent"
    """There is none: whoever opens it fails."""
    UNKNOWN = "unknown"


ABSENT, UNKNOWN = Nothing.ABSENT, Nothing.UNKNOWN
Place: TypeAlias = str | Nothing
"""A path relative to the build context, or why there is none."""

_DEEPEST = 8
_ARCHIVE = re.compile(r".*\.(?:tar(?:\.\w+)?|tgz|tbz2?|txz|tzst)", re.IGNORECASE)
_REMOTE = re.compile(r"\w+://.*|git@.*")
_HAS_EXTENSION = re.compile(r".*[^.]\.[a-z]\w*", re.IGNORECASE)
_FILES = frozenset({"Pipfile", "LICENSE", "Makefile", "Procfile", "README", "MANIFEST.in", ".python-version"})
_DIRECTORIES = frozenset({"/", "/bin", "/etc", "/home", "/opt", "/root", "/srv", "/tmp", "/usr", "/usr/src", "/var"})  # noqa: S108 - a path in the image
"""Those that every image has."""

_MAKES_NO_FILES = frozenset(
    [
        "useradd", "groupadd", "adduser", "addgroup", "usermod", "groupmod", "passwd", "chown", "chmod", "chgrp", "mkdir",
        "rm", "rmdir", "echo", "printf", "cat", "export", "set", "unset", "true", ":", "cd", "ldconfig", "locale-gen", "which",
        "update-ca-certificates", "dpkg-reconfigure", "ls", "test", "[", "sleep", "find", "grep", "id", "whoami", "virtualenv",
        "apt-get", "apt", "apk", "pwd", "env", "du", "df", "gcc", "command", "type", "date", "strip", "ulimit", "compileall",
        "fc-cache", "playwright", "apt-install", "apt-mark", "dpkg", "ruff", "mypy", "pytest", "groups", "source", ".", "exit",
    ]
)  # fmt: skip
"""Programs that make no file that a project is installed from."""
_PYTHON_MODULES = frozenset({"venv", "virtualenv", "ensurepip", "compileall", "pip", "nltk.downloader", "spacy"})
_WRITES_LISTS = frozenset(
    {"lock", "init", "add", "export", "compile", "freeze", "new", "remove", "import", "update", "requirements"}
)
_MOVES = frozenset({"cp", "mv", "ln", "touch", "install"})


def directory_of(build: Build, command: Command) -> str | None:
    """The working directory of a command: WORKDIR, and the `cd` before it in the same script. None: not known."""
    directory = command.step.before.directory
    before = [each for each in build.commands(command.step) if each.span.start < command.span.start]
    moves = [each for each in before if each.program in ("cd", "pushd", "popd")]
    if moves and "(" in build.source.at(command.step.instruction.span).partition(build.source.at(command.span))[0]:
        return None  # that of a subshell ends with it
    for each in moves:
        known = each.program == "cd" and len(each.words) == 2 and not each.conditional
        directory = joined(directory, each.words[1].text) if known else None
    return directory


def file_at(build: Build, command: Command, path: str | None) -> Place:
    """The file that `command` finds at `path`, absolute."""
    if path is None:
        return UNKNOWN
    own = [each for each in build.commands(command.step) if each.span.start < command.span.start]
    if any(_may_make(each, path) for each in own):
        return UNKNOWN
    looked = _Look(build, 0)
    for mount in build.mounts(command.step):
        found = looked.mounted(mount, path)
        if found is not ABSENT:
            return found
    return looked.before(build.stage_of(command.step), list(build.before(command.step)), path)


def first_of(build: Build, command: Command, paths: Iterator[str | None]) -> Place:
    """The first of several that is there; `ABSENT` where surely none is."""
    answers = [file_at(build, command, path) for path in paths]
    found = next((each for each in answers if isinstance(each, str)), None)
    return found if found is not None else UNKNOWN if UNKNOWN in answers or not answers else ABSENT


def upwards(directory: str | None, name: str) -> Iterator[str | None]:
    """`name` in a directory and in all above it, as uv looks for a project."""
    if directory is None:
        yield None
        return
    while True:
        yield posixpath.join(directory, name)
        if directory == "/":
            return
        directory = posixpath.dirname(directory)


def at_end(build: Build, stage: Stage, path: str) -> Place:
    """What lies at `path` when a stage is done."""
    return _Look(build, 0).before(stage, list(stage.all_steps), path)


class _Look:
    def __init__(self, build: Build, depth: int) -> None:
        self._build = build
        self._depth = depth

    def before(self, stage: Stage, steps: list[Step], path: str) -> Place:
        """What the instructions of a stage leave at `path`."""
        unknown = False
        for step in reversed(steps):
            found = self._left_by(step, path)
            if isinstance(found, str):
                return found
            unknown = unknown or found is UNKNOWN
        image = self._build.base(stage)
        known = stage.root == "scratch" or (
            image is not None and image.family is not None and "onbuild" not in str(image)
        )
        return UNKNOWN if unknown or not known else ABSENT

    def _left_by(self, step: Step, path: str) -> Place:
        name = step.instruction.name
        if name in ("COPY", "ADD"):
            copy = self._build.copy(step)
            return self._copied(copy, path) if copy is not None else UNKNOWN
        if name == "RUN":
            script = self._build.script(step)
            unread = script.error is not None or not script.found
            return UNKNOWN if unread or any(_may_make(each, path) for each in script.found) else ABSENT
        return ABSENT

    def mounted(self, mount: Mount, path: str) -> Place:
        """What a mount shows at `path`."""
        target = mount.target
        if mount.kind == "ssh" or (target is None and mount.kind == "secret"):
            return UNKNOWN if path.startswith("/run/") else ABSENT
        if target is None:
            return UNKNOWN
        below = _below(path, target)
        if below is None:
            return ABSENT
        if mount.kind != "bind":
            return UNKNOWN
        source = mount.source if "source" in mount.fields else ""
        if source is None or (mount.origin is None and "from" in mount.fields):
            return UNKNOWN
        if mount.origin is not None:
            return self._in_stage(mount.step, mount.origin, posixpath.join("/", source, below))
        found = self._in_context(posixpath.normpath(posixpath.join("/", source, below)).lstrip("/"))
        return found if below else UNKNOWN if found is ABSENT else found

    def _copied(self, copy: Copy, path: str) -> Place:
        target = copy.target
        if target is None:
            return UNKNOWN
        below = _below(path, target)
        if below is None:
            return ABSENT
        flags = {flag.name for flag in copy.instruction.flags}
        if copy.inline or flags & {"parents", "exclude"}:
            return UNKNOWN
        answers = [self._source(copy, word, path, below) for word in copy.sources]
        found = next((each for each in answers if isinstance(each, str)), None)
        return found if found is not None else UNKNOWN if UNKNOWN in answers else ABSENT

    def _source(self, copy: Copy, word: Word, path: str, below: str) -> Place:
        text = word.text
        if text is None or _REMOTE.fullmatch(text) or (copy.instruction.name == "ADD" and _ARCHIVE.fullmatch(text)):
            return UNKNOWN
        if copy.origin is not None:
            return self._from_stage(copy, text, path, below)
        source = posixpath.normpath(posixpath.join("/", text)).lstrip("/")
        if any(c in text for c in "*?["):
            return self._pattern(source, below)
        match self._kind(source, text):
            case "directory":
                return self._in_context(posixpath.join(source, below)) if below else ABSENT
            case "file" if below == posixpath.basename(source):
                return self._named(source) if copy.into_directory or _is_directory(copy) else UNKNOWN
            case "file":
                return self._named(source) if not below and not copy.into_directory else ABSENT
            case _:
                return UNKNOWN

    def _kind(self, source: str, text: str) -> str | None:
        if source == "" or text.endswith("/"):
            return "directory"
        project = self._project
        if project is None:
            name = posixpath.basename(source)
            return "file" if _HAS_EXTENSION.fullmatch(name) or name in _FILES else None
        if not project.has(source):
            return None
        return "file" if project.tree.exists(source) else "directory"

    def _pattern(self, source: str, below: str) -> Place:
        above, name = posixpath.split(source)
        directories = not _HAS_EXTENSION.fullmatch(name.rstrip("*?"))
        fits = "/" not in below and bool(below) and fnmatch.fnmatchcase(below, name)
        if any(c in above for c in "*?[") or (directories and "/" in below):
            return UNKNOWN
        if fits:
            path = posixpath.join(above, below)
            return self._in_context(path) if self._project is not None else UNKNOWN
        return UNKNOWN if directories else ABSENT

    def _named(self, path: str) -> Place:
        """A file that an instruction names: whether it is sent is not asked here, `ignored-input` does."""
        return path if self._project is not None and self._project.sent(path) else UNKNOWN

    def _in_context(self, path: str) -> Place:
        project = self._project
        if project is None:
            return UNKNOWN
        if project.tree.exists(path):
            return path if project.sent(path) else ABSENT
        # The context is a guess: if another directory has such a file, it may be that one.
        return UNKNOWN if _elsewhere(project, path) else ABSENT

    def _from_stage(self, copy: Copy, text: str, path: str, below: str) -> Place:
        assert copy.origin is not None
        image = ImageName.parse(copy.origin)
        if image.is_uv:
            return (
                UNKNOWN if posixpath.basename(path).startswith("uv") and "." not in posixpath.basename(path) else ABSENT
            )
        source = posixpath.join("/", text)
        if any(c in source for c in "*?["):
            return UNKNOWN
        answers = [self._in_stage(copy.step, copy.origin, posixpath.normpath(posixpath.join(source, below)))]
        if below == posixpath.basename(source):
            answers.append(self._in_stage(copy.step, copy.origin, posixpath.normpath(source)))
        found = next((each for each in answers if isinstance(each, str)), None)
        return found if found is not None else UNKNOWN if UNKNOWN in answers else ABSENT

    def _in_stage(self, step: Step, origin: str, path: str) -> Place:
        stage = self._build.stages.named(origin, step.stage)
        if stage is None or self._depth > _DEEPEST:
            return UNKNOWN
        return _Look(self._build, self._depth + 1).before(stage, list(stage.all_steps), path)

    @property
    def _project(self) -> Project | None:
        project = self._build.project
        return project if project is not None and project.holds_python else None


def _elsewhere(project: Project, path: str) -> bool:
    """Whether a directory above or below the build context has a file of that path."""
    above = project.directory
    while above:
        above = posixpath.dirname(above)
        if project.repository.has(above, path):
            return True
    return any(each.endswith(f"/{path}") for each in project.files)


def _below(path: str, target: str) -> str | None:
    """`path` seen from `target`; "" where they are the same, None where it is not below."""
    if path == target:
        return ""
    prefix = f"{target.rstrip('/')}/"
    return path.removeprefix(prefix) if path.startswith(prefix) else None


def _is_directory(copy: Copy) -> bool:
    """Whether the destination is known to be there, as a directory."""
    return copy.target in _DIRECTORIES or copy.target == copy.step.before.directory


def _may_make(command: Command, path: str) -> bool:
    """Whether a command may have put a file at `path`."""
    name = posixpath.basename(path)
    for each in command.redirections:
        if each.operator.startswith((">", "&>")) and each.target is not None:
            written = each.target.literal
            if written is None or posixpath.basename(written) == name:
                return True
    program = command.program
    if program in _MOVES:
        return _may_place(command, path)
    found = invocation(command)
    if found is not None and found.tool in ("apt", "apk", "dnf", "conda"):
        return False
    if found is not None:
        locks = name.endswith(".lock") and found.tool != "pip" and found.action[:1] != ("pip",)
        return bool(set(found.action) & _WRITES_LISTS) or "run" in found.action or locks
    if program in ("sh", "bash", "python", "python3", "gpg", "tee") and command.reads in ("curl", "wget", "echo"):
        return any(word.known == path for word in command.words)
    if program in ("curl", "wget"):
        return command.feeds is None and name in " ".join(command.argv)
    if command.module is not None:
        return command.module not in _PYTHON_MODULES
    return program not in _MAKES_NO_FILES


def _may_place(command: Command, path: str) -> bool:
    destination = command.words[-1].text
    if destination is None or not destination.startswith("/"):
        return True
    return _below(path, destination.rstrip("/") or "/") is not None
