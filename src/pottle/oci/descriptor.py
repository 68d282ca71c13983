"""The content descriptor (OCI image-spec, descriptor.md): what some bytes are, how many, and their digest."""

import msgspec

from pottle.oci.digest import Digest
from pottle.oci.document import Struct
from pottle.oci.platform import Platform


class Descriptor(Struct, frozen=True, rename="camel"):
    """A reference to content."""

    media_type: str
    digest: Digest
    size: int
    platform: Platform | None = None
    annotations: dict[str, str] = msgspec.field(default_factory=dict)
    artifact_type: str | None = None
    """What an artifact is, where the content is one: in lists of referrers."""


def describe(content: bytes, media_type: str) -> Descriptor:
    """The descriptor of `content`."""
    return Descriptor(media_type, Digest.of(content), len(content))
