"""How registries, and whoever they send us to, are reached: TLS but where it may be missing, redirects, no credential where it does not belong."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import SplitResult, urljoin, urlsplit

from pottle.errors import PottleError, SourceError
from pottle.http import Connections, Hopeless, Request, TryAgain, retried, shown
from pottle.oci.registry.options import RegistryOptions, api_host, is_loopback
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
        self, request: Request, sender: str, authorization: str | None = None, *, may_leave: bool = True
    ) -> "Iterator[httpx.Response]":
        """One answer, after redirects. `authorization` goes to the host of the request alone; `sender` is whose idea the request is.

        With `may_leave` false, no redirect leads to another host: for what holds a secret in its body.
        """
        first = origin(request.url)
        for _ in range(_MOST_REDIRECTS + 1):
            here = origin(request.url)
            self._check(request.url, origin(sender))
            headers = dict(request.headers)
            if authorization is not None and here == first:
                headers["Authorization"] = authorization
            with self._connections(here.netloc).exchange(replace(request, headers=headers)) as response:
                target = _redirect(response)
                if target is None:
                    yield response
                    return
                request = _followed(request, response, target)
                if not may_leave and origin(request.url) != first:
                    raise SourceError(
                        f"{first.netloc} wants to send a login on to {shown(request.url)}",
                        hint="nothing was sent there; ask whoever runs the registry",
                    )
        raise SourceError(f"{first.netloc} redirects without end", hint="is this the registry's address?")

    def retried(
        self, registry: str, work: Callable[[], _T], failed: Callable[[TryAgain, int], PottleError] | None = None
    ) -> _T:
        """What `work` gives, tried again for as long as that makes sense; then an error that says why it makes none."""
        try:
            return retried(work, self.options.http, self.sleep, failed or _failing(registry))
        except Hopeless as failure:
            raise hopeless(registry, failure) from failure

    def _connections(self, host: str) -> Connections:
        return self._unverified if self.options.is_insecure(host) else self._verified

    def _check(self, url: str, sender: SplitResult) -> None:
        """Without TLS only where somebody said so, and on this machine if who sends us here is no stranger."""
        parts = origin(url)
        if not parts.hostname or parts.scheme not in {"https", "http"}:
            raise SourceError(f"{sender.netloc} leads to an address that is none", hint="is this a registry?")
        near = is_loopback(parts.netloc) and (is_loopback(sender.netloc) or self.options.is_insecure(sender.netloc))
        if parts.scheme == "http" and not near and not self.options.is_insecure(parts.netloc):
            raise SourceError(
                f"{sender.netloc} leads to {shown(url)}, which is not protected by TLS",
                hint=f"`--insecure {parts.netloc}` allows it; behind a proxy, a registry has to be told its own address "
                "(`X-Forwarded-Proto`)",
            )


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
    return joined(response_url(response), location) if location else None


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


def _redirect(response: "httpx.Response") -> str | None:
    return response.headers.get("Location") if response.status_code in _REDIRECTS else None


def _followed(request: Request, response: "httpx.Response", target: str) -> Request:
    """The same request there. Only 303 changes the method; the others never make a PUT a GET."""
    url = joined(request.url, target)
    if response.status_code == 303 and request.method != "HEAD":
        headers = {name: value for name, value in request.headers.items() if not name.startswith("Content-")}
        return replace(request, method="GET", url=url, headers=headers, body=None)
    return replace(request, url=url)


def _failing(registry: str) -> Callable[[TryAgain, int], PottleError]:
    """It could not be reached, or it answered and could not do its work."""

    def failed(failure: TryAgain, attempts: int) -> PottleError:
        if failure.__cause__ is None:
            hint = "try again later, or ask whoever runs the registry"
            if "(429)" in str(failure):
                hint = f"wait a while; whoever is logged in (`docker login {registry}`) may ask more often"
            return SourceError(f"{registry} is out of order: {failure} ({attempts} attempts)", hint=hint)
        hint = f"check the network and that {registry} can be reached"
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
