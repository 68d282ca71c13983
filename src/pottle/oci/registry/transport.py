"""How registries, and whoever they send us to, are reached: TLS but where it may be missing, redirects, no credential where it does not belong."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Lock
from typing import Final, TypeVar
from urllib.parse import SplitResult, urlsplit

from pottle.errors import PottleError, SourceError
from pottle.http import Connections, Hopeless, TryAgain, retried, speaks_tls
from pottle.messages import Request, Response, joined, origin, redirected, shown
from pottle.oci.registry.options import RegistryOptions, api_host, is_loopback
from pottle.stop import Stop

_T = TypeVar("_T")
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
        if not self.options.is_insecure(host):
            return speaks_tls(urlsplit(f"https://{host}"), self.options.timeout, self.stop)
        try:
            with self._unverified.exchange(Request("GET", f"https://{host}/v2/")):
                return True
        except (Hopeless, TryAgain):
            return False

    @contextmanager
    def exchange(
        self, request: Request, sender: str, authorization: str | None = None, *, may_leave: bool = True
    ) -> Iterator[Response]:
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
                following = redirected(request, response)
                if following is None:
                    yield response
                    return
                request = following
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


def located(response: Response) -> str | None:
    """The `Location` of an answer, which may be relative (RFC 9110 §10.2.2), and else is as it was written."""
    location = response.headers.get("Location")
    return joined(response.request.url, location) if location else None


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
