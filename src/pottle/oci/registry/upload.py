"""Blobs on their way to a registry (distribution-spec, "Pushing Blobs").

A blob is asked for first, mounted where another repository of the registry has it, and else sent by POST and one PUT, in which
everything is said at once. A registry that refuses the PUT gets one PATCH that is as long as the blob, and then chunks.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import count
from typing import Final, Literal, TypeAlias
from urllib.parse import urlencode

from pottle.errors import IntegrityError, PottleError, SourceError
from pottle.http import TryAgain
from pottle.messages import Request, Response
from pottle.oci.descriptor import Descriptor
from pottle.oci.registry.access import Denied
from pottle.oci.registry.endpoint import Endpoint
from pottle.oci.registry.saying import codes, plain, read_bounded, said
from pottle.oci.registry.transport import located

How: TypeAlias = Literal["present", "mounted", "sent"]

_NOT_WORTH_A_QUESTION: Final = 1 << 16
"""Bytes: to ask whether a blob is there takes as long as to send it."""
_CHUNK: Final = 4 << 20
"""Bytes: GHCR refuses more in one chunk."""
_MOST_CHUNK: Final = 64 << 20
"""Bytes: what a registry may want us to hold in memory at least (`OCI-Chunk-Min-Length`)."""
_LEAST_TAKEN: Final = 64 << 10
"""Bytes: a registry that takes less of a chunk does not get on, and is not asked for ever."""
_MOST_SOURCES: Final = 3
_NO_MOUNT: Final = frozenset({400, 401, 403, 404, 405, 501})
_NO_SUCH_WAY: Final = frozenset({400, 405, 411, 413, 415, 416, 501})
_BINARY: Final = {"Content-Type": "application/octet-stream"}


class Way(IntEnum):
    """The shapes of an upload, in the order in which they are tried."""

    PUT = 1
    PATCH = 2
    CHUNKS = 3


@dataclass(slots=True)
class Habits:
    """What was learnt of a registry, so that it need not refuse the same twice. Threads may overwrite each other."""

    way: Way = Way.PUT
    mounts: bool = True
    unmountable: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Uploaded:
    """How a blob came to be where it is, and the bytes that were sent for it."""

    how: How
    size: int = 0


class _AnotherWay(Exception):
    """The registry does not take a blob in this shape; `error` is what to say if it takes it in none."""

    def __init__(self, status: int, error: PottleError) -> None:
        super().__init__(status)
        self.status, self.error = status, error


@dataclass(frozen=True, slots=True)
class _Session:
    """Where to send a blob to, and how much at least in one chunk."""

    location: str
    least: int = 0

    def committing(self, blob: Descriptor) -> str:
        """The URL that ends the upload: the location as it was given, and the digest."""
        return f"{self.location}{'&' if '?' in self.location else '?'}{urlencode({'digest': blob.digest})}"


def has(endpoint: Endpoint, blob: Descriptor) -> bool:
    """Whether the registry says that it has the blob; what it cannot say counts as no."""
    return endpoint.transport.retried(endpoint.registry, lambda: _has(endpoint, blob))


def _has(endpoint: Endpoint, blob: Descriptor) -> bool:
    def receive(response: Response) -> bool:
        size = response.headers.get("Content-Length", "")
        return response.status_code == 200 and size in {"", str(blob.size)}

    return endpoint.once(Request("HEAD", endpoint.url(f"blobs/{blob.digest}")), receive)


def upload(
    endpoint: Endpoint,
    blob: Descriptor,
    content: Callable[[], Iterable[bytes]],
    mount_from: Sequence[str],
    habits: Habits,
    progress: Callable[[int], None] | None = None,
    *,
    new: bool = False,
) -> Uploaded:
    """Sees to it that the registry has the blob. Each attempt looks first whether the one before has succeeded after all.

    Of a small one that is `new` as well the first attempt takes for granted that it is not there.
    """
    body = _Body(blob, content, progress, endpoint)
    unasked = new and blob.size <= _NOT_WORTH_A_QUESTION
    attempts = count()

    def attempt() -> Uploaded:
        body.take_back()
        if not (unasked and next(attempts) == 0) and _has(endpoint, blob):
            return Uploaded("present")
        while (session := _begin(endpoint, blob, mount_from, habits)) is not None:
            way = habits.way
            try:
                _WAYS[way](endpoint, session, blob, body)
            except _AnotherWay as refusal:
                body.take_back()
                if way is Way.CHUNKS:
                    raise refusal.error from None
                habits.way = max(habits.way, Way.CHUNKS if refusal.status == 413 else Way(way + 1))
            else:
                return Uploaded("sent", blob.size)
        return Uploaded("mounted")

    return endpoint.transport.retried(endpoint.registry, attempt)


class _Body:
    """The blob's bytes, looked at while they leave: what is not what the descriptor says is never sent to its end."""

    def __init__(
        self,
        blob: Descriptor,
        content: Callable[[], Iterable[bytes]],
        progress: Callable[[int], None] | None,
        endpoint: Endpoint,
    ) -> None:
        self._blob, self._content = blob, content
        self._progress, self._stop = progress, endpoint.transport.stop
        self._sent = 0

    def __call__(self) -> Iterator[bytes]:
        """All of them, from the start."""
        self.take_back()
        found, size = hashlib.sha256(), 0
        for chunk in self._content():
            self._stop.check()
            found.update(chunk)
            size += len(chunk)
            if size >= self._blob.size and (size, f"sha256:{found.hexdigest()}") != (
                self._blob.size,
                self._blob.digest,
            ):
                break
            yield chunk
            self._report(len(chunk))
        if (size, f"sha256:{found.hexdigest()}") != (self._blob.size, self._blob.digest):
            raise IntegrityError(
                f"the blob {self._blob.digest} is not what its name says, and was not pushed",
                hint="build the image anew; if that does not help, delete pottle's cache",
            )

    def take_back(self) -> None:
        """What was sent so far was in vain."""
        self._report(-self._sent)

    def _report(self, count: int) -> None:
        self._sent += count
        if self._progress is not None and count:
            self._progress(count)


