"""The archives of python-build-standalone ("Distribution Archives"), read in memory: `install_only` ones and full ones.

They have been verified by their digest before; what is in them is bounded and stays inside all the same.
"""

import gzip
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from pottle.errors import IntegrityError
from pottle.oci.entry import Entry, File, InvalidEntryPath, Symlink
from pottle.sources.placing import host_errors
from pottle.text import Location

_FULL = ".zst"
_LARGEST = 1 << 30
"""Bytes of all files together: the full archive of 3.9 unpacks to 400 MB."""


class InvalidArchive(ValueError):
    """It is too large, or holds what no interpreter has."""


def entries(archive: Path) -> Iterator[Entry]:
    """The files and links of the interpreter, by their paths below its root: `bin/python3.9`. Owners and times are nobody's business."""
    prefix = "python/install/" if archive.suffix == _FULL else "python/"
    try:
        with host_errors(archive), _opened(archive) as tar:
            for member in _bounded(tar):
                if member.name.startswith(prefix) and not member.isdir():
                    yield _entry(tar, member, prefix)
    except (InvalidArchive, InvalidEntryPath, tarfile.TarError, zlib.error, EOFError, KeyError, UnicodeError) as error:
        what = f"this is no archive of a CPython that can be unpacked: {str(error) or 'it ends too early'}"
        raise IntegrityError(what, at=Location(str(archive)), hint="remove it and try again") from error


@contextmanager
def _opened(archive: Path) -> Iterator[tarfile.TarFile]:
    import zstandard

    try:
        with archive.open("rb") as file:
            if archive.suffix != _FULL:
                with tarfile.open(fileobj=file, mode="r:gz") as tar:
                    yield tar
            else:
                stream = cast(IO[bytes], zstandard.ZstdDecompressor().stream_reader(file))
                with tarfile.open(fileobj=stream, mode="r|") as tar:
                    yield tar
    except (gzip.BadGzipFile, zstandard.ZstdError) as error:
        raise InvalidArchive(str(error)) from error


def _bounded(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    total = 0
    for member in tar:
        total += member.size
        if total > _LARGEST:
            raise InvalidArchive("it unpacks to more than a gigabyte")
        yield member


def _entry(tar: tarfile.TarFile, member: tarfile.TarInfo, prefix: str) -> Entry:
    path = member.name.removeprefix(prefix)
    if member.issym():
        return Symlink(path, member.linkname)
    content = tar.extractfile(member)  # a hard link's is that of the file it names
    if content is None or member.issparse():
        raise InvalidArchive(f"{member.name} is neither a file nor a directory nor a link")
    return File(path, content.read(), 0o755 if member.mode & 0o111 else 0o644)
