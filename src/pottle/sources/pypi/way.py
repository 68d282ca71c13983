"""How uv gets to the user's indexes, once: what its environment and its configuration say, and every login that any manager was given."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from pottle import address
from pottle.sources.pypi import declared, logins, pip_settings, reach
from pottle.sources.pypi.declared import Declared
from pottle.sources.pypi.logins import Login
from pottle.sources.pypi.pip_settings import PipSettings

_PLACES = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS")
"""Variables that say which indexes there are."""
_NAME = "pottle-login-"
_PROXIES = ("http-proxy", "https-proxy")
"""Settings that may hold a login; the variables of the same names mean the same."""
_SHORTEST = 4
"""Shorter texts are no secrets: taking them out would tear holes into every message."""


@dataclass(frozen=True, slots=True)
class Way:
    """What a call of uv gets of the user's. Logins are in its environment alone: nothing secret is written to a disk."""

    environment: Mapping[str, str]
    settings: Mapping[str, Any]
    """For a `uv.toml`."""
    names: Mapping[str, str]
    """The URL of an index → its name."""
    logins: tuple[Login, ...]

    def name_of(self, url: str) -> str | None:
        """The name of the index that `url` belongs to: a page of it or a file below it, else the only one on that host."""
        below = [index for index in self.names if url.startswith(_root(index))]
        if below:
            return self.names[max(below, key=len)]
        beside = {name for index, name in self.names.items() if _host(index) == _host(url)}
        return beside.pop() if len(beside) == 1 else None

    def login_for(self, url: str) -> Login | None:
        """What uv sends with a request for `url`, as far as it has it from here."""
        below = [login for login in self.logins if url.startswith(_root(login.url))]
        beside = [login for login in self.logins if _host(login.url) == _host(url)]
        return max(below, key=lambda login: len(login.url), default=next(iter(beside), None))

    def told(self, said: str) -> str:
        """What uv said, without a secret."""
        said = address.redacted(said)
        for secret in sorted(_secrets(self.environment, self.logins), key=len, reverse=True):
            said = said.replace(secret, "***").replace(quote(secret, safe=""), "***")
        return said


def way(environ: Mapping[str, str], project: Path | None = None, ca_bundle: Path | None = None) -> Way:
    """The way from this environment and this project's files."""
    pip = pip_settings.read(environ)
    settings, indexes = _apart(reach.configuration(environ, project))
    indexes += declared.indexes(project, environ) if project is not None else ()
    found = logins.gather(environ, indexes, pip)
    settings = _with_pip(settings, environ, pip)
    if found:
        settings["index"] = [*settings.get("index", []), *_explicit(found)]
    names = {index.address.url: index.name for index in indexes if index.name}
    proxies = {name.upper().replace("-", "_"): settings.pop(name) for name in _PROXIES if "@" in settings.get(name, "")}
    variables = proxies | _usernames(indexes, environ) | reach.environment(environ, ca_bundle) | _variables(found)
    return Way(variables, settings, names, found)


def _host(url: str) -> str:
    return urlsplit(url).netloc


def _explicit(found: Iterable[Login]) -> Iterator[dict[str, Any]]:
    """Indexes that uv asks for nothing (`explicit`), but knows the credentials of: for what lies below, else on the same host."""
    for number, login in enumerate(found, 1):
        yield {"name": f"{_NAME}{number}", "url": login.url, "explicit": True}


def _root(url: str) -> str:
    """The place below which an index has its pages and, mostly, its files."""
    return re.sub(r"/\+?simple/?$", "/", url)


def _variables(found: Iterable[Login]) -> dict[str, str]:
    """The variables from which uv takes the credentials of those indexes."""
    variables = {}
    for number, login in enumerate(found, 1):
        prefix = f"UV_INDEX_{_NAME}{number}".upper().replace("-", "_")
        variables[f"{prefix}_USERNAME"] = login.username.reveal()
        if login.password is not None:
            variables[f"{prefix}_PASSWORD"] = login.password.reveal()
    return variables


def _usernames(indexes: Iterable[Declared], environ: Mapping[str, str]) -> dict[str, str]:
    """The user name that stood in an index's URL, where a variable has the password: uv would take the variables alone."""
    named = ((f"UV_INDEX_{logins.variable(index.name)}", index.address.username) for index in indexes if index.name)
    return {f"{name}_USERNAME": user.reveal() for name, user in named if user and f"{name}_PASSWORD" in environ}


def _with_pip(settings: dict[str, Any], environ: Mapping[str, str], pip: PipSettings) -> dict[str, Any]:
    """With pip's indexes, where nothing of uv's names one: asked as pip asks them, all for the best version."""
    found: dict[str, Any] = {"keyring-provider": "subprocess"} if pip.keyring == "subprocess" else {}
    named = any(environ.get(name) for name in _PLACES) or settings.keys() & {"index", "index-url", "extra-index-url"}
    if not named and pip.index and pip.index.addresses:
        found["index-url"] = pip.index.addresses[0].url
    if not named and pip.extra_indexes:
        found["extra-index-url"] = [each.url for each in pip.extra_indexes.addresses]
        found["index-strategy"] = "unsafe-best-match"
    return found | settings


def _apart(settings: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[Declared, ...]]:
    """The settings of uv without the logins in their URLs, and the indexes that they name, with their logins."""
    found: list[Declared] = []

    def apart(url: Any, name: Any = None) -> Any:
        if not isinstance(url, str):
            return url
        parsed = address.parse(url)
        found.append(Declared(parsed, name if isinstance(name, str) else None, "uv's configuration"))
        return parsed.url

    clean: dict[str, Any] = {}
    for key, value in settings.items():
        match key:
            case "index":
                clean[key] = [
                    {**i, "url": apart(i.get("url"), i.get("name"))} if isinstance(i, dict) else i for i in value
                ]
            case "index-url" | "extra-index-url" | "find-links":
                clean[key] = [*map(apart, value)] if isinstance(value, list) else apart(value)
            case _:
                clean[key] = value
    return clean, tuple(found)


def _secrets(environment: Mapping[str, str], found: Iterable[Login]) -> set[str]:
    """What may not be shown: passwords, and what stands alone in a login, which is a token."""
    secrets = {login.password.reveal() for login in found if login.password}
    secrets |= {login.username.reveal() for login in found if not (login.password and login.password.reveal())}
    for name, value in environment.items():
        if name.startswith("UV_INDEX_") and name.endswith("_PASSWORD"):
            secrets.add(value)
        secrets |= {given.reveal() for word in value.split() if "@" in word and (given := address.parse(word).password)}
    return {secret for secret in secrets if len(secret) >= _SHORTEST}
