"""`WWW-Authenticate`: how a registry wants to be told who asks (RFC 9110 §11.6.1, RFC 6750 §3; distribution's "Token Authentication")."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PARAMETER = re.compile(rf'\s*({_WORD})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))\s*')
_SCHEME = re.compile(rf"\s*({_WORD})(?:\s+|(?=,|$))")
_MAX_SIZE = 8192


@dataclass(frozen=True, slots=True)
class Challenge:
    """One way that is offered. Scheme and names of parameters are in lower case."""

    scheme: str
    parameters: Mapping[str, str]

    @property
    def realm(self) -> str:
        """For a bearer token: the URL where it is given."""
        return self.parameters.get("realm", "")

    @property
    def scopes(self) -> tuple[str, ...]:
        """What the token has to be good for, as far as the registry says it."""
        return tuple(self.parameters.get("scope", "").split())


def challenges(headers: Iterable[str]) -> tuple[Challenge, ...]:
    """All that the headers offer. What cannot be read ends the header that it stands in."""
    return tuple(challenge for header in headers for challenge in _of_header(header[:_MAX_SIZE]))


def _of_header(text: str) -> list[Challenge]:
    found: list[Challenge] = []
    position = 0
    while position < len(text):
        if text[position] in ", \t":
            position += 1
        elif found and (match := _PARAMETER.match(text, position)):
            quoted, plain = match[2], match[3]
            found[-1].parameters[match[1].lower()] = plain if quoted is None else re.sub(r"\\(.)", r"\1", quoted)  # type: ignore[index]
            position = match.end()
        elif match := _SCHEME.match(text, position):
            found.append(Challenge(match[1].lower(), {}))
            position = match.end()
        else:
            break
    return found
