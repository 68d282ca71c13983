"""What an archive says of its sources and of the files in its packages, cut down to what somebody who builds asks: one line each.

`Sources` says what a source package is built with (policy §7.7), `Contents` which package has a file that a compiler looks for. Both are
large and asked seldom, so they are cut down once, kept as a file, and searched in place.
"""

import gzip
import lzma
import mmap
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

from pottle.errors import SourceError
from pottle.sources.placing import host_errors, placing

_LARGEST = 2 << 30
_STEP = 1 << 22
_SOURCE = re.compile(rb"^(Package|Build-Depends(?:-Arch)?):[ \t]*(.*(?:\n[ \t].*)*)", re.MULTILINE)
_OF_COMPILERS = re.compile(
    rb"^(usr/(?:s?bin/[^/\s]+|include/\S+|(?:lib|share)/(?:[^/\s]+/)?pkgconfig/\S+\.pc|lib/[^/\s]+/lib[^/\s]+\.so))\s+(\S+)$",
    re.MULTILINE,
)
_NAME = re.compile(r"[a-z0-9][a-z0-9+.-]*")

Cut: TypeAlias = Callable[[Path, Path], None]
"""Writes what is kept of a packed file to another place."""


def cut_sources(packed: Path, target: Path) -> None:
    """Of a `Sources.xz`: each source package, and what it is built with."""
    lines = []
    for block in _blocks(lzma.LZMAFile, packed, b"\n\n"):
        for paragraph in block.split(b"\n\n"):
            fields = dict(_SOURCE.findall(paragraph))
            needs = b",".join(fields[key] for key in (b"Build-Depends", b"Build-Depends-Arch") if key in fields)
            if b"Package" in fields:
                lines.append(b"\n%s\t%s" % (fields[b"Package"].strip(), b" ".join(needs.split())))
    _write(lines, target)


def cut_contents(packed: Path, target: Path) -> None:
    """Of a `Contents-ARCH.gz`: what compilers, linkers and pkg-config look for, and programs; each with its package."""
    lines = []
    for block in _blocks(gzip.GzipFile, packed, b"\n"):
        for path, owners in _OF_COMPILERS.findall(block):
            names = {each.rpartition(b"/")[2] for each in owners.split(b",")}
            lines += [b"\n%s\t%s" % (path, name) for name in names]
    _write(lines, target)


def _write(lines: list[bytes], target: Path) -> None:
    lines.sort()
    with placing(target) as file:
        file.write(b"".join(lines) + b"\n")


def _blocks(opened: type[lzma.LZMAFile] | type[gzip.GzipFile], packed: Path, separator: bytes) -> Iterator[bytes]:
    """The text in blocks that end with the separator, of bounded size."""
    rest, left = b"", _LARGEST
    try:
        with host_errors(packed), opened(packed) as text:
            while chunk := text.read(_STEP):
                left -= len(chunk)
                if left < 0:
                    raise SourceError(
                        "a listing of the archive unpacks to more than any does", hint="name another mirror"
                    )
                block, found, rest = (rest + chunk).rpartition(separator)
                if found:
                    yield block
        yield rest
    except (lzma.LZMAError, zlib.error, EOFError) as error:
        raise SourceError(
            f"a listing of the archive cannot be unpacked: {error}", hint="name another mirror"
        ) from error


class Listing:
    """A file that was cut down."""

    def __init__(self, path: Path) -> None:
        with host_errors(path), path.open("rb") as file:
            self._lines = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def value(self, key: str) -> str | None:
        """What is said of `key`."""
        begin = self._lines.find(b"\n%s\t" % key.encode())
        if begin < 0:
            return None
        end = self._lines.find(b"\n", begin + 1)
        return self._lines[begin:end].partition(b"\t")[2].decode(errors="replace")

    def ending(self, path: str) -> Sequence[tuple[str, str]]:
        """Every path that is `path`, or ends with it after a slash; and what is said of it."""
        pattern = re.compile(rb"\n((?:[^\t\n]*/)?%s)\t([^\n]*)" % re.escape(path.encode()))
        return [(found.decode(), said.decode()) for found, said in pattern.findall(self._lines)]


_TOOLS = frozenset(
    {"autoconf", "automake", "bison", "cargo", "flex", "gfortran", "libtool", "nasm", "rustc", "swig", "yasm"}
)
_NOT_WANTED = re.compile(r"(python3?|pypy3?|libpython|dh|dpkg|debhelper|cython).*")


def libraries(field: str) -> tuple[str, ...]:
    """Of a `Build-Depends` field what a build outside of Debian's own wants: libraries to link with, and a few programs.

    Of alternatives the first; what is for tests, for documentation or for other architectures is left out (policy §7.1).
    """
    found = []
    for clause in field.split(","):
        first = clause.partition("|")[0].strip()
        name = _NAME.match(first)
        if name is None or "<" in first or "[" in first or _NOT_WANTED.fullmatch(name[0]):
            continue
        if name[0].endswith("-dev") or name[0] in _TOOLS:
            found.append(name[0])
        if name[0].startswith("librust-"):
            found += ["cargo", "rustc"]
    return tuple(dict.fromkeys(found))
