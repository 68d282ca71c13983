"""One repository of one registry, as it is spoken to: a request, who asks, what to do when it fails, how a refusal reads."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from pottle.errors import SourceError
from pottle.http import BUSY, NotFound, TryAgain, retry_after
from pottle.messages import Request, Response, origin
from pottle.oci.registry.access import Access
from pottle.oci.registry.challenge import challenges
from pottle.oci.registry.saying import read_bounded, said
from pottle.oci.registry.transport import Transport

_T = TypeVar("_T")
_ROUNDS = 3
"""Anonymous, with a token that has ended, with a new one."""


class Endpoint:
    """Shared by threads."""

    def __init__(self, registry: str, repository: str, access: Access, transport: Transport) -> None:
        self.registry, self.repository = registry, repository
        self.transport = transport
        self._access = access
        self.reachable = True
        """False once it was not: who has another place to look at need not wait again."""

    def url(self, path: str) -> str:
        """The address of something in the repository."""
        return f"{self.transport.base(self.registry)}/v2/{self.repository}/{path}"

    def ask(self, request: Request, receive: Callable[[Response], _T]) -> _T:
        """What `receive` makes of the answer. What may pass is tried again."""
        return self.transport.retried(self.registry, lambda: self.once(request, receive))

    def once(self, request: Request, receive: Callable[[Response], _T]) -> _T:
        """The same in one attempt."""
        with self.opened(request) as response:
            return receive(response)

    @contextmanager
    def opened(self, request: Request) -> Iterator[Response]:
        """The answer to one attempt; who asks is said when the registry itself wants to know."""
        home = self.transport.base(self.registry)
        own = origin(request.url) == origin(home)
        grant = self._access.current() if own else None
        body = b""
        for _ in range(_ROUNDS):
            with self.transport.exchange(request, home, grant.header if grant else None) as response:
                if response.status_code != 401 or not (own and self._is_own(response)):
                    if grant is not None:
                        grant.proven = True
                    if response.status_code in BUSY:
                        words = said(response.status_code, read_bounded(response), self.transport.secrets)
                        raise TryAgain(f"it answered {words}", retry_after(response))
                    yield response
                    return
                body = read_bounded(response)
                offered = challenges(response.headers.get_list("WWW-Authenticate"))
            grant = self._access.renewed(offered, grant, body)
        raise self._access.denied(body)

    def refused(self, response: Response, doing: str) -> SourceError:
        """The error for an answer that is not the one hoped for; `doing` as in "to give team/shop:1.0"."""
        if not self._is_own(response):
            words = said(response.status_code, read_bounded(response), self.transport.secrets)
            where = origin(response.request.url).netloc
            return SourceError(
                f"{where}, where {self.registry} sends us, refuses {doing}: {words}",
                hint="ask whoever runs the registry",
            )
        return self.refusal(response.status_code, read_bounded(response), doing)

    def refusal(self, status: int, body: bytes, doing: str) -> SourceError:
        """The same for the registry itself, where the body has been read."""
        if status in {401, 403}:
            return self._access.denied(body, status)
        words = said(status, body, self.transport.secrets)
        kind = NotFound if status in {404, 410} else SourceError
        return kind(f"{self.registry} refuses {doing}: {words}", hint=_advice(status))

    def _is_own(self, response: Response) -> bool:
        return origin(response.request.url) == origin(self.transport.base(self.registry))


def _advice(status: int) -> str:
    match status:
        case 404 | 410:
            return "check the name; some registries want a repository to be created before anything is pushed to it"
        case 405:
            return "the registry does not allow that: is it a read-only one, or a mirror?"
        case 413:
            return "the registry, or a proxy in front of it, limits what may be sent at once"
        case 507:
            return "the registry's disk is full: ask whoever runs it"
        case _:
            return "ask whoever runs the registry"
