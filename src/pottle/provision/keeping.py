"""What keeps the files that a `pottle.lock` names: the note in the cache that it was used, and the place that is configured for them.

`locks/` below the cache holds a file for each lock, named by the digest of its path: that path, then the path below the cache of every
file that it names, a line each. It was last written when the lock was last used. Whoever clears the cache leaves alone what one of
them names that is not too old.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pottle.plan import system_pins
from pottle.plan.bases import of
from pottle.plan.lock import LockedPackage
from pottle.project.facts import Pins
from pottle.project.pinned import PinnedCompiler, PinnedInterpreter, PinnedSystem
from pottle.provision import indexes, places
from pottle.provision.archives import Archives
from pottle.provision.settings import Settings

if TYPE_CHECKING:
    from pottle.sources.cpython.builds import Build


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
    kept = places.of(settings)
    if kept is None:
        return 0
    wanted = dict(_files(after, archives, settings))
    for (name, sha256), found in wanted.items():
        kept.put(name, sha256, found)
    gone = {name for name, _ in _names(before)} - {name for name, _ in wanted}
    kept.remove(gone)
    return len(wanted)


def _names(pins: Pins) -> Iterator[tuple[str, str]]:
    from pottle.sources.debian.folder import filename

    for each in pins.of_archives:
        yield from ((filename(deb), deb.sha256) for deb in each.debs)
        if each.interpreter is not None:
            yield _build(each.interpreter).filename, each.interpreter.sha256


def _files(pins: Pins, archives: Archives, settings: Settings) -> Iterator[tuple[tuple[str, str], Path]]:
    """Name and digest → the file in the cache, fetched unless it is there."""
    for each in pins.of_archives:
        yield from _debs(each, archives, settings)
    for each in pins.of_archives:
        if each.interpreter is not None:
            yield _archive(each.interpreter, each, settings)


def _debs(
    each: PinnedSystem | PinnedCompiler, archives: Archives, settings: Settings
) -> Iterator[tuple[tuple[str, str], Path]]:
    from pottle.oci.platform import Platform
    from pottle.sources.debian.folder import filename

    packages: list[LockedPackage] = [system_pins.locked(deb) for deb in each.debs]
    text = each.platform if isinstance(each, PinnedSystem) else each.architecture
    archive = archives.archive(of(each.base).suite, Platform.parse(text).debian_architecture)
    with settings.progress.task(f"Fetching packages for {text}", sum(package.size for package in packages)) as task:
        found = archive.fetch_all(packages, task.advance)
    yield from (((filename(package), package.sha256), path) for package, path in zip(packages, found, strict=True))


def _archive(
    found: PinnedInterpreter, each: PinnedSystem | PinnedCompiler, settings: Settings
) -> tuple[tuple[str, str], Path]:
    from pottle.sources.cpython import builds

    build = _build(found)
    platform = each.platform if isinstance(each, PinnedSystem) else f"linux/{each.architecture}"
    session = indexes.session(_Stands(platform, each.python, each.base), settings)
    with settings.progress.task(f"Fetching CPython {found.version}"):
        path, _ = builds.fetch(session, build, settings.interpreters, found.sha256)
    return (build.filename, found.sha256), path


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
