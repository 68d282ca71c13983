"""Requests and answers of HTTP (RFC 9110): what is asked, what comes back, and where that sends whoever asked."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, urljoin, urlsplit

if TYPE_CHECKING:
    import httpcore

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Request:
    """One question. A body is opened when it is sent, so that it can be sent again."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Callable[[], Iterable[bytes]] | None = None
    timeout: float | None = None
    """Seconds without a byte, where the server has more to do than usual."""


class Headers:
    """Those of an answer, by name in any case. What is written more than once is a list (RFC 9110 §5.3)."""

    def __init__(self, pairs: Iterable[tuple[bytes, bytes]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name.decode("ascii").lower(), []).append(_text(value))

    def get(self, name: str, default: str = "") -> str:
        """The value."""
        return ", ".join(self.get_list(name)) if name in self else default

    def get_list(self, name: str) -> list[str]:
        """Each value by itself."""
        return self._values.get(name.lower(), [])

    def __getitem__(self, name: str) -> str:
        return ", ".join(self._values[name.lower()])

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._values


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


class Response:
    """An answer, its body while it comes in. `request` is what was answered: of redirects, the last."""

    def __init__(self, request: Request, raw: "httpcore.Response") -> None:
        self.request, self._raw = request, raw
        self.status_code: int = raw.status
        self.headers = Headers(raw.headers)
        self.received = 0
        """Bytes of the body."""

    def iter_raw(self) -> Iterator[bytes]:
        """The body, as the server sends it."""
        for chunk in self._raw.iter_stream():
            self.received += len(chunk)
            yield chunk

    def read(self) -> bytes:
        """All of it, where that is known to be little."""
        return b"".join(self.iter_raw())


def redirected(request: Request, response: Response) -> Request | None:
    """The same request where its answer sends it, if it does. Only 303 changes the method; the others never make a PUT a GET.

    A login goes to the same host and port alone, and from HTTP to HTTPS on the standard ones.
    """
    if response.status_code not in _REDIRECTS or "Location" not in response.headers:
        return None
    url, headers = joined(request.url, response.headers["Location"]), dict(request.headers)
    here, there = origin(request.url), origin(url)
    if here != there and (here.scheme, here.netloc) != ("http", there.netloc):
        headers.pop("Authorization", None)
    if response.status_code == 303 and request.method != "HEAD":
        headers = {name: value for name, value in headers.items() if not name.startswith("Content-")}
        return replace(request, method="GET", url=url, headers=headers, body=None)
    return replace(request, url=url, headers=headers)


def joined(base: str, location: str) -> str:
    """The URL that a `Location` means. What it holds is the server's own business: signatures cover it to the letter."""
    parts = urlsplit(base)
    if location.lower().startswith(("https://", "http://")):
        return location
    if location.startswith("//"):
        return f"{parts.scheme}:{location}"
    if location.startswith("/"):
        return f"{parts.scheme}://{parts.netloc}{location}"
    try:
        return urljoin(base, location)
    except ValueError:
        return ""


def origin(url: str) -> SplitResult:
    """Scheme, host and port of a URL; an empty one where it is none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return SplitResult("", "", "", "", "")
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    standard = {"https": 443, "http": 80}.get(parts.scheme)
    return SplitResult(parts.scheme, host if port in {None, standard} else f"{host}:{port}", "", "", "")


def shown(url: str) -> str:
    """The URL as it may be shown: without user name, password, query and fragment."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "(an address that is not a URL)"
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"
