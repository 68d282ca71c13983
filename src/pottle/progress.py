"""What a long piece of work tells about itself. Whoever works reports; the terminal, or nobody, listens."""

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


class _Unseen:
    def advance(self, amount: int) -> None:
        pass
