"""When a server is ready: it accepts a connection and does not hang up at once."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_EVERY = 0.05
_LISTENS = 0.1


def accepts(port: int, address: str = "127.0.0.1") -> bool:
    """Whether somebody is behind the port. An engine's proxy accepts before the program does, then hangs up."""
    try:
        with socket.create_connection((address, port), timeout=1) as connection:
            connection.settimeout(_LISTENS)
            return connection.recv(1) != b""
    except TimeoutError:
        return True
    except OSError:
        return False


@contextmanager
def announced(port: int, address: str, announce: Callable[[], None]) -> Iterator[None]:
    """Calls `announce`, from a thread of its own, once the port accepts within the context."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_EVERY):
            if accepts(port, address):
                if not over.is_set():
                    announce()
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join(timeout=2)
