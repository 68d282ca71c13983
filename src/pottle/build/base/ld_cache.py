"""`/etc/ld.so.cache`: which file the dynamic loader opens for a soname, as ldconfig(8) would write it for the image.

The format is glibc's "new" one (sysdeps/generic/dl-cache.h), the only one written since glibc 2.32; what goes in and in which
order follows ldconfig(8) of glibc 2.41. Everything is read from the image's entries, nothing from this machine.
"""

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from mmap import ACCESS_READ, mmap

from pottle.native import elf
from pottle.oci.entry import Directory, Entries, Entry, File, Symlink

_TRIPLETS = ("x86_64-linux-gnu", "aarch64-linux-gnu")
_TRUSTED = (*(f"{at}/{triplet}" for triplet in _TRIPLETS for at in ("/lib", "/usr/lib")), "/lib", "/usr/lib")
"""Where Debian's glibc looks without being told."""

_FLAGS = {  # FLAG_ELF_LIBC6 and the ABI's own bits (sysdeps/generic/ldconfig.h)
    (elf.EM_X86_64, 64): 0x0303,
    (elf.EM_AARCH64, 64): 0x0A03,
}

_MAGIC = b"glibc-ld.so.cache1.1"
_HEADER = struct.Struct("<20sIIB3xI12x")
_LITTLE_ENDIAN = 2
_ENTRY = struct.Struct("<iII4xQ")
_HAS_HWCAPS = 1 << 62  # DL_CACHE_HWCAP_EXTENSION: the low 32 bits number a directory below glibc-hwcaps
_EXTENSIONS = struct.Struct("<II")
_EXTENSIONS_MAGIC = 0xEAA42174
_SECTION = struct.Struct("<IIII")
_GENERATOR, _HWCAPS = 0, 1
_WRITTEN_BY = b"pottle"

_LINKS_FOLLOWED = 40  # Linux's own limit (path_resolution(7))
_BLANKS = " \t\r\f\v"
_INCLUDE = re.compile(r"include[ \t]+(.*)")
_WILDCARD = re.compile(r"[*?\[]")
_NUMBER = re.compile(rb"[0-9]+")


def ld_cache(entries: Sequence[Entry]) -> bytes:
    """The cache's bytes. Every path in it is among the entries: without the `links`, it is that of the file itself."""
    return _format(_sorted(_libraries(_Tree(entries))))


def links(entries: Sequence[Entry]) -> Entries:
    """The links from soname to file that ldconfig would add; one that a package ships is left as it is."""
    tree = _Tree(entries)
    for directory in _directories(tree):
        for soname, found in _search(tree, directory.real).items():
            if soname != found.name and not found.is_link and not tree.has(f"{directory.real}/{soname}"):
                yield Symlink(f"{directory.real}/{soname}", found.name)


@dataclass(frozen=True, slots=True)
class _Directory:
    """A directory to search: its path as it was named, and where that leads to."""

    shown: str
    real: str


@dataclass(frozen=True, slots=True)
class _Found:
    """A file or link in a directory, that stands for a soname."""

    name: str
    is_link: bool
    flags: int

    def newer(self, other: "_Found") -> bool:
        """Whether ldconfig takes this one and not the other: files before links, then the higher version."""
        if self.is_link != other.is_link:
            return other.is_link
        return _order(self.name) > _order(other.name)


@dataclass(frozen=True, slots=True)
class _Library:
    """One entry of the cache; `hwcaps` names the directory below glibc-hwcaps that it is in, if any."""

    soname: str
    path: str
    flags: int
    hwcaps: str = ""


