"""Things that only one thread at a time may do, by name: whoever comes second finds what the first has made."""

import threading
from collections.abc import Hashable


class Turns:
    """A lock for each name. Threads that are told to stop leave theirs soon, so nobody waits for long then."""

    def __init__(self) -> None:
        self._locks: dict[Hashable, threading.Lock] = {}
        self._known = threading.Lock()

    def of(self, name: Hashable) -> threading.Lock:
        """The lock of that name: the same for everybody who asks these turns."""
        with self._known:
            return self._locks.setdefault(name, threading.Lock())
