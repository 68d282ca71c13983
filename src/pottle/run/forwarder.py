"""A port of this machine that leads to another one: what `-p 8080:8000` means where the network is shared."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pottle.run.settings import Port

_CHUNK = 1 << 16


@contextmanager
def forwarded(port: Port) -> Iterator[None]:
    """Accepts on the host's side for as long as the context lasts. Connections under way end with their own ends."""
    family = socket.AF_INET6 if ":" in port.address else socket.AF_INET
    with socket.create_server((port.address, port.host), family=family) as server:
        threading.Thread(target=_accept, args=(server, port.container), daemon=True).start()
        try:
            yield
        finally:
            server.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits in accept


def _accept(server: socket.socket, target: int) -> None:
    while True:
        try:
            client, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=_join, args=(client, target), daemon=True).start()


def _join(client: socket.socket, target: int) -> None:
    """Carries both directions; one that is finished leaves the other open."""
    with client:
        try:
            upstream = socket.create_connection(("127.0.0.1", target))
        except OSError:
            return
        with upstream:
            back = threading.Thread(target=_carry, args=(upstream, client), daemon=True)
            back.start()
            _carry(client, upstream)
            back.join()


def _carry(source: socket.socket, sink: socket.socket) -> None:
    try:
        while chunk := source.recv(_CHUNK):
            sink.sendall(chunk)
        sink.shutdown(socket.SHUT_WR)
    except OSError:  # one side hung up: neither direction has anywhere to go
        for end in (source, sink):
            _hang_up(end)


def _hang_up(end: socket.socket) -> None:
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
