"""The image manifest (OCI image-spec, manifest.md): one config and its layers, for one platform."""

from collections.abc import Mapping, Sequence

import msgspec

from pottle.oci import media_types
from pottle.oci.descriptor import Descriptor
from pottle.oci.document import InvalidDocument, Struct, decode


class Manifest(Struct, frozen=True, rename="camel", kw_only=True):
    """One image for one platform: its digest is the image's digest."""

    schema_version: int
    media_type: str | None = None
    """Absent in manifests of some old writers; the transport then says what they are."""
    artifact_type: str | None = None
    """What it is, where it is no image."""
    config: Descriptor
    layers: tuple[Descriptor, ...]
    annotations: dict[str, str] = msgspec.field(default_factory=dict)


def manifest(
    config: Descriptor,
    layers: Sequence[Descriptor],
    annotations: Mapping[str, str],
    artifact_type: str | None = None,
    *,
    docker: bool = False,
) -> Manifest:
    """An OCI image manifest, or one of Docker's schema 2 with the same members."""
    return Manifest(
        schema_version=2,
        media_type=media_types.of_family(media_types.MANIFEST, docker=docker),
        artifact_type=artifact_type,
        config=config,
        layers=tuple(layers),
        annotations=dict(annotations),
    )


def read_manifest(raw: bytes) -> Manifest:
    """The manifest that `raw` holds; schema 1 and indexes are refused by name."""
    found = decode(raw, Manifest)
    if found.schema_version != 2:
        raise InvalidDocument(f"an image manifest of schema {found.schema_version}, only 2 is read")
    if found.media_type and found.media_type not in media_types.MANIFESTS:
        raise InvalidDocument(f"not an image manifest but {found.media_type}")
    return found
