"""The project's own files, as a build takes them."""

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pottle.oci.entry import Entry, File, Symlink
from pottle.project.assets import Asset
from pottle.project.version import NOTHING, Pretence


@dataclass(frozen=True, slots=True)
class ProjectFiles:
    """A directory, all of its files, and those that belong to the app layer."""

    root: Path
    all: tuple[str, ...]
    """What the build backend may need: paths relative to `root`."""
    assets: tuple[Asset, ...]
    pretence: Pretence = NOTHING
    """What the build backend is shown in place of version control."""
    neighbours: "Mapping[str, ProjectFiles]" = field(default_factory=dict)
    """Other projects of the repository, by directory relative to `root`."""

    def at(self, path: str) -> "ProjectFiles":
        """The project in that directory, relative to `root`."""
        return self if path == "." else self.neighbours[path]

    def sources(self) -> Iterator[tuple[str, Path]]:
        """(path in the project, file on disk) of every file."""
        for path in self.all:
            yield path, self.root / path

    def entries(self, into: str, without: tuple[str, ...] = ()) -> Iterator[Entry]:
        """The app layer's files below `into`, less the directories `without`."""
        outside = tuple(f"{directory}/" for directory in without)
        for asset in self.assets:
            if asset.path.startswith(outside):
                continue
            path = f"{into.lstrip('/')}/{asset.path}"
            if asset.link is not None:
                yield Symlink(path, asset.link)
            else:
                yield File(path, self.root / asset.path, mode=0o755 if asset.executable else 0o644)

    def state(self) -> tuple[tuple[str, ...], ...]:
        """What changes when a file does, without reading any: names and what stat(2) says of them.

        Taken before the files are read: a file that changes in between is seen as changed by the next build.
        """
        shown = {asset.path for asset in self.assets}
        return tuple(_state(self.root, path, asset=path in shown) for path in sorted({*self.all, *shown}))

    def content(self) -> tuple[str, tuple[tuple[str, ...], ...]]:
        """What a build sees of the files, wherever they lie: names, content, and who may execute them."""
        shown = {asset.path for asset in self.assets}
        return "", tuple(_content(self.root, path, asset=path in shown) for path in sorted({*self.all, *shown}))


def _content(root: Path, path: str, *, asset: bool) -> tuple[str, ...]:
    place = root / path
    mode = place.lstat().st_mode
    link = os.readlink(place) if stat.S_ISLNK(mode) else ""
    digest = ""
    if place.is_file():
        with place.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    return (path, str(asset), link, str(mode & 0o111), digest)


def _state(root: Path, path: str, *, asset: bool) -> tuple[str, ...]:
    status = (root / path).lstat()
    numbers = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_mode)
    return (path, str(asset), *map(str, numbers))
