"""Reads binary packages ([deb(5)]) without dpkg: their control data and their files.

Untrusted as far as it goes: an ar archive of exactly the members that deb(5) names, tars that unpack to a bounded size and
number of members, paths that stay inside, no devices.

[deb(5)]: https://manpages.debian.org/deb.5
"""

import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, BinaryIO, cast

from pottle.errors import SourceError
from pottle.oci.entry import Directory, Entry, File, InvalidEntryPath, Symlink
from pottle.sources.placing import host_errors
from pottle.text import Location

_MAGIC = b"!<arch>\n"
_HEADER = 60
_LARGEST_UNPACKED = 2 << 30
_LARGEST_CONTROL = 64 << 20
_MOST_MEMBERS = 200_000
_LARGE = 16 << 10
"""Bytes of a file that is rather kept on disk: an eighth of a base's files, nine tenths of its bytes."""
_CHUNK = 1 << 20
_MODE = 0o7777


class InvalidDeb(ValueError):
    """The bytes are not a binary package, or one that must not be unpacked."""


@dataclass(frozen=True, slots=True)
class Deb:
    """A binary package file."""

    path: Path
    control: str
    """Its control paragraph, as `dpkg --status` has it in essence."""
    conffiles: tuple[str, ...]
    """Absolute paths."""
    md5sums: str
    """Lines of `MD5  path`, for `status.d/PACKAGE.md5sums`."""
    postinst: str = ""
    """The script that would be run once it is unpacked."""
    preinst: str = ""
    """The one that would be run before."""
    templates: str = ""
    """debconf's questions (debconf-devel(7))."""

    def entries(self, aside: Path | None = None) -> Iterator[Entry]:
        """Its files in their order, one at a time; modes and numeric owners as they are, setuid included.

        The content of large ones is put into a file in the directory `aside`, if one is given.
        """
        with _reading(self.path):
            yield from _Files(self.path, aside).entries()


