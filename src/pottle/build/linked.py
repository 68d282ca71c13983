"""What a compiled program needs of a system, file by file: the loader, the libraries that anything of it is linked with, and theirs.

Each file is that of a Debian package, at its place there, with what the package's status and licence say: a scanner finds what the
image has of it. Beside them lie the CA bundle, the time zones, the accounts and `ld.so.cache`, as in every image that pottle puts together.
"""

import os
import posixpath
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pottle.build import builder_root
from pottle.build.base.accounts import Account
from pottle.build.base.dpkg_status import status
from pottle.build.program import Program
from pottle.build.workshop import Workshop
from pottle.native import elf
from pottle.oci.entry import Entry, File, Symlink
from pottle.oci.platform import Platform
from pottle.plan.lock import LockedPlan
from pottle.plan.model import LinkProgram

if TYPE_CHECKING:
    from pottle.build.base.scripts.effects import Scripts
    from pottle.sources.debian.deb import Deb

_LOADED = ("libgcc_s.so.1",)
"""What glibc opens by itself: where a thread ends (pthread_exit(3)), or is to be told from where it was called."""
_DIRECTORIES = ("usr/lib/{machine}-linux-gnu", "usr/lib")
_OF_RELEASE = ("etc/os-release", "usr/lib/os-release", "etc/debian_version", "etc/lsb-release")
_LOCALE = "usr/lib/locale/C.utf8/"
"""What `LANG` names in every image: a program aborts at its start where the C library has no such locale."""
_MOST_LINKS = 8


def entries(step: LinkProgram, program: Program, locked: LockedPlan, workshop: Workshop, aside: Path) -> list[Entry]:
    """All of it. `aside`, which does not exist yet, keeps what is large until the layer is written."""
    from pottle.build.base import layers as base
    from pottle.build.base.scripts.effects import effects

    packages = _Packages(locked, workshop, aside)
    further = [*locked.plan.system_packages.runtime, "tzdata", "ca-certificates"]
    own = {entry.path: entry for name in further for entry in packages.files(name)}
    system = _System(program.root, Platform.parse(locked.plan.platform).machine)
    wanted, missing = system.closure([*_elves(program, own.values())], program)
    for name, by in sorted(missing.items()):
        workshop.progress.warn(f"{by} is linked with {name}, which no package of the image has")
    python = locked.plan.python
    parts = {
        "base-files": set(_OF_RELEASE),
        "libc-bin": {e.path for e in packages.files("libc-bin") if _LOCALE in e.path},
    }
    # Their code is in the program, so what is known of them is true of it.
    parts |= {
        name: set() for name in (f"python{python}-minimal", f"libpython{python}-minimal", f"libpython{python}-stdlib")
    }
    owners = builder_root.owners(program.root)
    for path in wanted:
        # By its file's name; the loader is the C library's.
        parts.setdefault(owners.get(posixpath.basename(path), "libc6"), set()).add(path)
    for name in sorted(parts.keys() - {*further}):
        own |= {entry.path: entry for entry in packages.part(name, parts[name])}
    user = Account(step.user, step.uid, step.gid, step.user, step.home)
    told = effects([packages.scripts(name) for name in further], list(own.values()))
    return list(base.root(list(base.layer(list(base.system(own.values(), (), user, told))))))


