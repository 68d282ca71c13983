"""A URL and the login in it, taken apart: what is left may be shown, written and kept (RFC 3986 §3.2.1).

People write what no RFC allows (a `/` or an `@` in a password), and a password is one all the same.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

_AUTHORITY = r"[A-Za-z][A-Za-z0-9+.-]{0,40}://"
_LOGIN = re.compile(rf"({_AUTHORITY})([^/?#\s]*|[^/?#@:\[\s]*:(?![0-9]+(?:[/?#\s]|$))[^@\s]*)@")
"""User name and password: all of the authority before its last `@`; where there is none in it, up to one behind a `/` that no
port number stands before."""
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_BARE = re.compile(r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))")


@dataclass(frozen=True, slots=True)
class Secret:
    """A text that nobody is shown: neither its `repr` nor its `str` is it."""

    _text: str

    def reveal(self) -> str:
        """The text itself, for whoever has to send it."""
        return self._text

    def __repr__(self) -> str:
        return "***"


@dataclass(frozen=True, slots=True)
class Address:
    """A URL without a login, and the login that it had."""

    url: str
    username: Secret | None = None
    """Some services take a token here."""
    password: Secret | None = None


def parse(text: str, environ: Mapping[str, str] | None = None, *, bare: bool = False) -> Address:
    """The address that `text` is, its `${NAME}` replaced from `environ`; with `bare`, `$NAME` too.

    A variable that is not set stays as it is written. What stands for a login is replaced after it was taken apart, so that a
    password may hold any character.
    """
    pattern = _BARE if bare else _VARIABLE
    match = _LOGIN.match(text)
    if match is None:
        whole = _replaced(text, environ or {}, pattern)
        return parse(whole) if "@" in whole and whole != text else Address(whole)
    username, colon, password = match[2].partition(":")
    return Address(
        _replaced(match[1] + text[match.end() :], environ or {}, pattern),
        Secret(unquote(_replaced(username, environ or {}, pattern))),
        Secret(unquote(_replaced(password, environ or {}, pattern))) if colon else None,
    )


def without_login(url: str) -> str:
    """`url` less its user name and password."""
    return url if "@" not in url else _LOGIN.sub(r"\1", url, count=1)


def redacted(text: str) -> str:
    """Any text, the logins of its URLs made unreadable."""
    return _LOGIN.sub(r"\1***@", text)


def covered(text: str) -> str:
    """The same, every character of a login a star: what stands behind it keeps its column."""
    return _LOGIN.sub(lambda found: f"{found[1]}{'*' * len(found[2])}@", text)


def holds_login(text: str) -> bool:
    """Whether a text names a web address with a password, or a token in place of one, that is written out."""
    found = (parse(f"{match[0]}host") for match in _LOGIN.finditer(text) if match[1] in ("http://", "https://"))
    return any(not _VARIABLE.search((each.password or each.username or Secret("${}")).reveal()) for each in found)


def unset(text: str) -> tuple[str, ...]:
    """The variables that a text still names, in its order."""
    return tuple(_VARIABLE.findall(text))


def _replaced(text: str, environ: Mapping[str, str], pattern: re.Pattern[str]) -> str:
    def value(match: re.Match[str]) -> str:
        name = next(group for group in match.groups() if group)
        return environ.get(name, match[0])

    return pattern.sub(value, text)
