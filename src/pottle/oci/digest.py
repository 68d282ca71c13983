"""The digest of OCI image-spec, descriptor.md: the one way in which bytes are named."""

import hashlib
import re
from typing import Self

_SHA256 = re.compile(r"sha256:[0-9a-f]{64}")


class InvalidDigest(ValueError):
    """The text is not `sha256:` and 64 lowercase hex digits."""


class Digest(str):
    """The name of some bytes: two blobs with one digest are one blob.

    A string that is already valid, so that it stands in JSON, in paths and in messages as it is.
    """

    __slots__ = ()

    def __new__(cls, value: str) -> Self:
        """Refuses everything else, so that whoever has a digest need not look again."""
        if not _SHA256.fullmatch(value):
            raise InvalidDigest(f"not a sha256 digest: {value!r}")
        return super().__new__(cls, value)

    @classmethod
    def of(cls, content: bytes) -> Self:
        """The digest of `content`."""
        return cls(f"sha256:{hashlib.sha256(content).hexdigest()}")

    @classmethod
    def from_hex(cls, text: str) -> Self:
        """The digest that these 64 hex digits stand for, as locks and Debian's indices write it."""
        return cls(f"sha256:{text}")

    @property
    def hex(self) -> str:
        """The 64 digits alone."""
        return self.removeprefix("sha256:")
