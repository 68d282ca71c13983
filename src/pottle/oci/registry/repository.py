"""A repository: manifests by tag and digest, blobs by digest, and what refers to an image (distribution-spec 1.1)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from pottle.errors import IntegrityError, SourceError
from pottle.http import NotFound, TryAgain
from pottle.messages import Request, Response
from pottle.oci import media_types
from pottle.oci.descriptor import Descriptor
from pottle.oci.digest import Digest, InvalidDigest
from pottle.oci.document import MAX_SIZE
from pottle.oci.reference import Reference
from pottle.oci.registry import upload
from pottle.oci.registry.download import download
from pottle.oci.registry.endpoint import Endpoint
from pottle.oci.registry.referrers import TaggedIndex, add_referrer, listed_referrers, subject_of, tag_of
from pottle.oci.registry.saying import plain, read_bounded

_T = TypeVar("_T")
_ACCEPTED: Final = ", ".join(sorted(media_types.INDEXES | media_types.MANIFESTS))
_DIGEST: Final = "Docker-Content-Digest"
_NO_HEAD: Final = frozenset({400, 403, 405, 501})
"""What is said to a HEAD by whoever would answer a GET."""


@dataclass(frozen=True, slots=True)
class Received:
    """A manifest or an index, as the bytes it is. The descriptor's media type is what the registry calls it."""

    content: bytes
    descriptor: Descriptor


class Repository:
    """To be had from `Registry.repository`; any number of threads may use it."""

    def __init__(self, reference: Reference, endpoints: Sequence[Endpoint], habits: upload.Habits) -> None:
        self.reference = reference
        self._readers, self._own, self._habits = endpoints, endpoints[-1], habits

    @property
    def _which(self) -> str:
        """What the reference points at."""
        return self.reference.digest or self.reference.tag or "latest"

    def resolve(self) -> Descriptor:
        """What the reference's tag or digest stands for. Not verified: `manifest` of its digest is."""
        return self._read(lambda endpoint: _resolve(endpoint, self._which))

    def standing(self, tag: str) -> Descriptor | None:
        """What the registry itself says that a tag stands for, if it says it in one answer. Nothing is verified."""

        def receive(response: Response) -> Descriptor | None:
            return _described(response) if response.status_code == 200 else None

        return self._own.ask(Request("HEAD", self._own.url(f"manifests/{tag}"), {"Accept": _ACCEPTED}), receive)

    def manifest(self, which: Digest | str) -> Received:
        """A manifest or index by digest, which it is then sure to have, or by tag."""
        return self._read(lambda endpoint: _manifest(endpoint, which))

    def has(self, blob: Descriptor) -> bool:
        """Whether the blob is there, as far as the registry tells without giving it."""
        return upload.has(self._own, blob)

    def blob(self, blob: Descriptor) -> Iterator[bytes]:
        """The blob's content: what has come in when the iterator ends is what the descriptor says."""
        return download(self._readers, blob)

    def upload(
        self,
        blob: Descriptor,
        content: Callable[[], Iterable[bytes]],
        mount_from: Sequence[str] = (),
        progress: Callable[[int], None] | None = None,
        *,
        new: bool = False,
    ) -> upload.Uploaded:
        """Sees to it that the blob is there: it is already, or is mounted from another repository of the registry, or is sent.

        `content` is opened for each attempt. `progress` is told bytes that are sent, and negative ones if they were in vain. A small `new`
        blob is sent without a question whether it is there.
        """
        return upload.upload(self._own, blob, content, mount_from, self._habits, progress, new=new)

    def put(self, content: bytes, media_type: str, tag: str | None) -> Descriptor:
        """Stores a manifest or index, which its blobs and manifests have to precede; by its digest where there is no tag."""
        descriptor = Descriptor(media_type, Digest.of(content), len(content))
        subject = subject_of(content)
        listed = _put(self._own, content, descriptor, tag or descriptor.digest)
        if subject is not None and not listed:
            add_referrer(self._tagged_index(subject), descriptor, content)
        return descriptor

    def referrers(self, subject: Digest) -> tuple[Descriptor, ...]:
        """What refers to `subject`: SBOMs, signatures, caches. By the API, else by the tag that stands in for it."""
        return self._read(lambda endpoint: listed_referrers(endpoint, subject, _index_reader(endpoint, subject)))

    def _tagged_index(self, subject: Digest) -> TaggedIndex:
        def write(content: bytes) -> None:
            descriptor = Descriptor(media_types.INDEX, Digest.of(content), len(content))
            _put(self._own, content, descriptor, tag_of(subject))

        return TaggedIndex(_index_reader(self._own, subject), write)

    def _read(self, work: Callable[[Endpoint], _T]) -> _T:
        """What the first of the mirrors gives that has it, else the registry itself."""
        for mirror in self._readers[:-1]:
            if mirror.reachable:
                try:
                    return work(mirror)
                except NotFound:
                    continue
                except (SourceError, IntegrityError):
                    mirror.reachable = False
        return work(self._own)


