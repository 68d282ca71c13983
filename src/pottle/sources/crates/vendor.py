"""A directory of crates as cargo takes them without a network (The Cargo Book, "Directory Sources"), and the configuration that says so.

A `.crate` file is a tar of anybody's: what is in it is bounded, consists of files alone and stays in its directory.
"""

import json
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from pottle.errors import IntegrityError
from pottle.oci.entry import Entry, File, InvalidEntryPath
from pottle.oci.members import InvalidArchive
from pottle.oci.unpack import lay_out
from pottle.sources.crates.cargo_lock import Crate
from pottle.sources.placing import host_errors

_LARGEST = 1 << 30
"""Bytes of all files of one crate: a crate with the sources of a C library has a hundred megabytes."""
_MOST_FILES = 100_000


def unpack(crate: Crate, path: Path, into: Path) -> None:
    """The crate at `path` as a directory of `into`. Raises `IntegrityError` for one that holds what no crate does."""
    checksum = File(".cargo-checksum.json", json.dumps({"files": {}, "package": crate.sha256}).encode())
    try:
        with host_errors(path), tarfile.open(path, "r:gz") as tar:
            lay_out(chain(_entries(tar, f"{crate.directory}/"), (checksum,)), into / crate.directory)
    except (InvalidArchive, InvalidEntryPath, tarfile.TarError, zlib.error, EOFError, UnicodeError) as error:
        what = f"the crate {crate.name} {crate.version} cannot be unpacked: {str(error) or 'it ends too early'}"
        raise IntegrityError(what, hint="choose another version of what is built with it") from error


def _entries(tar: tarfile.TarFile, prefix: str) -> Iterator[Entry]:
    total = count = 0
    for member in tar:
        total, count = total + member.size, count + 1
        if total > _LARGEST or count > _MOST_FILES:
            raise InvalidArchive("it unpacks to more than any crate does")
        if member.isdir():
            continue
        name = member.name.removeprefix(prefix)
        content = tar.extractfile(member) if member.isreg() and not member.issparse() else None
        if content is None or name == member.name:
            raise InvalidArchive(f"{member.name!r} is no file of it")
        if name != ".cargo-checksum.json":
            yield File(name, content.read(), 0o755 if member.mode & 0o111 else 0o644)


def replacement(directory: str, others: Iterable[str] = ()) -> str:
    """The `config.toml` by which cargo takes every crate from `directory`; `others` are indexes besides the one that it knows itself."""
    lines = ["[source.crates-io]", 'replace-with = "there"', "[source.there]", f"directory = {json.dumps(directory)}"]
    for number, index in enumerate(sorted(others)):
        lines += [f"[source.other-{number}]", f"registry = {json.dumps(index)}", 'replace-with = "there"']
    return "".join(f"{line}\n" for line in lines)
