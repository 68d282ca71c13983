"""All registries that one command talks to: connections, tokens and logins, shared by any number of threads."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import Lock
from typing import Final, Self

from pottle.oci.reference import Reference
from pottle.oci.registry.access import Access, Wish
from pottle.oci.registry.credentials import Keychain
from pottle.oci.registry.endpoint import Endpoint
from pottle.oci.registry.options import RegistryOptions
from pottle.oci.registry.repository import Repository
from pottle.oci.registry.transport import Transport
from pottle.oci.registry.upload import Habits
from pottle.stop import Stop

CONNECTIONS: Final = 5
"""How many blobs of an image are on their way at once."""


class Registry:
    """A client of OCI's distribution specification, until `stop`."""

    def __init__(
        self, options: RegistryOptions, stop: Stop | None = None, *, sleep: Callable[[float], None] | None = None
    ) -> None:
        self.stop = stop or Stop()
        self._transport = Transport(options, self.stop, sleep)
        self._keychain = Keychain(options.environ, self.stop)
        self._habits: dict[str, Habits] = {}
        self._endpoints: dict[tuple[str, Wish], Endpoint] = {}
        self._lock = Lock()

    def repository(self, name: Reference, *, push: bool = False, sources: Sequence[str] = ()) -> Repository:
        """The repository that `name` is in, to read from it, or to push to it as well.

        `sources` are repositories of the same registry that blobs may be mounted from. Only who reads asks mirrors.
        """
        wish = Wish(name.repository, "pull,push", tuple(sources)) if push else Wish(name.repository)
        own = self._endpoint(name.registry, wish)
        mirrors = () if push else self._transport.options.mirrors(name.registry)
        places = [mirror.reference(replace(name, tag=None, digest=None)) for mirror in mirrors]
        readers = [self._endpoint(place.registry, Wish(place.repository)) for place in places]
        return Repository(name, (*readers, own), self._habits_of(name.registry))

    def close(self) -> None:
        """Closes the connections, if any are open."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _endpoint(self, registry: str, wish: Wish) -> Endpoint:
        with self._lock:
            key = registry, wish
            if key not in self._endpoints:
                access = Access(registry, wish, self._keychain, self._transport)
                self._endpoints[key] = Endpoint(registry, wish.repository, access, self._transport)
            return self._endpoints[key]

    def _habits_of(self, registry: str) -> Habits:
        with self._lock:
            return self._habits.setdefault(registry, Habits())
