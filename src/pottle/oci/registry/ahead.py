"""Pushing begins before the image is whole: a layer is on its way while others are still being made.

Only blobs are sent, so nothing that could be pulled changes; where the image never comes to be, the registry collects them. What
goes wrong is told when the push gets to it.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from queue import SimpleQueue
from typing import TypeVar

from pottle.oci.descriptor import Descriptor
from pottle.oci.digest import Digest
from pottle.oci.layout import Layout
from pottle.oci.reference import Reference
from pottle.oci.registry.client import CONNECTIONS, Registry
from pottle.oci.registry.upload import Uploaded
from pottle.oci.registry.vouched import Before, before
from pottle.stop import GRACE

_T = TypeVar("_T")


class Ahead:
    """Layers on their way to the repository of one name, sent by threads of their own. To be closed."""

    def __init__(self, name: Reference, registry: Registry) -> None:
        self.name, self.registry = name.tagged, registry
        self._repository = registry.repository(self.name, push=True)
        self._wanted = SimpleQueue[tuple[Descriptor, Layout] | None]()
        self._uploads: dict[Digest, Future[Uploaded]] = {}
        self._threads: list[threading.Thread] = []
        self._before: Future[Before] = Future()
        self._lock, self._looking = threading.Lock(), threading.Lock()

    def layer(self, blob: Descriptor, store: Layout) -> None:
        """The layer will be part of the image; its bytes are in `store`. May be called often, from any thread; returns at once."""
        with self._lock:
            if blob.digest in self._uploads:
                return
            self._uploads[blob.digest] = Future()
            self._wanted.put((blob, store))
            if len(self._threads) < CONNECTIONS:
                self._threads.append(threading.Thread(target=self._work, name="pushing", daemon=True))
                self._threads[-1].start()

    def before(self, store: Layout) -> Before:
        """What the name stands for, asked once."""
        with self._looking:
            if not self._before.done():
                _settle(self._before, lambda: before(self._repository, self.name.tag or "latest", store))
        return self._before.result()

    def upload(self, blob: Descriptor) -> Future[Uploaded] | None:
        """How the layer comes to be there, or what was in its way; None where nobody has spoken of it."""
        with self._lock:
            return self._uploads.get(blob.digest)

    def close(self) -> None:
        """Ends what is still on its way."""
        self.registry.stop.set()
        for _ in self._threads:
            self._wanted.put(None)
        for thread in self._threads:
            thread.join(GRACE)

    def _work(self) -> None:
        while (wanted := self._wanted.get()) is not None:
            blob, store = wanted
            _settle(self._uploads[blob.digest], partial(self._upload, blob, store))

    def _upload(self, blob: Descriptor, store: Layout) -> Uploaded:
        known = self.before(store).there
        if blob.digest in known:
            return Uploaded("present")
        return self._repository.upload(blob, lambda: store.pieces(blob), new=bool(known))


def _settle(future: "Future[_T]", work: Callable[[], _T]) -> None:
    """What the work comes to, whatever that is."""
    try:
        future.set_result(work())
    except BaseException as error:  # noqa: BLE001 - raised again where the result is asked for
        future.set_exception(error)
