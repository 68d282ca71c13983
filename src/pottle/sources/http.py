"""HTTP as package archives need it: bounded, retried, checked while it streams, placed whole.

Errors name the URL without its credentials. A server that is away, slow, overloaded or cuts a body short is asked again;
bytes that are complete and still not what their digest says are never asked for twice.
"""

import hashlib
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import IO, TYPE_CHECKING, Any, Self, TypeAlias, TypeVar
from urllib.parse import urlsplit

from pottle import __version__
from pottle.errors import HostError, IntegrityError, SourceError
from pottle.sources.placing import placing
from pottle.stop import Stop
from pottle.text import Location

if TYPE_CHECKING:
    import ssl

    import httpx

_T = TypeVar("_T")
_CHUNK = 1 << 16
_BUSY = {408, 425, 429, 500, 502, 503, 504}
_LONGEST_WAIT = 10.0

Progress: TypeAlias = Callable[[int], None]
"""Called with the number of bytes that came in; a negative number takes back those of a failed attempt."""


class NotFound(SourceError):
    """The server is there and says that it does not have this (404, 410)."""


class _TryAgain(Exception):
    """A failure that may pass: the reason, and how long the server asked us to wait."""

    def __init__(self, reason: str, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Expected:
    """What some bytes have to be."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """How to reach servers."""

    ca_bundle: Path | None = None
    """Certificates (PEM) trusted besides the machine's own store."""
    timeout: float = 30.0
    """Seconds without a byte, or without a connection."""
    attempts: int = 4
    backoff: float = 0.25
    """Seconds before the second attempt; doubled before each further one."""
    environment_proxies: bool = True
    """Whether `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` are honoured."""


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
        self._lock = Lock()
        self._sockets: list[socket.socket] = []

    def read(self, url: str, *, limit: int) -> bytes:
        """A small document, whole. More than `limit` bytes are refused."""

        def receive(response: "httpx.Response") -> bytes:
            content = bytearray()
            for chunk in response.iter_raw(_CHUNK):
                self._stop.check()
                content += chunk
                if len(content) > limit:
                    raise SourceError(f"{shown(url)} is larger than {limit} bytes", hint=_WRONG_SERVER)
            return bytes(content)

        return self._request(url, receive)

    def download(self, url: str, target: Path, expected: Expected, progress: Progress | None = None) -> None:
        """Places what `url` gives at `target`, if it is what is `expected`."""

        def receive(response: "httpx.Response") -> None:
            with placing(target) as partial, _reported(progress) as report:
                _receive(response, partial, expected, self._watched(report))

        self._request(url, receive)

    def close(self) -> None:
        """Closes the connections, if any are open."""
        if "_client" in self.__dict__:
            self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @cached_property
    def _client(self) -> "httpx.Client":
        import httpx

        return httpx.Client(
            verify=_trust(self._options.ca_bundle),
            timeout=self._options.timeout,
            follow_redirects=True,
            trust_env=self._options.environment_proxies,
            # The digests are those of the files themselves: no encoding on the way.
            headers={"User-Agent": f"pottle/{__version__}", "Accept-Encoding": "identity"},
        )

    def _stream(self, url: str) -> "AbstractContextManager[httpx.Response]":
        with self._lock:
            client = self._client
        return client.stream("GET", url, extensions={"trace": self._connected})

    def _connected(self, event: str, info: dict[str, Any]) -> None:
        """Notes every socket that is opened (httpx's trace extension), so that `_hang_up` can end a wait for bytes."""
        if event in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            self._sockets.append(info["return_value"].get_extra_info("socket"))

    def _hang_up(self) -> None:
        """Whoever waits for a byte of a server sees the connection end. Sockets that were closed meanwhile are none any more."""
        for each in self._sockets:
            with suppress(OSError):
                socket.socket.shutdown(each, socket.SHUT_RDWR)

    def _watched(self, report: Progress) -> Progress:
        def watched(count: int) -> None:
            self._stop.check()
            report(count)

        return watched

    def _request(self, url: str, receive: "Callable[[httpx.Response], _T]") -> _T:
        for attempt in range(1, self._options.attempts + 1):
            try:
                return self._attempt(url, receive)
            except _TryAgain as failure:
                if attempt == self._options.attempts:
                    raise SourceError(
                        f"cannot fetch {shown(url)}: {failure} ({attempt} attempts)",
                        hint=f"check the network and that {_host(url)} can be reached, or name another mirror",
                    ) from failure
                self._sleep(min(max(failure.wait, self._options.backoff * 2 ** (attempt - 1)), _LONGEST_WAIT))
        raise AssertionError("attempts is at least 1")

    def _attempt(self, url: str, receive: "Callable[[httpx.Response], _T]") -> _T:
        import httpx

        try:
            with self._stop.ending(self._hang_up), self._stream(url) as response:
                _check_status(url, response)
                return receive(response)
        except (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL, httpx.TooManyRedirects) as error:
            raise SourceError(f"cannot fetch {shown(url)}: {_first_line(error)}", hint=_WRONG_SERVER) from error
        except httpx.TransportError as error:
            self._stop.check()
            raise _TryAgain(_first_line(error)) from error


_WRONG_SERVER = "check that this is the address of a package archive"


def shown(url: str) -> str:
    """The URL as it may be shown: without user name, password, query and fragment."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "(an address that is not a URL)"
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"


def _host(url: str) -> str:
    return urlsplit(url).hostname or "the server"


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), "") or type(error).__name__


def _check_status(url: str, response: "httpx.Response") -> None:
    status = response.status_code
    if status in _BUSY:
        raise _TryAgain(f"the server answered {status}", _retry_after(response))
    if status in {404, 410}:
        raise NotFound(f"{shown(url)} does not exist ({status})", hint=_WRONG_SERVER)
    if status != 200:
        raise SourceError(f"{shown(url)} was refused ({status})", hint="check the mirror's address and credentials")


def _retry_after(response: "httpx.Response") -> float:
    """RFC 9110 §10.2.3, seconds only."""
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isascii() and value.isdigit() else 0.0


def _receive(response: "httpx.Response", partial: IO[bytes], expected: Expected, report: Progress) -> None:
    """Writes the body and checks it; stops at the first byte too many."""
    received, digest = 0, hashlib.sha256()
    url = str(response.request.url)
    for chunk in response.iter_raw(_CHUNK):
        received += len(chunk)
        if received > expected.size:
            raise IntegrityError(
                f"{shown(url)} is longer than the {expected.size} bytes it should have", hint=_TAMPERED
            )
        digest.update(chunk)
        partial.write(chunk)
        report(len(chunk))
    if received < expected.size:
        raise _TryAgain(f"the body ended after {received} of {expected.size} bytes")
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


def _trust(ca_bundle: Path | None) -> "ssl.SSLContext":
    import ssl

    import truststore

    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca_bundle is not None:
        try:
            context.load_verify_locations(cafile=str(ca_bundle))
        except (OSError, ssl.SSLError) as error:
            raise HostError(
                f"cannot read these certificates: {_first_line(error)}",
                at=Location(str(ca_bundle)),
                hint="name a file of certificates in PEM form",
            ) from error
    return context
