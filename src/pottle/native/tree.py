"""What a tree of files holds that asks something of a system: machine code, and what distributions say by name in their own code.

Where the files come from (a folder, an image) is for those who fill it.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from pottle.native.elf import EM_AARCH64, EM_X86_64, Elf

Architecture: TypeAlias = Literal["amd64", "arm64"]

MACHINES: Final[Mapping[Architecture, int]] = {"amd64": EM_X86_64, "arm64": EM_AARCH64}

_EXTENSION = re.compile(r".*\.(?:cpython-3\d+[a-z]*-[^/]+|abi3|cpython-3\d+[a-z]*)\.so")
"""The file names that CPython imports as modules (`importlib.machinery.EXTENSION_SUFFIXES`)."""


@dataclass(frozen=True, slots=True)
class Binary:
    """One ELF file."""

    path: str
    """Below the tree's root, without a slash in front."""
    elf: Elf
    owner: str | None = None
    """The distribution that brings it, by its normalized name."""

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]

    @property
    def is_extension(self) -> bool:
        """Whether Python imports it. What the standard library is made of, Tk's above all, may be left unused."""
        return _EXTENSION.fullmatch(self.path) is not None and "/lib-dynload/" not in self.path

    @property
    def is_program(self) -> bool:
        """Whether a person would start it: it has an interpreter and lies in a `bin`."""
        return self.elf.interpreter is not None and "/bin/" in f"/{self.path}"


@dataclass(frozen=True, slots=True)
class Damaged:
    """A file that starts like ELF and cannot be read."""

    path: str
    why: str
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Distribution:
    """An installed distribution, as far as it matters here."""

    name: str
    """Normalized (PEP 503)."""
    version: str = ""
    pure: bool = False
    """Its wheel is for every platform (`none-any`), or it was built from source without machine code."""
    words: frozenset[str] = frozenset()
    """Those of the words that were looked for that its own code names, in quotes."""
    built: bool = False
    """For the system that it is run on: it brings no library of another."""
    loaded: frozenset[str] = frozenset()
    """Of the words, those that the machine code of what was built names: libraries that it opens itself."""


@dataclass(frozen=True, slots=True)
class Tree:
    """All of it."""

    binaries: tuple[Binary, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)
    """Symbolic links to libraries: path → the path that it leads to."""
    distributions: tuple[Distribution, ...] = ()
    damaged: tuple[Damaged, ...] = ()

    def of(self, architecture: Architecture) -> "Tree":
        """What of it that architecture's loader would look at."""
        machine = MACHINES[architecture]
        own = tuple(each for each in self.binaries if each.elf.machine == machine and each.elf.bits == 64)
        return Tree(own, self.links, self.distributions, self.damaged)

    @property
    def architectures(self) -> tuple[Architecture, ...]:
        """Those that any of the machine code is for; most of it first."""
        counts = {
            name: sum(each.elf.machine == machine for each in self.binaries) for name, machine in MACHINES.items()
        }
        return tuple(sorted((name for name in counts if counts[name]), key=lambda name: -counts[name]))


def united(trees: Iterable[Tree]) -> Tree:
    """Several trees as one: distributions that are installed into one environment."""
    binaries: list[Binary] = []
    links: dict[str, str] = {}
    distributions: list[Distribution] = []
    damaged: list[Damaged] = []
    for each in trees:
        binaries += each.binaries
        links |= each.links
        distributions += each.distributions
        damaged += each.damaged
    return Tree(tuple(binaries), links, tuple(distributions), tuple(damaged))


def named_in_machine_code(content: bytes, words: Collection[str]) -> set[str]:
    """Those of the words that stand in the content as the name of a library that can be loaded: `libpcsclite.so.1`, as C ends a string."""
    libraries = (word for word in words if word.startswith("lib"))
    name = rb"\0(?:[^\0]*/)?%s(?:[-.]\d+)*\.so(?:\.\d+)*\0"
    return {word for word in libraries if re.search(name % re.escape(word.encode()), content)}


def named_in(source: bytes, words: Collection[str]) -> set[str]:
    """Those of the words that stand in the source as a string, alone or as the stem of a library's name: `"libmagic.so.1"`, `'magic'`."""
    found = set()
    for word in words:
        is_library = word.startswith("lib")
        plain = word.removeprefix("lib").encode()
        if plain not in source:
            continue
        stem = re.escape(plain)
        name = rb"(?:lib)?%s(?:[-.]\d+)*(?:\.so(?:\.\d+)*)?" % stem if is_library else stem
        if re.search(rb"[\"']%s[\"']" % name, source):
            found.add(word)
    return found
