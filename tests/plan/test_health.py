"""The health check, run against a server of its own."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pottle.plan.health import health
from pottle.project.facts import Fact
from pottle.text import Location

HERE = Location("main.py", 12)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        known = {"/healthz": 200, "/it's%20fine": 204, "/moved": 307, "/broken": 503}
        self.send_response(known.get(self.path, 404))
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def healthy(port: int, route: str | None, *, follows: bool = False, **environ: str) -> bool:
    check, _ = health(port, Fact(route, HERE) if route else None, sys.executable, follows=follows)
    return subprocess.run(check.command, capture_output=True, check=False, env=environ).returncode == 0


@pytest.mark.parametrize(
    ("route", "expected"),
    [("/healthz", True), ("/it's fine", True), ("/moved", True), ("/broken", False), (None, True)],
)
def test_a_server_is_as_healthy_as_its_answer(port: int, route: str | None, expected: bool):
    assert healthy(port, route) is expected


@pytest.mark.parametrize("route", ["/healthz", None])
def test_where_nothing_listens_nothing_is_healthy(route: str | None):
    assert not healthy(1, route)


@pytest.mark.parametrize("route", ["/healthz", None])
def test_where_the_program_follows_port_so_does_the_check(port: int, route: str | None):
    assert healthy(1, route, follows=True, PORT=str(port))
    assert healthy(port, route, follows=True)
    assert not healthy(1, route, PORT=str(port))


def test_the_reason_is_the_route_and_its_place():
    _, reason = health(8000, Fact("/healthz", HERE), "python", follows=False)
    assert (reason.value, reason.at) == ("GET /healthz", "main.py:12")
    _, reason = health(8000, None, "python", follows=False)
    assert (reason.value, reason.at) == ("TCP 8000", None)


def test_it_needs_neither_a_shell_nor_the_projects_packages():
    check, _ = health(8000, None, "/usr/bin/python3.13", follows=False)
    assert check.command[:4] == ("/usr/bin/python3.13", "-I", "-S", "-c")
