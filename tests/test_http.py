"""Lines to a server that misbehaves on the level of bytes: what it sends, and when, is written out."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

from pottle.http import Connections, Hopeless, HttpOptions, TryAgain, _target, pause, retried, retry_after, speaks_tls
from pottle.messages import Request
from pottle.stop import Stop, Stopped

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"


@contextmanager
def serving(behave: Callable[[socket.socket], object]) -> Iterator[str]:
    """A server that does one thing with every connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        open_ones = []

        def one(connection: socket.socket) -> None:
            with suppress(OSError):
                behave(connection)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    open_ones.append(connection)
                    threading.Thread(target=one, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/x"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            for each in open_ones:
                each.close()


def request_of(connection: socket.socket) -> bytes:
    content = b""
    while b"\r\n\r\n" not in content:
        if not (chunk := connection.recv(65536)):
            raise OSError("gone")
        content += chunk
    return content


def answering(content: bytes) -> Callable[[socket.socket], object]:
    def behave(connection: socket.socket) -> None:
        while True:
            request_of(connection)
            connection.sendall(content)

    return behave


def crawling(content: bytes, pause: float = 0.02) -> Callable[[socket.socket], object]:
    def behave(connection: socket.socket) -> None:
        request_of(connection)
        for byte in content:
            connection.sendall(bytes([byte]))
            time.sleep(pause)

    return behave


def read(url: str, options: HttpOptions, stop: Stop | None = None, **how: object) -> bytes:
    with Connections(options, stop or Stop()) as lines, lines.exchange(Request("GET", url, **how)) as response:  # type: ignore[arg-type]
        return b"".join(response.iter_raw())


QUICK = HttpOptions(timeout=5.0, patience=0.3, environment_proxies=False)
QUICK_BY_PROXY = HttpOptions(timeout=5.0, patience=0.3)


def test_an_answer():
    with serving(answering(HEAD + b"hello")) as url:
        assert read(url, QUICK) == b"hello"


def test_a_line_is_used_again():
    connections = []

    def behave(connection: socket.socket) -> None:
        connections.append(connection)
        answering(HEAD + b"hello")(connection)

    with serving(behave) as url, Connections(QUICK, Stop()) as lines:
        for _ in range(3):
            with lines.exchange(Request("GET", url)) as response:
                assert response.read() == b"hello"
    assert len(connections) == 1


def test_a_line_in_use_is_closed_when_it_is_free():
    """A thread that nobody waited for ends after whoever shared its connections."""
    ended = threading.Event()

    def behave(connection: socket.socket) -> None:
        with suppress(OSError):
            answering(HEAD + b"hello")(connection)
        ended.set()

    with serving(behave) as url:
        lines = Connections(QUICK, Stop())
        with lines.exchange(Request("GET", url)) as response:
            lines.close()
            assert response.read() == b"hello"
        assert ended.wait(5)


@pytest.mark.parametrize(
    "behaviour",
    [
        crawling(HEAD + b" " * 1000),
        crawling(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1000),
        crawling(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + b"x" * 1000),
        crawling(HEAD.replace(b"5", b"500") + b"x" * 1000),
    ],
    ids=["spaces", "headers", "chunk extensions", "body"],
)
def test_an_answer_that_crawls_is_given_up(behaviour):
    began = time.monotonic()
    with serving(behaviour) as url, pytest.raises(TryAgain, match="fewer than 307 bytes came in 0 seconds"):
        read(url, QUICK)
    assert time.monotonic() - began < 10


def test_a_server_that_reads_next_to_nothing_is_given_up():
    def behave(connection: socket.socket) -> None:
        while connection.recv(10):
            time.sleep(0.02)

    body = [bytes(1 << 20)] * 64
    headers = {"Content-Length": str(64 << 20)}
    began = time.monotonic()
    with serving(behave) as url, pytest.raises(TryAgain, match="fewer than"):
        read(url, QUICK, headers=headers, body=lambda: body)
    assert time.monotonic() - began < 15


def test_a_server_that_has_much_to_do_may_take_its_time():
    def behave(connection: socket.socket) -> None:
        request_of(connection)
        time.sleep(0.8)
        connection.sendall(HEAD + b"hello")

    with serving(behave) as url:
        with pytest.raises(TryAgain):
            read(url, HttpOptions(timeout=0.2, environment_proxies=False))
        assert read(url, HttpOptions(timeout=0.2, patience=0.3, environment_proxies=False), timeout=3.0) == b"hello"


def test_ending_one_line_ends_no_other():
    """Two threads: the one that crawls is ended, the other, over the same connections, goes on."""
    slow = crawling(HEAD + b"x" * 1000, 0.05)

    def behave(connection: socket.socket) -> None:
        if b"/slow" in request_of(connection):
            slow(connection)
        connection.sendall(HEAD.replace(b"5", b"40000"))
        for _ in range(40):
            connection.sendall(bytes(1000))
            time.sleep(0.02)

    with serving(behave) as url, Connections(QUICK, Stop()) as lines:
        outcomes = {}

        def fetch(name: str, address: str) -> None:
            try:
                with lines.exchange(Request("GET", address)) as response:
                    outcomes[name] = len(response.read())
            except TryAgain as failure:
                outcomes[name] = str(failure)

        threads = [
            threading.Thread(target=fetch, args=each) for each in (("slow", url.replace("/x", "/slow")), ("fine", url))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert outcomes["fine"] == 40_000


def test_stop_ends_a_wait_at_once():
    stop = Stop()
    threading.Timer(0.2, stop.set).start()
    began = time.monotonic()
    with serving(lambda connection: time.sleep(20)) as url, pytest.raises(Stopped):
        read(url, HttpOptions(environment_proxies=False), stop)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("content", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"])
def test_an_answer_that_is_cut_may_be_whole_the_next_time(content: bytes):
    def behave(connection: socket.socket) -> None:
        request_of(connection)
        connection.sendall(content)
        connection.shutdown(socket.SHUT_RDWR)

    with serving(behave) as url, pytest.raises(TryAgain):
        read(url, QUICK)


@pytest.mark.parametrize("url", ["gopher://h.example/", "http://", "nothing", "http://127.0.0.1:99999/"])
def test_an_address_that_is_none_is_hopeless(url: str):
    with pytest.raises(Hopeless):
        read(url, QUICK)


def test_a_server_without_tls_is_hopeless():
    def behave(connection: socket.socket) -> None:
        connection.recv(1)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with serving(behave) as url, pytest.raises(Hopeless, match="SSL"):
        read(url.replace("http:", "https:"), QUICK)


def test_the_loopback_is_never_asked_through_a_proxy(monkeypatch: pytest.MonkeyPatch):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
        monkeypatch.setenv(name.lower(), f"http://127.0.0.1:{port}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with serving(answering(HEAD + b"hello")) as url:
        assert read(url, HttpOptions(timeout=5.0)) == b"hello"
        assert read(url.replace("127.0.0.1", "localhost"), HttpOptions(timeout=5.0)) == b"hello"
    with pytest.raises(TryAgain, match="refused"):
        read("http://elsewhere.invalid/", HttpOptions(timeout=5.0))


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_a_proxy_is_asked_with_its_login_unless_the_server_is_near(monkeypatch: pytest.MonkeyPatch, variable: str):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    asked: list[bytes] = []

    def behave(connection: socket.socket) -> None:
        asked.append(request_of(connection))
        connection.sendall(HEAD + b"hello")

    with serving(behave) as url:
        monkeypatch.setenv(variable, url.replace("http://", "http://me:p%40ss@").removesuffix("/x"))
        assert read("http://far.invalid/y", QUICK_BY_PROXY) == b"hello"
        monkeypatch.setenv("NO_PROXY", "near.invalid")
        with pytest.raises(TryAgain):
            read("http://here.near.invalid/y", QUICK_BY_PROXY)
    (request,) = asked
    assert request.startswith(b"GET http://far.invalid/y HTTP/1.1\r\n")
    assert b"proxy-authorization: basic bwu6cebzcw==" in request.lower()


def test_a_proxy_that_is_none_is_hopeless(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("http_proxy", "socks5://me:pw@h.invalid:1080")
    with pytest.raises(Hopeless, match=r"the proxy socks5://h\.invalid:1080 is not one for HTTP"):
        read("http://far.invalid/", QUICK_BY_PROXY)


def test_a_login_in_a_url_goes_with_the_request_and_to_no_other_server():
    asked: list[bytes] = []

    def told(connection: socket.socket) -> None:
        asked.append(request_of(connection))
        connection.sendall(HEAD + b"hello")

    with serving(told) as other:

        def redirecting(connection: socket.socket) -> None:
            asked.append(request_of(connection))
            connection.sendall(f"HTTP/1.1 302 Found\r\nLocation: {other}\r\nContent-Length: 0\r\n\r\n".encode())

        with serving(redirecting) as url, Connections(QUICK, Stop(), follow_redirects=True) as lines:
            login = url.replace("http://", "http://me:p%40ss@")
            with lines.exchange(Request("GET", login)) as response:
                assert response.read() == b"hello"
    assert [b"Authorization: Basic bWU6cEBzcw==" in request for request in asked] == [True, False]


def test_redirects_without_end_are_hopeless():
    circle = answering(b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n")
    with (
        serving(circle) as url,
        Connections(QUICK, Stop(), follow_redirects=True) as lines,
        pytest.raises(Hopeless, match="without end"),
        lines.exchange(Request("GET", url)),
    ):
        pass


def test_stop_ends_a_wait_for_tls():
    stop = Stop()
    threading.Timer(0.2, stop.set).start()
    began = time.monotonic()
    with serving(lambda connection: time.sleep(20)) as url, pytest.raises(Stopped):
        speaks_tls(urlsplit(url), 30.0, stop)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://h.example", b"/"),
        ("https://h.example?a=b", b"/?a=b"),
        ("https://me:pw@h.example:1/a/../b//c?x=%2f%2F+%20#f", b"/a/../b//c?x=%2f%2F+%20"),
        ("https://h.example/a b|c[d]?é", b"/a%20b|c[d]?%C3%A9"),
    ],
)
def test_a_target_is_sent_as_it_was_written(url: str, target: bytes):
    assert _target(url) == target


# --- attempts -------------------------------------------------------------------------------------


def after(value: str) -> float:
    return retry_after(SimpleNamespace(headers={"Retry-After": value}))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("", 0), ("3", 3), (" 120 ", 120), ("-3", 0), ("soon", 0), ("1e9", 0), ("9" * 5000, 999999999), ("²", 0)],
)
def test_a_server_says_how_long_to_wait_in_seconds(value: str, seconds: float):
    assert after(value) == seconds


def test_or_by_a_date():
    soon = datetime.now(UTC) + timedelta(seconds=100)
    assert 95 < after(format_datetime(soon, usegmt=True)) <= 100
    assert after("Fri, 31 Dec 1999 23:59:59 GMT") == 0
    assert after("Fri, 99 Dec 1999 23:59:59 GMT") == 0


def test_waits_double_and_are_bounded():
    options = HttpOptions(backoff=1, longest_wait=5)
    assert [pause(TryAgain("x"), attempt, options) for attempt in (1, 2, 3, 4)] == [1, 2, 4, 5]
    assert pause(TryAgain("x", 3), 1, options) == 3
    assert pause(TryAgain("x", 9999), 1, options) == 5


def test_the_last_failure_is_what_is_told():
    naps: list[float] = []

    def work() -> None:
        raise TryAgain(f"failure {len(naps)}")

    with pytest.raises(Exception, match="failure 3 after 4"):
        retried(work, HttpOptions(), naps.append, lambda failure, n: RuntimeError(f"{failure} after {n}"))  # type: ignore[arg-type, return-value]
    assert naps == [0.25, 0.5, 1.0]
