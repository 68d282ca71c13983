"""HTTP as servers of packages and of images need it: lines that trust what the machine trusts, end when told to and never crawl.

`Connections` makes one attempt at one request; `retried` says when there is another. What a server says is for their users to judge.
"""

import base64
import re
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar
from urllib.parse import SplitResult
from weakref import WeakSet

from pottle import __version__, address
from pottle.errors import HostError, PottleError, SourceError
from pottle.messages import Request, Response, origin, redirected, shown
from pottle.stop import Stop
from pottle.text import Location

if TYPE_CHECKING:
    import ssl

    import httpcore

_T = TypeVar("_T")

BUSY: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""What a server says whom it is worth asking again."""

_NO_TLS = re.compile(r"CERTIFICATE_VERIFY_FAILED|WRONG_VERSION_NUMBER|RECORD_LAYER_FAILURE|PACKET_LENGTH_TOO_LONG")
_ERRNO = re.compile(r"^\[Errno -?\d+\] ")
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_MOST_REDIRECTS: Final = 20
_IDLE: Final = 5.0
"""Seconds that a connection may lie idle and still be trusted to be open."""


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


class Connections:
    """Lines to any number of servers, for any number of threads, until `stop`. They open at the first request."""

    def __init__(
        self, options: HttpOptions, stop: Stop, *, follow_redirects: bool = False, verified: bool = True
    ) -> None:
        self._options, self._stop = options, stop
        self._follow_redirects, self._verified = follow_redirects, verified
        self._lock, self._trusting = threading.Lock(), threading.Lock()
        self._idle: list[_Line] = []
        self._closed = False

    @contextmanager
    def exchange(self, request: Request) -> Iterator[Response]:
        """The answer to one request, its body not yet read.

        Whatever goes wrong until the block ends is `TryAgain`, `Hopeless` or `Stopped`.
        """
        for _ in range(_MOST_REDIRECTS + 1):
            request = _without_login(request)
            with self._answered(request) as response:
                following = redirected(request, response) if self._follow_redirects else None
                if following is None:
                    yield response
                    return
            request = following
        raise Hopeless("it redirects without end")

    @contextmanager
    def _answered(self, request: Request) -> Iterator[Response]:
        import httpcore

        line = self._take()
        watch = _Watch(line, max(self._options.patience, (request.timeout or 0) * 1.1), self._options.least_rate)
        try:
            with self._stop.ending(line.hang_up), watch, line.stream(request, watch) as response:
                watch.response = response
                yield response
            self._give_back(line)
        except (httpcore.UnsupportedProtocol, httpcore.LocalProtocolError) as error:
            raise Hopeless(first_line(error)) from error
        except (
            httpcore.TimeoutException,
            httpcore.NetworkError,
            httpcore.RemoteProtocolError,
            httpcore.ProxyError,
        ) as error:
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
            line = self._idle.pop() if self._idle else None
        if line is None:
            if self._options.ca_bundle is not None and self._verified:
                self._trusted()  # a file that was named and cannot be read is said, whether it is needed or not
            return _Line(self._options, self._trusted)
        line.idle = False
        return line

    def _give_back(self, line: "_Line") -> None:
        with self._lock:
            if not self._closed:
                line.idle = True
                self._idle.append(line)

    def _trusted(self) -> "ssl.SSLContext":
        with self._trusting:
            return self._trust

    @cached_property
    def _trust(self) -> "ssl.SSLContext":
        return trust(self._options.ca_bundle) if self._verified else _no_trust()


class _Line:
    """Connections that one thread uses at a time, so that what it has opened can be ended without ending others."""

    def __init__(self, options: HttpOptions, trusted: "Callable[[], ssl.SSLContext]") -> None:
        self.idle = False
        self._lock = threading.Lock()
        self._options, self._trusted = options, trusted
        self._sockets: WeakSet[socket.socket] = WeakSet()
        self._ended = False
        self._pools: dict[tuple[bool, str | None], httpcore.ConnectionPool] = {}

    @contextmanager
    def stream(self, request: Request, watch: "_Watch") -> Iterator[Response]:
        """The answer to one request."""
        import httpcore

        self._ended = False
        url = _address(request.url)
        host = url.hostname or ""
        timeout, reading = self._options.timeout, max(self._options.timeout, request.timeout or 0)
        raw = self._pool(url).handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(
                    scheme=url.scheme.encode(), host=host.encode(), port=url.port, target=_target(request.url)
                ),
                headers=_headers(request, f"[{host}]" if ":" in host else host, url.port),
                content=None if request.body is None else watch.sending(request.body()),
                extensions={
                    "timeout": {"connect": timeout, "read": reading, "write": timeout, "pool": timeout},
                    "trace": self._connected,
                },
            )
        )
        try:
            yield Response(request, raw)
        finally:
            raw.close()

    def _pool(self, url: SplitResult) -> "httpcore.ConnectionPool":
        """The connections to servers of that kind. What the machine trusts is read where TLS is spoken."""
        import httpcore

        proxy = _proxy(url) if self._options.environment_proxies else None
        tls = url.scheme == "https" or (proxy or "").startswith("https:")
        if (tls, proxy) not in self._pools:
            context = self._trusted() if tls else None
            through = _through(proxy, context) if proxy is not None else None
            self._pools[tls, proxy] = httpcore.ConnectionPool(context, through, keepalive_expiry=_IDLE)
        return self._pools[tls, proxy]

    def _connected(self, event: str, info: dict[str, Any]) -> None:
        """Notes every socket that is opened (httpcore's trace extension), so that `hang_up` can end a wait for bytes.

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
                _shut_down(each)

    def close(self) -> None:
        for pool in self._pools.values():
            pool.close()

    def close_unless_idle(self) -> None:
        if not self.idle:
            self.close()


def _shut_down(each: socket.socket) -> None:
    """Below TLS, whose own end would be waited for."""
    with suppress(OSError):
        socket.socket.shutdown(each, socket.SHUT_RDWR)


def _headers(request: Request, host: str, port: int | None) -> list[tuple[str, str]]:
    """Those of every request, and its own."""
    own = request.headers
    length = {"Content-Length": "0"} if request.body is None and request.method in {"POST", "PUT", "PATCH"} else {}
    return [
        ("Host", host if port is None else f"{host}:{port}"),
        ("User-Agent", f"pottle/{__version__}"),
        # The digests are those of the files themselves: no encoding on the way.
        ("Accept-Encoding", "identity"),
        *{**length, **own}.items(),
    ]


def _without_login(request: Request) -> Request:
    """What its URL says of who asks, as a header (RFC 7617)."""
    parsed = address.parse(request.url)
    if parsed.username is None:
        return request
    login = f"{parsed.username.reveal()}:{parsed.password.reveal() if parsed.password else ''}"
    authorization = f"Basic {base64.b64encode(login.encode()).decode()}"
    return replace(request, url=parsed.url, headers={**request.headers, "Authorization": authorization})


def _proxy(url: SplitResult) -> str | None:
    """The proxy that the environment names for a server. The loopback is this machine's, whatever it says."""
    if url.hostname in _LOOPBACK:
        return None
    from urllib.request import getproxies, proxy_bypass

    proxies = getproxies()
    found = proxies.get(url.scheme) or proxies.get("all")
    if not found or proxy_bypass(url.netloc):
        return None
    return found if "://" in found else f"http://{found}"


def _through(proxy: str, context: "ssl.SSLContext | None") -> "httpcore.Proxy":
    import httpcore

    parsed = address.parse(proxy)
    if not parsed.url.startswith(("http://", "https://")):
        raise Hopeless(f"the proxy {shown(parsed.url)} is not one for HTTP")
    login = (parsed.username.reveal(), parsed.password.reveal() if parsed.password else "") if parsed.username else None
    return httpcore.Proxy(parsed.url, auth=login, ssl_context=context if parsed.url.startswith("https://") else None)


class _Watch:
    """Looks at an exchange every so often, and hangs up when less than a floor has moved since (a slow loris)."""

    def __init__(self, line: _Line, seconds: float, least_rate: int) -> None:
        self._line, self.seconds, self.least = line, seconds, int(seconds * least_rate)
        self.response: Response | None = None
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
            moved = self._sent + (self.response.received if self.response is not None else 0)
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


def retry_after(response: Response) -> float:
    """Seconds that the server asks us to wait (RFC 9110 §10.2.3): a number, or a date."""
    from datetime import UTC, datetime
    from email.utils import parsedate_to_datetime

    value = response.headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    return max(0.0, (until.astimezone(UTC) - datetime.now(UTC)).total_seconds())


def check_busy(response: Response) -> None:
    """Raises `TryAgain` where the server says that it is out of order for now."""
    if response.status_code in BUSY:
        raise TryAgain(f"the server answered {response.status_code}", retry_after(response))


def first_line(error: Exception) -> str:
    """What an exception says, in one line and without the system's number for it."""
    text = next(iter(str(error).splitlines()), "")
    return _ERRNO.sub("", text) or type(error).__name__


def _address(url: str) -> SplitResult:
    """A URL taken apart, its host as DNS has it (RFC 3490), and no port that its scheme stands for."""
    parts = origin(url)
    try:
        host = parts.netloc.encode("idna").decode() if not parts.netloc.isascii() else parts.netloc
        if parts.scheme in {"http", "https"} and host and parts.port != 0:
            return parts._replace(netloc=host)
    except ValueError:
        pass
    raise Hopeless("this is no URL of a server")


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


def speaks_tls(server: SplitResult, timeout: float, stop: Stop) -> bool:
    """Whether a server does, whatever its certificate: nothing is asked of it, and what the machine trusts need not be read."""
    try:
        with (
            socket.create_connection((server.hostname or "", server.port or 443), timeout) as plain,
            _no_trust().wrap_socket(plain, server_hostname=server.hostname, do_handshake_on_connect=False) as secured,
            stop.ending(lambda: _shut_down(secured)),
        ):
            secured.do_handshake()
            return True
    except OSError:
        stop.check()
        return False


def _no_trust() -> "ssl.SSLContext":
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
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
