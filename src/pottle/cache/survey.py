"""Takes the inventory: one function for each kind of thing, in the one tuple `KINDS`.

A name is known by its whole pattern. Where somebody has set POTTLE_CACHE_DIR to a directory that holds other things, these are not seen,
not counted and not removed.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import msgspec

from pottle import sharing
from pottle.cache.item import Inventory, Item, Sizes, last_use, listed
from pottle.cache.store import Store

_MIRROR = re.compile(r"[0-9a-f]{16}")
_KEY = re.compile(r"[0-9a-f]{64}")
_PREFIX = re.compile(r"[0-9a-f]{2}")
_DEB = re.compile(r"[0-9a-f]{64}\.deb")
_INDEX = re.compile(r"([0-9a-f]{64})\.(\d+)")
_RECORD = re.compile(r"[0-9a-f]{64}\.json")
_ARCHIVE = re.compile(r"[0-9a-f]{64}\.tar\.\w+")
_CRATE = re.compile(r"[0-9a-f]{64}\.crate")
_BUNDLE = re.compile(r"[0-9a-f]{64}\.pem")
_ROOT = re.compile(r"sha256-([0-9a-f]{64})")
_UNFINISHED = (
    "store/.ingest.*.part",
    "store/.index.json.*.part",
    "layers/??/.*.part",
    "wheels/??/.*.part",
    "bytecode/.compiling-*.part",
    "compilers/.unpacking-*.part",
    "builders/.unpacking-*.part",
    "built/.built-*.part",
    "debian/packages/??/.partial-*.part",
    "debian/indexes/.p*.part",
    "debian/releases/*/.partial-*.part",
    "resolved/.*.part",
    "cpython/.partial-*.part",
    "certificates/.*.part",
    "roots/*/.sha256-*.part",
    "crates/.partial-*.part",
    "work/build-*.part",
    ".pruned-*.part",
)


@dataclass(frozen=True, slots=True)
class Formats:
    """What this pottle reads of what several pottles may have written."""

    indexes: int
    """`pottle.sources.debian.packages.FORMAT`"""
    roots: str
    """`pottle.run.rootfs.LAYOUT`"""


@dataclass(frozen=True, slots=True)
class Surveyor:
    """What every kind is found with."""

    directory: Path
    store: Store
    sizes: Sizes
    now: float
    formats: Formats

    def item(self, kind: str, path: Path, *more: Path, **also: str | None) -> Item:
        """One file or directory as an item, used when it says it was."""
        size = sum(self.sizes.of(each) for each in (path, *more))
        return Item(
            kind, path.name, (path, *more), size, last_use(path), within=also.get("within"), useless=also.get("useless")
        )


def _images(at: Surveyor) -> Iterator[Item]:
    yield from at.store.images()


def _layers(at: Surveyor) -> Iterator[Item]:
    yield from at.store.layers()


def _bytecode(at: Surveyor) -> Iterator[Item]:
    for path in _sharded(at.directory / "bytecode"):
        if _KEY.fullmatch(path.name):
            yield at.item("bytecode", path)


def _wheels(at: Surveyor) -> Iterator[Item]:
    for path in _sharded(at.directory / "wheels"):
        if _RECORD.fullmatch(path.name):
            yield at.item("wheels", path)


def _compilers(at: Surveyor) -> Iterator[Item]:
    found = list(listed(at.directory / "compilers"))
    for path in found:
        key, _, noted = path.name.partition(".runs-on-")
        if not noted and _KEY.fullmatch(key):
            yield at.item("compilers", path, *(p for p in found if p.name.startswith(f"{key}.runs-on-")))
        elif _KEY.fullmatch(key) and not path.with_name(key).is_dir():
            yield at.item("compilers", path, useless="its interpreter is gone")


def _packages(at: Surveyor) -> Iterator[Item]:
    for path in _sharded(at.directory / "debian" / "packages"):
        if _DEB.fullmatch(path.name):
            yield at.item("packages", path)


def _releases(at: Surveyor) -> Iterator[Item]:
    """Their time says when they came, not when they were used: the archive is asked again after an hour."""
    for mirror in _named(at.directory / "debian" / "releases", _MIRROR):
        for path in listed(mirror):
            if path.is_file() and not path.name.startswith("."):
                yield at.item("releases", path)


def _indexes(at: Surveyor) -> Iterator[Item]:
    """An index is in force as long as a `Release` that is remembered lists it."""
    releases = [path for mirror in listed(at.directory / "debian" / "releases") for path in listed(mirror)]
    known = [path.read_bytes() for path in releases if path.is_file() and not path.name.startswith(".")]
    for path in listed(at.directory / "debian" / "indexes"):
        if named := _INDEX.fullmatch(path.name):
            current = int(named[2]) == at.formats.indexes and any(named[1].encode() in release for release in known)
            yield at.item("indexes", path, useless=None if current else "a newer one has taken its place")


def _interpreters(at: Surveyor) -> Iterator[Item]:
    yield from (at.item("interpreters", path) for path in _named(at.directory / "cpython", _ARCHIVE))


def _crates(at: Surveyor) -> Iterator[Item]:
    yield from (at.item("crates", path) for path in _named(at.directory / "crates", _CRATE))


def _builds(at: Surveyor) -> Iterator[Item]:
    yield from (at.item("builds", path) for path in _named(at.directory / "builds", _KEY))


def _builders(at: Surveyor) -> Iterator[Item]:
    yield from (at.item("builders", path) for path in _named(at.directory / "builders", _KEY))


def _built(at: Surveyor) -> Iterator[Item]:
    yield from (at.item("built", path) for path in _named(at.directory / "built", _KEY))


def _roots(at: Surveyor) -> Iterator[Item]:
    for version in listed(at.directory / "roots"):
        for path in listed(version):
            if named := _ROOT.fullmatch(path.name):
                useless = None if version.name == at.formats.roots else "an older pottle unpacked it"
                yield at.item("roots", path, within=named[1], useless=useless)


def _answers(at: Surveyor) -> Iterator[Item]:
    for path in _named(at.directory / "resolved", _RECORD):
        yield at.item("answers", path, useless=None if _until(path) > at.now else "the archive has to be asked again")


def _bases(at: Surveyor) -> Iterator[Item]:
    """What a name stood for, and what is known of each image."""
    for version in listed(at.directory / "base-images"):
        for path in (*_named(version, _RECORD), *_named(version / "names", _RECORD)):
            yield at.item("bases", path)


def _certificates(at: Surveyor) -> Iterator[Item]:
    yield from (at.item("certificates", path) for path in _named(at.directory / "certificates", _BUNDLE))


def _unfinished(at: Surveyor) -> Iterator[Item]:
    """What writers who are gone have left; those who still write hold it."""
    for pattern in _UNFINISHED:
        for path in sorted(at.directory.glob(pattern)):
            if not path.is_symlink() and not sharing.is_occupied(path):
                yield at.item("unfinished", path, useless="whoever wrote it was killed")


Find: TypeAlias = Callable[[Surveyor], Iterator[Item]]

KINDS: tuple[tuple[str, str, Find], ...] = (
    ("images", "names in the store", _images),
    ("layers", "compressed layers, by what they are made of", _layers),
    ("wheels", "what was found out about sets of wheels", _wheels),
    ("bytecode", "compiled distributions", _bytecode),
    ("compilers", "interpreters that compile, unpacked", _compilers),
    ("packages", ".debs", _packages),
    ("releases", "signed Releases of archives", _releases),
    ("indexes", "lists of what an archive has", _indexes),
    ("interpreters", "archives of CPython", _interpreters),
    ("crates", "crates of Rust", _crates),
    ("builds", "sources as uv has fetched them", _builds),
    ("builders", "roots that sources are built in, unpacked", _builders),
    ("built", "wheels that were built of sources", _built),
    ("roots", "images that `pottle run` has unpacked", _roots),
    ("answers", "what archives answered a short while ago", _answers),
    ("bases", "what is known of base images", _bases),
    ("certificates", "CA bundles that were handed to uv", _certificates),
    ("unfinished", "left behind by builds that were killed", _unfinished),
)
"""Name, meaning, and how it is found."""


def survey(directory: Path, now: float, formats: Formats, sizes: Sizes | None = None) -> Inventory:
    """All that is in the cache at `directory`. `sizes` keeps what a second survey need not measure again."""
    store = Store(directory)
    at = Surveyor(directory, store, sizes or Sizes(), now, formats)
    return Inventory(directory, tuple(item for _, _, find in KINDS for item in find(at)), store.blobs)


def _sharded(directory: Path) -> Iterator[Path]:
    """What lies in the directories of the first two digits."""
    for shard in listed(directory):
        if _PREFIX.fullmatch(shard.name):
            yield from listed(shard)


def _named(directory: Path, pattern: re.Pattern[str]) -> Iterator[Path]:
    return (path for path in listed(directory) if pattern.fullmatch(path.name))


class _Answer(msgspec.Struct):
    until: float


def _until(path: Path) -> float:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Answer).until
    except (OSError, ValueError):
        return 0.0
