"""A `Packages` index, verified once and kept as a file that is searched in place.

A suite has about 69,000 paragraphs in 57 MB. They are cut down once to what resolving and fetching need, one line each,
sorted; later runs map that file (25 MB) and find a name by bisection, so that nothing is parsed that nobody asks for.
"""

import hashlib
import lzma
import mmap
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pottle.errors import IntegrityError, SourceError
from pottle.sources.debian import control
from pottle.sources.debian.control import Clause
from pottle.sources.http import Expected
from pottle.sources.placing import host_errors, placing

FORMAT = 2
"""Raised whenever the lines change."""

_STEP = 1 << 22
_LARGEST = 1 << 30
_FIELDS = (
    "Package",
    "Version",
    "Architecture",
    "Multi-Arch",
    "Priority",
    "Source",
    "Installed-Size",
    "Pre-Depends",
    "Depends",
    "Provides",
    "Conflicts",
    "Breaks",
    "Filename",
    "Size",
    "SHA256",
)
_FIELD = re.compile(
    rb"^(%s):[ \t]*(.*(?:\n[ \t].*)*)" % b"|".join(re.escape(name.encode()) for name in _FIELDS), re.MULTILINE
)
_KEYS = tuple(name.encode() for name in _FIELDS)
_PRIORITIES = ("required", "important", "standard", "optional", "extra")
_REAL, _VIRTUAL = b"=", b"~"


@dataclass(frozen=True, slots=True)
class BinaryPackage:
    """One version of a binary package, as a signed index describes it."""

    name: str
    version: str
    architecture: str
    """`all` where it is the same for every architecture."""
    suite: str
    """The pocket it is in: `trixie`, `trixie-updates`, `trixie-security`."""
    filename: str
    """Path below the archive's root: `pool/main/…`."""
    sha256: str
    size: int
    source: str
    """The source package's name."""
    source_version: str
    installed_size: int
    """KiB, as the package states it."""
    multi_arch: str = ""
    priority: str = "optional"
    pre_depends: str = ""
    depends: str = ""
    provides: str = ""
    conflicts: str = ""
    breaks: str = ""
    released: str | None = None
    """When its archive was released in the state that had it (UTC, ISO 8601), where a lock has remembered that."""
    at: str | None = None
    """The place that names it, where one does."""

    @property
    def demands(self) -> tuple[Clause, ...]:
        """What has to be there with it: `Pre-Depends` and `Depends`."""
        return self._relations(self.pre_depends) + self._relations(self.depends)

    @property
    def exclusions(self) -> tuple[Clause, ...]:
        """What must not be there with it: `Conflicts` and `Breaks`."""
        return self._relations(self.conflicts) + self._relations(self.breaks)

    def provided(self, name: str) -> Iterator[str | None]:
        """The versions at which it provides `name`; None: without one."""
        if name in self.provides:
            for clause in self._relations(self.provides):
                yield from (relation.version for relation in clause if relation.name == name)

    @property
    def rank(self) -> int:
        """Its priority (policy §2.5), the weightiest 0."""
        return _PRIORITIES.index(self.priority) if self.priority in _PRIORITIES else len(_PRIORITIES)

    def _relations(self, field: str) -> tuple[Clause, ...]:
        try:
            return control.relations(field)
        except ValueError as error:
            raise SourceError(
                f"{self.suite} describes {self.name} {self.version} in a way that cannot be read: {error}"
            ) from error


