"""A wire with a meter: a TCP proxy on the loopback that counts what goes through it, whoever speaks."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_PIECE = 1 << 18


@dataclass
class Wire:
    """Bytes that went through, of all connections together, HTTP's own included."""

    address: str
    """`127.0.0.1:PORT`: a registry that nobody has met under this name."""
    name: str = field(default_factory=lambda: f"wire-{time.time_ns()}")
    """For repositories that nobody has pushed to: a registry knows them under any port."""
    sent: int = 0
    """By clients, to the server."""
    received: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, sent: int = 0, received: int = 0) -> None:
        with self._lock:
            self.sent += sent
            self.received += received


@contextmanager
def metered(server: str) -> Iterator[Wire]:
    """A wire to `server`, HOST:PORT, as long as the block lasts."""
    host, _, port = server.rpartition(":")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        wire = Wire(f"127.0.0.1:{listening.getsockname()[1]}")
        accepting = threading.Thread(target=_accept, args=(listening, (host, int(port)), wire), daemon=True)
        accepting.start()
        yield wire
        listening.shutdown(socket.SHUT_RDWR)
        accepting.join()


def _accept(listening: socket.socket, server: tuple[str, int], wire: Wire) -> None:
    connections = []
    with suppress(OSError):  # it was shut down
        while True:
            client, _ = listening.accept()
            connections.append(threading.Thread(target=_connect, args=(client, server, wire)))
            connections[-1].start()
    for connection in connections:
        connection.join()


def _connect(client: socket.socket, server: tuple[str, int], wire: Wire) -> None:
    with client, socket.create_connection(server) as there:
        back = threading.Thread(target=_pump, args=(there, client, lambda size: wire.count(received=size)))
        back.start()
        _pump(client, there, lambda size: wire.count(sent=size))
        back.join()


def _pump(source: socket.socket, target: socket.socket, count: Callable[[int], None]) -> None:
    with suppress(OSError):
        while piece := source.recv(_PIECE):
            count(len(piece))
            target.sendall(piece)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
