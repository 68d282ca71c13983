"""What a repository has for sure: the blobs of an image that stands there, which a registry does not take without them.

(distribution-spec, "Pushing Manifests": "a registry MAY reject a manifest … if it references a blob that is not present"; those that
do not are found out when the new manifest is refused.)
"""

from dataclasses import dataclass
from typing import Final

from pottle.errors import PottleError
from pottle.oci import media_types
from pottle.oci.descriptor import Descriptor
from pottle.oci.digest import Digest
from pottle.oci.document import InvalidDocument
from pottle.oci.index import read_index
from pottle.oci.layout import Layout
from pottle.oci.manifest import read_manifest
from pottle.oci.registry.repository import Repository

_MOST: Final = 8
"""Images of one index: more platforms are rare, and each costs a request."""


@dataclass(frozen=True, slots=True)
class Before:
    """What a tag stands for, if for anything, and the blobs that are there for that."""

    standing: Descriptor | None
    there: frozenset[Digest]


def before(repository: Repository, tag: str, store: Layout) -> Before:
    """As the registry says it."""
    standing = repository.standing(tag)
    return Before(standing, vouched(repository, standing, store) if standing is not None else frozenset())


def vouched(repository: Repository, standing: Descriptor, store: Layout) -> frozenset[Digest]:
    """The blobs of what `standing` is there, an image or an index; nothing where it cannot be told.

    Its documents are what their digests say, wherever they are read: what was built here is in `store`.
    """

    def document(digest: Digest) -> bytes:
        try:
            return store.read(digest)
        except PottleError:
            return repository.manifest(digest).content

    try:
        content = document(standing.digest)
        if standing.media_type not in media_types.INDEXES:
            return _blobs(content)
        images = read_index(content).runnable[:_MOST]
        return frozenset[Digest]().union(*(_blobs(document(image.digest)) for image in images))
    except (PottleError, InvalidDocument):
        return frozenset()


def _blobs(content: bytes) -> frozenset[Digest]:
    found = read_manifest(content)
    return frozenset(blob.digest for blob in (found.config, *found.layers))
