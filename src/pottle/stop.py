"""Stopping one piece of work that goes on in several threads and child processes: at once, and from anywhere.

Ctrl-C reaches only the main thread of Python, and a failure only the thread that fails. A `Stop` carries both to all the others: it
travels as an argument to whoever waits for something, and knows how each of those waits is ended.
"""

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Generic, TypeVar

_T = TypeVar("_T")

GRACE = 0.5
"""Seconds that stopped threads have to clean up before nobody waits for them any more."""

_LOOK_UP = 0.1
"""Seconds that a signal may go unanswered while the main thread waits."""


class Stopped(Exception):
    """Somebody else failed or was interrupted: this thread need not go on. Never shown: what stopped it is."""


class Stop:
    """Tells everybody who works on one thing to stop. It cannot be taken back."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._enders: dict[object, Callable[[], None]] = {}
        self.cause: BaseException | None = None
        """The first failure that was a reason to stop."""

    def set(self, cause: BaseException | None = None) -> None:
        """Stop: every wait that is under way is ended, every later one refused. May be called often, from any thread."""
        with self._lock:
            self.cause = self.cause or cause
            self._event.set()
            enders, self._enders = tuple(self._enders.values()), {}
        for end in enders:
            end()

    @property
    def is_set(self) -> bool:
        """Whether it was said."""
        return self._event.is_set()

    def check(self) -> None:
        """Raises `Stopped` if it was said: for the inside of loops."""
        if self._event.is_set():
            raise Stopped

    def sleep(self, seconds: float) -> None:
        """Waits, unless it is said meanwhile."""
        if self._event.wait(seconds):
            raise Stopped

    @contextmanager
    def ending(self, end: Callable[[], None]) -> Iterator[None]:
        """While the block runs, `end` is what ends its wait: called from another thread, once, and it must not wait itself."""
        mark = object()
        with self._lock:
            self.check()
            self._enders[mark] = end
        try:
            yield
        finally:
            with self._lock:
                self._enders.pop(mark, None)

    @contextmanager
    def part(self) -> Iterator["Stop"]:
        """A stop for one part of the work, for as long as the block lasts: set with this one, while what fails there sets it alone."""
        own = Stop()
        with self.ending(own.set):
            yield own


def together(works: Sequence[Callable[[], _T]], stop: Stop, threads: int) -> list[_T]:
    """What the works give, in their order, done by some threads.

    The first failure, and whatever interrupts the caller, sets `stop`; it is raised when the others have cleaned up, or after
    `GRACE`. Who is still at it then, in a system call that nothing ends, is left behind: these threads keep no process alive.
    """
    crew = _Crew(works, stop)
    try:
        crew.start(min(threads, len(works)))
        return crew.results()
    except Stopped:
        crew.leave()
        if stop.cause is not None:
            raise stop.cause  # noqa: B904 - who was stopped adds nothing
        raise
    except BaseException as error:
        stop.set(error)
        crew.leave()
        raise


@dataclass(frozen=True, slots=True)
class _Outcome(Generic[_T]):
    """What one work came to."""

    number: int
    value: _T | None = None
    error: BaseException | None = None


class _Crew(Generic[_T]):
    """Threads that take one work after the other."""

    def __init__(self, works: Sequence[Callable[[], _T]], stop: Stop) -> None:
        self._works, self._stop = works, stop
        self._left = queue.SimpleQueue[int]()
        self._done = queue.SimpleQueue[_Outcome[_T]]()
        self._threads: list[threading.Thread] = []
        for number in range(len(works)):
            self._left.put(number)

    def start(self, count: int) -> None:
        for _ in range(count):
            thread = threading.Thread(target=self._work, daemon=True)
            self._threads.append(thread)
            thread.start()

    def results(self) -> list[_T]:
        found: dict[int, _T] = {}
        with self._stop.ending(lambda: self._done.put(_Outcome(-1, error=Stopped()))):
            for _ in self._works:
                outcome = self._next()
                if outcome.error is not None:
                    raise outcome.error
                found[outcome.number] = outcome.value  # type: ignore[assignment]
        return [found[number] for number in range(len(self._works))]

    def _next(self) -> _Outcome[_T]:
        """The next that is done. Looks up now and then: Python answers a signal in the main thread, which another one may have caught."""
        while True:
            with suppress(queue.Empty):
                return self._done.get(timeout=_LOOK_UP)

    def leave(self) -> None:
        deadline = time.monotonic() + GRACE
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0.0, deadline - time.monotonic()))

    def _work(self) -> None:
        with suppress(queue.Empty):
            while not self._stop.is_set:
                self._done.put(self._outcome(self._left.get_nowait()))

    def _outcome(self, number: int) -> _Outcome[_T]:
        try:
            return _Outcome(number, self._works[number]())
        except BaseException as error:  # noqa: BLE001 - raised again where the results are waited for
            return _Outcome(number, error=error)
