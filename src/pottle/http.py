"""HTTP as servers of packages and of images need it: lines that trust what the machine trusts, end when told to and never crawl.

`Connections` makes one attempt at one request; `retried` says when there is another. What a server says is for their users to judge.
"""

import re
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar
from urllib.parse import urlsplit
from weakref import WeakSet

from pottle import __version__
from pottle.errors import HostError, PottleError, SourceError
from pottle.stop import Stop
from pottle.text import Location

if TYPE_CHECKING:
    import ssl

    import httpx

_T = TypeVar("_T")

BUSY: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""What a server says whom it is worth asking again."""

_NO_TLS = re.compile(r"CERTIFICATE_VERIFY_FAILED|WRONG_VERSION_NUMBER|RECORD_LAYER_FAILURE|PACKET_LENGTH_TOO_LONG")
_ERRNO = re.compile(r"^\[Errno -?\d+\] ")
_LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]")


class NotFound(SourceError):
    """The server is there and says that it does not have this (404, 410)."""


class TryAgain(Exception):
    """A failure that may pass: the reason, and how long the server asked us to wait."""

    def __init__(self, reason: str, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.wait = wait


class Hopeless(Exception):
    """A failure that will not pass: an address that is none, a certificate that nobody vouches for, a server without TLS."""


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """How to reach servers. Times are in seconds."""

    ca_bundle: Path | None = None
    """Certificates (PEM) trusted besides the machine's own store."""
    timeout: float = 30.0
    """Without a byte, or without a connection."""
    attempts: int = 4
    backoff: float = 0.25
    """Before the second attempt; doubled before each further one."""
    longest_wait: float = 10.0
    """However long a server asks us to wait."""
    patience: float = 60.0
    """How long a transfer may stay below `least_rate`."""
    least_rate: int = 1024
    """Bytes per second."""
    environment_proxies: bool = True
    """Whether `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` are honoured; the loopback is never asked through a proxy."""


