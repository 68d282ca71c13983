"""Which file the dynamic loader opens for a name, as far as files alone tell (ld.so(8), "Dynamic string tokens", "Rpath").

It looks below the RPATH or RUNPATH of who asks, then where the system has its libraries. What it cannot find there may still be loaded:
a library with the same soname that another one of the process has loaded before is taken by its name. Wheels that bundle libraries
without search paths of their own count on that, so what lies anywhere in the environment is there.
"""

import posixpath
from collections.abc import Collection, Iterator
from typing import Final, Literal, TypeAlias

from pottle.native.tree import Binary, Tree

SYSTEM: Final = "system"
Found: TypeAlias = Binary | Literal["system"]

_LOADERS = ("ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1", "linux-vdso.so.1")
_ORIGIN = ("$ORIGIN", "${ORIGIN}")


class Loader:
    """The loader of one process whose files are `tree`, on a system that has libraries of the names `system`.

    `rooted`: the tree is a whole root, in which absolute paths lead somewhere.
    """

    def __init__(self, tree: Tree, system: Collection[str], *, rooted: bool = False) -> None:
        self._system, self._rooted = frozenset(system), rooted
        self._paths = {binary.path: binary for binary in tree.binaries}
        for link, target in tree.links.items():
            if target in self._paths:
                self._paths.setdefault(link, self._paths[target])
        self._named: dict[str, Binary] = {}
        for path, binary in sorted(self._paths.items()):
            self._named.setdefault(path.rpartition("/")[2], binary)
        for binary in tree.binaries:
            if binary.elf.soname:
                self._named.setdefault(binary.elf.soname, binary)

    def find(self, name: str, binary: Binary) -> Found | None:
        """What is opened for `name`, a `DT_NEEDED` of `binary`; None: the process does not start, or the import fails."""
        if "/" in name:
            return self._at(name, binary)
        for directory in self._search_path(binary):
            if (found := self._fits(posixpath.join(directory, name), binary)) is not None:
                return found
        if name in self._system or name in _LOADERS:
            return SYSTEM
        found = self._named.get(name)
        return found if found is not None and _alike(found, binary) else None

    def _at(self, name: str, binary: Binary) -> Found | None:
        place = self._expanded(name, binary)
        return self._fits(place, binary) if place is not None else None

    def _search_path(self, binary: Binary) -> Iterator[str]:
        """RUNPATH replaces RPATH where both are there."""
        for entry in binary.elf.runpath or binary.elf.rpath:
            if (place := self._expanded(entry, binary)) is not None:
                yield place

    def _expanded(self, entry: str, binary: Binary) -> str | None:
        """A directory of the tree; None for one that leads out of it, or lay on the machine where the file was built."""
        for token in _ORIGIN:
            if entry.startswith(token):
                return _inside(f"{posixpath.dirname(binary.path)}/{entry[len(token) :]}")
        return _inside(entry) if self._rooted and entry.startswith("/") else None

    def _fits(self, path: str, binary: Binary) -> Binary | None:
        """The loader passes over what is for another machine."""
        found = self._paths.get(posixpath.normpath(path))
        return found if found is not None and _alike(found, binary) else None


def _alike(one: Binary, other: Binary) -> bool:
    return (one.elf.machine, one.elf.bits) == (other.elf.machine, other.elf.bits)


def _inside(path: str) -> str | None:
    """The path below the root, normalized; None where it climbs out."""
    depth = 0
    for part in path.split("/"):
        depth += {"": 0, ".": 0, "..": -1}.get(part, 1)
        if depth < 0:
            return None
    return posixpath.normpath(path.lstrip("/"))