class _Tree:
    """The image's files and links by path. Links are followed among the entries only."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._nodes = {entry.path: entry for entry in entries if not isinstance(entry, Directory)}
        self._libraries: dict[str, list[str]] = {}
        for path in self._nodes:
            directory, _, name = path.rpartition("/")
            if name.startswith(("lib", "ld-")) and ".so" in name:
                self._libraries.setdefault(directory, []).append(name)
        self._elves: dict[str, elf.Elf | None] = {}

    def has(self, path: str) -> bool:
        """Whether there is a file or a link."""
        return path in self._nodes

    def is_link(self, path: str) -> bool:
        """Whether the last component is a link."""
        return isinstance(self._nodes.get(path), Symlink)

    def libraries(self, directory: str) -> Sequence[str]:
        """The names in a directory that look like a library's, in a stable order."""
        return sorted(self._libraries.get(directory, ()))

    def hwcaps(self, directory: str) -> Sequence[str]:
        """The names of directories with libraries below `glibc-hwcaps`."""
        start = f"{directory}/glibc-hwcaps/"
        names = (path.removeprefix(start) for path in self._libraries if path.startswith(start))
        return sorted(name for name in names if "/" not in name)

    def resolve(self, path: str) -> str | None:
        """Where a path leads, relative to the root and without links; None if it goes round in circles."""
        done: list[str] = []
        left = path.split("/")[::-1]
        followed = 0
        while left:
            part = left.pop()
            if part == "..":
                del done[-1:]
            elif part not in ("", "."):
                node = self._nodes.get("/".join((*done, part)))
                if not isinstance(node, Symlink):
                    done.append(part)
                    continue
                followed += 1
                if followed > _LINKS_FOLLOWED:
                    return None
                done = [] if node.target.startswith("/") else done
                left += node.target.split("/")[::-1]
        return "/".join(done)

    def file(self, path: str) -> File | None:
        """The file that a path leads to."""
        node = self._nodes.get(path)
        if isinstance(node, Symlink):
            node = self._nodes.get(self.resolve(path) or "")
        return node if isinstance(node, File) else None

    def elf(self, path: str) -> elf.Elf | None:
        """The library that a path leads to; each is read once, however many links it has."""
        file = self.file(path)
        if file is None:
            return None
        if file.path not in self._elves:
            self._elves[file.path] = _read(file)
        return self._elves[file.path]

    def matches(self, pattern: str) -> Sequence[str]:
        """The paths that a glob(7) pattern matches, in order; a plain path stands for itself."""
        if not _WILDCARD.search(pattern):
            return [pattern.strip("/")]
        parts = pattern.strip("/").split("/")
        deep = (path for path in self._nodes if path.count("/") == len(parts) - 1)
        return sorted(path for path in deep if all(map(_fits, path.split("/"), parts)))


def _fits(name: str, pattern: str) -> bool:
    return fnmatchcase(name, pattern) and name.startswith(".") <= pattern.startswith(".")


def _read(file: File) -> elf.Elf | None:
    """What a library says of itself; None for what ldconfig passes over with a warning: scripts, damaged files."""
    try:
        if isinstance(file.content, bytes):
            return elf.read(file.content)
        with file.content.open("rb") as stream, mmap(stream.fileno(), 0, access=ACCESS_READ) as content:
            return elf.read(content)
    except ValueError:  # also what mmap says of an empty file
        return None


def _directories(tree: _Tree) -> Iterator[_Directory]:
    """Those that ld.so.conf names, then the trusted ones; of two paths to one directory, the first counts."""
    seen = set()
    for shown in (*_configured(tree), *_TRUSTED):
        real = tree.resolve(shown)
        if real and real not in seen:
            seen.add(real)
            yield _Directory(shown, real)


def _configured(tree: _Tree) -> Iterator[str]:
    """The directories in ld.so.conf and in what it includes, in order (ldconfig(8), "FILES"); each file is read once."""
    seen: set[str] = set()
    lines = _lines(tree, "etc/ld.so.conf", seen)
    while lines:
        line, at = lines.pop()
        if include := _INCLUDE.fullmatch(line):
            for pattern in reversed(include[1].split()):
                for path in reversed(tree.matches(pattern if pattern.startswith("/") else f"{at}/{pattern}")):
                    lines += _lines(tree, path, seen)
        elif line.startswith("/"):
            yield line.partition("=")[0].rstrip(f"{_BLANKS}/")


def _lines(tree: _Tree, path: str, seen: set[str]) -> list[tuple[str, str]]:
    """A file's lines without comments, last one first, each with the directory that it is relative to."""
    file = tree.file(path)
    if file is None or file.path in seen:
        return []
    seen.add(file.path)
    text = file.read().decode("utf-8", "surrogateescape")
    return [(line.partition("#")[0].strip(_BLANKS), path.rpartition("/")[0]) for line in text.split("\n")[::-1]]


def _libraries(tree: _Tree) -> Iterator[_Library]:
    for directory in _directories(tree):
        for soname, found in _search(tree, directory.real).items():
            name = soname if tree.file(f"{directory.real}/{soname}") else found.name
            yield _Library(soname, f"{directory.shown}/{name}", found.flags)
        for hwcaps in tree.hwcaps(directory.real):
            below = f"glibc-hwcaps/{hwcaps}"
            for soname, found in _search(tree, f"{directory.real}/{below}").items():
                yield _Library(soname, f"{directory.shown}/{below}/{found.name}", found.flags, hwcaps)