@dataclass(frozen=True, slots=True)
class Request:
    """One question. A body is opened when it is sent, so that it can be sent again."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Callable[[], Iterable[bytes]] | None = None
    timeout: float | None = None
    """Seconds without a byte, where the server has more to do than usual."""


class Connections:
    """Lines to any number of servers, for any number of threads, until `stop`. They open at the first request."""

    def __init__(
        self, options: HttpOptions, stop: Stop, *, follow_redirects: bool = False, verified: bool = True
    ) -> None:
        self._options, self._stop = options, stop
        self._follow_redirects, self._verified = follow_redirects, verified
        self._lock = threading.Lock()
        self._idle: list[_Line] = []
        self._closed = False

    @contextmanager
    def exchange(self, request: Request) -> "Iterator[httpx.Response]":
        """The answer to one request, its body not yet read.

        Whatever goes wrong until the block ends is `TryAgain`, `Hopeless` or `Stopped`.
        """
        import httpx

        if not _is_url(request.url):
            raise Hopeless("this is no URL")
        line = self._take()
        watch = _Watch(line, max(self._options.patience, (request.timeout or 0) * 1.1), self._options.least_rate)
        try:
            with self._stop.ending(line.hang_up), watch, line.stream(request, watch) as response:
                watch.response = response
                yield response
            self._give_back(line)
        except (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL, httpx.TooManyRedirects) as error:
            raise Hopeless(first_line(error)) from error
        except httpx.TransportError as error:
            self._stop.check()
            if watch.too_slow:
                raise TryAgain(f"fewer than {watch.least} bytes came in {watch.seconds:.0f} seconds") from error
            if _NO_TLS.search(str(error)):
                raise Hopeless(first_line(error)) from error
            raise TryAgain(first_line(error)) from error
        finally:
            line.close_unless_idle()

    def close(self) -> None:
        """Closes what is open, and what is in use when its exchange ends."""
        with self._lock:
            idle, self._idle, self._closed = self._idle, [], True
        for line in idle:
            line.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _take(self) -> "_Line":
        with self._lock:
            trust = self._trust
            line = self._idle.pop() if self._idle else None
        if line is None:
            return _Line(self._options, trust, follow_redirects=self._follow_redirects)
        line.idle = False
        return line

    def _give_back(self, line: "_Line") -> None:
        with self._lock:
            if not self._closed:
                line.idle = True
                self._idle.append(line)

    @cached_property
    def _trust(self) -> "ssl.SSLContext":
        return trust(self._options.ca_bundle) if self._verified else _no_trust()


class _Line:
    """A client that one thread uses at a time, so that what it has opened can be ended without ending others."""

    def __init__(self, options: HttpOptions, trusted: "ssl.SSLContext", *, follow_redirects: bool) -> None:
        import httpx

        self.idle = False
        self._lock = threading.Lock()
        self._timeout, self._follow_redirects = options.timeout, follow_redirects
        self._sockets: WeakSet[socket.socket] = WeakSet()
        self._ended = False
        self._client = httpx.Client(
            verify=trusted,
            follow_redirects=follow_redirects,
            trust_env=options.environment_proxies,
            mounts={f"all://{host}": None for host in _LOOPBACK} if options.environment_proxies else None,
            # The digests are those of the files themselves: no encoding on the way.
            headers={"User-Agent": f"pottle/{__version__}", "Accept-Encoding": "identity"},
        )

    @contextmanager
    def stream(self, request: Request, watch: "_Watch") -> "Iterator[httpx.Response]":
        import httpx

        self._ended = False
        extensions: dict[str, Any] = {"trace": self._connected}
        target = _target(request.url)
        if not self._follow_redirects and target != httpx.URL(request.url).raw_path:
            extensions["target"] = target  # as the server wrote it, whatever httpx would make of it
        with self._client.stream(
            request.method,
            request.url,
            headers=dict(request.headers),
            content=None if request.body is None else watch.sending(request.body()),
            timeout=httpx.Timeout(self._timeout, read=max(self._timeout, request.timeout or 0)),
            extensions=extensions,
        ) as response:
            yield response

    def _connected(self, event: str, info: dict[str, Any]) -> None:
        """Notes every socket that is opened (httpx's trace extension), so that `hang_up` can end a wait for bytes.

        A plain socket that TLS is about to take over is let go: shut down at that moment, it would be left open (CPython 3.11,
        `SSLSocket._create`).
        """
        with self._lock:
            if event == "connection.start_tls.started":
                for each in list(self._sockets) if self._ended else ():
                    each.close()
                self._sockets.clear()
            elif event in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
                stream = info["return_value"]
                self._sockets.add(stream.get_extra_info("socket"))
                if self._ended:
                    stream.close()

    def hang_up(self) -> None:
        """Whoever waits for a byte sees the connection end. Sockets that were closed meanwhile are none any more."""
        with self._lock:
            self._ended = True
            for each in list(self._sockets):
                with suppress(OSError):
                    socket.socket.shutdown(each, socket.SHUT_RDWR)

    def close(self) -> None:
        self._client.close()

    def close_unless_idle(self) -> None:
        if not self.idle:
            self.close()


class _Watch:
    """Looks at an exchange every so often, and hangs up when less than a floor has moved since (a slow loris)."""

    def __init__(self, line: _Line, seconds: float, least_rate: int) -> None:
        self._line, self.seconds, self.least = line, seconds, int(seconds * least_rate)
        self.response: httpx.Response | None = None
        self.too_slow = False
        self._sent = self._before = 0
        self._timer: threading.Timer | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self._arm()
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = None

    def sending(self, body: Iterable[bytes]) -> Iterator[bytes]:
        """The body, counted on its way."""
        for chunk in body:
            self._sent += len(chunk)
            yield chunk

    def _arm(self) -> None:
        self._timer = threading.Timer(self.seconds, self._look)
        self._timer.daemon = True
        self._timer.start()

    def _look(self) -> None:
        with self._lock:
            if self._timer is None:
                return
            moved = self._sent + (self.response.num_bytes_downloaded if self.response is not None else 0)
            if moved - self._before >= self.least:
                self._before = moved
                self._arm()
                return
            self.too_slow = True
        self._line.hang_up()


def retried(
    work: Callable[[], _T],
    options: HttpOptions,
    sleep: Callable[[float], None],
    failed: Callable[[TryAgain, int], PottleError],
) -> _T:
    """What `work` gives, asked for again as long as it raises `TryAgain`; in the end what `failed` makes of the last failure."""
    for attempt in range(1, options.attempts + 1):
        try:
            return work()
        except TryAgain as failure:
            if attempt == options.attempts:
                raise failed(failure, attempt) from failure
            sleep(pause(failure, attempt, options))
    raise AssertionError("attempts is at least 1")


def pause(failure: TryAgain, attempt: int, options: HttpOptions) -> float:
    """Seconds to wait after the failure of an attempt, which are counted from 1."""
    return min(max(failure.wait, options.backoff * 2.0 ** (attempt - 1)), options.longest_wait)


def retry_after(response: "httpx.Response") -> float:
    """Seconds that the server asks us to wait (RFC 9110 §10.2.3): a number, or a date."""
    value: str = response.headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    return max(0.0, (until.astimezone(UTC) - datetime.now(UTC)).total_seconds())


def check_busy(response: "httpx.Response") -> None:
    """Raises `TryAgain` where the server says that it is out of order for now."""
    if response.status_code in BUSY:
        raise TryAgain(f"the server answered {response.status_code}", retry_after(response))


def shown(url: str) -> str:
    """The URL as it may be shown: without user name, password, query and fragment."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "(an address that is not a URL)"
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"


def first_line(error: Exception) -> str:
    """What an exception says, in one line and without the system's number for it."""
    text = next(iter(str(error).splitlines()), "")
    return _ERRNO.sub("", text) or type(error).__name__


def _is_url(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


def trust(ca_bundle: Path | None) -> "ssl.SSLContext":
    """The machine's own certificate store, and the certificates of a file."""
    import ssl

    import truststore

    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca_bundle is not None:
        try:
            context.load_verify_locations(cafile=str(ca_bundle))
        except (OSError, ssl.SSLError) as error:
            raise HostError(
                f"cannot read these certificates: {first_line(error)}",
                at=Location(str(ca_bundle)),
                hint="name a file of certificates in PEM form",
            ) from error
    return context


def _no_trust() -> "ssl.SSLContext":
    import ssl

    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _target(url: str) -> bytes:
    """The request target of a URL, its bytes untouched but for those that no request line may hold."""
    without_fragment = url.partition("#")[0]
    authority_and_rest = without_fragment.partition("://")[2]
    start = next((n for n, character in enumerate(authority_and_rest) if character in "/?"), len(authority_and_rest))
    rest = authority_and_rest[start:]
    target = rest if rest.startswith("/") else f"/{rest}"
    return b"".join(bytes([byte]) if 0x21 <= byte <= 0x7E else b"%%%02X" % byte for byte in target.encode())
