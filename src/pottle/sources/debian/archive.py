"""A Debian or Ubuntu archive, for one suite and architecture: names in, verified .debs out.

Every byte hangs on a signature: the pocket's `Release` is signed, it lists the `Packages` by SHA-256, which list the .debs
by SHA-256. What is in the cache is named by its digest, apart from the `Release`, whose signature is checked every time.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Protocol, TypeVar
from urllib.parse import quote

from pottle.errors import IntegrityError, PottleError, SourceError
from pottle.http import NotFound
from pottle.messages import shown
from pottle.sources.debian import kept
from pottle.sources.debian.folder import filename
from pottle.sources.debian.listings import Cut, Listing, cut_contents, cut_sources
from pottle.sources.debian.mirror import Mirrors
from pottle.sources.debian.packages import FORMAT, BinaryPackage, Index, compile_index, described
from pottle.sources.debian.release import Release, Releases, Trust
from pottle.sources.debian.snapshot import Snapshots
from pottle.sources.debian.solver import Resolution, Universe, UnknownPackage, solve
from pottle.sources.debian.suites import Pocket, Suite
from pottle.sources.debian.version import upstream
from pottle.sources.http import Expected, Http, Progress
from pottle.sources.placing import host_errors
from pottle.stop import Stop, together
from pottle.text import Location
from pottle.turns import Turns
from pottle.writing import staged_directory

_A = TypeVar("_A")
_B = TypeVar("_B")

_AT_ONCE = 4
_SHA256 = re.compile(r"[0-9a-f]{64}")


def _now() -> datetime:
    return datetime.now(UTC)


class Place(Protocol):
    """Somewhere besides a mirror that files may be had, by their names."""

    def take(self, name: str, expected: Expected, target: Path) -> bool:
        """Place the file called `name`, verified, at `target`; False: it is not there."""


@dataclass(frozen=True, slots=True)
class ArchiveOptions:
    """What an archive needs from outside."""

    cache: Path
    """A directory of ours: `releases/`, `indexes/` and `packages/` appear in it."""
    http: Http
    clock: Callable[[], datetime] = _now
    max_age: timedelta = timedelta(hours=1)
    """How long a `Release` in the cache is not asked for again; zero: always ask."""
    allow_expired: frozenset[str] = frozenset()
    """Suites whose `Release` may be past its Valid-Until."""
    keys: tuple[bytes, ...] | None = None
    """OpenPGP certificates instead of the suite's own."""
    places: tuple[Place, ...] = ()
    """Where a .deb is looked for before the mirror is asked."""
    snapshots: Snapshots | None = None
    """Where one is looked for that the mirror has no more."""
    stop: Stop = field(default_factory=Stop)
    """What ends resolving and fetching before they are done; a failure sets it. `http` should know it too."""
    turns: Turns = field(default_factory=Turns)
    """The same for archives that are used side by side: what several of them want is fetched once."""


class Pinned(Protocol):
    """One version of a package, by digest: a `BinaryPackage`, or what a lock file remembers of it."""

    @property
    def name(self) -> str:
        """The package's name."""

    @property
    def version(self) -> str:
        """Its version, epoch included."""

    @property
    def suite(self) -> str:
        """The pocket it is in."""

    @property
    def filename(self) -> str:
        """Its path below the archive's root."""

    @property
    def sha256(self) -> str:
        """64 lowercase hex digits."""

    @property
    def size(self) -> int:
        """In bytes."""

    @property
    def architecture(self) -> str:
        """Its own, or `all`."""

    @property
    def released(self) -> str | None:
        """When its archive was released in the state that had it (UTC, ISO 8601), if that is known."""

    @property
    def at(self) -> str | None:
        """The place that names it, if one does: `pottle.lock:12`."""