def _index_reader(endpoint: Endpoint, subject: Digest) -> Callable[[], bytes | None]:
    def read() -> bytes | None:
        try:
            return _manifest(endpoint, tag_of(subject)).content
        except NotFound:
            return None

    return read


def _name(endpoint: Endpoint, which: str) -> str:
    return f"{endpoint.repository}{'@' if which.startswith('sha256:') else ':'}{which}"


def _resolve(endpoint: Endpoint, which: str) -> Descriptor:
    def receive(response: Response) -> Descriptor | None:
        if response.status_code == 200:
            return _described(response)
        if response.status_code in _NO_HEAD:
            return None
        raise endpoint.refused(response, f"to give {_name(endpoint, which)}")

    request = Request("HEAD", endpoint.url(f"manifests/{which}"), {"Accept": _ACCEPTED})
    found = endpoint.ask(request, receive)
    if found is None or (isinstance(which, Digest) and found.digest != which):
        return _manifest(endpoint, which).descriptor
    return found


def _described(response: Response) -> Descriptor | None:
    """The descriptor that the headers of an answer make, if they do."""
    try:
        return Descriptor(
            _media_type(response), Digest(response.headers[_DIGEST]), int(response.headers["Content-Length"])
        )
    except (KeyError, InvalidDigest, ValueError):
        return None


def _media_type(response: Response) -> str:
    kind: str = response.headers.get("Content-Type", "")
    return plain(kind.partition(";")[0].strip().lower())


def _manifest(endpoint: Endpoint, which: str) -> Received:
    name = _name(endpoint, which)

    def receive(response: Response) -> Received:
        if response.status_code != 200:
            raise endpoint.refused(response, f"to give {name}")
        content = read_bounded(response, MAX_SIZE)
        if len(content) > MAX_SIZE:
            raise SourceError(f"{endpoint.registry}: {name} is larger than {MAX_SIZE} bytes", hint="no manifest is")
        expected = response.headers.get("Content-Length", "")
        if expected.isdigit() and len(content) < int(expected):
            raise TryAgain(f"the body ended after {len(content)} of {expected} bytes")
        found = Digest.of(content)
        promised = which if which.startswith("sha256:") else response.headers.get(_DIGEST, found)
        if found != promised:
            raise IntegrityError(
                f"what {endpoint.registry} gives for {name} has the digest {found}, not {plain(promised)}",
                hint="the registry, or what stands before it, is broken or lies; nothing of it was used",
            )
        return Received(content, Descriptor(_media_type(response), found, len(content)))

    return endpoint.ask(Request("GET", endpoint.url(f"manifests/{which}"), {"Accept": _ACCEPTED}), receive)


def _put(endpoint: Endpoint, content: bytes, descriptor: Descriptor, which: str) -> bool:
    """Stores a document; whether the registry lists it among the referrers of its subject, if it has one."""
    name = _name(endpoint, which)

    def receive(response: Response) -> bool:
        if response.status_code not in {200, 201, 202}:
            raise endpoint.refused(response, f"to take {name}")
        kept = response.headers.get(_DIGEST, descriptor.digest)
        if kept != descriptor.digest:
            raise IntegrityError(
                f"{endpoint.registry} keeps {name} as {plain(kept)}, not as {descriptor.digest}",
                hint="it changes what it is given: the image there is not the one that was built",
            )
        return "OCI-Subject" in response.headers

    headers = {"Content-Type": descriptor.media_type, "Content-Length": str(len(content))}
    timeout = endpoint.transport.options.commit_timeout
    request = Request("PUT", endpoint.url(f"manifests/{which}"), headers, lambda: (content,), timeout)
    return endpoint.ask(request, receive)
