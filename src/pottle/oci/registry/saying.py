"""What a registry says when it refuses, as it may be shown: its errors (distribution-spec, "Error Codes"), bounded, without secrets."""

import json
import unicodedata
from collections.abc import Iterable
from http import HTTPStatus

from pottle.messages import Response

_MAX_BODY = 1 << 16
_MAX_SHOWN = 300


def plain(text: str) -> str:
    """`text` in one line of bounded length, without what could move a terminal's cursor."""
    words = " ".join("".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text).split())
    return words if len(words) <= _MAX_SHOWN else f"{words[:_MAX_SHOWN]}…"


def read_bounded(response: Response, limit: int = _MAX_BODY) -> bytes:
    """The start of a body, and no more than a little beyond `limit`."""
    content = bytearray()
    for chunk in response.iter_raw():
        content += chunk
        if len(content) > limit:
            break
    return bytes(content)


def said(status: int, body: bytes, secrets: Iterable[str] = ()) -> str:
    """`denied: requested access … (403)`; what the registry repeats of a login is made unreadable."""
    text = "; ".join(dict.fromkeys(_errors(body))) or _phrase(status)
    for secret in secrets:
        text = text.replace(secret, "***")
    return f"{plain(text)} ({status})"


def codes(body: bytes) -> set[str]:
    """The codes of the errors, in upper case."""
    return {str(error.get("code", "")).upper() for error in _objects(body)}


def _errors(body: bytes) -> list[str]:
    return [
        ": ".join(part for part in (str(error.get("code", "")).lower(), str(error.get("message", ""))) if part)
        for error in _objects(body)
    ]


def _objects(body: bytes) -> list[dict[str, object]]:
    try:
        errors = json.loads(body).get("errors") or []
        return [error for error in errors[:5] if isinstance(error, dict)]
    except (ValueError, AttributeError, TypeError, RecursionError, KeyError):
        return []


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase.lower()
    except ValueError:
        return "an unknown status"