class Archive:
    """The packages of `suite` for `architecture`, from `mirrors`. Several threads may share it."""

    def __init__(self, suite: Suite, architecture: str, mirrors: Mirrors, options: ArchiveOptions) -> None:
        self.suite = suite
        self.architecture = architecture
        self.mirrors = mirrors
        self._options = options
        self._lock = Lock()
        self._known: dict[Pocket, Release] = {}
        self._universes: dict[tuple[str, ...], Universe] = {}
        self._kept: tuple[Pinned, ...] = ()
        self._releases = Releases(
            suite,
            options.cache / "releases",
            options.http,
            Trust(options.keys or suite.read_keys(), options.clock, options.max_age, options.allow_expired),
        )

    def at_release(self) -> "Archive":
        """The same archive without updates and security fixes: it changes at point releases only."""
        return Archive(
            replace(self.suite, pockets=(self.suite.release,)), self.architecture, self.mirrors, self._options
        )

    def keeping(self, packages: Sequence[Pinned]) -> "Archive":
        """The same archive, in which these versions are what there is of their names, whatever has been published since."""
        other = Archive(self.suite, self.architecture, self.mirrors, self._options)
        other._kept = tuple(packages)
        return other

    # --- resolving

    def resolve(
        self, names: Iterable[str], without: Iterable[str] = (), given: Sequence[BinaryPackage] = ()
    ) -> tuple[BinaryPackage, ...]:
        """The packages called `names` and all they need, less `without` and what only those need, and less those `given`; by name."""
        return self.solve(names, without, given).packages

    def solve(
        self, names: Iterable[str], without: Iterable[str] = (), given: Sequence[BinaryPackage] = ()
    ) -> Resolution:
        """The same, with who wanted what."""
        wanted, unwanted = frozenset(names), frozenset(without)
        try:
            return solve(self._universe(self.suite.components), wanted, unwanted, given)
        except UnknownPackage:
            if not self.suite.further_components:
                raise
        components = self.suite.components + self.suite.further_components
        return solve(self._universe(components), wanted, unwanted, given)

    @property
    def releases(self) -> dict[str, Release]:
        """The `Release` of every pocket, as it was when names were resolved."""
        return {pocket.name: self._known[pocket] for pocket in self.suite.pockets if pocket in self._known}

    @property
    def fresh_until(self) -> datetime:
        """When what was resolved may have changed: the first moment at which a `Release` has to be asked for anew."""
        return min(self._releases.fresh_until(p, self.mirrors.root_of(p), found) for p, found in self._known.items())

    @property
    def expired(self) -> tuple[str, ...]:
        """The pockets whose `Release` is past its Valid-Until and was allowed to be."""
        return tuple(name for name, release in self.releases.items() if self._releases.is_expired(release))

    def _universes_in_turn(self) -> Iterator[Universe]:
        """Of the first components, then with the further ones."""
        yield self._universe(self.suite.components)
        if self.suite.further_components:
            yield self._universe(self.suite.components + self.suite.further_components)

    def _universe(self, components: tuple[str, ...]) -> Universe:
        with self._lock:
            if components not in self._universes:
                newest = Universe(self._indexes(components), self.architecture)
                kept = [self._described(package, newest) for package in self._kept]
                self._universes[components] = newest.having(kept)
            return self._universes[components]

    def _described(self, package: Pinned, newest: Universe) -> BinaryPackage:
        """What it says of itself: as the index has it, or the package itself, where that has been superseded."""
        from pottle.sources.debian.deb import read_deb

        found = newest.newest(package.name)
        if found is not None and found.sha256 == package.sha256:
            return found
        deb = read_deb(self.fetch(package))
        return replace(
            described(deb.control, package.suite, package.filename, package.sha256, package.size),
            released=package.released,
        )

    @property
    def released(self) -> str | None:
        """The date of the newest `Release` that names were resolved by (UTC, ISO 8601)."""
        dates = [release.date for release in self.releases.values()]
        return f"{max(dates):%Y-%m-%dT%H:%M:%SZ}" if dates else None

    def _indexes(self, components: tuple[str, ...]) -> Sequence[Index]:
        def open_pocket(pocket: Pocket) -> list[Index] | PottleError:
            try:
                self._known[pocket] = release = self._releases.current(pocket, self.mirrors.root_of(pocket))
                return [self._index(pocket, release, component) for component in components]
            except PottleError as error:
                return error

        opened = self._at_once(open_pocket, self.suite.pockets)
        for error in opened:
            if isinstance(error, PottleError):
                raise error  # the first in the pockets' order, whichever came first
        return [index for indexes in opened if not isinstance(indexes, PottleError) for index in indexes]

    def _index(self, pocket: Pocket, release: Release, component: str) -> Index:
        name = f"{component}/binary-{self.architecture}/Packages"
        root = self.mirrors.root_of(pocket)
        listed = release.file(f"{name}.xz")
        if listed is None:
            raise SourceError(
                f"{pocket.name} has no packages for {self.architecture} in {component}",
                hint=f"check that {shown(root)} is an archive of {self.suite.family}",
            )
        path = self._options.cache / "indexes" / f"{listed.sha256}.{FORMAT}"
        with self._options.turns.of(path):
            with suppress(IntegrityError):
                if path.is_file():
                    return Index(path, pocket.name)
            with self._downloaded(f"{root}/dists/{pocket.name}/{name}.xz", listed, by_hash=release.by_hash) as packed:
                compile_index(packed, path, release.file(name))
        return Index(path, pocket.name)

    @contextmanager
    def _downloaded(self, url: str, listed: Expected, *, by_hash: bool) -> Iterator[Path]:
        """The file at `url` for the time of the block; by its digest first, which an update of the mirror leaves in place."""
        directory = url.rpartition("/")[0]
        urls = [f"{directory}/by-hash/SHA256/{listed.sha256}", url] if by_hash else [url]
        indexes = self._options.cache / "indexes"
        with host_errors(indexes):
            indexes.mkdir(parents=True, exist_ok=True)
            with staged_directory(indexes, ".packed-") as temporary:
                packed = temporary / "Packages.xz"
                self._download_first(urls, packed, listed)
                yield packed

    def _download_first(self, urls: Sequence[str], target: Path, expected: Expected) -> None:
        for url in urls[:-1]:
            with suppress(NotFound):
                return self._options.http.download(url, target, expected)
        return self._options.http.download(urls[-1], target, expected)

    # --- what is built with what

    def named(self, name: str) -> str | None:
        """The package of that name, else the first that provides it; None: there is none."""
        for universe in self._universes_in_turn():
            if universe.newest(name) is not None:
                return name
            if provider := next((package.name for package in universe.providers(name)), None):
                return provider
        return None

    def version_of(self, name: str) -> str | None:
        """The newest version of the package; None: there is none of that name."""
        found = (universe.newest(name) for universe in self._universes_in_turn())
        return next((each.version for each in found if each is not None), None)

    def build_depends(self, source: str) -> str | None:
        """What the source package is said to be built with (policy §7.7); None: there is none of that name."""
        listing = self._listing(("main/source/Sources.xz",), cut_sources)
        return listing.value(source) if listing is not None else None

    def source_of(self, name: str) -> str | None:
        """The source package that the package is built of; None: there is no such package."""
        found = self._universe(self.suite.components).newest(name)
        return found.source if found is not None else None

    def files(self, path: str) -> Sequence[tuple[str, str]]:
        """Whatever ends with `path` of what compilers look for, and the packages that have it."""
        listing = self._listing(
            (f"main/Contents-{self.architecture}.gz", f"Contents-{self.architecture}.gz"), cut_contents
        )
        return listing.ending(path) if listing is not None else ()

    def _listing(self, names: Sequence[str], cut: Cut) -> Listing | None:
        """The first of the files that the release lists; None: a mirror may be without."""
        self._universe(self.suite.components)
        pocket = self.suite.release
        release, root = self._known[pocket], self.mirrors.root_of(pocket)
        for name in names:
            if (listed := release.file(name)) is None:
                continue
            path = self._options.cache / "indexes" / f"{listed.sha256}.{FORMAT}"
            with self._options.turns.of(path):
                if not path.is_file():
                    url = f"{root}/dists/{pocket.name}/{name}"
                    with self._downloaded(url, listed, by_hash=release.by_hash) as packed:
                        cut(packed, path)
                return Listing(path)
        return None

    # --- fetching

    def fetch(self, package: Pinned, progress: Progress | None = None) -> Path:
        """The package's file in the cache, whole and verified; from the mirror if need be."""
        path = self._place(package)
        with self._options.turns.of(path):
            return self._fetched(package, path, progress)

    def _fetched(self, package: Pinned, path: Path, progress: Progress | None) -> Path:
        expected = Expected(package.sha256, package.size)
        if _holds(path, expected):
            if progress:
                progress(expected.size)
            return path
        if any(each.take(filename(package), expected, path) for each in self._options.places):
            if progress:
                progress(expected.size)
            return path
        with _told_of(package):
            self._download(package, path, expected, progress)
        return path

    def _download(self, package: Pinned, path: Path, expected: Expected, progress: Progress | None) -> None:
        """From the mirror, else as it once was."""
        pocket = self._pocket_of(package)
        root, name = self.mirrors.root_of(pocket), quote(package.filename, safe="/+~")
        with suppress(NotFound):
            return self._options.http.download(f"{root}/{name}", path, expected, progress)
        gone = f"{shown(root)} does not have {package.name} {package.version} any more"
        if package.released is None or self._options.snapshots is None:
            raise SourceError(gone, hint=_KEEP)
        try:
            for url in self._options.snapshots.urls(pocket, package.released, name):
                with suppress(NotFound):
                    return self._options.http.download(url, path, expected, progress)
        except SourceError as error:
            raise SourceError(f"{gone}, and no snapshot can be asked: {error.what}", hint=_KEEP) from error
        raise SourceError(f"{gone}, nor does a snapshot of it", hint=_KEEP)

    def fetch_all(self, packages: Iterable[Pinned], progress: Progress | None = None) -> tuple[Path, ...]:
        """The files of many packages, several at once, in their order. Stops at the first failure, and at once on Ctrl-C."""
        return tuple(self._at_once(lambda package: self.fetch(package, progress), tuple(packages)))

    def _at_once(self, do: Callable[[_A], _B], arguments: Sequence[_A]) -> list[_B]:
        """`map` by a few threads."""
        return together([partial(do, argument) for argument in arguments], self._options.stop, _AT_ONCE)

    def _place(self, package: Pinned) -> Path:
        segments = package.filename.split("/")
        if not _SHA256.fullmatch(package.sha256) or package.size < 0 or {"", ".", ".."} & set(segments):
            raise SourceError(f"{package.name} {package.version} is not described by a path, a SHA-256 and a size")
        return kept.place(self._options.cache, package.sha256)

    def _pocket_of(self, package: Pinned) -> Pocket:
        for pocket in self.suite.pockets:
            if pocket.name == package.suite:
                return pocket
        raise SourceError(
            f"{package.name} {package.version} is from {package.suite}, which is no part of {self.suite.name}"
        )


@contextmanager
def _told_of(package: Pinned) -> Iterator[None]:
    """What goes wrong with a package that a lock names is told with its place there."""
    try:
        yield
    except PottleError as error:
        if package.at is None or error.at is not None:
            raise
        hint = error.hint
        if isinstance(error, IntegrityError):
            hint = f"{hint}; if the lock was edited, run `pottle lock --upgrade-package {package.name}`"
        raise type(error)(error.what, at=Location.parse(package.at), hint=hint) from error


_KEEP = "name a mirror that keeps old packages, or lock again; `debs` keeps those of pottle.lock from then on"


def glibc_version(packages: Iterable[Pinned]) -> tuple[int, int] | None:
    """The X.Y of the glibc among `packages`, as wheel tags need it; None where there is none."""
    for package in packages:
        if package.name == "libc6":
            major, minor = upstream(package.version).split(".")[:2]
            return int(major), int(minor)
    return None


def _holds(path: Path, expected: Expected) -> bool:
    """Whether the cache has these very bytes."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == expected.sha256
    except FileNotFoundError:
        return False