class _Packages:
    """Those that the program was compiled with, each unpacked once."""

    def __init__(self, locked: LockedPlan, workshop: Workshop, aside: Path) -> None:
        self._there = {package.name: package for _, packages in locked.packages for package in packages}
        self._python, self._workshop, self._aside = locked.plan.python, workshop, aside
        self._read: dict[str, tuple[tuple[Entry, ...], Scripts, Deb]] = {}

    def files(self, name: str) -> Sequence[Entry]:
        """All that a package brings to an image, with its status."""
        return self._unpacked(name)[0]

    def scripts(self, name: str) -> "Scripts":
        """What its scripts say."""
        return self._unpacked(name)[1]

    def part(self, name: str, paths: Collection[str]) -> Iterator[Entry]:
        """Some of its files, with its licence, and with the status of what is there."""
        found, _, deb = self._unpacked(name)
        doc = f"usr/share/doc/{name}"
        kept = [entry for entry in found if entry.path in (*paths, doc, f"{doc}/copyright")]
        yield from kept
        yield from status(name, deb.control, deb.md5sums, {entry.path for entry in kept})
        for link in (entry for entry in kept if isinstance(entry, Symlink) and entry.path == doc):
            yield from self.part(posixpath.basename(link.target), ())  # packages of one source have one licence

    def _unpacked(self, name: str) -> "tuple[tuple[Entry, ...], Scripts, Deb]":
        from pottle.build.base import layers as base

        if name not in self._read:
            place = self._aside / name
            place.mkdir(parents=True)
            (deb,) = self._workshop.supplies.packages([self._there[name]])
            self._read[name] = (*base.unpacked(name, deb, tuple(deb.entries(place)), self._python), deb)
        return self._read[name]


def _elves(program: Program, packaged: Iterable[Entry]) -> Iterator[tuple[str, elf.Elf]]:
    """What is machine code of the program, and of packages that are there as a whole."""
    made = (entry for entry in program.entries if entry.path in program.made)
    for file in (*made, *packaged):
        if isinstance(file, File) and (found := _read(file.content)) is not None:
            yield file.path, found


def _read(content: "bytes | Path") -> elf.Elf | None:
    if isinstance(content, Path):
        with content.open("rb") as stream:
            if stream.read(4) != b"\x7fELF":
                return None
        content = content.read_bytes()
    try:
        return elf.read(content)
    except elf.InvalidElf:
        return None


@dataclass(frozen=True, slots=True)
class _System:
    """The root that the program was compiled in, as the loader sees it."""

    root: Path
    machine: str

    def closure(self, binaries: Sequence[tuple[str, elf.Elf]], program: Program) -> tuple[set[str], dict[str, str]]:
        """The paths of all that is opened for them, links among them; and what is not found, with who names it."""
        brought = {posixpath.basename(path) for path, _ in binaries} | {found.soname for _, found in binaries}
        brought |= program.brought
        pending = list(binaries)
        asked: set[str | None] = set()
        wanted, missing = set[str](), dict[str, str]()
        names = [(name, "glibc") for name in _LOADED]
        while pending or names:
            if pending:
                path, found = pending.pop()
                if found.interpreter:
                    wanted |= set(self._chain(found.interpreter.strip("/")))
                names += [(name, path) for name in found.needed]
                continue
            name, by = names.pop()
            if name in asked or name in brought:
                continue
            asked.add(name)
            chain_ = self._find(name)
            wanted |= set(chain_)
            library = _read(self.root / chain_[-1]) if chain_ else None
            if library is None:
                missing[name] = by
            else:
                pending.append((chain_[-1], library))
        return wanted, missing

    def _find(self, name: str) -> list[str]:
        for directory in _DIRECTORIES:
            path = f"{directory.format(machine=self.machine)}/{name}"
            if os.path.lexists(self.root / path):
                return self._chain(path)
        return []

    def _chain(self, path: str) -> list[str]:
        """The path, where it leads, and so on to the file; `/lib` and its like are links that every image has."""
        path = _merged(path)
        chain_ = [path]
        for _ in range(_MOST_LINKS):
            place = self.root / chain_[-1]
            if not place.is_symlink():
                break
            target = posixpath.join("/", posixpath.dirname(chain_[-1]), os.readlink(place))
            chain_.append(_merged(posixpath.normpath(target).strip("/")))
        return chain_ if (self.root / chain_[-1]).is_file() else []


def _merged(path: str) -> str:
    from pottle.build.base.usrmerge import merged_path

    return merged_path(path)
