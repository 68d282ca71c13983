"""Media types: OCI's (image-spec, media-types.md), which are written, and Docker's (schema 2), which are read as well.

The two are never mixed in one manifest: registries and engines refuse that.
"""

from typing import Final

INDEX: Final = "application/vnd.oci.image.index.v1+json"
MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
CONFIG: Final = "application/vnd.oci.image.config.v1+json"
LAYER: Final = "application/vnd.oci.image.layer.v1.tar"
LAYER_GZIP: Final = "application/vnd.oci.image.layer.v1.tar+gzip"
LAYER_ZSTD: Final = "application/vnd.oci.image.layer.v1.tar+zstd"
EMPTY: Final = "application/vnd.oci.empty.v1+json"

DOCKER_INDEX: Final = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST: Final = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_CONFIG: Final = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER: Final = "application/vnd.docker.image.rootfs.diff.tar"
DOCKER_LAYER_GZIP: Final = "application/vnd.docker.image.rootfs.diff.tar.gzip"

INDEXES: Final = frozenset({INDEX, DOCKER_INDEX})
MANIFESTS: Final = frozenset({MANIFEST, DOCKER_MANIFEST})
CONFIGS: Final = frozenset({CONFIG, DOCKER_CONFIG})
LAYERS: Final = frozenset({LAYER, LAYER_GZIP, LAYER_ZSTD, DOCKER_LAYER, DOCKER_LAYER_GZIP})


def is_docker(media_type: str) -> bool:
    """Whether the type is Docker's own and not OCI's."""
    return media_type.startswith("application/vnd.docker.")
