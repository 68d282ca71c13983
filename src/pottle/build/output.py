"""What a command wrote, as entries: regular files and links that stay inside, whoever owned them and whatever their modes were."""

import os
import posixpath
from collections.abc import Iterator
from pathlib import Path

from pottle.errors import ProjectError
from pottle.oci.entry import Directory, Entry, File, Symlink

MOST = 1_000_000
"""No command writes more files than that."""


def entries(directory: Path, target: str) -> Iterator[Entry]:
    """The content of `directory` below the absolute path `target`. Raises `ProjectError` for more files than anybody wants."""
    top = target.strip("/")
    yield Directory(top)
    for number, path in enumerate(sorted(_walk(directory))):
        if number > MOST:
            raise ProjectError(f"more than {MOST:,} files were written to {target}", hint="is that what it should do?")
        yield from _entry(directory / path, f"{top}/{path}", target)


def _walk(directory: Path) -> Iterator[str]:
    for place, directories, files in os.walk(directory):
        relative = os.path.relpath(place, directory)
        links = [name for name in directories if os.path.islink(os.path.join(place, name))]
        yield from (posixpath.normpath(posixpath.join(relative, name)) for name in (*files, *links))


def _entry(path: Path, name: str, target: str) -> Iterator[Entry]:
    if path.is_symlink():
        link = os.readlink(path)
        if posixpath.normpath(posixpath.join("/", posixpath.dirname(name), link)).startswith(target.rstrip("/") + "/"):
            yield Symlink(name, link)
    elif path.is_file():
        yield File(name, path, mode=0o755 if path.stat().st_mode & 0o100 else 0o644)
