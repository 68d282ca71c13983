"""Pulling: what a reference stands for on a platform, as an image in a layout. Layers come only when they are asked for."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, Final

from pottle.errors import IntegrityError, SourceError
from pottle.oci import media_types
from pottle.oci.descriptor import Descriptor
from pottle.oci.document import InvalidDocument, Struct, decode
from pottle.oci.image import Image
from pottle.oci.index import Index, read_index
from pottle.oci.layout import Layout
from pottle.oci.manifest import read_manifest
from pottle.oci.platform import Platform
from pottle.oci.reference import Reference
from pottle.oci.registry.client import CONNECTIONS, Registry
from pottle.oci.registry.repository import Received, Repository
from pottle.progress import Progress, Silent, Task
from pottle.stop import together

_DEEPEST: Final = 4
"""Indexes in indexes: nobody has a reason for more, and a circle has no end."""
_MAX_CONFIG: Final = 4 << 20


class _Shape(Struct, frozen=True, rename="camel"):
    """As much of a document as tells what it is."""

    schema_version: int = 0
    media_type: str | None = None
    artifact_type: str | None = None
    config: Descriptor | None = None
    manifests: Any = None


def pull(name: Reference, platform: Platform | None, registry: Registry, store: Layout) -> Image:
    """The image that `name` stands for on `platform`: its manifest and config, put into `store`.

    Without a platform, what `name` stands for has to be one image.
    """
    repository = registry.repository(name)
    received = repository.manifest(name.digest or name.tag or "latest")
    for _ in range(_DEEPEST):
        shape = _shape(received, name)
        if shape.manifests is None:
            return _image(received, shape, platform, repository, store)
        chosen = _chosen(_index(received, name), platform, name)
        received = repository.manifest(chosen.digest)
    raise SourceError(
        f"{name} stands for an index of indexes of indexes, deeper than {_DEEPEST}",
        hint="name one of its images by digest",
    )


def fetch_layers(
    image: Image,
    name: Reference,
    registry: Registry,
    *,
    layers: Sequence[Descriptor] | None = None,
    progress: Progress | None = None,
) -> None:
    """Puts the layers of an image (or those of them that are named) into its store, as far as they are not there, several at a time."""
    wanted = {layer.digest: layer for layer in (image.layers if layers is None else layers)}
    missing = [layer for layer in wanted.values() if not image.store.has(layer)]
    if not missing:
        return
    repository = registry.repository(name)

    def fetch(layer: Descriptor, task: Task) -> None:
        image.store.put_stream(_counted(repository.blob(layer), task), layer)

    with (progress or Silent()).task(f"Fetching {name.familiar}", sum(layer.size for layer in missing)) as task:
        together([partial(fetch, layer, task) for layer in missing], registry.stop, CONNECTIONS)


def _counted(chunks: Iterable[bytes], task: Task) -> Iterable[bytes]:
    for chunk in chunks:
        yield chunk
        task.advance(len(chunk))


def _shape(received: Received, name: Reference) -> _Shape:
    try:
        found = decode(received.content, _Shape)
    except InvalidDocument as error:
        raise _unreadable(name, str(error)) from error
    if found.schema_version == 1:
        raise SourceError(
            f"{name} is a manifest of schema 1, which engines have stopped reading",
            hint="pull it with an old Docker and push it with a new one, or choose another image",
        )
    return found


def _index(received: Received, name: Reference) -> Index:
    try:
        return read_index(received.content)
    except InvalidDocument as error:
        raise _unreadable(name, str(error)) from error


def _chosen(found: Index, platform: Platform | None, name: Reference) -> Descriptor:
    """The manifest, or the index, to go on with: that of the platform, else the only one that does not say what it is for."""
    unmarked = [each for each in found.manifests if each.platform is None]
    chosen = found.select(platform) if platform is not None else None
    candidates = [chosen] if chosen else unmarked if platform is not None else [*found.runnable, *unmarked]
    if len(candidates) == 1:
        return candidates[0]
    known = ", ".join(sorted({str(each.platform.normalized) for each in found.runnable if each.platform})) or "none"
    if platform is None:
        raise SourceError(f"{name} is there for several platforms: {known}", hint="name one with --platform")
    raise SourceError(
        f"{name} is not there for {platform}, but for these: {known}", hint="choose one of them, or another image"
    )


def _image(
    received: Received, shape: _Shape, platform: Platform | None, repository: Repository, store: Layout
) -> Image:
    name = repository.reference
    try:
        manifest = read_manifest(received.content)
    except InvalidDocument as error:
        raise _unreadable(name, str(error)) from error
    if manifest.config.media_type not in media_types.CONFIGS:
        kind = shape.artifact_type or manifest.config.media_type
        raise SourceError(f"{name} is no container image but {kind}", hint="choose another reference")
    if manifest.config.size > _MAX_CONFIG:
        raise SourceError(
            f"the config of {name} has {manifest.config.size} bytes", hint="no image's config is so large"
        )
    if not store.has(manifest.config):
        store.put_stream(repository.blob(manifest.config), manifest.config)
    kind = manifest.media_type or _manifest_type(received.descriptor.media_type)
    try:
        image = Image.load(store, store.put(received.content, kind))
    except IntegrityError as error:
        raise _unreadable(name, error.what) from error
    found = image.config.platform.normalized
    if platform is not None and found != platform.normalized:
        raise SourceError(
            f"{name} is for {found}, not for {platform}", hint="choose another image, or another platform"
        )
    return image


def _manifest_type(transported: str) -> str:
    """What the transport calls a manifest that does not say what it is."""
    return transported if transported in media_types.MANIFESTS else media_types.MANIFEST


def _unreadable(name: Reference, why: str) -> SourceError:
    return SourceError(f"what {name} stands for cannot be read: {why}", hint="is it a container image?")
