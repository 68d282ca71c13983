"""A folder as a tree: a virtual environment, what `pip install --target` has made, any directory with machine code in it.

Untrusted: links are neither followed nor believed further than the folder, files are mapped and never run, and one that is damaged is
told and passed over.
"""

import csv
import os
import posixpath
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from mmap import ACCESS_READ, mmap
from pathlib import Path

from pottle.errors import HostError, ProjectError
from pottle.native.elf import Elf, InvalidElf, read
from pottle.native.tree import Binary, Damaged, Distribution, Tree, named_in, named_in_machine_code

Words = Callable[[str], frozenset[str]]
"""Distribution → what to look for in its code."""

_LIBRARY = re.compile(r".*\.so(?:\.[^/]*)?")
_INFO = re.compile(r"(?P<site>.*?)(?P<name>[A-Za-z0-9](?:[\w.]*[A-Za-z0-9])?)-(?P<version>[^-/]+)\.dist-info")
_LINKS_FOLLOWED = 40  # Linux's own limit (path_resolution(7))
_MOST_FILES = 2_000_000
_MOST_OF_SOURCE = 64 << 20
_MOST_OF_METADATA = 64 << 20


def nothing(distribution: str) -> frozenset[str]:  # noqa: ARG001
    """No words."""
    return frozenset()


def collect(directory: Path, words: Words = nothing, *, rooted: bool = False, built: bool = False) -> Tree:
    """The folder's tree. Raises `ProjectError` where there is none, `HostError` where it cannot be read.

    `rooted`: it is a whole root, in which absolute links lead somewhere. `built`: its distributions were built for the system that they
    are run on, so that machine code too loads what it names from there; that of a wheel from an index may bring all of it.
    """
    if not directory.is_dir():
        raise ProjectError(f"{directory} is not a directory", hint="name a folder or a virtual environment")
    files = _Files(directory, rooted, built)
    for path, entry in _walk(directory):
        files.add(path, entry)
    return files.tree(words)