class Index:
    """The packages of one component of one pocket, for one architecture."""

    def __init__(self, path: Path, suite: str) -> None:
        self._suite = suite
        self._path = path
        with host_errors(path), path.open("rb") as file:
            empty = os.fstat(file.fileno()).st_size == 0  # which cannot be mapped
            self._lines = mmap.mmap(-1, 1) if empty else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._start = self._lines.find(b"\n") + 1
        with memoryview(self._lines) as content, content[self._start :] as lines:
            if content[: self._start] != _header(lines):
                raise IntegrityError(f"{path} is not an index of packages", hint="delete it")

    def named(self, name: str) -> Iterator[BinaryPackage]:
        """Every version of the package called `name`."""
        for line in self._with(_REAL + name.encode() + b"\t"):
            try:
                yield self._package(line)
            except ValueError as error:
                raise SourceError(f"{self._suite} describes {name} in a way that cannot be read: {error}") from error

    def providing(self, name: str) -> Iterator[str]:
        """The names of the packages that provide `name`."""
        for line in self._with(_VIRTUAL + name.encode() + b"\t"):
            yield line.split(b"\t")[1].decode()

    def names(self) -> Iterator[str]:
        """Every name: slow, for suggestions."""
        self._lines.seek(self._start)
        for line in iter(self._lines.readline, b""):
            yield line[1:].split(b"\t", 1)[0].decode()

    def _with(self, prefix: bytes) -> Iterator[bytes]:
        place = self._first_at_least(prefix)
        while self._lines[place : place + len(prefix)] == prefix:
            end = self._lines.find(b"\n", place)
            yield self._lines[place:end]
            place = end + 1

    def _first_at_least(self, prefix: bytes) -> int:
        """Where the first line starts that does not sort before `prefix`."""
        low, high = self._start, len(self._lines)
        while low < high:
            start = self._lines.rfind(b"\n", 0, (low + high) // 2) + 1
            end = self._lines.find(b"\n", start)
            if self._lines[start : start + len(prefix)] < prefix:
                low = end + 1
            else:
                high = start
        return low

    def _package(self, line: bytes) -> BinaryPackage:
        return _package(dict(zip(_FIELDS, line[1:].decode("utf-8").split("\t"), strict=True)), self._suite)


def described(text: str, suite: str, filename: str, sha256: str, size: int) -> BinaryPackage:
    """A package by its own control paragraph, as an index would have it. Raises `SourceError` where it says no name or version."""
    fields = dict.fromkeys(_FIELDS, "") | {name: " ".join(value.split()) for name, value in _only(text).items()}
    if not fields["Package"] or not fields["Version"]:
        raise SourceError(f"{filename} does not say what it is", hint="lock again with `pottle lock --upgrade`")
    fields |= {"Filename": filename, "SHA256": sha256, "Size": str(size)}
    return _package(fields, suite)


def _only(text: str) -> dict[str, str]:
    return next(control.paragraphs(text), {})


def _package(field: Mapping[str, str], suite: str) -> BinaryPackage:
    source, _, source_version = field["Source"].partition(" ")
    return BinaryPackage(
        name=field["Package"],
        version=field["Version"],
        architecture=field["Architecture"],
        suite=suite,
        filename=field["Filename"],
        sha256=field["SHA256"],
        size=int(field["Size"]),
        source=source or field["Package"],
        source_version=source_version.strip("()") or field["Version"],
        installed_size=int(field["Installed-Size"] or 0),
        multi_arch=field["Multi-Arch"],
        priority=field["Priority"] or "optional",
        pre_depends=field["Pre-Depends"],
        depends=field["Depends"],
        provides=field["Provides"],
        conflicts=field["Conflicts"],
        breaks=field["Breaks"],
    )


# --- making the file ------------------------------------------------------------------------------


def compile_index(packages_xz: Path, target: Path, text: Expected | None = None) -> None:
    """Writes the index of a verified `Packages.xz`; `text` is what the Release says of the unpacked file."""
    lines: list[bytes] = []
    for paragraphs in _blocks(packages_xz, text.size if text else _LARGEST):
        for paragraph in paragraphs.split(b"\n\n"):
            lines += _lines(paragraph)
    lines.sort()
    with placing(target) as file:
        content = b"".join(lines)
        file.write(_header(content))
        file.write(content)


def _header(lines: bytes | memoryview) -> bytes:
    """The first line, which tells a whole index from one that a power cut has left."""
    return b"!pottle packages %d %s\n" % (FORMAT, hashlib.sha256(lines).hexdigest().encode())


def _blocks(packages_xz: Path, limit: int) -> Iterator[bytes]:
    """The text in blocks of whole paragraphs, never more than announced."""
    left, rest = min(limit, _LARGEST), b""
    for chunk in _unpacked(packages_xz):
        left -= len(chunk)
        if left < 0:
            raise SourceError("an index of packages unpacks to more than its Release says", hint="name another mirror")
        block, separator, rest = (rest + chunk).rpartition(b"\n\n")
        if separator:
            yield block
    yield rest


def _unpacked(packages_xz: Path) -> Iterator[bytes]:
    """The text of the .xz, in pieces of bounded size."""
    try:
        with host_errors(packages_xz), lzma.open(packages_xz) as text:
            while chunk := text.read(_STEP):
                yield chunk
    except (lzma.LZMAError, EOFError) as error:
        raise SourceError(f"an index of packages cannot be unpacked: {error}", hint="name another mirror") from error


def _lines(paragraph: bytes) -> Iterator[bytes]:
    """A line for the package, and one for each name it provides."""
    found = dict(_FIELD.findall(paragraph))
    name = found.get(b"Package")
    if not name:
        return
    values = (b" ".join(found.get(key, b"").split()) for key in _KEYS)
    yield _REAL + b"\t".join(values) + b"\n"
    for provided in found.get(b"Provides", b"").split(b","):
        if provided.strip():
            yield _VIRTUAL + re.split(rb"[\s(:]", provided.strip(), maxsplit=1)[0] + b"\t" + name + b"\n"