def _search(tree: _Tree, directory: str) -> dict[str, _Found]:
    """The sonames in a directory, and what stands for each."""
    found: dict[str, _Found] = {}
    for name in tree.libraries(directory):
        path = f"{directory}/{name}"
        library = tree.elf(path)
        flags = _FLAGS.get((library.machine, library.bits)) if library else None
        if library is None or flags is None or library.type != elf.ET_DYN:
            continue
        soname = library.soname or name
        is_link = tree.is_link(path) and _stands_for_itself(name, soname)
        this = _Found(name, is_link, flags)
        key = name if is_link else soname
        if _is_name(key) and (key not in found or this.newer(found[key])):
            found[key] = this
    return found


def _stands_for_itself(link: str, soname: str) -> bool:
    """Whether a link is the soname's own or the one for the linker (`libx.so` for `libx.so.1`), and not a further file."""
    return link == soname or (link.endswith(".so") and soname.startswith(link))


def _is_name(soname: str) -> bool:
    return "/" not in soname and soname not in ("", ".", "..")


def _order(name: str) -> bytes:
    """A key that sorts as the loader compares: numbers by value and above letters (elf/dl-cache.c, `_dl_cache_libcmp`).

    glibc counts in a C int; the key keeps its 32 bits, as signed.
    """
    return _NUMBER.sub(
        lambda run: b"\xff" + ((int(run[0][-40:]) & 0xFFFFFFFF) ^ 0x80000000).to_bytes(4, "big"), _encoded(name)
    )


def _sorted(libraries: Iterator[_Library]) -> list[_Library]:
    """In the order that the loader's binary search expects: names descending, and for one name glibc-hwcaps first.

    Both sorts are stable: of equal entries, that of the directory named first comes first.
    """
    by_hwcaps = sorted(libraries, key=lambda each: (not each.hwcaps, each.hwcaps))
    return sorted(by_hwcaps, key=lambda each: (_order(each.soname), each.flags), reverse=True)


def _format(libraries: Sequence[_Library]) -> bytes:
    """The file: header, entries, strings, extensions."""
    hwcaps = sorted({each.hwcaps for each in libraries} - {""})
    strings = _Strings(_HEADER.size + _ENTRY.size * len(libraries))
    table = b"".join(
        _ENTRY.pack(
            each.flags,
            *strings.add(each),
            _HAS_HWCAPS | hwcaps.index(each.hwcaps) if each.hwcaps else 0,
        )
        for each in libraries
    )
    names = [strings.put(each) for each in hwcaps]
    body = table + strings.bytes()
    end = _HEADER.size + len(body)
    padding = bytes(-end % 4)
    header = _HEADER.pack(_MAGIC, len(libraries), len(strings.bytes()), _LITTLE_ENDIAN, end + len(padding))
    return header + body + padding + _extensions(end + len(padding), names)


class _Strings:
    """The strings that entries point to, each ended by a NUL."""

    def __init__(self, start: int) -> None:
        self._content = bytearray()
        self._start = start

    def put(self, text: str) -> int:
        """Where the string lies in the file."""
        at = self._start + len(self._content)
        self._content += _encoded(text) + b"\0"
        return at

    def add(self, library: _Library) -> tuple[int, int]:
        """Where soname and path lie; a path mostly ends in the soname, which then needs no bytes of its own."""
        at = self.put(library.path)
        if library.path.endswith(library.soname):
            return at + len(_encoded(library.path)) - len(_encoded(library.soname)), at
        return self.put(library.soname), at

    def bytes(self) -> bytes:
        """All of them."""
        return bytes(self._content)


def _extensions(start: int, hwcaps: Sequence[int]) -> bytes:
    """Who wrote the cache and, if any are used, the names of the glibc-hwcaps directories, sorted."""
    sections = [(_GENERATOR, _WRITTEN_BY)]
    if hwcaps:
        sections.insert(0, (_HWCAPS, struct.pack(f"<{len(hwcaps)}I", *hwcaps)))
    directory = _EXTENSIONS.pack(_EXTENSIONS_MAGIC, len(sections))
    at = start + _EXTENSIONS.size + _SECTION.size * len(sections)
    for tag, content in sections:
        directory += _SECTION.pack(tag, 0, at, len(content))
        at += len(content)
    return directory + b"".join(content for _, content in sections)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