def read_deb(path: Path) -> Deb:
    """The package in the file at `path`; its files are read when they are asked for."""
    with _reading(path):
        found = dict(_control_files(path))
    if "control" not in found:
        raise SourceError("this is not a Debian package: it has no control file", at=Location(str(path)))
    conffiles = tuple(line.split()[-1] for line in found.get("conffiles", "").splitlines() if line.strip())
    scripts = (found.get(name, "") for name in ("md5sums", "postinst", "preinst", "templates"))
    return Deb(path, found["control"], conffiles, *scripts)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turns whatever a damaged package causes into one error that names it."""
    import lzma
    import zlib

    try:
        with host_errors(path):
            yield
    except (
        InvalidDeb,
        InvalidEntryPath,
        tarfile.TarError,
        lzma.LZMAError,
        zlib.error,
        EOFError,
        UnicodeError,
    ) as error:
        what = f"this is not a Debian package that can be unpacked: {str(error) or 'it ends too early'}"
        raise SourceError(what, at=Location(str(path)), hint="name another mirror") from error


def _control_files(path: Path) -> Iterator[tuple[str, str]]:
    with _opened(path, "control.tar", _LARGEST_CONTROL) as tar:
        for member in _members(tar):
            if member.isfile():
                yield _normalised(member.name), _content(tar, member).decode("utf-8")


@dataclass(slots=True)
class _Files:
    """Walks data.tar. A hard link becomes a file with the very same content object, by which a layer's writer links the two again."""

    path: Path
    aside: Path | None
    _contents: dict[str, bytes | Path] = field(default_factory=dict)
    """Of the regular files so far, by their names."""

    def entries(self) -> Iterator[Entry]:
        with _opened(self.path, "data.tar", _LARGEST_UNPACKED) as tar:
            for member in _members(tar):
                if (name := _normalised(member.name)) != ".":
                    yield self._entry(tar, member, name)

    def _entry(self, tar: tarfile.TarFile, member: tarfile.TarInfo, name: str) -> Entry:
        owner, group, mode = member.uid, member.gid, member.mode & _MODE
        if member.isdir():
            return Directory(name, mode, owner, group)
        if member.issym():
            return Symlink(name, member.linkname, owner, group)
        if member.islnk() or (member.isreg() and not member.issparse()):
            content = self._linked(_normalised(member.linkname), name) if member.islnk() else self._read(tar, member)
            self._contents[name] = content
            return File(name, content, mode, owner, group)
        raise InvalidDeb(f"{name} is neither a file nor a directory nor a link")

    def _read(self, tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes | Path:
        if self.aside is None or member.size < _LARGE:
            return _content(tar, member)
        place = self.aside / f"{self.path.name}.{len(self._contents)}"
        with place.open("xb") as file:
            file.writelines(_pieces(tar, member))
        return place

    def _linked(self, target: str, link: str) -> bytes | Path:
        if target not in self._contents:
            raise InvalidDeb(f"{link} is a hard link to {target}, which is not a file before it")
        return self._contents[target]


def _members(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    for _ in range(_MOST_MEMBERS):
        if (member := tar.next()) is None:
            return
        yield member
        tar.members.clear()  # type: ignore[attr-defined]  # a stream is read once: no need to remember
    raise InvalidDeb(f"it has {_MOST_MEMBERS} members or more")


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    return b"".join(_pieces(tar, member))


def _pieces(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[bytes]:
    file, left = tar.extractfile(member), member.size
    while file and left and (piece := file.read(min(left, _CHUNK))):
        yield piece
        left -= len(piece)
    if left:
        raise InvalidDeb(f"{member.name} ends too early")


def _normalised(name: str) -> str:
    """`./usr/bin/` → `usr/bin`, `./` → `.`"""
    parts = [part for part in name.split("/") if part not in {"", "."}]
    if name.startswith("/") or ".." in parts:
        raise InvalidDeb(f"{name!r} leads out of the package")
    return "/".join(parts) or "."


# --- the ar archive and its compressed members ----------------------------------------------------


@contextmanager
def _opened(path: Path, member: str, limit: int) -> Iterator[tarfile.TarFile]:
    """The tar called `member`, whatever it is compressed with."""
    with path.open("rb") as file:
        suffix, packed = _find(file, member)
        with _decompressed(packed, suffix) as unpacked:
            stream = cast(IO[bytes], _Bounded(unpacked, limit))
            with tarfile.open(fileobj=stream, mode="r|", encoding="utf-8", errors="strict", bufsize=1 << 16) as tar:
                yield tar


def _find(file: BinaryIO, wanted: str) -> "tuple[str, _Part]":
    """deb(5): `debian-binary`, `control.tar.*`, `data.tar.*`, in this order; members that begin with `_` may come between."""
    if file.read(len(_MAGIC)) != _MAGIC:
        raise InvalidDeb("it is no ar archive")
    expected = ["debian-binary", "control.tar", "data.tar"]
    while expected:
        name, size = _ar_header(file)
        if name.startswith("_"):
            file.seek(size + size % 2, io.SEEK_CUR)
            continue
        stem, suffix = (name, "") if name == "debian-binary" else _split(name)
        if stem != expected.pop(0):
            raise InvalidDeb(f"its member {name!r} is not where it should be")
        if stem == wanted:
            return suffix, _Part(file, size)
        if stem == "debian-binary" and not file.read(size).startswith(b"2."):
            raise InvalidDeb("its format is not 2.x")
        file.seek((0 if stem == "debian-binary" else size) + size % 2, io.SEEK_CUR)
    raise InvalidDeb(f"it has no {wanted}")


def _split(name: str) -> tuple[str, str]:
    for stem in ("control.tar", "data.tar"):
        if name.startswith(stem):
            return stem, name.removeprefix(stem)
    return name, ""


def _ar_header(file: BinaryIO) -> tuple[str, int]:
    """name[16] date[12] uid[6] gid[6] mode[8] size[10] and two magic bytes."""
    header = file.read(_HEADER)
    if len(header) != _HEADER or header[58:] != b"`\n":
        raise InvalidDeb("its ar archive ends too early")
    size = header[48:58].rstrip()
    if not size.isdigit():
        raise InvalidDeb("its ar archive has a member without a size")
    return header[:16].decode("ascii").rstrip(" /"), int(size)


class _Part(io.RawIOBase):
    """The next `size` bytes of a file."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._left = file, size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        chunk = self._file.read(min(len(view), self._left))
        if not chunk and self._left:
            raise InvalidDeb("its ar archive ends too early")
        view[: len(chunk)] = chunk
        self._left -= len(chunk)
        return len(chunk)


class _Bounded:
    """A stream that gives up after `limit` bytes."""

    def __init__(self, inner: BinaryIO, limit: int) -> None:
        self._inner, self._left = inner, limit

    def read(self, size: int) -> bytes:
        chunk = self._inner.read(size)
        self._left -= len(chunk)
        if self._left < 0:
            raise InvalidDeb("it unpacks to too much")
        return chunk


@contextmanager
def _decompressed(part: _Part, suffix: str) -> Iterator[BinaryIO]:
    import gzip
    import lzma

    packed = io.BufferedReader(part, 1 << 18)
    match suffix:
        case "":
            yield packed
        case ".xz":
            with lzma.open(packed) as unpacked:
                yield cast(BinaryIO, unpacked)
        case ".gz":
            try:
                with gzip.open(packed) as unpacked:
                    yield cast(BinaryIO, unpacked)
            except gzip.BadGzipFile as error:  # an OSError, but not the host's fault
                raise InvalidDeb(str(error)) from error
        case ".zst":
            with _zstd(packed) as unpacked:
                yield unpacked
        case _:
            raise InvalidDeb(f"its members are compressed in a way that is not known: {suffix}")


@contextmanager
def _zstd(packed: BinaryIO) -> Iterator[BinaryIO]:
    import zstandard

    try:
        with zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(
            packed, read_across_frames=True
        ) as unpacked:
            yield cast(BinaryIO, unpacked)
    except zstandard.ZstdError as error:
        raise InvalidDeb(str(error)) from error
