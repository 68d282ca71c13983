"""What keeps the files that a `pottle.lock` names: the note in the cache that it was used, and the place that is configured for them.

`locks/` below the cache holds a file for each lock, named by the digest of its path: that path, then the path below the cache of every
file that it names, a line each. It was last written when the lock was last used. Whoever clears the cache leaves alone what one of
them names that is not too old.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pottle.plan import system_pins
from pottle.plan.bases import of
from pottle.project.facts import Pins
from pottle.project.pinned import PinnedCompiler, PinnedDeb, PinnedInterpreter, PinnedSystem
from pottle.provision import indexes
from pottle.provision.archives import Archives
from pottle.provision.settings import Settings

if TYPE_CHECKING:
    from pottle.sources.cpython.builds import Build
    from pottle.sources.http import Expected


def remember(path: Path, pins: Pins, settings: Settings) -> None:
    """Note that the lock at `path` was used just now."""
    from pottle.writing import host_errors, replacing

    name = hashlib.sha256(str(path.absolute()).encode()).hexdigest()
    note = settings.cache / "locks" / name
    with host_errors(note):
        note.parent.mkdir(parents=True, exist_ok=True)
        with replacing(note) as file:
            lines = [str(path.absolute()), *sorted({str(each) for each in _in_cache(pins)})]
            file.write("".join(f"{line}\n" for line in lines).encode())


def _in_cache(pins: Pins) -> Iterator[Path]:
    from pottle.sources.debian.archive import place

    for each in pins.of_archives:
        yield from (Path("debian") / place(deb.sha256) for deb in each.debs)
        if each.interpreter is not None:
            yield _build(each.interpreter).place(Path("cpython"), each.interpreter.sha256)


def export(before: Pins, after: Pins, archives: Archives, settings: Settings) -> int:
    """Put what `after` names into the place that is configured, and remove from a folder what only `before` named. How many there are."""
    if archives.kept is None:
        return 0
    files = dict(_files(after, archives, settings))
    gone = {name for name, _ in _names(before)} - {name for name, _ in files}
    archives.kept.fill(files, gone)
    return len(files)


def _names(pins: Pins) -> "Iterator[tuple[str, Expected]]":
    for each in pins.of_archives:
        yield from map(_of_deb, each.debs)
        if each.interpreter is not None:
            yield _of_interpreter(each.interpreter)


def _of_deb(deb: PinnedDeb) -> "tuple[str, Expected]":
    from pottle.sources.debian.folder import filename
    from pottle.sources.http import Expected

    return filename(deb), Expected(deb.sha256, deb.size)


def _of_interpreter(found: PinnedInterpreter) -> "tuple[str, Expected]":
    from pottle.sources.http import Expected

    return _build(found).filename, Expected(found.sha256, found.size)


def _files(pins: Pins, archives: Archives, settings: Settings) -> "Iterator[tuple[tuple[str, Expected], Path]]":
    """Name and digest → the file in the cache, fetched unless it is there."""
    for each in pins.of_archives:
        yield from zip(map(_of_deb, each.debs), _fetched(each, archives, settings), strict=True)
        if each.interpreter is not None:
            yield _of_interpreter(each.interpreter), _archive(each.interpreter, each, settings)


def _fetched(each: PinnedSystem | PinnedCompiler, archives: Archives, settings: Settings) -> Sequence[Path]:
    from pottle.oci.platform import Platform

    packages = [system_pins.locked(deb) for deb in each.debs]
    text = each.platform if isinstance(each, PinnedSystem) else each.architecture
    archive = archives.archive(of(each.base).suite, Platform.parse(text).debian_architecture)
    with settings.progress.task(f"Fetching packages for {text}", sum(package.size for package in packages)) as task:
        return archive.fetch_all(packages, task.advance)


def _archive(found: PinnedInterpreter, each: PinnedSystem | PinnedCompiler, settings: Settings) -> Path:
    from pottle.sources.cpython import builds

    platform = each.platform if isinstance(each, PinnedSystem) else f"linux/{each.architecture}"
    session = indexes.session(_Stands(platform, each.python, each.base), settings)
    with settings.progress.task(f"Fetching CPython {found.version}"):
        path, _ = builds.fetch(session, _build(found), settings.interpreters, found.sha256)
    return path


@dataclass(frozen=True, slots=True)
class _Stands:
    """What an interpreter is for."""

    platform: str
    python: str
    base: str
    epoch: int = 0


def _build(found: PinnedInterpreter) -> "Build":
    from pottle.sources.cpython.builds import Build

    return Build(found.version, found.build, found.machine, found.url)
