"""HTTP as package archives need it: bounded, retried, checked while it streams, placed whole.

Errors name the URL without its credentials. A server that is away, slow, overloaded or cuts a body short is asked again;
bytes that are complete and still not what their digest says are never asked for twice.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self, TypeAlias, TypeVar
from urllib.parse import urlsplit

from pottle.errors import IntegrityError, PottleError, SourceError
from pottle.http import Connections, Hopeless, HttpOptions, NotFound, TryAgain, check_busy, retried
from pottle.messages import Request, Response, shown
from pottle.sources.placing import placing
from pottle.stop import Stop

_T = TypeVar("_T")

Progress: TypeAlias = Callable[[int], None]
"""Called with the number of bytes that came in; a negative number takes back those of a failed attempt."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What some bytes have to be."""

    sha256: str
    size: int


class Http:
    """A client that any number of threads may share, until `stop`. Connections open at the first request."""

    def __init__(
        self,
        options: HttpOptions | None = None,
        stop: Stop | None = None,
        *,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        self._options = options or HttpOptions()
        self._stop = stop or Stop()
        self._sleep = sleep or self._stop.sleep
        self._connections = Connections(self._options, self._stop, follow_redirects=True)

    def read(self, url: str, *, limit: int) -> bytes:
        """A small document, whole. More than `limit` bytes are refused."""

        def receive(response: Response) -> bytes:
            content = bytearray()
            for chunk in response.iter_raw():
                self._stop.check()
                content += chunk
                if len(content) > limit:
                    raise SourceError(f"{shown(url)} is larger than {limit} bytes", hint=_WRONG_SERVER)
            return bytes(content)

        return self._request(url, receive)

    def download(self, url: str, target: Path, expected: Expected, progress: Progress | None = None) -> None:
        """Places what `url` gives at `target`, if it is what is `expected`."""

        def receive(response: Response) -> None:
            with placing(target) as partial, _reported(progress) as report:
                _receive(response, partial, expected, self._watched(report))

        self._request(url, receive)

    def close(self) -> None:
        """Closes the connections, if any are open."""
        self._connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _watched(self, report: Progress) -> Progress:
        def watched(count: int) -> None:
            self._stop.check()
            report(count)

        return watched

    def _request(self, url: str, receive: Callable[[Response], _T]) -> _T:
        def attempt() -> _T:
            with self._connections.exchange(Request("GET", url)) as response:
                _check_status(url, response)
                return receive(response)

        def failed(failure: TryAgain, attempts: int) -> PottleError:
            return SourceError(
                f"cannot fetch {shown(url)}: {failure} ({attempts} attempts)",
                hint=f"check the network and that {_host(url)} can be reached, or name another mirror",
            )

        try:
            return retried(attempt, self._options, self._sleep, failed)
        except Hopeless as failure:
            raise SourceError(f"cannot fetch {shown(url)}: {failure}", hint=_WRONG_SERVER) from failure


_WRONG_SERVER = "check that this is the address of a package archive"


def _host(url: str) -> str:
    return urlsplit(url).hostname or "the server"


def _check_status(url: str, response: Response) -> None:
    check_busy(response)
    status = response.status_code
    if status in {404, 410}:
        raise NotFound(f"{shown(url)} does not exist ({status})", hint=_WRONG_SERVER)
    if status != 200:
        raise SourceError(f"{shown(url)} was refused ({status})", hint="check the mirror's address and credentials")


def _receive(response: Response, partial: IO[bytes], expected: Expected, report: Progress) -> None:
    """Writes the body and checks it; stops at the first byte too many."""
    received, digest = 0, hashlib.sha256()
    url = str(response.request.url)
    for chunk in response.iter_raw():
        received += len(chunk)
        if received > expected.size:
            raise IntegrityError(
                f"{shown(url)} is longer than the {expected.size} bytes it should have", hint=_TAMPERED
            )
        digest.update(chunk)
        partial.write(chunk)
        report(len(chunk))
    if received < expected.size:
        raise TryAgain(f"the body ended after {received} of {expected.size} bytes")
    if digest.hexdigest() != expected.sha256:
        raise IntegrityError(
            f"{shown(url)} has SHA-256 {digest.hexdigest()}, expected {expected.sha256}", hint=_TAMPERED
        )


_TAMPERED = "the mirror is broken, being updated, or tampered with: try again later or name another mirror"


@contextmanager
def _reported(progress: Progress | None) -> Iterator[Progress]:
    """Passes progress on, and takes back what a failed attempt had reported."""
    total = 0

    def report(count: int) -> None:
        nonlocal total
        total += count
        if progress:
            progress(count)

    try:
        yield report
    except BaseException:
        if progress and total:
            progress(-total)
        raise
