"""A package index on loopback, for tests: the simple repository API (PEP 503, 691) over wheels and source archives made in memory.

It can misbehave as real ones do: per wheel (`faults`), for everybody without a password (`credentials`), or by going away (`close`).
"""

import base64
import json
import re
import sys
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal, TypeAlias
from urllib.parse import quote, unquote

from pottle.testing.loopback import Loopback
from pottle.testing.sdist_file import SdistFile
from pottle.testing.wheel_file import WheelFile

Fault: TypeAlias = Literal["wrong-content", "truncated", "missing", "server-error"]
"""What happens to a wheel's download: other bytes than promised, half of them, a 404, a 500."""

_JSON = "application/vnd.pypi.simple.v1+json"


class PackageIndex(Loopback):
    """An index that serves while its `with` block runs. What it was asked for stands in `requests`."""

    def __init__(
        self,
        *wheels: WheelFile | SdistFile,
        faults: Mapping[str, Fault] | None = None,
        credentials: tuple[str, str] | None = None,
    ) -> None:
        self.wheels: dict[str, WheelFile | SdistFile] = {wheel.filename: wheel for wheel in wheels}
        """Its files, by their names."""
        self.faults = dict(faults or {})
        """Distribution name → fault."""
        self.credentials = credentials
        self.requests: list[str] = []
        """The path of every GET, in order."""
        super().__init__(_Server(("127.0.0.1", 0), _handler(self)))

    @property
    def url(self) -> str:
        """The index's URL, without credentials."""
        return f"http://127.0.0.1:{self._server.server_port}/simple"

    def url_of(self, wheel: WheelFile | SdistFile) -> str:
        """Where the wheel itself is served: a local version's `+` is `%2B`, as indexes write it."""
        return f"http://127.0.0.1:{self._server.server_port}/files/{quote(wheel.filename)}"

    def answer(self, path: str, authorization: str | None) -> tuple[int, str, bytes]:
        """Status, content type and body for a GET."""
        self.requests.append(path)
        if self.credentials and authorization != _basic(*self.credentials):
            return 401, "text/plain", b"who are you?"
        if match := re.fullmatch(r"/simple/([a-z0-9-]+)/", path):
            return self._project(match[1])
        if match := re.fullmatch(r"/files/([^/]+\.(?:whl|tar\.gz))(\.metadata)?", path):
            return self._file(unquote(match[1]), metadata=bool(match[2]))
        return 404, "text/plain", b"no such page"

    def _project(self, name: str) -> tuple[int, str, bytes]:
        files = [self._listed(wheel) for wheel in self.wheels.values() if _normalized(wheel.name) == name]
        if not files:
            return 404, "text/plain", b"no such project"
        page = {"meta": {"api-version": "1.0"}, "name": name, "files": files}
        return 200, _JSON, json.dumps(page).encode()

    def _listed(self, wheel: WheelFile | SdistFile) -> dict[str, object]:
        return {
            "filename": wheel.filename,
            "url": self.url_of(wheel),
            "hashes": {"sha256": wheel.sha256},
            "size": len(wheel.content),
            "core-metadata": isinstance(wheel, WheelFile),
        }

    def _file(self, filename: str, *, metadata: bool) -> tuple[int, str, bytes]:
        wheel = self.wheels.get(filename)
        if wheel is None:
            return 404, "text/plain", b"no such file"
        if metadata:
            return 200, "text/plain", wheel.metadata
        match self.faults.get(wheel.name):
            case "missing":
                return 404, "text/plain", b"no such file"
            case "server-error":
                return 500, "text/plain", b"out of order"
            case "wrong-content":
                return (
                    200,
                    "application/zip",
                    WheelFile(wheel.name, wheel.version, files={"other.py": "other = 1\n"}).content,
                )
            case "truncated":
                return 200, "application/zip", wheel.content[: len(wheel.content) // 2]
            case None:
                return 200, "application/zip", wheel.content


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hung up is no news; anything else is a fault of the test's."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def _handler(index: PackageIndex) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, kind, body = index.answer(self.path, self.headers.get("Authorization"))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header(
                "Cache-Control", "max-age=365000000, immutable" if "/files/" in self.path else "max-age=600"
            )
            if status == 401:
                self.send_header("WWW-Authenticate", 'Basic realm="index"')
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Tests look at `PackageIndex.requests`."""

    return Handler


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def _normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
