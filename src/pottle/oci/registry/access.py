"""The right to do something in a repository: nobody is told who asks before somebody wants to know.

A registry answers 401 and says how to come back: with a login (Basic), or with a token that another server gives for some scopes
(Bearer; distribution's "Token Authentication" and "OAuth2 Token Authentication"). Tokens end, in the middle of a push as well.
"""

import json
import re
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from typing import Final
from urllib.parse import urlencode

from pottle.errors import SourceError
from pottle.http import TryAgain, check_busy
from pottle.messages import Request, origin, shown
from pottle.oci.registry.challenge import Challenge
from pottle.oci.registry.credentials import Keychain, Login
from pottle.oci.registry.saying import read_bounded, said
from pottle.oci.registry.transport import Transport

_SENDABLE = re.compile(r"[\x21-\x7e]+")
_SHORTEST_LIFE: Final = 60.0
"""Seconds: what a token is good for that says nothing (distribution's "Token Authentication")."""
_MAX_TOKEN: Final = 1 << 18
_CLIENT: Final = "pottle"


class Denied(SourceError):
    """The registry knows who asks, or that nobody says so, and refuses (401, 403)."""


@dataclass(slots=True, eq=False)
class Grant:
    """What is sent along. `proven` once the registry has taken it."""

    header: str
    until: float = float("inf")
    proven: bool = False

    def __repr__(self) -> str:
        return "Grant(***)"


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to do: scopes of distribution's token specification."""

    repository: str
    actions: str = "pull"
    sources: tuple[str, ...] = ()
    """Further repositories of the registry, to mount blobs from."""

    @property
    def necessary(self) -> tuple[str, ...]:
        """The scope without which nothing can be done."""
        return (f"repository:{self.repository}:{self.actions}",)

    @property
    def scopes(self) -> tuple[str, ...]:
        """All of them up front: one token is good for a whole push."""
        others = (name for name in self.sources if name != self.repository)
        return (*self.necessary, *(f"repository:{name}:pull" for name in others))


class Access:
    """The way in to one repository, shared by threads."""

    def __init__(self, registry: str, wish: Wish, keychain: Keychain, transport: Transport) -> None:
        self._registry, self._wish = registry, wish
        self._keychain, self._transport = keychain, transport
        self._grant: Grant | None = None
        self._lock = Lock()

    def current(self) -> Grant | None:
        """What the registry wanted when it was last asked, unless that has ended."""
        with self._lock:
            if self._grant is not None and self._grant.until <= time.monotonic():
                return None
            return self._grant

    def renewed(self, offered: Sequence[Challenge], refused: Grant | None, body: bytes) -> Grant:
        """The answer to a 401. What was refused at once is not tried again."""
        with self._lock:
            if self._grant is not None and self._grant is not refused and self._grant.until > time.monotonic():
                return self._grant
            if refused is not None and not refused.proven:
                raise self._denied(said(401, body, self._transport.secrets))
            self._grant = self._authenticated(offered, body)
            return self._grant

    def denied(self, body: bytes, status: int = 401) -> Denied:
        """The error for a refusal that stays one."""
        return self._denied(said(status, body, self._transport.secrets))

    def _denied(self, why: str) -> Denied:
        verb = "push to" if "push" in self._wish.actions else "pull from"
        notes = "".join(f"; {note}" for note in dict.fromkeys(self._keychain.notes))
        return Denied(
            f"{self._registry} does not let us {verb} {self._wish.repository}: {why}{notes}",
            hint=f"`docker login {self._registry}` (or `podman login`), or ask for the right to {verb} it",
        )

    def _authenticated(self, offered: Sequence[Challenge], body: bytes) -> Grant:
        schemes = {challenge.scheme: challenge for challenge in reversed(offered)}
        login = self._keychain.login(self._registry, self._wish.repository)
        self._keep_secret(login)
        if login is not None and login.bearer is not None and ("bearer" in schemes or not offered):
            return Grant(_header("Bearer", login.bearer.reveal(), self._registry))
        if (bearer := schemes.get("bearer")) is not None:
            return self._token(bearer, login)
        if "basic" in schemes or not offered:
            if login is None or login.basic is None:
                raise self._denied(said(401, body, self._transport.secrets))
            return Grant(f"Basic {login.basic}")
        names = ", ".join(sorted(schemes))
        raise self._denied(f"it wants to be told who asks by {names!r}, and pottle knows Basic and Bearer")

    def _keep_secret(self, login: Login | None) -> None:
        if login is not None:
            kept = (secret.reveal() for secret in (login.password, login.identity, login.bearer) if secret is not None)
            self._transport.secrets.update(filter(None, (*kept, login.basic)))

    # --- tokens

    def _token(self, challenge: Challenge, login: Login | None) -> Grant:
        """A token for all that is wished for; where that is too much, for what is necessary.

        What everybody may read is read although a login has expired: the refusal of it is told with the next one.
        """
        everything = _together((*self._wish.scopes, *challenge.scopes))
        necessary = _together((*self._wish.necessary, *challenge.scopes))
        if everything != necessary:
            with suppress(Denied):
                return self._asked(challenge, everything, login)
        try:
            return self._asked(challenge, necessary, login)
        except Denied:
            if login is None or self._wish.actions != "pull":
                raise
        self._keychain.notes.append(f"{shown(challenge.realm)} does not take the login for {self._registry}")
        return self._asked(challenge, necessary, None)

    def _asked(self, challenge: Challenge, scopes: Iterable[str], login: Login | None) -> Grant:
        if not challenge.realm:
            raise self._denied("it asks for a token and does not say who gives it")
        if login is not None and login.identity is not None:
            status, body = self._ask(_exchange(challenge, scopes, login.identity.reveal()), None)
            if status not in {404, 405}:
                return self._granted(challenge, status, body)
            login = Login(login.username or "<token>", login.password or login.identity)
            self._keep_secret(login)
        basic = login.basic if login is not None else None
        status, body = self._ask(_question(challenge, scopes), f"Basic {basic}" if basic else None)
        return self._granted(challenge, status, body)

    def _ask(self, request: Request, authorization: str | None) -> tuple[int, bytes]:
        sender, may_leave = self._transport.base(self._registry), request.body is None

        def attempt() -> tuple[int, bytes]:
            with self._transport.exchange(request, sender, authorization, may_leave=may_leave) as response:
                check_busy(response)
                return response.status_code, read_bounded(response, _MAX_TOKEN)

        return self._transport.retried(origin(request.url).netloc or self._registry, attempt, self._away(request))

    def _away(self, request: Request) -> Callable[[TryAgain, int], SourceError]:
        def failed(failure: TryAgain, attempts: int) -> SourceError:
            return SourceError(
                f"cannot get a token for {self._registry} at {shown(request.url)}: {failure} ({attempts} attempts)",
                hint="try again later, or ask whoever runs the registry",
            )

        return failed

    def _granted(self, challenge: Challenge, status: int, body: bytes) -> Grant:
        who = shown(challenge.realm)
        if status in {400, 401, 403}:
            raise self._denied(f"{who} gives no token: {said(status, body, self._transport.secrets)}")
        if status != 200:
            raise SourceError(
                f"cannot get a token for {self._registry} at {who}: {said(status, body, self._transport.secrets)}",
                hint="is this the registry's address?",
            )
        token, life = _parsed(body)
        if token is None:
            raise SourceError(
                f"{who} did not answer with a token for {self._registry}", hint="is this the registry's address?"
            )
        self._transport.secrets.add(token)
        return Grant(f"Bearer {token}", time.monotonic() + max(life, _SHORTEST_LIFE) * 0.9)


