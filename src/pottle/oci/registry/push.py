"""Pushing: blobs first, side by side; then manifests; tags last, when everything is everywhere. No wrong or partial image ever has a tag."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from pottle.errors import SourceError, UsageError
from pottle.http import NotFound
from pottle.oci.descriptor import Descriptor
from pottle.oci.digest import Digest
from pottle.oci.image import AnyImage, Image
from pottle.oci.reference import Reference
from pottle.oci.registry.ahead import Ahead
from pottle.oci.registry.client import CONNECTIONS, Registry
from pottle.oci.registry.upload import Uploaded
from pottle.oci.registry.vouched import vouched
from pottle.progress import Progress, Silent, Task
from pottle.stop import together


class LayerLost(SourceError):
    """A layer that is not here is not where it was to come from, either."""

    def __init__(self, digest: Digest) -> None:
        what = f"the layer {digest} is neither here nor in the repository of a base image or a layer cache"
        super().__init__(what, hint="build the image anew")
        self.digest = digest


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
    target: AnyImage,
    names: Sequence[Reference],
    registry: Registry,
    *,
    origins: Sequence[Reference] = (),
    progress: Progress | None = None,
    ahead: Ahead | None = None,
) -> Pushed:
    """Puts `target` where each of `names` says, in any number of repositories and registries.

    Layers that are not in its store are those of the base images `origins`: they are mounted where these are of the same registry, and
    else pass from one registry to the other without being kept. A name that stands for the image already costs one request. What was
    sent `ahead` is not sent again.
    """
    _check(names)
    deliveries: list[_Push] = []
    for home, tagged in _homes(names).items():
        # What has everything when it is this one's turn: the base's repository, and those before.
        full = (*origins, *(delivery.names[0] for delivery in deliveries))
        sources = dict.fromkeys(each.repository for each in full if each.registry == home.registry)
        deliveries.append(_Push(target, tuple(tagged), registry, tuple(sources), origins, ahead))
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


class _Push:
    """One image on its way to one repository."""

    def __init__(
        self,
        target: AnyImage,
        names: tuple[Reference, ...],
        registry: Registry,
        sources: Sequence[str],
        origins: Sequence[Reference],
        ahead: Ahead | None,
    ) -> None:
        self.names = names
        self._ahead = ahead if ahead is not None and ahead.name in names else None
        self._target, self._registry, self._sources, self._origins = target, registry, sources, origins
        self._repository = registry.repository(names[0], push=True, sources=sources)
        self._missing: tuple[Reference, ...] = ()
        self._uploads: list[Uploaded] = []
        self._believed: list[Descriptor] = []
        """Blobs that nobody has asked for: the image of before has them."""
        self._doubted: Sequence[Descriptor] = ()
        """Those of them that are not there."""
        self._follows = False
        """Whether there is an image of before: what is small and not in it is new."""

    def send(self, progress: Progress) -> None:
        """Everything but what gets the tags. A tag that stands for the image already vouches for all of it."""
        standing = {name: self._standing(name) for name in self.names}
        self._missing = tuple(name for name in self.names if not self._is_target(standing[name]))
        if not self._missing or len(self._missing) < len(self.names):
            return
        blobs = _blobs(self._target.images)
        there = self._vouched(standing)
        self._follows = bool(there)
        self._believed = [blob for blob in blobs if blob.digest in there]
        self._send([blob for blob in blobs if blob.digest not in there], progress)
        for image in self._target.images:
            if image.descriptor.digest != self._target.descriptor.digest:
                self._put(image.descriptor, None)

    def finish(self) -> Delivery:
        """The tags."""
        for name in self._missing:
            self._put(self._target.descriptor, name.tag)
        how = [upload.how for upload in self._uploads]
        return Delivery(
            names=self.names,
            digest=self._target.descriptor.digest,
            sent=how.count("sent"),
            mounted=how.count("mounted"),
            present=how.count("present") + len(self._believed),
            sent_bytes=sum(upload.size for upload in self._uploads),
            unchanged=not self._missing,
        )

    def _standing(self, name: Reference) -> Descriptor | None:
        if self._ahead is not None and name == self._ahead.name:
            return self._ahead.before(self._target.store).standing
        return self._repository.standing(name.tag or "latest")

    def _vouched(self, standing: Mapping[Reference, Descriptor | None]) -> frozenset[Digest]:
        """The blobs that are there for what the first of the names stands for that stands for anything."""
        found = next(((name, there) for name, there in standing.items() if there is not None), None)
        if found is None:
            return frozenset()
        if self._ahead is not None and found[0] == self._ahead.name:
            return self._ahead.before(self._target.store).there
        return vouched(self._repository, found[1], self._target.store)

    def _is_target(self, standing: Descriptor | None) -> bool:
        return standing is not None and standing.digest == self._target.descriptor.digest

    def _send(self, blobs: Sequence[Descriptor], progress: Progress) -> None:
        with progress.task(f"Pushing to {self.names[0].familiar}", sum(blob.size for blob in blobs)) as task:
            works = [partial(self._upload, blob, task) for blob in blobs]
            self._uploads += together(works, self._registry.stop, CONNECTIONS)

    def _put(self, document: Descriptor, tag: str | None) -> None:
        content = self._target.store.read(document.digest)
        try:
            self._repository.put(content, document.media_type, tag)
        except SourceError:
            if not self._believed:
                raise
            # It may be that what was believed is no longer there, however the registry says so.
            self._doubted, self._believed, self._follows = self._believed, [], False
            self._send(self._doubted, Silent())
            self._repository.put(content, document.media_type, tag)

    def _upload(self, blob: Descriptor, task: Task) -> Uploaded:
        sent = self._ahead.upload(blob) if self._ahead is not None else None
        if sent is not None and blob not in self._doubted:
            done = sent.result()
            task.advance(blob.size)
            return done
        done = self._repository.upload(blob, self._content(blob), self._sources, task.advance, new=self._follows)
        if done.how != "sent":
            task.advance(blob.size)
        return done

    def _content(self, blob: Descriptor) -> Callable[[], Iterator[bytes]]:
        """From the store, else from the registry of a base image."""
        if self._target.store.has(blob):
            return lambda: self._target.store.pieces(blob)
        return lambda: self._from_origin(blob)

    def _from_origin(self, blob: Descriptor) -> Iterator[bytes]:
        for origin in self._origins:
            repository = self._registry.repository(origin)
            if len(self._origins) == 1 or repository.has(blob):
                try:
                    yield from repository.blob(blob)
                except NotFound as error:
                    raise LayerLost(blob.digest) from error
                return
        raise LayerLost(blob.digest)


def _blobs(images: Iterable[Image]) -> list[Descriptor]:
    """Configs and layers, each once; the largest first, so that no long one is left to the end."""
    found = {blob.digest: blob for image in images for blob in (image.manifest.config, *image.layers)}
    return sorted(found.values(), key=lambda blob: -blob.size)
