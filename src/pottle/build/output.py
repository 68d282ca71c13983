"""What a command wrote, as entries: regular files and links that stay inside, whoever owned them and whatever their modes were."""

import filecmp
import os
import posixpath
from collections.abc import Iterator
from pathlib import Path

from pottle.errors import ProjectError
from pottle.oci.entry import Directory, Entry, File, Symlink

MOST = 1_000_000
"""No command writes more files than that."""


def entries(directory: Path, target: str, before: Path | None = None) -> Iterator[Entry]:
    """The content of `directory` below the absolute path `target`, less what is the same in the directory `before`.

    Raises `ProjectError` for more files than anybody wants.
    """
    top = target.strip("/")
    if before is None:
        yield Directory(top)
    for number, path in enumerate(sorted(_walk(directory))):
        if number > MOST:
            raise ProjectError(f"more than {MOST:,} files were written to {target}", hint="is that what it should do?")
        if before is None or not _same(directory / path, before / path):
            yield from _entry(directory / path, f"{top}/{path}", target)


def _same(now: Path, before: Path) -> bool:
    """Whether nothing that a layer would say of it has changed."""
    if now.is_symlink() or before.is_symlink():
        return now.is_symlink() and before.is_symlink() and now.readlink() == before.readlink()
    if not (now.is_file() and before.is_file()):
        return False
    modes = (path.stat().st_mode & 0o100 for path in (now, before))
    return len(set(modes)) == 1 and filecmp.cmp(now, before, shallow=False)


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
