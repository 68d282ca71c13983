"""JSON documents of the image specification: one spelling when written, lenient and bounded when read.

Canonical here means: members in the order of the structs, map keys sorted, no whitespace, UTF-8. Unknown members of what is
read are ignored, as the specification asks of every implementation.
"""

from typing import Any, TypeVar

import msgspec

from pottle.oci.digest import Digest

T = TypeVar("T")

MAX_SIZE = 4 * 1024 * 1024
"""Bytes: what registries take at most for a manifest (distribution-spec, "Pushing Manifests")."""


class InvalidDocument(ValueError):
    """The bytes are not the document that they should be."""


class Struct(msgspec.Struct, frozen=True, omit_defaults=True):
    """A JSON object of the specification; members that are absent have a default here."""


def _plain(value: Any) -> str:
    if isinstance(value, Digest):
        return str(value)
    raise NotImplementedError(type(value))


def _typed(kind: type, value: Any) -> Any:
    return kind(value)  # the only type of ours in a document is `Digest`


_ENCODER = msgspec.json.Encoder(enc_hook=_plain, order="deterministic")


def _without_nulls(value: Any) -> Any:
    """The same without members that are null: Go's writers spell an empty map or list so."""
    match value:
        case dict():
            return {key: _without_nulls(member) for key, member in value.items() if member is not None}
        case list():
            return [_without_nulls(item) for item in value]
        case _:
            return value


def encode(value: object) -> bytes:
    """The document's bytes: equal values give equal bytes."""
    return _ENCODER.encode(value)


def decode(raw: bytes, kind: type[T]) -> T:
    """The value that `raw` holds."""
    if len(raw) > MAX_SIZE:
        raise InvalidDocument(f"{len(raw)} bytes are too many for {kind.__name__}")
    try:
        return msgspec.convert(_without_nulls(msgspec.json.decode(raw)), kind, dec_hook=_typed)
    except (msgspec.MsgspecError, ValueError, TypeError, RecursionError) as error:
        raise InvalidDocument(f"not {kind.__name__}: {error}") from error
