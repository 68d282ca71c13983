"""The C library of an image, from the bytes of the library itself: the release that it would print if it were run.

glibc holds "GNU C Library (…) … release version 2.41." (csu/version.c), musl its release in `ldso/dynlink.c` as a string of its own.
"""

import posixpath
import re
from collections.abc import Iterator
from typing import Literal, TypeAlias

from pottle.native import elf
from pottle.sources.image.files import Files

Libc: TypeAlias = tuple[Literal["glibc", "musl"], str]
"""Which one, and its version: `2.41`, `1.2`."""

_GLIBC = re.compile(rb"GNU C Library [^\0\n]{0,200}release version (\d+\.\d+)")
_MUSL = re.compile(rb"(?<=\0)(1\.\d+)\.\d+(?=\0)")
_DIRECTORIES = ("lib64", "usr/lib64", "lib", "usr/lib")


def libc(files: Files, program: str | None) -> Libc | None:
    """The one that `program` is linked with; without a program, the one that is there. None: there is none that says its version."""
    loader = _loader(files, program) if program else None
    beside = (posixpath.dirname(files.tree.real(loader) or ""),) if loader else ()
    if loader is None or "/ld-musl-" not in loader:
        for path in _libraries(files, re.compile(r"libc\.so\.6"), beside):
            if match := _GLIBC.search(files.read(path) or b""):
                return "glibc", match[1].decode()
    for path in _libraries(files, re.compile(r"ld-musl-[\w-]+\.so\.1"), beside):
        if match := _MUSL.search(files.read(path) or b""):
            return "musl", match[1].decode()
    return None


def has_library(files: Files, name: str) -> bool:
    """Whether the loader finds a library of that name where it always looks."""
    return any(True for _ in _libraries(files, re.compile(re.escape(name))))


def _loader(files: Files, program: str) -> str | None:
    try:
        found = elf.read(files.read(program) or b"")
    except elf.InvalidElf:
        return None
    return found.interpreter if found else None


def _libraries(files: Files, name: re.Pattern[str], first: tuple[str, ...] = ()) -> Iterator[str]:
    for directory in (*first, *_DIRECTORIES):
        below = [posixpath.join(directory, n) for n in files.tree.names(directory) if n.endswith("-linux-gnu")]
        for place in (directory, *below):
            yield from (posixpath.join(place, n) for n in files.tree.names(place) if name.fullmatch(n))
