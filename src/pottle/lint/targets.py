"""The files that are checked, each with the repository around it."""

import os
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pottle.errors import UsageError
from pottle.lint.engine import LARGEST, Checked, Kind, check, kind_of, whole
from pottle.lint.repository import Changed, InMemory, OnDisk, Repository
from pottle.lint.settings import Settings
from pottle.project.tree import NEVER_LISTED
from pottle.text import Source

STDIN = "-"
_TEMPLATE = re.compile(rb"^\s*\{[%#]|\{\{-? ?(?:cookiecutter|\.Values|\.\w+|if|range)\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Target:
    """One file."""

    name: str
    """As it was named, or found below a directory that was."""
    path: str
    """Relative to the repository."""
    kind: Kind
    repository: Repository
    file: Path | None
    """None: it was given on standard input."""
    given: bytes = b""

    def read(self) -> bytes:
        """The file's bytes, as far as there may be. Raises OSError."""
        if self.file is None:
            return self.given
        with self.file.open("rb") as opened:
            return opened.read(LARGEST + 1)

    def check(self, settings: Settings, changes: Mapping[str, str] | None = None) -> Checked:
        """What the rules find in it; `changes` are texts that other files, or it, are taken to have."""
        changes = changes or {}
        repository = Changed(self.repository, changes) if changes else self.repository
        if self.path in changes:
            return check(Source(self.name, changes[self.path]), self.path, self.kind, repository, settings)
        try:
            content = self.read()
        except OSError as error:
            reason = (error.strerror or "input/output error").lower()
            return self._unreadable(f"it cannot be read: {reason}", settings)
        if len(content) > LARGEST:
            return self._unreadable(f"it is larger than {LARGEST >> 20} MiB", settings)
        return check(Source.decode(self.name, content), self.path, self.kind, repository, settings)

    def place(self, path: str) -> Path | None:
        """Where a file of the repository lies; None for what was given on standard input."""
        if path == self.path:
            return self.file
        return self.repository.root / path if isinstance(self.repository, OnDisk) else None

    def shown(self, path: str) -> str:
        """Another file of the repository, named as this one is."""
        return posixpath.normpath(
            posixpath.join(posixpath.dirname(self.name), posixpath.relpath(path, posixpath.dirname(self.path) or "."))
        )

    def read_other(self, path: str) -> str:
        """The text of another file of the repository; "" where there is none."""
        place = self.place(path)
        return Source.decode(path, place.read_bytes()).text if place is not None and place.is_file() else ""

    def _unreadable(self, what: str, settings: Settings) -> Checked:
        source = Source(self.name, "")
        return Checked(source, (whole(source, what, settings),), broken=True)


def targets(
    names: Sequence[str], cwd: Path, stdin: bytes | None = None, stdin_name: str = "Dockerfile"
) -> list[Target]:
    """The files that `names` mean, each once: files, directories to look below, `-`. Raises `UsageError`."""
    found: dict[str, Target] = {}
    roots: dict[Path, OnDisk] = {}
    for name in names:
        if name == STDIN:
            found.setdefault(name, _target(stdin_name, cwd, roots, stdin or b""))
            continue
        path = cwd / name
        if path.is_dir():
            below = list(_below(path))
            for each in below:
                shown = posixpath.normpath(posixpath.join(name, each.relative_to(path).as_posix()))
                found.setdefault(os.path.realpath(each), _target(shown, cwd, roots))
            if not below:
                hint = "name a Dockerfile, a compose file or a .dockerignore"
                raise UsageError(f"there is nothing to check below {name}", hint=hint)
        elif path.exists() or path.is_symlink():
            found.setdefault(os.path.realpath(path), _target(name, cwd, roots))
        else:
            raise UsageError(f"{name} does not exist", hint="name a file, a directory, or - for standard input")
    return list(found.values())


def opened(path: Path | None, text: str, kind: Kind, folder: Path) -> Target:
    """The target of a file that says `text` whatever lies on disk; without a path it lies in no repository."""
    if path is None:
        name = {"dockerfile": "Dockerfile", "compose": "compose.yaml", "ignore": ".dockerignore"}[kind]
        return Target(name, name, kind, InMemory({name: text}), None, Source(name, text).encode())
    root = _root(path.parent, folder)
    name = path.relative_to(root).as_posix()
    return Target(name, name, kind, OnDisk(root), path, Source(name, text).encode())


def _below(directory: Path) -> Iterator[Path]:
    """Every file that is checked, sorted; links to directories are not followed."""
    for root, directories, files in os.walk(directory):
        directories[:] = sorted(each for each in directories if each not in NEVER_LISTED)
        for name in sorted(files):
            if kind_of(name) is not None and (path := Path(root, name)).is_file() and not _is_template(path):
                yield path


def _is_template(path: Path) -> bool:
    try:
        with path.open("rb") as opened:
            return is_template(opened.read(LARGEST))
    except OSError:
        return False


def is_template(content: bytes) -> bool:
    """Whether another program makes the file of this one (Jinja, Go): nothing can be said of it. Only who names it is told."""
    return _TEMPLATE.search(content) is not None


def _target(name: str, cwd: Path, roots: dict[Path, OnDisk], given: bytes | None = None) -> Target:
    absolute = Path(os.path.abspath(cwd / name))
    root = _root(absolute.parent, cwd)
    repository = roots.setdefault(root, OnDisk(root))
    path = absolute.relative_to(root).as_posix()
    return Target(name, path, _kind(name), repository, absolute if given is None else None, given or b"")


def _kind(name: str) -> Kind:
    """A file that was named is something: what its name does not tell is a Dockerfile."""
    return kind_of(name) or ("compose" if name.endswith((".yml", ".yaml")) else "dockerfile")


def _root(directory: Path, cwd: Path) -> Path:
    """The repository that a directory is a part of; without version control the working directory, else itself."""
    checkout = next((path for path in (directory, *directory.parents) if (path / ".git").exists()), None)
    if checkout is not None:
        return checkout
    return cwd if cwd in (directory, *directory.parents) else directory
