"""A layer's record in a repository: which layer a key stands for, as a manifest that names the layer's blob.

The key is the tag, and annotations say what a descriptor does not (the diff ID, the size of the tar), so that one GET of one small
manifest answers. The config is OCI's empty one (image-spec, manifest.md, "Guidelines for Artifact Usage").
"""

import re
from typing import Final

from pottle.errors import IntegrityError
from pottle.oci import media_types
from pottle.oci.descriptor import Descriptor
from pottle.oci.digest import Digest, InvalidDigest
from pottle.oci.document import InvalidDocument, Struct, decode, encode
from pottle.oci.layer import Layer
from pottle.oci.tree import Bounds

TYPE: Final = "application/vnd.pottle.layer.v1"
EMPTY: Final = b"{}"
CONFIG: Final = Descriptor("application/vnd.oci.empty.v1+json", Digest.of(EMPTY), len(EMPTY))

_WRITTEN: Final = frozenset({media_types.LAYER_GZIP, media_types.LAYER_ZSTD})
"""What pottle's layers are: which of them, the key says."""
_DIFF_ID: Final = "pottle.layer.diff-id"
_SIZE: Final = "pottle.layer.size"
_KEY: Final = "pottle.layer.key"
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,11}")


class InvalidRecord(IntegrityError):
    """The repository has something else under the key's tag."""


class _Record(Struct, frozen=True, rename="camel", kw_only=True, omit_defaults=False):
    """The manifest."""

    schema_version: int
    media_type: str
    artifact_type: str
    config: Descriptor
    layers: tuple[Descriptor, ...]
    annotations: dict[str, str]


def tag(key: str) -> str:
    """The tag of a key, 64 hex digits."""
    return f"pottle-{key}"


def written(key: str, layer: Layer) -> bytes:
    """The manifest, of media type `media_types.MANIFEST`."""
    annotations = {_DIFF_ID: str(layer.diff_id), _KEY: key, _SIZE: str(layer.size)}
    return encode(
        _Record(
            schema_version=2,
            media_type=media_types.MANIFEST,
            artifact_type=TYPE,
            config=CONFIG,
            layers=(layer.descriptor,),
            annotations=annotations,
        )
    )


def read(key: str, content: bytes) -> Layer:
    """The layer of `key`. What it says is not true because it can be read: whoever writes to the repository can say anything."""
    try:
        record = decode(content, _Record)
        (descriptor,) = record.layers
        size = record.annotations.get(_SIZE, "")
        if record.artifact_type != TYPE or descriptor.media_type not in _WRITTEN:
            raise InvalidRecord("there is no layer of pottle's under a key's tag")
        if record.annotations.get(_KEY) != key:
            raise InvalidRecord("the record of one key stands under another")
        if not _NUMBER.fullmatch(size) or int(size) > Bounds().size or not 0 < descriptor.size <= Bounds().size:
            raise InvalidRecord("a layer's record has a size that no layer has")
        # Annotations and all else that a descriptor may hold would get into the image's manifest.
        plain = Descriptor(descriptor.media_type, descriptor.digest, descriptor.size)
        return Layer(plain, Digest(record.annotations.get(_DIFF_ID, "")), int(size))
    except (InvalidDocument, InvalidDigest, ValueError) as error:
        raise InvalidRecord("a layer's record cannot be read") from error
