"""A project's files, read-only: the one port through which the room sees a project.

Paths are relative and POSIX. What lies around the project (`../uv.lock`, `../packages/core/pyproject.toml`) may be read as far as the
tree's boundary goes, the repository or workspace that it is a part of; it is never listed. What no project is made of (version
control, virtual environments, caches) is not listed either.
"""

import codecs
import os
import posixpath
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from pottle.errors import ProjectError
from pottle.text import Location

LARGEST = 64 << 20
"""No text that facts are read from is larger: a lock of 10,000 distributions has about 40 MB."""

MOST = 1_000_000
"""No project has more files; whoever points at `/` gets an error, not a wait."""

NEVER_LISTED = frozenset(
    {
        ".git", ".hg", ".svn", ".bzr", ".jj",
        "__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".pytype", ".hypothesis", ".ipynb_checkpoints",
        ".tox", ".nox", ".venv", ".eggs", ".cache", "node_modules",
    }
)  # fmt: skip

ENVIRONMENT_MARK = "pyvenv.cfg"
"""A directory that holds this file is a virtual environment (PEP 405), whatever its name."""


@dataclass(frozen=True, slots=True)
class Status:
    """What a layer has to know of one file besides its content."""

    size: int
    executable: bool
    link: str | None = None
    """The target, where the file is a symbolic link."""


class Tree(Protocol):
    """A project's files. Implementations contain paths: nothing outside the tree's boundary is ever read."""

    @property
    def directory(self) -> str:
        """The project's directory, seen from the boundary: `packages/core`; "" where it is the boundary itself."""
        ...

    def files(self) -> Sequence[str]:
        """Every file, sorted; symbolic links to directories are files, and never followed."""
        ...

    def read(self, path: str) -> str | None:
        """The text of a file, without a byte order mark; None where there is none.

        Raises `ProjectError` for a file that is not UTF-8, too large, or not readable.
        """
        ...

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""
        ...

    def status(self, path: str) -> Status:
        """Size, mode and link target of a listed file."""
        ...


class DirectoryTree:
    """A tree on disk. `boundary` is the directory that it is a part of; by default there is nothing around it."""

    def __init__(self, root: Path, boundary: Path | None = None) -> None:
        self.root = root
        self._real = os.path.realpath(root)
        self._boundary = os.path.realpath(boundary or root)

    @cached_property
    def directory(self) -> str:
        """Where the project lies below the boundary."""
        relative = os.path.relpath(self._real, self._boundary)
        return "" if relative == "." else relative

    @cached_property
    def _listing(self) -> tuple[str, ...]:
        return tuple(sorted(_walk(str(self.root))))

    def files(self) -> Sequence[str]:
        """Every file, sorted."""
        return self._listing

    def exists(self, path: str) -> bool:
        """Whether there is such a file inside the boundary."""
        return self._inside(path) is not None

    def read(self, path: str) -> str | None:
        """The text of the file at `path`."""
        found = self._inside(path)
        if found is None:
            return None
        try:
            with open(found, "rb") as file:
                content = file.read(LARGEST + 1)
        except OSError as error:
            reason = (error.strerror or "input/output error").lower()
            raise ProjectError(f"it cannot be read: {reason}", at=Location(path), hint="make it readable") from None
        return decoded(content, path)

    def status(self, path: str) -> Status:
        """Size, mode and link target."""
        full = os.path.join(self.root, path)
        found = os.lstat(full)
        link = os.readlink(full) if stat.S_ISLNK(found.st_mode) else None
        return Status(found.st_size, bool(found.st_mode & stat.S_IXUSR), link)

    def _inside(self, path: str) -> str | None:
        """The regular file that `path` leads to, unless it leads out of the boundary."""
        full = os.path.realpath(os.path.join(self._real, path))
        within = full.startswith(self._boundary.rstrip("/") + "/")
        return full if within and os.path.isfile(full) else None


class DictTree:
    """A tree in memory: path → text or bytes. With `directory`, the project is that part of it."""

    def __init__(
        self, content: Mapping[str, str | bytes], executable: Sequence[str] = (), *, directory: str = ""
    ) -> None:
        self._content = {path: text.encode() if isinstance(text, str) else text for path, text in content.items()}
        self._executable = frozenset(executable)
        self.directory = directory
        """Where the project lies."""

    def files(self) -> Sequence[str]:
        """Every file, sorted."""
        prefix = f"{self.directory}/" if self.directory else ""
        return sorted(path.removeprefix(prefix) for path in self._content if path.startswith(prefix))

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""
        return self._whole(path) in self._content

    def read(self, path: str) -> str | None:
        """The text of the file at `path`."""
        content = self._content.get(self._whole(path))
        return None if content is None else decoded(content, path)

    def status(self, path: str) -> Status:
        """Size and mode."""
        return Status(len(self._content[self._whole(path)]), path in self._executable)

    def _whole(self, path: str) -> str:
        return posixpath.normpath(posixpath.join(self.directory, path))


def decoded(content: bytes, path: str) -> str:
    """`content` as UTF-8, a byte order mark removed. Raises `ProjectError` with the line that is none."""
    if len(content) > LARGEST:
        raise ProjectError(f"it is larger than {LARGEST >> 20} MiB", at=Location(path), hint="is it the right file?")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        what = "it is UTF-16, which `>` in PowerShell writes" if wide else "it is not UTF-8"
        raise ProjectError(what, at=Location(path, line), hint="save it as UTF-8") from None


def _walk(root: str) -> Iterator[str]:
    count = 0
    pending = [""]
    while pending:
        prefix = pending.pop()
        directories, files = _scan(root, prefix)
        pending += directories
        count += len(files)
        if count > MOST:
            hint = "is this the project's directory?"
            raise ProjectError(f"there are more than {MOST:,} files here", at=Location("."), hint=hint)
        yield from files


def _scan(root: str, prefix: str) -> tuple[list[str], list[str]]:
    """The subdirectories (each with a slash at its end) and the files of one directory; neither if it is an environment."""
    directories: list[str] = []
    files: list[str] = []
    try:
        with os.scandir(os.path.join(root, prefix)) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if entry.name not in NEVER_LISTED:
                        directories.append(f"{prefix}{entry.name}/")
                elif entry.is_file(follow_symlinks=False) or entry.is_symlink():
                    if entry.name == ENVIRONMENT_MARK and prefix:
                        return [], []
                    files.append(prefix + entry.name)
    except PermissionError:
        at = Location(prefix.rstrip("/") or ".")
        raise ProjectError("this directory cannot be read", at=at, hint="make it readable, or remove it") from None
    except (FileNotFoundError, NotADirectoryError):
        return [], []
    return directories, files