# --- the session ----------------------------------------------------------------------------------


def _begin(endpoint: Endpoint, blob: Descriptor, mount_from: Sequence[str], habits: Habits) -> _Session | None:
    """A session to send the blob in; None if the blob is there without being sent."""
    others = [name for name in dict.fromkeys(mount_from) if name != endpoint.repository]
    for source in others[:_MOST_SOURCES]:
        if habits.mounts and source not in habits.unmountable:
            done, session = _mount(endpoint, blob, source, habits)
            if done or session is not None:
                return session
    request = Request("POST", endpoint.url("blobs/uploads/"))
    return endpoint.once(request, lambda response: _begun(endpoint, blob, response))


def _mount(endpoint: Endpoint, blob: Descriptor, source: str, habits: Habits) -> tuple[bool, _Session | None]:
    """Whether the blob was mounted, and the session that the registry opened in place of that.

    A mount is a convenience that registries refuse in every way there is: ECR has it for some blobs, others for none.
    """

    def receive(response: Response) -> tuple[bool, _Session | None]:
        if response.status_code in _NO_MOUNT:
            habits.mounts = habits.mounts and response.status_code not in {405, 501}
            habits.unmountable.add(source)
            return False, None
        session = _begun(endpoint, blob, response)
        return session is None, session

    query = urlencode({"mount": blob.digest, "from": source})
    try:
        return endpoint.once(Request("POST", endpoint.url(f"blobs/uploads/?{query}")), receive)
    except Denied:
        habits.unmountable.add(source)
        return False, None


def _begun(endpoint: Endpoint, blob: Descriptor, response: Response) -> _Session | None:
    if response.status_code == 201:
        return None
    if response.status_code != 202:
        raise endpoint.refused(response, _doing(endpoint, blob))
    location = located(response)
    if location is None:
        raise SourceError(
            f"{endpoint.registry} takes a blob of {endpoint.repository} and does not say where (no Location)",
            hint="is there a proxy in front of it that changes its answers?",
        )
    least = response.headers.get("OCI-Chunk-Min-Length", "")
    return _Session(location, int(least[:12]) if least.isascii() and least.isdigit() else 0)


def _doing(endpoint: Endpoint, blob: Descriptor) -> str:
    return f"to take the blob {blob.digest} of {endpoint.repository}"


# --- the ways -------------------------------------------------------------------------------------


def _put(endpoint: Endpoint, session: _Session, blob: Descriptor, body: _Body) -> None:
    """Everything in one request."""
    headers = {**_BINARY, "Content-Length": str(blob.size)}
    timeout = endpoint.transport.options.commit_timeout
    request = Request("PUT", session.committing(blob), headers, body, timeout)
    endpoint.once(request, lambda response: _committed(endpoint, blob, response, others=True))


def _patch(endpoint: Endpoint, session: _Session, blob: Descriptor, body: _Body) -> None:
    """One PATCH as long as the blob, without a range, as Docker pushes."""
    request = Request("PATCH", session.location, {**_BINARY, "Content-Length": str(blob.size)}, body)
    session, _ = endpoint.once(request, lambda response: _patched(endpoint, session, blob, response))
    _commit(endpoint, session, blob)


