"""What a long piece of work tells about itself. Whoever works reports; the terminal, or nobody, listens."""

import threading
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol


class Task(Protocol):
    """One piece of work under way."""

    def advance(self, amount: int) -> None:
        """`amount` more of the total is done: bytes for a download, files for a compilation."""


class Progress(Protocol):
    """Somebody who wants to know. Any thread may call."""

    def task(self, name: str, total: int | None = None) -> AbstractContextManager[Task]:
        """The work called `name`, of `total` units where that is known, for as long as the context lasts."""

    def warn(self, message: str) -> None:
        """Something that the user should know and that does not stop the work."""


class Silent:
    """Nobody listens."""

    def task(self, name: str, total: int | None = None) -> AbstractContextManager[Task]:  # noqa: ARG002
        """Nothing is shown."""
        return nullcontext(_Unseen())

    def warn(self, message: str) -> None:
        """Nothing is shown."""


class Once:
    """One listener for several pieces of work that are much alike: what more than one of them warns of is said once."""

    def __init__(self, inner: Progress) -> None:
        self._inner = inner
        self._lock = threading.Lock()
        self._said = set[str]()

    def task(self, name: str, total: int | None = None) -> AbstractContextManager[Task]:
        """As the listener does."""
        return self._inner.task(name, total)

    def warn(self, message: str) -> None:
        """The first time."""
        with self._lock:
            new = message not in self._said
            self._said.add(message)
        if new:
            self._inner.warn(message)


class Of:
    """What is told about one of several: its tasks bear its name, and its `warnings` where that is asked for."""

    def __init__(self, whose: str, inner: Progress, *, warnings: bool = False) -> None:
        self._whose, self._inner, self._warnings = whose, inner, warnings

    def task(self, name: str, total: int | None = None) -> AbstractContextManager[Task]:
        """`linux/arm64: Writing the layer base`."""
        return self._inner.task(f"{self._whose}: {name}", total)

    def warn(self, message: str) -> None:
        """As it is, or with the name."""
        self._inner.warn(f"{self._whose}: {message}" if self._warnings else message)


class _Unseen:
    def advance(self, amount: int) -> None:
        pass
