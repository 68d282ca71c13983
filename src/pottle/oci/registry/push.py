"""Pushing: blobs first, side by side; then manifests; tags last, when everything is everywhere. No wrong or partial image ever has a tag."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, Protocol

from pottle.errors import SourceError, UsageError
from pottle.oci.descriptor import Descriptor
from pottle.oci.digest import Digest
from pottle.oci.image import Image
from pottle.oci.layout import Layout
from pottle.oci.reference import Reference
from pottle.oci.registry.client import Registry
from pottle.oci.registry.upload import Uploaded
from pottle.progress import Progress, Silent, Task
from pottle.stop import together

CONNECTIONS: Final = 5
_READ_SIZE: Final = 1 << 18
"""Bytes: large enough that Python is not what is waited for, small enough for five of them at once."""


class Pushable(Protocol):
    """An image, or an index with the images that it lists: documents, and blobs below them."""

    @property
    def descriptor(self) -> Descriptor:
        """The document that gets the tags."""

    @property
    def images(self) -> Sequence[Image]:
        """The image itself, or those of the index."""

    @property
    def store(self) -> Layout:
        """Where the bytes are."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What it took to have an image in one repository."""

    names: tuple[Reference, ...]
    digest: Digest
    sent: int = 0
    """Blobs that were sent; the rest was there or was mounted."""
    mounted: int = 0
    present: int = 0
    sent_bytes: int = 0
    unchanged: bool = False
    """Every name stood for the image already."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """A delivery to each repository."""

    deliveries: tuple[Delivery, ...]

    @property
    def names(self) -> tuple[Reference, ...]:
        """Every name of the image, with the digest that it is sure to be pulled by."""
        return tuple(replace(name, digest=each.digest) for each in self.deliveries for name in each.names)

    @property
    def sent_bytes(self) -> int:
        """Of all blobs."""
        return sum(each.sent_bytes for each in self.deliveries)


def push(
    target: Pushable,
    names: Sequence[Reference],
    registry: Registry,
    *,
    origins: Sequence[Reference] = (),
    progress: Progress | None = None,
) -> Pushed:
    """Puts `target` where each of `names` says, in any number of repositories and registries.

    Layers that are not in its store are those of the base images `origins`: they are mounted where these are of the same registry, and
    else pass from one registry to the other without being kept. A name that stands for the image already costs one request.
    """
    _check(names)
    homes = _homes(names)
    sources = [[*(o for o in origins if o.registry == home.registry), *before] for home, before in _before(homes)]
    deliveries = [
        _Push(target, tuple(homes[home]), registry, from_there, origins)
        for home, from_there in zip(homes, sources, strict=True)
    ]
    for delivery in deliveries:
        delivery.send(progress or Silent())
    return Pushed(tuple(delivery.finish() for delivery in deliveries))


def _check(names: Sequence[Reference]) -> None:
    for name in names:
        if name.digest is not None:
            raise UsageError(
                f"{name} has a digest, and the image's own digest is decided by its content",
                hint=f"write {replace(name, digest=None).tagged}",
            )


def _homes(names: Iterable[Reference]) -> dict[Reference, list[Reference]]:
    """The repositories, in their order, and the tags in each."""
    homes: dict[Reference, list[Reference]] = {}
    for name in dict.fromkeys(each.tagged for each in names):
        homes.setdefault(replace(name, tag=None), []).append(name)
    return homes


def _before(homes: Iterable[Reference]) -> Iterator[tuple[Reference, list[Reference]]]:
    """Each repository, and those of the same registry that have everything when it has its turn."""
    seen: list[Reference] = []
    for home in homes:
        yield home, [other for other in seen if other.registry == home.registry]
        seen.append(home)


class _Push:
    """One image on its way to one repository."""

    def __init__(
        self,
        target: Pushable,
        names: tuple[Reference, ...],
        registry: Registry,
        sources: Sequence[Reference],
        origins: Sequence[Reference],
    ) -> None:
        self._target, self._names, self._registry, self._origins = target, names, registry, origins
        self._sources = tuple(dict.fromkeys(source.repository for source in sources))
        self._repository = registry.repository(names[0], push=True, sources=self._sources)
        self._missing: tuple[Reference, ...] = ()
        self._uploads: list[Uploaded] = []

    def send(self, progress: Progress) -> None:
        """Everything but what gets the tags. A tag that stands for the image already vouches for all of it."""
        self._missing = tuple(name for name in self._names if not self._has(name))
        if not self._missing or len(self._missing) < len(self._names):
            return
        blobs = _blobs(self._target.images)
        with progress.task(f"Pushing to {self._names[0].familiar}", sum(blob.size for blob in blobs)) as task:
            works = [partial(self._upload, blob, task) for blob in blobs]
            self._uploads = together(works, self._registry.stop, CONNECTIONS)
        for image in self._target.images:
            if image.descriptor.digest != self._target.descriptor.digest:
                self._put(image.descriptor, None)

    def finish(self) -> Delivery:
        """The tags."""
        for name in self._missing:
            self._put(self._target.descriptor, name.tag)
        how = [upload.how for upload in self._uploads]
        return Delivery(
            names=self._names,
            digest=self._target.descriptor.digest,
            sent=how.count("sent"),
            mounted=how.count("mounted"),
            present=how.count("present"),
            sent_bytes=sum(upload.size for upload in self._uploads),
            unchanged=not self._missing,
        )

    def _has(self, name: Reference) -> bool:
        """Whether the tag stands for the image already."""
        return self._repository.standing(name.tag or "latest") == self._target.descriptor.digest

    def _put(self, document: Descriptor, tag: str | None) -> None:
        self._repository.put(self._target.store.read(document.digest), document.media_type, tag)

    def _upload(self, blob: Descriptor, task: Task) -> Uploaded:
        done = self._repository.upload(blob, self._content(blob), self._sources, task.advance)
        if done.how != "sent":
            task.advance(blob.size)
        return done

    def _content(self, blob: Descriptor) -> Callable[[], Iterator[bytes]]:
        """From the store, else from the registry of a base image."""
        if self._target.store.has(blob):
            return lambda: _read(self._target.store, blob)
        return lambda: self._from_origin(blob)

    def _from_origin(self, blob: Descriptor) -> Iterator[bytes]:
        for origin in self._origins:
            repository = self._registry.repository(origin)
            if len(self._origins) == 1 or repository.has(blob):
                return repository.blob(blob)
        raise SourceError(
            f"the layer {blob.digest} is neither here nor in the repository of a base image",
            hint="build the image anew",
        )


def _blobs(images: Iterable[Image]) -> list[Descriptor]:
    """Configs and layers, each once; the largest first, so that no long one is left to the end."""
    found = {blob.digest: blob for image in images for blob in (image.manifest.config, *image.layers)}
    return sorted(found.values(), key=lambda blob: -blob.size)


def _read(store: Layout, blob: Descriptor) -> Iterator[bytes]:
    with store.open_blob(blob.digest) as stream:
        while chunk := stream.read(_READ_SIZE):
            yield chunk
