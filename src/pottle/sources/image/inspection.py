"""Looks into a base image, once for each digest: its config, and all its layers from the lowest up, which lie in the image's store."""

from collections.abc import Iterator, Mapping

from pottle.base_image import BaseHistory, BaseImage, BaseLayer
from pottle.errors import SourceError
from pottle.oci import media_types
from pottle.oci.config import Execution
from pottle.oci.image import Image
from pottle.oci.members import InvalidArchive
from pottle.oci.reference import Reference
from pottle.oci.unpack import layer_members
from pottle.sources.image import system
from pottle.sources.image.files import Files
from pottle.sources.image.interpreters import interpreters
from pottle.sources.image.libc import libc
from pottle.stop import Stop

MOST_LAYERS = 100
"""Engines mount 127, and ours come on top."""
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""What engines take where the config names none."""
_OURS = ("etc", "opt", "home", "app", "var")
"""Directories that layers of ours list: as links, they would be replaced by them."""
_OTHER = "choose another base image"


def check(image: Image, name: Reference) -> None:
    """Raises `SourceError` for an image that nothing can be put on: to be asked before its layers are fetched."""
    layers, diff_ids = len(image.layers), len(image.config.rootfs.diff_ids)
    why = None
    if strange := [each.media_type for each in image.layers if each.media_type not in media_types.LAYERS]:
        why = f"one of its layers is {strange[0]}"
    elif layers != diff_ids:
        why = f"it has {layers} layers and {diff_ids} diff IDs"
    elif not 0 < layers <= MOST_LAYERS:
        why = f"it has {layers} layers, and 1 to {MOST_LAYERS} can be built on"
    if why:
        raise SourceError(f"the base image {name.familiar} cannot be used: {why}", hint=_OTHER)


def inspect(image: Image, name: Reference, stop: Stop) -> BaseImage:
    """All that is to be known of the image, whose layers are there.

    Raises `SourceError` for one that no Python runs on, `IntegrityError` for one that contradicts itself or means harm.
    """
    try:
        return _known(image, name, _files(image, stop))
    except InvalidArchive as error:
        raise InvalidArchive(f"the base image {name.familiar} cannot be used: {error.what}", hint=_OTHER) from error


def _files(image: Image, stop: Stop) -> Files:
    files = Files()
    for layer, diff_id in zip(image.layers, image.config.rootfs.diff_ids, strict=True):
        stop.check()
        files.apply(layer_members(image.store, layer, diff_id))
    for path in _OURS:
        if (target := files.tree.link(path)) is not None:
            raise InvalidArchive(f"its /{path} is a link to {target}, where pottle needs a directory")
    return files


def _known(image: Image, name: Reference, files: Files) -> BaseImage:
    execution = image.config.config or Execution()
    environment = _environment(execution)
    pythons = interpreters(files, environment.get("PATH") or _PATH)
    library = libc(files, pythons[0].path if pythons else None)
    if library is None:
        what = f"the base image {name.familiar} has no C library that CPython could run with: neither glibc nor musl"
        raise SourceError(what, hint=_OTHER)
    release = system.os_release(files)
    return BaseImage(
        name=str(name),
        platform=str(image.config.platform.normalized),
        digest=str(image.digest),
        media_types="docker" if _is_docker(image) else "oci",
        libc=library[0],
        libc_version=library[1],
        distribution=release.get("ID", ""),
        release=release.get("VERSION_CODENAME") or release.get("VERSION_ID", ""),
        layers=tuple(_layers(image)),
        unpacked=files.tree.size,
        pythons=pythons,
        has=tuple(system.has(files)),
        ca_bundle=system.ca_bundle(files, environment.get("SSL_CERT_FILE")),
        packages=system.packages(files),
        passwd=system.accounts(files, "etc/passwd"),
        group=system.accounts(files, "etc/group"),
        env=tuple(line for line in execution.env if "=" in line and "\0" not in line),
        entrypoint=execution.entrypoint or (),
        volumes=tuple(sorted(execution.volumes)),
        labels=tuple(sorted(execution.labels.items())),
        history=tuple(_history(image)),
    )


def _environment(execution: Execution) -> Mapping[str, str]:
    return {name: value for name, _, value in (line.partition("=") for line in execution.env)}


def _is_docker(image: Image) -> bool:
    """Whether all of it can be Docker's types: what is zstd cannot, whatever its manifest says."""
    zstd = any(layer.media_type == media_types.LAYER_ZSTD for layer in image.layers)
    return media_types.is_docker(image.descriptor.media_type) and not zstd


def _layers(image: Image) -> Iterator[BaseLayer]:
    for layer, diff_id in zip(image.layers, image.config.rootfs.diff_ids, strict=True):
        yield BaseLayer(digest=str(layer.digest), diff_id=str(diff_id), size=layer.size, media_type=layer.media_type)


def _history(image: Image) -> Iterator[BaseHistory]:
    """One entry with a layer for each layer, whether the image tells its history or not."""
    layers = len(image.layers)
    if sum(not entry.empty_layer for entry in image.config.history) != layers:
        yield from [BaseHistory(comment="a layer of the base image")] * layers
        return
    for entry in image.config.history:
        yield BaseHistory(
            created=entry.created, created_by=entry.created_by, comment=entry.comment, empty_layer=entry.empty_layer
        )
