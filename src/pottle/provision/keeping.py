"""What keeps the files that a `pottle.lock` names: that they are in use, for who tidies the cache, and the place that is configured for them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pottle.plan import system_pins
from pottle.plan.bases import BASES
from pottle.project.facts import Pins
from pottle.project.pinned import PinnedCompiler, PinnedDeb, PinnedInterpreter, PinnedSystem
from pottle.provision import indexes
from pottle.provision.archives import Archives
from pottle.provision.settings import Settings

if TYPE_CHECKING:
    from pottle.sources.cpython.builds import Build
    from pottle.sources.http import Expected


def note_use(pins: Pins, settings: Settings) -> None:
    """Whatever the lock names is in use, on any platform and any building host: who tidies the cache by age leaves it."""
    from pottle.sharing import used
    from pottle.sources.debian import kept

    for each in pins.of_archives:
        for deb in each.debs:
            used(kept.place(settings.debian, deb.sha256))
        if each.interpreter is not None:
            used(_build(each.interpreter).place(settings.interpreters, each.interpreter.sha256))


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
    if not packages:
        return ()
    suite = packages[0].suite.partition("-")[0]
    text = each.platform if isinstance(each, PinnedSystem) else each.architecture
    archive = archives.archive(suite, Platform.parse(text).debian_architecture)
    with settings.progress.task(f"Fetching packages for {text}", sum(package.size for package in packages)) as task:
        return archive.fetch_all(packages, task.advance)


def _archive(found: PinnedInterpreter, each: PinnedSystem | PinnedCompiler, settings: Settings) -> Path:
    from pottle.sources.cpython import builds

    platform = each.platform if isinstance(each, PinnedSystem) else f"linux/{each.architecture}"
    session = indexes.session(_Stands(platform, each.python), settings)
    with settings.progress.task(f"Fetching CPython {found.version}"):
        path, _ = builds.fetch(session, _build(found), settings.interpreters, found.sha256)
    return path


@dataclass(frozen=True, slots=True)
class _Stands:
    """What an interpreter is for; which base it lies on does not matter to whoever fetches it."""

    platform: str
    python: str
    base: str = BASES[0].name
    base_image: None = None
    epoch: int = 0


def _build(found: PinnedInterpreter) -> "Build":
    from pottle.sources.cpython.builds import Build

    return Build(found.version, found.build, found.machine, found.url)
