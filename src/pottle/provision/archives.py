"""Opens the Debian and Ubuntu archives that a plan needs."""

from collections.abc import Iterable
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Self

from pottle.provision import places
from pottle.provision.settings import Settings

if TYPE_CHECKING:
    from pottle.sources.debian.archive import Archive
    from pottle.sources.debian.snapshot import Snapshots
    from pottle.sources.debian.suites import Family
    from pottle.sources.http import Http


class Archives:
    """Archives by suite and architecture, each opened once, all over one HTTP client, which ends with the block. Several threads may share them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.kept = places.of(settings)
        """Where files are kept besides the cache, if anywhere."""
        self._open: dict[tuple[str, str], Archive] = {}
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if "http" in self.__dict__:
            self.http.close()
        if self.kept is not None:
            self.kept.close()

    def archive(self, suite: str, architecture: str, allow_expired: Iterable[str] = ()) -> "Archive":
        """The archive of `suite`: from the mirror that is configured, that the machine's apt uses, or the default."""
        with self._lock:
            if (suite, architecture) not in self._open:
                self._open[suite, architecture] = self._opened(suite, architecture, frozenset(allow_expired))
            return self._open[suite, architecture]

    def _opened(self, suite: str, architecture: str, allow_expired: frozenset[str]) -> "Archive":
        from pottle.sources.debian import mirror
        from pottle.sources.debian.archive import Archive, ArchiveOptions
        from pottle.sources.debian.suites import suite_named

        settings, named = self._settings, suite_named(suite)
        environ = settings.environ
        if named.family == "ubuntu":
            wish = mirror.MirrorWish(environ.get("POTTLE_UBUNTU_MIRROR"))
        else:
            wish = mirror.MirrorWish(
                settings.mirror or environ.get("POTTLE_DEBIAN_MIRROR"), environ.get("POTTLE_DEBIAN_SECURITY_MIRROR")
            )
        options = ArchiveOptions(
            cache=settings.debian,
            http=self.http,
            clock=settings.clock,
            max_age=settings.max_age,
            allow_expired=allow_expired,
            keys=settings.archive_keys,
            places=(self.kept,) if self.kept is not None else (),
            snapshots=self._snapshots(named.family),
            stop=settings.stop,
            turns=settings.turns,
        )
        return Archive(named, architecture, mirror.choose(named, architecture, wish, mirror.read_machine()), options)

    def _snapshots(self, family: "Family") -> "Snapshots | None":
        """The family's snapshot service, whose root `POTTLE_DEBIAN_SNAPSHOT` or `POTTLE_UBUNTU_SNAPSHOT` names; None: none is asked."""
        from pottle.sources.debian import mirror
        from pottle.sources.debian.snapshot import Snapshots

        chosen = self._settings.environ.get(f"POTTLE_{family.upper()}_SNAPSHOT")
        return Snapshots(family, mirror.tidy(chosen)) if chosen else None

    @cached_property
    def http(self) -> "Http":
        """The client of all of them, and of whatever else is asked with them."""
        from pottle.http import HttpOptions
        from pottle.sources.http import Http

        return Http(HttpOptions(ca_bundle=self._settings.ca_bundle), self._settings.stop)
