"""Logins, where Docker and Podman keep them.

Files: Docker's `config.json`, Podman's `auth.json` (containers-auth.json(5)), and the same in the variable `DOCKER_AUTH_CONFIG`. In a
file, a helper for the registry counts more than the one for all, and both more than what is written out (Docker's order). The first
file that knows the registry is the one.
"""

import base64
import binascii
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from pottle.address import Secret
from pottle.errors import ConfigError
from pottle.oci.registry.helper import HELPER_NAME, HelperFailed, ask_helper
from pottle.stop import Stop
from pottle.text import Location

RUNTIME = Path("/run/containers")
"""Where Podman keeps logins, by uid, of users without a session (containers-auth.json(5)): root, mostly."""

_HUB = "docker.io"
_HUB_KEYS = ("https://index.docker.io/v1/", "docker.io", "index.docker.io", "registry-1.docker.io")
_MAX_SIZE = 1 << 20


@dataclass(frozen=True, slots=True)
class Login:
    """Who asks, in one of three ways. Nothing of it is ever shown."""

    username: str = ""
    password: Secret | None = None
    identity: Secret | None = None
    """A refresh token, to be changed into a bearer token (OAuth 2.0)."""
    bearer: Secret | None = None
    """A bearer token, as it is."""

    @property
    def basic(self) -> str | None:
        """What follows `Basic ` (RFC 7617), if there is a user and a password."""
        if self.password is None:
            return None
        return base64.b64encode(f"{self.username}:{self.password.reveal()}".encode()).decode()


class Keychain:
    """The logins of a machine, looked for when they are needed and then remembered."""

    def __init__(self, environ: Mapping[str, str], stop: Stop) -> None:
        self._environ, self._stop = environ, stop
        self._lock = Lock()
        self._found: dict[tuple[str, str], Login | None] = {}
        self.notes: list[str] = []
        """What was tried in vain: worth saying if the registry refuses."""

    def login(self, registry: str, repository: str) -> Login | None:
        """The login for a repository, by the most specific entry that there is."""
        with self._lock:
            key = (registry, repository)
            if key not in self._found:
                self._found[key] = next(self._logins(registry, repository), None)
            return self._found[key]

    def _logins(self, registry: str, repository: str) -> Iterator[Login]:
        for place, document in self._documents():
            if (found := self._in_document(document, place, registry, repository)) is not None:
                yield found

    def _documents(self) -> Iterator[tuple[Location, Mapping[str, Any]]]:
        if text := self._environ.get("DOCKER_AUTH_CONFIG"):
            place = Location("DOCKER_AUTH_CONFIG")
            yield place, _document(text.encode(), place)
        for path in _files(self._environ):
            place = Location(str(path))
            try:
                with path.open("rb") as file:
                    content = file.read(_MAX_SIZE)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                self.notes.append(f"{path} could not be read: {error.strerror}")
                continue
            yield place, _document(content, place)

    def _in_document(
        self, document: Mapping[str, Any], place: Location, registry: str, repository: str
    ) -> Login | None:
        for helper, server in _helpers(document, registry):
            try:
                found = ask_helper(helper, server, self._environ, self._stop)
            except HelperFailed as failure:
                self.notes.append(f"{failure}, which {place} names")
                continue
            if found is not None:
                return _from_helper(*found)
        return _written_out(document, place, registry, repository)


def _files(environ: Mapping[str, str]) -> Iterator[Path]:
    """In the order in which they are looked into."""
    home = environ.get("HOME")
    if chosen := environ.get("REGISTRY_AUTH_FILE"):
        yield Path(chosen)
    if chosen := environ.get("DOCKER_CONFIG"):
        yield Path(chosen) / "config.json"
    elif home:
        yield Path(home) / ".docker" / "config.json"
    if runtime := environ.get("XDG_RUNTIME_DIR"):
        yield Path(runtime) / "containers" / "auth.json"
    else:
        yield RUNTIME / str(os.getuid()) / "auth.json"
    if config := environ.get("XDG_CONFIG_HOME") or (home and f"{home}/.config"):
        yield Path(config) / "containers" / "auth.json"


def _document(content: bytes, place: Location) -> Mapping[str, Any]:
    try:
        document = json.loads(content or b"{}")
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise ConfigError("this holds no logins: it is not a JSON object", at=place, hint="mend it, or log in anew")
    return document


def _table(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = document.get(name)
    return found if isinstance(found, dict) else {}


def _helpers(document: Mapping[str, Any], registry: str) -> Iterator[tuple[str, str]]:
    """(Name of the helper, what it knows the registry as.)"""
    own = {_bare(key): helper for key, helper in _table(document, "credHelpers").items()}
    server = _HUB_KEYS[0] if registry == _HUB else registry
    for helper in (*(own.get(_bare(key)) for key in _keys(registry)), document.get("credsStore")):
        if isinstance(helper, str) and HELPER_NAME.fullmatch(helper):
            yield helper, server


def _keys(registry: str) -> tuple[str, ...]:
    return _HUB_KEYS if registry == _HUB else (registry,)


def _bare(key: str) -> str:
    """`https://host/v2/` → `host`: keys are written with a scheme and an API version, or without."""
    text = key.partition("://")[2] or key
    text = text.rstrip("/")
    return text.removesuffix("/v1").removesuffix("/v2")


def _written_out(document: Mapping[str, Any], place: Location, registry: str, repository: str) -> Login | None:
    """The entry for the longest part of HOST/A/B that has one (containers-auth.json(5))."""
    entries = {_bare(key): (key, entry) for key, entry in _table(document, "auths").items()}
    parts = repository.split("/")
    for length in range(len(parts), -1, -1):
        for host in dict.fromkeys(map(_bare, _keys(registry))):
            key, entry = entries.get("/".join((host, *parts[:length])), ("", None))
            if isinstance(entry, dict) and (login := _login(entry, place, key)) is not None:
                return login
    return None


def _login(entry: Mapping[str, Any], place: Location, key: str) -> Login | None:
    """What an entry holds; Docker leaves empty ones where a helper has the login."""
    text = {name: value for name, value in entry.items() if isinstance(value, str) and value}
    if token := text.get("registrytoken"):
        return Login(bearer=Secret(token))
    username, password = text.get("username", ""), text.get("password", "")
    if auth := text.get("auth"):
        try:
            username, colon, password = base64.b64decode(auth, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            colon = ""
        if not colon:
            raise ConfigError(f"the login for {key} is not USER:PASSWORD in Base64", at=place, hint="log in anew")
        password = password.rstrip("\0")
    if token := text.get("identitytoken"):
        return Login(username, Secret(password) if password else None, Secret(token))
    return Login(username, Secret(password)) if username and password else None


def _from_helper(username: str, secret: Secret) -> Login:
    """`<token>` in place of a user means an identity token (docker-credential-helpers)."""
    return Login(identity=secret) if username == "<token>" else Login(username, secret)