def _together(scopes: Iterable[str]) -> list[str]:
    """Each resource once, with all that is to be done to it, in the order in which it is first named."""
    actions: dict[str, dict[str, None]] = {}
    for scope in scopes:
        resource, colon, wanted = scope.rpartition(":")
        actions.setdefault(resource or scope, {}).update(dict.fromkeys(wanted.split(",") if colon else ()))
    return [":".join(filter(None, (resource, ",".join(wanted)))) for resource, wanted in actions.items()]


def _header(scheme: str, token: str, registry: str) -> str:
    if not _SENDABLE.fullmatch(token):
        raise SourceError(f"the token for {registry} cannot be sent: it is not text in one line", hint="log in anew")
    return f"{scheme} {token}"


def _question(challenge: Challenge, scopes: Iterable[str]) -> Request:
    """By GET: distribution's "Token Authentication"."""
    pairs = [("service", service)] if (service := challenge.parameters.get("service")) else []
    query = urlencode([*pairs, *(("scope", scope) for scope in scopes)])
    return Request("GET", f"{challenge.realm}{'&' if '?' in challenge.realm else '?'}{query}")


def _exchange(challenge: Challenge, scopes: Iterable[str], refresh_token: str) -> Request:
    """By POST: distribution's "OAuth2 Token Authentication", which changes an identity token into a bearer token."""
    fields = {
        "grant_type": "refresh_token",
        "refresh_token": refresh_token,
        "client_id": _CLIENT,
        "service": challenge.parameters.get("service", ""),
        "scope": " ".join(scopes),
    }
    content = urlencode(fields).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(content))}
    return Request("POST", challenge.realm, headers, lambda: (content,))


def _parsed(body: bytes) -> tuple[str | None, float]:
    """The token, under either of its two names, and the seconds it is good for."""
    try:
        found = json.loads(body)
        token = found.get("token") or found.get("access_token")
        life = found.get("expires_in")
    except (ValueError, AttributeError, RecursionError):
        return None, 0.0
    usable = isinstance(token, str) and _SENDABLE.fullmatch(token)
    return (token if usable else None), float(life) if isinstance(life, int | float) else 0.0
