import socket
import threading

from pottle.run.readiness import accepts, announced


def _hang_up(server: socket.socket) -> None:
    server.accept()[0].close()


def test_a_port_without_a_server_does_not_accept():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert not accepts(port)


def test_a_server_that_waits_for_the_request_accepts():
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert accepts(server.getsockname()[1])


def test_a_proxy_that_hangs_up_is_not_ready():
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_hang_up, args=(server,))
        thread.start()
        assert not accepts(server.getsockname()[1])
        thread.join()


def test_readiness_is_announced_once_the_server_listens():
    said = threading.Event()
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        with announced(server.getsockname()[1], "127.0.0.1", said.set):
            assert not said.wait(0.2)
            server.listen()
            assert said.wait(2)


def test_nothing_is_announced_after_the_end():
    said = threading.Event()
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        with announced(server.getsockname()[1], "127.0.0.1", said.set):
            pass
        server.listen()
        assert not said.wait(0.2)