def _chunks(endpoint: Endpoint, session: _Session, blob: Descriptor, body: _Body) -> None:
    """Chunks with ranges. How much of each was taken is the registry's to say."""
    size = max(_CHUNK, session.least)
    if size > _MOST_CHUNK:
        raise SourceError(
            f"{endpoint.registry} wants chunks of {size} bytes",
            hint="pottle holds a chunk in memory, and this is too much",
        )
    offset, pending = 0, bytearray()
    for part in body():
        pending += part
        while len(pending) >= size:
            session, taken = _chunk(endpoint, session, blob, offset, bytes(pending[:size]))
            del pending[:taken]
            offset += taken
    while pending:
        session, taken = _chunk(endpoint, session, blob, offset, bytes(pending))
        del pending[:taken]
        offset += taken
    _commit(endpoint, session, blob)


_WAYS: Final = {Way.PUT: _put, Way.PATCH: _patch, Way.CHUNKS: _chunks}


def _chunk(endpoint: Endpoint, session: _Session, blob: Descriptor, offset: int, chunk: bytes) -> tuple[_Session, int]:
    """Sends a chunk; the session to go on with, and how much the registry has taken, which is not nothing."""
    headers = {
        **_BINARY,
        "Content-Length": str(len(chunk)),
        "Content-Range": f"{offset}-{offset + len(chunk) - 1}",
    }
    request = Request("PATCH", session.location, headers, lambda: (chunk,))
    try:
        session, end = endpoint.once(request, lambda response: _patched(endpoint, session, blob, response))
    except TryAgain as failure:
        session, end = _status(endpoint, session, blob, failure)
    taken = len(chunk) if end is None else end - offset
    if not min(_LEAST_TAKEN, len(chunk)) <= taken <= len(chunk):
        raise TryAgain(f"the registry has {end} bytes after those from {offset} on were sent")
    return session, taken


def _status(endpoint: Endpoint, session: _Session, blob: Descriptor, failure: TryAgain) -> tuple[_Session, int | None]:
    """Where an upload stands that was cut: the registry knows."""

    def receive(response: Response) -> tuple[_Session, int | None]:
        if response.status_code not in {200, 202, 204} or "Range" not in response.headers:
            raise failure
        return _patched(endpoint, session, blob, response)

    return endpoint.once(Request("GET", session.location), receive)


def _patched(
    endpoint: Endpoint, session: _Session, blob: Descriptor, response: Response
) -> tuple[_Session, int | None]:
    """The session after a PATCH, and how many bytes of the blob the registry has, if it says so."""
    if response.status_code == 416 and "Range" in response.headers:
        return _after(session, response)
    if response.status_code not in {200, 201, 202, 204}:
        raise _refusal(endpoint, blob, response, others=True)
    return _after(session, response)


def _after(session: _Session, response: Response) -> tuple[_Session, int | None]:
    last = response.headers.get("Range", "").removeprefix("bytes=").partition("-")[2]
    end = int(last[:18]) + 1 if last.isascii() and last.isdigit() else None
    return _Session(located(response) or session.location, session.least), end


def _commit(endpoint: Endpoint, session: _Session, blob: Descriptor) -> None:
    timeout = endpoint.transport.options.commit_timeout
    request = Request("PUT", session.committing(blob), {"Content-Length": "0"}, timeout=timeout)
    endpoint.once(request, lambda response: _committed(endpoint, blob, response, others=False))


def _committed(endpoint: Endpoint, blob: Descriptor, response: Response, *, others: bool) -> None:
    if response.status_code not in {200, 201, 202, 204}:
        raise _refusal(endpoint, blob, response, others=others)
    kept = response.headers.get("Docker-Content-Digest", blob.digest)
    if kept != blob.digest:
        raise IntegrityError(
            f"{endpoint.registry} keeps the blob {blob.digest} as {plain(kept)}",
            hint="the registry, or what stands before it, is broken or lies",
        )


def _refusal(endpoint: Endpoint, blob: Descriptor, response: Response, *, others: bool) -> Exception:
    """What to do about a refusal: begin anew, try another way (if there are `others`), or give up."""
    status = response.status_code
    if status in {400, 404}:
        body = read_bounded(response)
        if status == 404 and "NAME_UNKNOWN" not in codes(body):
            return TryAgain(f"the registry has lost the upload: {said(status, body, endpoint.transport.secrets)}")
        if codes(body) & {"DIGEST_INVALID", "SIZE_INVALID"}:
            return TryAgain(f"the blob was damaged on its way: {said(status, body, endpoint.transport.secrets)}")
        error: PottleError = endpoint.refusal(status, body, _doing(endpoint, blob))
    else:
        error = endpoint.refused(response, _doing(endpoint, blob))
    return _AnotherWay(status, error) if others and status in _NO_SUCH_WAY else error
