"""Blobs on their way here: in one stream, taken up again where it was cut, and verified to the last byte."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Final

from pottle.errors import IntegrityError, SourceError
from pottle.http import Hopeless, NotFound, TryAgain, pause
from pottle.messages import Request, Response
from pottle.oci.descriptor import Descriptor
from pottle.oci.registry.endpoint import Endpoint
from pottle.oci.registry.transport import hopeless

_PROGRESS: Final = 1 << 20
"""Bytes that count as getting on: a server that cuts every stream is not asked for ever."""


def download(endpoints: Sequence[Endpoint], blob: Descriptor) -> Iterator[bytes]:
    """The content of `blob` from the first of some places that has it; they are asked in their order."""
    transfer = _Transfer(blob)
    for endpoint in endpoints[:-1]:
        if endpoint.reachable:
            try:
                yield from transfer.run(endpoint)
            except NotFound:
                continue
            except SourceError:
                endpoint.reachable = False
                continue
            return
    yield from transfer.run(endpoints[-1])


class _Transfer:
    """What has come in of a blob so far."""

    def __init__(self, blob: Descriptor) -> None:
        self._blob = blob
        self._received = 0
        self._hash = hashlib.sha256()
        self._ranges = True

    def run(self, endpoint: Endpoint) -> Iterator[bytes]:
        """The rest of it."""
        options, failures, before = endpoint.transport.options, 0, self._received
        while True:
            try:
                yield from self._rest(endpoint)
                break
            except Hopeless as failure:
                raise hopeless(endpoint.registry, failure) from failure
            except TryAgain as failure:
                if self._received - before >= _PROGRESS:
                    failures, before = 0, self._received
                failures += 1
                if failures >= options.attempts:
                    raise SourceError(
                        f"cannot fetch {self._blob.digest} of {endpoint.repository} from {endpoint.registry}: "
                        f"{failure} ({failures} attempts)",
                        hint="try again later, or ask whoever runs the registry",
                    ) from failure
                endpoint.transport.sleep(pause(failure, failures, options.http))
        if f"sha256:{self._hash.hexdigest()}" != self._blob.digest:
            raise self._wrong(endpoint, f"has the SHA-256 {self._hash.hexdigest()}")

    def _rest(self, endpoint: Endpoint) -> Iterator[bytes]:
        """One attempt at what is missing."""
        with endpoint.opened(self._request(endpoint)) as response:
            skip = self._received - self._start(endpoint, response)
            for part in response.iter_raw():
                endpoint.transport.stop.check()
                chunk = part[skip:]
                skip -= len(part) - len(chunk)
                self._received += len(chunk)
                if self._received > self._blob.size:
                    raise self._wrong(endpoint, f"is longer than {self._blob.size} bytes")
                self._hash.update(chunk)
                yield chunk
        if self._received < self._blob.size:
            raise TryAgain(f"the body ended after {self._received} of {self._blob.size} bytes")

    def _request(self, endpoint: Endpoint) -> Request:
        headers = {"Range": f"bytes={self._received}-"} if self._received and self._ranges else {}
        return Request("GET", endpoint.url(f"blobs/{self._blob.digest}"), headers)

    def _start(self, endpoint: Endpoint, response: Response) -> int:
        """Where in the blob the body starts."""
        asked = "Range" in response.request.headers
        if asked and response.status_code == 206:
            first = response.headers.get("Content-Range", "").removeprefix("bytes ").partition("-")[0]
            if first == str(self._received):
                return self._received
        if asked and response.status_code in {206, 416}:
            self._ranges = False
            raise TryAgain("the server gives another part than it was asked for")
        if response.status_code != 200:
            raise endpoint.refused(response, f"to give the blob {self._blob.digest} of {endpoint.repository}")
        return 0

    def _wrong(self, endpoint: Endpoint, how: str) -> IntegrityError:
        return IntegrityError(
            f"{self._blob.digest} of {endpoint.repository}, as {endpoint.registry} gives it, {how}",
            hint="the registry, or what stands before it, is broken or lies; nothing of it was used",
        )
