"""One tar that every engine loads: an OCI image layout (image-spec, image-layout.md) that is a Docker archive as well.

Docker before 25 and podman read `manifest.json`; newer Docker, containerd and skopeo's `oci-archive:` read `index.json`. Both
point at the same blobs. Nothing in it depends on when, where or by whom it is written.

Of an index, `index.json` has the index, and engines take the image for their platform. `manifest.json` knows no platforms and every
item of it is loaded, so each image has its platform behind its tags: a plain tag would be that of whichever came last.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import IO

import msgspec

from pottle.oci.descriptor import Descriptor
from pottle.oci.digest import Digest
from pottle.oci.document import encode
from pottle.oci.entry import Directory, Entry, File
from pottle.oci.image import AnyImage, Image, ImageIndex
from pottle.oci.index import index
from pottle.oci.layout import MARK, Layout, named
from pottle.oci.platform import Platform
from pottle.oci.reference import InvalidReference, Reference
from pottle.oci.tarball import END, header, padding
from pottle.writing import replacing

_MTIME = 0


def write_archive(image: AnyImage, path: Path, names: Iterable[Reference] = ()) -> None:
    """Writes the image, or the index with its images, to `path`, which is either the whole archive afterwards or what it was before."""
    with replacing(path) as file:
        for entry in _documents(image, [name.tagged for name in names]):
            content = entry.content if isinstance(entry, File) and isinstance(entry.content, bytes) else b""
            file.write(header(entry, _MTIME, len(content)) + content + padding(len(content)))
        for blob in sorted(image.blobs, key=lambda blob: blob.digest):
            _write_blob(blob, image.store, file)
        file.write(END)


def _documents(image: AnyImage, names: list[Reference]) -> Iterator[Entry]:
    """What stands in front of the blobs, for readers that go through the tar once."""
    yield File("oci-layout", MARK)
    yield File("index.json", encode(index(named(image.descriptor, names))))
    several = isinstance(image, ImageIndex)
    items = [_docker_item(each, _for(each.config.platform, names) if several else names) for each in image.images]
    yield File("manifest.json", msgspec.json.encode(items))
    yield Directory("blobs")
    yield Directory("blobs/sha256")


def _for(platform: Platform, names: Iterable[Reference]) -> list[Reference]:
    """The names with the platform behind their tags (`shop:1.2-arm64`), as far as that leaves room for it."""
    found = []
    for name in names:
        with suppress(InvalidReference):
            found.append(replace(name, tag=f"{name.tag}-{platform.architecture}{platform.variant or ''}"))
    return found


def _docker_item(image: Image, names: Sequence[Reference]) -> dict[str, object]:
    """One item of `manifest.json` (Docker image-spec v1.2, "Combined Image JSON + Filesystem Changeset Format").

    Names are whole: podman takes a short one for `localhost/…`, Docker shortens them itself.
    """
    return {
        "Config": _path(image.manifest.config.digest),
        "RepoTags": [str(replace(name, digest=None)) for name in names if name.tag] or None,
        "Layers": [_path(layer.digest) for layer in image.layers],
    }


def _path(digest: Digest) -> str:
    return f"blobs/sha256/{digest.hex}"


def _write_blob(blob: Descriptor, store: Layout, file: IO[bytes]) -> None:
    file.write(header(File(_path(blob.digest), store.path_of(blob.digest)), _MTIME, blob.size))
    store.copy_to(blob, file)
    file.write(padding(blob.size))
