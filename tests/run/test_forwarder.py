import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from pottle.run.forwarder import forwarded
from pottle.run.settings import Port


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@contextmanager
def upstream(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server for one connection."""

    def serve() -> None:
        connection, _ = server.accept()
        with connection:
            answer(connection)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join(timeout=5)
        assert not thread.is_alive()


@contextmanager
def through(target: int) -> Iterator[socket.socket]:
    """A client of a forwarder that leads to `target`."""
    port = Port(free_port(), target)
    with forwarded(port), socket.create_connection(("127.0.0.1", port.host), timeout=5) as client:
        yield client


def read_all(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(65536), b""))


def test_a_finished_request_still_gets_its_whole_answer():
    def answer(connection: socket.socket) -> None:
        request = read_all(connection)  # ends only because the half-close arrives
        connection.sendall(request * 2)

    content = b"x" * 3_000_000
    with upstream(answer) as target, through(target) as client:
        threading.Thread(target=lambda: (client.sendall(content), client.shutdown(socket.SHUT_WR))).start()
        assert len(read_all(client)) == 2 * len(content)


def test_a_server_that_hangs_up_first_is_seen_to():
    with upstream(lambda connection: connection.sendall(b"bye")) as target, through(target) as client:
        assert read_all(client) == b"bye"


def test_without_a_server_the_client_is_hung_up_on():
    with through(free_port()) as client:
        assert read_all(client) == b""


def test_the_port_is_free_again_afterwards():
    with forwarded(port := Port(free_port(), free_port())):
        pass
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port.host), timeout=1):
        pass
