"""How registries, and whoever they send us to, are reached: TLS but where it may be missing, redirects, no credential where it does not belong."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import SplitResult, urljoin, urlsplit

from pottle.errors import PottleError, SourceError
from pottle.http import Connections, Hopeless, Request, TryAgain, retried, shown
from pottle.oci.registry.options import RegistryOptions, api_host, hostname, is_loopback
from pottle.stop import Stop

if TYPE_CHECKING:
    import httpx

_T = TypeVar("_T")
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS: Final = 5


class Transport:
    """Shared by all that one command does with registries."""

    def __init__(self, options: RegistryOptions, stop: Stop, sleep: Callable[[float], None] | None = None) -> None:
        self.options, self.stop = options, stop
        self.secrets: set[str] = set()
        """What was sent to tell who we are: nobody is ever shown it."""
        self.sleep = sleep or stop.sleep
        self._verified = Connections(options.http, stop)
        self._unverified = Connections(options.http, stop, verified=False)
        self._bases: dict[str, str] = {}
        self._lock = Lock()

    def close(self) -> None:
        """Closes the connections."""
        self._verified.close()
        self._unverified.close()

    def base(self, registry: str) -> str:
        """`https://HOST`; or `http://HOST`, where that is allowed and HOST does not speak TLS."""
        host = api_host(registry)
        if not (is_loopback(host) or self.options.is_insecure(host)):
            return f"https://{host}"
        with self._lock:
            if host not in self._bases:
                self._bases[host] = f"{'https' if self._speaks_tls(host) else 'http'}://{host}"
            return self._bases[host]

    def _speaks_tls(self, host: str) -> bool:
        try:
            with self._connections(host).exchange(Request("GET", f"https://{host}/v2/")):
                return True
        except Hopeless as failure:
            return "CERTIFICATE_VERIFY_FAILED" in str(failure)
        except TryAgain:
            return False

    @contextmanager
    def exchange(
        self, request: Request, authorization: str | None = None, *, may_leave: bool = True
    ) -> "Iterator[httpx.Response]":
        """One answer, after redirects. `authorization` goes to the host of the request alone.

        With `may_leave` false, no redirect leads to another host: for what holds a secret in its body or its URL.
        """
        first = origin(request.url)
        for _ in range(_MOST_REDIRECTS + 1):
            self._check(request.url, first)
            headers = dict(request.headers)
            if authorization is not None and origin(request.url) == first:
                headers["Authorization"] = authorization
            host = urlsplit(request.url).netloc
            with self._connections(host).exchange(replace(request, headers=headers)) as response:
                target = _redirect(response)
                if target is None:
                    yield response
                    return
                request = _followed(request, response, target)
                if not may_leave and origin(request.url) != first:
                    raise SourceError(
                        f"{shown(response_url(response))} wants to send a login on to {shown(request.url)}",
                        hint="nothing was sent there; ask whoever runs the registry",
                    )
        raise SourceError(f"{hostname(first.netloc)} redirects without end", hint="is this the registry's address?")

    def retried(
        self, registry: str, work: Callable[[], _T], failed: Callable[[TryAgain, int], PottleError] | None = None
    ) -> _T:
        """What `work` gives, tried again for as long as that makes sense; then an error that says why it makes none."""
        try:
            return retried(work, self.options.http, self.sleep, failed or _unreachable(registry))
        except Hopeless as failure:
            raise hopeless(registry, failure) from failure

    def _connections(self, host: str) -> Connections:
        return self._unverified if self.options.is_insecure(host) else self._verified

    def _check(self, url: str, first: SplitResult) -> None:
        """Without TLS only where somebody said so, and on this machine if what sent us here is no stranger."""
        parts = origin(url)
        if parts.scheme == "https" and parts.hostname:
            return
        if parts.scheme == "http" and parts.hostname:
            here = is_loopback(parts.netloc) and (is_loopback(first.netloc) or self.options.is_insecure(first.netloc))
            if here or self.options.is_insecure(parts.netloc):
                return
            raise SourceError(
                f"{first.netloc} leads to {shown(url)}, which is not protected by TLS",
                hint=f"`--insecure {parts.netloc}` allows it; behind a proxy, a registry has to be told its own address "
                "(`X-Forwarded-Proto`)",
            )
        raise SourceError(f"{first.netloc} leads to an address that is none", hint="is this a registry?")


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


def response_url(response: "httpx.Response") -> str:
    """Where the answer came from."""
    return str(response.request.url)


def located(response: "httpx.Response") -> str | None:
    """The `Location` of an answer, which may be relative (RFC 9110 §10.2.2), and else is as it was written."""
    location: str | None = response.headers.get("Location")
    return urljoin(response_url(response), location) if location else None


def _redirect(response: "httpx.Response") -> str | None:
    return response.headers.get("Location") if response.status_code in _REDIRECTS else None


def _followed(request: Request, response: "httpx.Response", target: str) -> Request:
    """The same request there. Only 303 changes the method; the others never make a PUT a GET."""
    try:
        url = urljoin(request.url, target)
    except ValueError:
        url = ""
    if response.status_code == 303 and request.method != "HEAD":
        return replace(request, method="GET", url=url, body=None)
    return replace(request, url=url)


def _unreachable(registry: str) -> Callable[[TryAgain, int], PottleError]:
    def failed(failure: TryAgain, attempts: int) -> PottleError:
        hint = f"check the network and that {registry} can be reached; `--insecure {registry}` is for a registry without TLS"
        if "the server answered" in str(failure):
            hint = "try again later, or ask whoever runs the registry"
        return SourceError(f"cannot talk to {registry}: {failure} ({attempts} attempts)", hint=hint)

    return failed


def hopeless(registry: str, failure: Hopeless) -> SourceError:
    """Why there is no way to speak to a registry, and what would be one."""
    text = str(failure)
    if "CERTIFICATE_VERIFY_FAILED" in text:
        hint = "`--ca-cert FILE` trusts its authority's certificate"
    elif "SSL" in text:
        hint = f"`--insecure {registry}`, if it has no TLS"
    else:
        hint = "check the registry's address"
    return SourceError(f"cannot talk to {registry}: {text}", hint=hint)
