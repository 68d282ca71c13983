"""A registry of Rust's crates on loopback, for tests: the sparse index's `config.json`, that of a git host, and `.crate` files made in memory."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from pottle.testing.loopback import Loopback
from pottle.testing.sdist_file import archive


@dataclass(frozen=True)
class CrateFile:
    """A crate as it is published."""

    name: str
    version: str = "1.0.0"
    files: Mapping[str, str] = field(default_factory=lambda: {"src/lib.rs": ""})
    """Besides its `Cargo.toml`."""

    @cached_property
    def content(self) -> bytes:
        """The `.crate` file."""
        manifest = f'[package]\nname = "{self.name}"\nversion = "{self.version}"\nedition = "2021"\n'
        return archive(f"{self.name}-{self.version}", {"Cargo.toml": manifest, **self.files})

    @property
    def sha256(self) -> str:
        """Its checksum, as an index and `Cargo.lock` have it."""
        return hashlib.sha256(self.content).hexdigest()

    def locked(self, index: str) -> str:
        """What a `Cargo.lock` says of it, if it is from `index`."""
        lines = {"name": self.name, "version": self.version, "source": index, "checksum": self.sha256}
        return "[[package]]\n" + "".join(f'{key} = "{value}"\n' for key, value in lines.items())


class CrateRegistry(Loopback):
    """A registry that serves while its `with` block runs. What it was asked for stands in `requests`."""

    def __init__(self, *crates: CrateFile) -> None:
        self.crates = {f"{each.name}/{each.version}": each.content for each in crates}
        """`NAME/VERSION` → the file, which a test may replace."""
        self.requests: list[str] = []
        """The path of every GET, in order."""
        super().__init__(ThreadingHTTPServer(("127.0.0.1", 0), _handler(self)))

    @property
    def root(self) -> str:
        """Where all of it is served."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def sparse(self) -> str:
        """The index, as a `Cargo.lock` names one that is asked over HTTP."""
        return f"sparse+{self.root}/index/"

    @property
    def git(self) -> str:
        """The index, as a `Cargo.lock` names a git repository."""
        return f"registry+{self.root}/owner/index"

    def answer(self, path: str) -> tuple[int, bytes]:
        """Status and body for a GET."""
        self.requests.append(path)
        if path in {"/index/config.json", "/owner/index/raw/HEAD/config.json"}:
            return 200, json.dumps({"dl": f"{self.root}/crates"}).encode()
        found = self.crates.get(path.removeprefix("/crates/").removesuffix("/download"))
        return (200, found) if found is not None else (404, b"no such crate")


def _handler(registry: CrateRegistry) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, body = registry.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Tests look at `CrateRegistry.requests`."""

    return Handler