@dataclass
class _Files:
    """What is found on a walk."""

    directory: Path
    rooted: bool
    built: bool
    binaries: dict[str, Elf] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    damaged: dict[str, str] = field(default_factory=dict)
    infos: dict[str, re.Match[str]] = field(default_factory=dict)
    """`.dist-info` directories."""
    sources: list[str] = field(default_factory=list)

    def add(self, path: str, entry: "os.DirEntry[str]") -> None:
        """One file or link."""
        if entry.is_symlink():
            if _LIBRARY.fullmatch(entry.name):
                target = posixpath.normpath(posixpath.join(posixpath.dirname(path), os.readlink(entry.path)))
                self.links[path] = target
            return
        if entry.name == "METADATA" and (match := _INFO.fullmatch(posixpath.dirname(path))):
            self.infos[posixpath.dirname(path)] = match
        elif entry.name.endswith(".py"):
            self.sources.append(path)
        elif _LIBRARY.fullmatch(entry.name) or entry.stat(follow_symlinks=False).st_mode & 0o111:
            self._read(path, entry)

    def _read(self, path: str, entry: "os.DirEntry[str]") -> None:
        try:
            found = read_file(Path(entry.path))
        except InvalidElf as error:
            self.damaged[path] = str(error)
            return
        if found is not None:
            self.binaries[path] = found

    def tree(self, words: Words) -> Tree:
        """With every file given to its distribution."""
        owners = self._owners()
        with_code = {owners.get(path) for path in self.binaries}
        sources: dict[str | None, list[str]] = {}
        for path in self.sources:
            sources.setdefault(owners.get(path), []).append(path)
        distributions = []
        for info, match in sorted(self.infos.items()):
            name = _normalized(match["name"])
            pure = name not in with_code and self._is_pure(info)
            wanted = words(name) if pure or self.built else frozenset()
            found = frozenset(self._named(sources.get(name, ()), wanted)) if wanted else frozenset()
            own = [path for path in self.binaries if owners.get(path) == name] if wanted and self.built else []
            loaded = self._loaded(own, wanted)
            distributions.append(Distribution(name, match["version"], pure, found | loaded, self.built, loaded))
        binaries = tuple(Binary(path, found, owners.get(path)) for path, found in sorted(self.binaries.items()))
        links = {link: target for link in self.links if (target := self._behind(link)) is not None}
        damaged = tuple(Damaged(path, why, owners.get(path)) for path, why in sorted(self.damaged.items()))
        return Tree(binaries, links, tuple(distributions), damaged)

    def _behind(self, link: str) -> str | None:
        """The library that a link leads to, through others."""
        for _ in range(_LINKS_FOLLOWED):
            link = self.links[link]
            link = link.lstrip("/") if self.rooted else link
            if link in self.binaries:
                return link
            if link not in self.links:
                return None
        return None

    def _owners(self) -> Mapping[str, str]:
        """By RECORD; what none lists (`libs/` of a wheel that was repaired by hand) belongs to nobody."""
        owners: dict[str, str] = {}
        for info, match in sorted(self.infos.items()):
            name, site = _normalized(match["name"]), posixpath.dirname(info)
            for path in self._recorded(info):
                owners.setdefault(posixpath.normpath(posixpath.join(site, path)), name)
        return owners

    def _recorded(self, info: str) -> Iterator[str]:
        try:
            yield from (row[0] for row in csv.reader(self._text(f"{info}/RECORD").splitlines()) if row)
        except csv.Error:
            return

    def _is_pure(self, info: str) -> bool:
        """By the tags that its wheel had (the binary distribution format, WHEEL); without that file, whoever installed it built it."""
        lines = self._text(f"{info}/WHEEL").splitlines()
        tags = [line.partition(":")[2].strip() for line in lines if line.startswith("Tag:")]
        return all(tag.endswith("-none-any") for tag in tags)

    def _text(self, path: str) -> str:
        return self._content(path, _MOST_OF_METADATA).decode("utf-8", "replace")

    def _named(self, paths: Iterable[str], words: frozenset[str]) -> Iterator[str]:
        left = _MOST_OF_SOURCE
        for path in paths:
            content = self._content(path, left)
            left -= len(content)
            yield from named_in(content, words)

    def _loaded(self, paths: Iterable[str], words: frozenset[str]) -> frozenset[str]:
        """What machine code names, and is not linked with."""
        found = set[str]()
        for path in paths:
            linked = {name.partition(".so")[0] for name in self.binaries[path].needed}
            found |= named_in_machine_code(self._content(path, _MOST_OF_SOURCE), words) - linked
        return frozenset(found)

    def _content(self, path: str, most: int) -> bytes:
        """What a regular file holds; nothing where it is another kind, larger, or not to be read."""
        try:
            status = (self.directory / path).lstat()
            if not stat.S_ISREG(status.st_mode) or status.st_size > most:
                return b""
            return (self.directory / path).read_bytes()
        except (OSError, ValueError):
            return b""


def read_file(path: Path) -> Elf | None:
    """What the loader reads of a file, which is mapped; None for another kind. Raises `InvalidElf`."""
    with path.open("rb") as file:
        if file.read(4) != b"\x7fELF":
            return None
        with mmap(file.fileno(), 0, access=ACCESS_READ) as mapped:
            return read(mapped)


def _walk(directory: Path) -> Iterator[tuple[str, "os.DirEntry[str]"]]:
    """Every file and link below, by its path there. Links to directories are not followed."""
    pending, left = [""], _MOST_FILES
    while pending:
        here = pending.pop()
        try:
            with os.scandir(directory / here) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            raise HostError(
                f"{directory / here} cannot be read: {(error.strerror or str(error)).lower()}", hint="check its mode"
            ) from error
        for entry in listed:
            path = posixpath.join(here, entry.name)
            if entry.is_dir(follow_symlinks=False):
                pending.append(path)
            elif entry.is_symlink() or entry.is_file(follow_symlinks=False):
                left -= 1
                if left < 0:
                    raise HostError(f"{directory} has more than {_MOST_FILES} files", hint="name a smaller folder")
                yield path, entry


def _normalized(name: str) -> str:
    """PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()
