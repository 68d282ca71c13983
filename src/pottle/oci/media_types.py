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


_OF_DOCKER: Final = {
    MANIFEST: DOCKER_MANIFEST,
    CONFIG: DOCKER_CONFIG,
    LAYER: DOCKER_LAYER,
    LAYER_GZIP: DOCKER_LAYER_GZIP,
}
"""There is none for zstd."""
_OF_OCI: Final = {docker: oci for oci, docker in _OF_DOCKER.items()}


def of_family(media_type: str, *, docker: bool) -> str:
    """The type for the same content in Docker's family, or in OCI's. Raises `KeyError` for one that Docker has none of."""
    if is_docker(media_type) == docker:
        return media_type
    return _OF_DOCKER[media_type] if docker else _OF_OCI[media_type]


def is_docker(media_type: str) -> bool:
    """Whether the type is Docker's own and not OCI's."""
    return media_type.startswith("application/vnd.docker.")
