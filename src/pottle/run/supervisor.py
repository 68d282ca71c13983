"""Stays with a container until it ends: a signal to us becomes the image's stop signal, and after a grace period a kill."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from pottle.run.backend import Container

_STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Supervisor:
    """Who asks us to stop. Before there is a container, that is an ordinary Ctrl-C."""

    def __init__(self, stop_signal: int, grace: float) -> None:
        self._stop_signal = stop_signal
        self._grace = grace
        self._container: Container | None = None
        self._deadline: threading.Timer | None = None

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Receives the signals; only a main thread can, in any other the caller's handlers stay."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self._asked) for number in _STOPS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def attend(self, container: Container) -> int:
        """The container's exit code."""
        self._container = container
        try:
            return container.wait()
        finally:
            self._container = None
            if self._deadline is not None:
                self._deadline.cancel()

    def _asked(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        if self._container is None:
            raise KeyboardInterrupt
        if self._deadline is not None:  # asked twice: no more waiting
            return self._container.kill()
        self._deadline = threading.Timer(self._grace, self._container.kill)
        self._deadline.daemon = True
        self._deadline.start()
        return self._container.signal(self._stop_signal)


def stop_signal(name: str) -> int:
    """The number of an image's stop signal: `SIGINT`, `INT` or `2` (config.md, `StopSignal`); SIGTERM if it is none."""
    text = name.upper()
    if text.isdecimal() and int(text) in set(signal.Signals):
        return int(text)
    found = signal.Signals.__members__.get(text if text.startswith("SIG") else f"SIG{text}")
    return signal.SIGTERM if found is None else found
