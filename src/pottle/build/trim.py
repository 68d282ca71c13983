"""Executes the step that leaves out of distributions what no running program needs: files go, machine code loses its symbols.

RECORD says what is there afterwards: the rows of what went are gone, a file that was stripped has its new digest and size.
"""

import csv
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from mmap import ACCESS_READ, mmap
from pathlib import Path

from packaging.utils import canonicalize_name

from pottle.build.record import Record
from pottle.build.unneeded import matcher, unneeded
from pottle.native.elf import Content
from pottle.native.strip import stripped
from pottle.oci.entry import Entry, File
from pottle.plan.model import Trim

_ELF = b"\x7fELF"


def trimmed(entries: Iterable[Entry], site_packages: str, step: Trim, work: Path) -> Iterator[Entry]:
    """`entries` without what goes; `site_packages` lies below the root, and `work` keeps what is rewritten."""
    every = list(entries)
    files = {entry.path: entry for entry in every if isinstance(entry, File)}
    owned = [
        _Owned.read(files[path], files, site_packages) for path in sorted(files) if _is_record(path, site_packages)
    ]
    stays = matcher(step.keep)
    gone: set[str] = set()
    kept: set[str] = set()
    changed: dict[str, File] = {}
    work.mkdir(parents=True, exist_ok=True)
    for one in owned:
        goes = unneeded(one.name, one.files, step.without, step.keep)
        gone |= {one.files[path].path for path in goes}
        rest = {path: file for path, file in one.files.items() if path not in goes}
        kept |= {file.path for file in rest.values()}
        if "symbols" in step.without:
            changed |= _without_symbols((file for path, file in rest.items() if not stays(path)), work, len(changed))
        changed[one.record.path] = replace(one.record, content=one.told(rest.values(), changed, site_packages))
    yield from (changed.get(e.path, e) if isinstance(e, File) else e for e in every if e.path not in gone - kept)


@dataclass(frozen=True, slots=True)
class _Owned:
    """A distribution, by its RECORD."""

    name: str
    record: File
    files: Mapping[str, File]
    """By path relative to `site-packages`."""
    rows: Mapping[str, tuple[str, int]]
    """Path below the root → digest and size."""

    @classmethod
    def read(cls, record: File, present: Mapping[str, File], site_packages: str) -> "_Owned":
        rows = list(csv.reader(record.read().decode().splitlines()))
        places = {row[0]: posixpath.normpath(posixpath.join(site_packages, row[0])) for row in rows}
        files = {path: present[place] for path, place in places.items() if place in present and place != record.path}
        info = posixpath.basename(posixpath.dirname(record.path))
        name = canonicalize_name(info.removesuffix(".dist-info").rpartition("-")[0])
        return cls(name, record, files, {places[row[0]]: (row[1], int(row[2])) for row in rows if row[1]})

    def told(self, files: Iterable[File], changed: Mapping[str, File], site_packages: str) -> bytes:
        """Its RECORD, of these files as they are now."""
        record = Record(site_packages)
        for file in files:
            now = changed.get(file.path)
            record.add(file.path, now or file, None if now else self.rows.get(file.path))
        return record.content(self.record.path)


def _is_record(path: str, site_packages: str) -> bool:
    directory, _, name = path.rpartition("/")
    return name == "RECORD" and directory.endswith(".dist-info") and posixpath.dirname(directory) == site_packages


def _without_symbols(files: Iterable[File], work: Path, number: int) -> dict[str, File]:
    found = (
        (file, _stripped(file, work / f"{number}-{n}")) for n, file in enumerate(sorted(files, key=lambda f: f.path))
    )
    return {file.path: replace(file, content=content) for file, content in found if content is not None}


def _stripped(file: File, target: Path) -> Path | None:
    """Where the file lies without its symbols; None where it stays as it is. It may be large: neither is in memory as a whole."""
    if isinstance(file.content, bytes):
        return _written(file.content, target)
    with file.content.open("rb") as source:
        if source.read(len(_ELF)) != _ELF:
            return None
        with mmap(source.fileno(), 0, access=ACCESS_READ) as content:
            return _written(content, target)


def _written(content: Content, target: Path) -> Path | None:
    if (found := stripped(content)) is None:
        return None
    with target.open("wb") as file:
        file.writelines(found.chunks(content))
    return target
