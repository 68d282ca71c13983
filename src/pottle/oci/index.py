"""The image index (OCI image-spec, image-index.md): one manifest per platform."""

from collections.abc import Mapping, Sequence

import msgspec

from pottle.oci import media_types
from pottle.oci.descriptor import Descriptor
from pottle.oci.document import InvalidDocument, Struct, decode
from pottle.oci.platform import Platform


class Index(Struct, frozen=True, rename="camel", kw_only=True):
    """A list of manifests, each with the platform it is for."""

    schema_version: int
    media_type: str | None = None
    manifests: tuple[Descriptor, ...]
    annotations: dict[str, str] = msgspec.field(default_factory=dict)

    @property
    def runnable(self) -> tuple[Descriptor, ...]:
        """The manifests of images: those that are for a platform, which attestations (`unknown/unknown`) are not."""
        return tuple(m for m in self.manifests if m.platform and m.platform.os != "unknown")

    def select(self, platform: Platform) -> Descriptor | None:
        """The first manifest for `platform`."""
        wanted = platform.normalized
        return next((m for m in self.runnable if m.platform and m.platform.normalized == wanted), None)


def index(
    manifests: Sequence[Descriptor], annotations: Mapping[str, str] | None = None, *, docker: bool = False
) -> Index:
    """An OCI image index, or a manifest list of Docker's, which is the same."""
    return Index(
        schema_version=2,
        media_type=media_types.DOCKER_INDEX if docker else media_types.INDEX,
        manifests=tuple(manifests),
        annotations=dict(annotations or {}),
    )


def read_index(raw: bytes) -> Index:
    """The index that `raw` holds."""
    found = decode(raw, Index)
    if found.schema_version != 2:
        raise InvalidDocument(f"an image index of schema {found.schema_version}, only 2 is read")
    if found.media_type and found.media_type not in media_types.INDEXES:
        raise InvalidDocument(f"not an image index but {found.media_type}")
    return found
