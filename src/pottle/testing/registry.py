"""A registry on the loopback, for tests: OCI's distribution specification over memory, with logins, and with faults on demand.

    with FakeRegistry() as registry:
        registry.fail("PUT", "/manifests/", 503, times=2)
        ...
        assert registry.tags["team/shop"] == {"1.0": "sha256:..."}

It is as strict as the best: a manifest is refused whose blobs are missing, a blob whose digest is another, a chunk out of its order.
"""

import base64
import hashlib
import itertools
import json
import re
import ssl
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Lock
from typing import Any, Literal, TypeAlias
from urllib.parse import parse_qs, urlsplit

from pottle.testing.loopback import Loopback

Fault: TypeAlias = (
    int | Literal["reset", "cut", "damaged", "longer", "endless", "crawl", "hang", "garbage", "lie", "bare"]
)
"""An HTTP status with an error body; no answer; half of the body; one bit turned; a byte too many; a body without end; a byte now and
then; silence; JSON that is none; another `Docker-Content-Digest` than is true; neither that header nor `Location`."""

_NAME = r"(?P<name>[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)"
_INDEX = "application/vnd.oci.image.index.v1+json"
_CHUNK = 1 << 16


@dataclass
class Answer:
    """What is sent back."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    """With its query, to the byte."""
    headers: Mapping[str, str]
    size: int = 0
    """Bytes of its body that were read."""

    @property
    def line(self) -> str:
        """Method and path, without the query."""
        return f"{self.method} {self.path.partition('?')[0]}"


@dataclass
class Planned:
    """A fault that waits for a request."""

    method: str
    part: str
    fault: Fault
    times: int
    headers: dict[str, str]
    code: str


class FakeRegistry(Loopback):
    """Serves while its `with` block runs. What it holds and what it was asked for are plain attributes.

    `login` is the one user; `auth` says how it wants to hear of them: "basic", or "bearer" by tokens of its own `/token`.
    """

    def __init__(
        self,
        *,
        login: tuple[str, str] | None = None,
        auth: Literal["basic", "bearer"] = "bearer",
        anonymous_pull: bool = False,
        identity: str | None = None,
        tls: tuple[Path, Path] | None = None,
        referrers: bool = True,
        read_only: bool = False,
    ) -> None:
        self.blobs: dict[str, dict[str, bytes]] = defaultdict(dict)
        """Repository → digest → content."""
        self.manifests: dict[str, dict[str, tuple[str, bytes]]] = defaultdict(dict)
        """Repository → digest → (media type, content)."""
        self.tags: dict[str, dict[str, str]] = defaultdict(dict)
        """Repository → tag → digest."""
        self.uploads: dict[str, bytearray] = {}
        self.requests: list[Asked] = []
        self.login, self.auth, self.anonymous_pull, self.identity = login, auth, anonymous_pull, identity
        self.referrers_api, self.read_only = referrers, read_only
        self.mounts = True
        """Whether a mount is done; else a session is opened in its place (202)."""
        self.token_life = 300
        """Seconds that are promised of a token."""
        self.tokens: dict[str, frozenset[str]] = {}
        """Bearer token → the scopes that it is good for."""
        self.grantable: Callable[[str], bool] = lambda _scope: True
        self.realm: str | None = None
        """Where tokens are to be had, if not here."""
        self.challenge: str | None = None
        """The `WWW-Authenticate` in place of the usual one."""
        self.chunk_limit: int | None = None
        """Bytes in one chunk; more is 416, as of GHCR."""
        self.chunk_minimum: int | None = None
        """What is asked for in `OCI-Chunk-Min-Length`."""
        self.whole_uploads = self.streamed_uploads = True
        """Whether a PUT may have a body, and a PATCH no range."""
        self.blob_host: str | None = None
        """URL of another server that blobs are redirected to, `DIGEST` in it replaced."""
        self.absolute_locations = False
        self.location_suffix = ""
        """What stands behind the path of an upload's `Location`, such as a signed query."""
        self.most_at_once = 0
        self._planned: list[Planned] = []
        self._sessions = itertools.count()
        self._busy = 0
        self._lock = Lock()
        self.closing = Event()
        self._scheme = "https" if tls else "http"
        server = _Server(("127.0.0.1", 0), _handler(self))
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        super().__init__(server)

    def close(self) -> None:
        """Go away: from now on connections are refused."""
        self.closing.set()
        super().close()

    @property
    def host(self) -> str:
        """HOST:PORT, as references begin."""
        return f"127.0.0.1:{self._server.server_port}"

    @property
    def url(self) -> str:
        """With its scheme."""
        return f"{self._scheme}://{self.host}"

    # --- content

    def add_blob(self, repository: str, content: bytes) -> str:
        """Holds a blob from the start; gives its digest."""
        digest = _digest(content)
        self.blobs[repository][digest] = content
        return digest

    def add_manifest(self, repository: str, content: bytes, media_type: str, tag: str | None = None) -> str:
        """Holds a document from the start, whatever is in it; gives its digest."""
        digest = _digest(content)
        self.manifests[repository][digest] = (media_type, content)
        if tag is not None:
            self.tags[repository][tag] = digest
        return digest

    # --- faults

    def fail(
        self,
        method: str,
        part: str,
        fault: Fault,
        times: int = 1_000_000,
        headers: Mapping[str, str] | None = None,
        code: str = "UNKNOWN",
    ) -> None:
        """The next `times` answers to `method` for paths that contain `part` go wrong. The latest plan counts first."""
        self._planned.insert(0, Planned(method, part, fault, times, dict(headers or {}), code))

    def mend(self) -> None:
        """No more faults."""
        self._planned.clear()

    def fault_for(self, method: str, path: str) -> Planned | None:
        """The fault that meets a request, used up by it."""
        with self._lock:
            for plan in self._planned:
                if plan.times and plan.method == method and plan.part in path:
                    plan.times -= 1
                    return plan
        return None

    # --- what it was asked

    def lines(self, *methods: str) -> list[str]:
        """The requests, as method and path, in their order."""
        return [asked.line for asked in self.requests if not methods or asked.method in methods]

    def asked(self, method: str, part: str = "") -> list[Asked]:
        """The requests of a method whose path contains `part`."""
        return [each for each in self.requests if each.method == method and part in each.path]

    def revoke(self) -> None:
        """Every token has ended."""
        self.tokens.clear()

    # --- answers

    def note(self, asked: Asked) -> None:
        """A request has come."""
        with self._lock:
            self.requests.append(asked)

    def enter(self) -> None:
        """Somebody is being served."""
        with self._lock:
            self._busy += 1
            self.most_at_once = max(self.most_at_once, self._busy)

    def leave(self) -> None:
        """No longer."""
        with self._lock:
            self._busy -= 1

    def refuse(self, method: str, path: str, headers: Mapping[str, str]) -> Answer | None:
        """A 401 for who may not do that; None for who may."""
        if self.login is None or path.startswith("/token"):
            return None
        authorization = headers.get("Authorization", "")
        match = re.match(rf"/v2/{_NAME}/(?:blobs|manifests|referrers|tags)/", path)
        name = match["name"] if match else ""
        action = "pull" if method in {"GET", "HEAD"} else "push"
        if self.auth == "basic":
            if authorization == _basic(*self.login):
                return None
            return self._unauthorized('Basic realm="registry"')
        scopes = self.tokens.get(authorization.removeprefix("Bearer "), frozenset())
        actions = {
            a for scope in scopes if scope.startswith(f"repository:{name}:") for a in scope.split(":")[2].split(",")
        }
        if name and action in actions:
            return None
        wanted = f'scope="repository:{name}:{"pull" if action == "pull" else "pull,push"}"'
        return self._unauthorized(f'Bearer realm="{self.realm or self.url + "/token"}",service="fake",{wanted}')

    def _unauthorized(self, challenge: str) -> Answer:
        answer = _error(401, "UNAUTHORIZED", "authentication required")
        answer.headers["WWW-Authenticate"] = self.challenge or challenge
        return answer

    def token(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Distribution's token specification: GET with Basic, or POST with a refresh token."""
        query = parse_qs(body.decode() if method == "POST" else urlsplit(path).query)
        scopes = [scope for text in query.get("scope", []) for scope in text.split()]
        known = self.login is not None and headers.get("Authorization") == _basic(*self.login)
        if method == "POST":
            if self.identity is None:
                return _error(404, "NOT_FOUND", "no such way")
            known = query.get("refresh_token") == [self.identity]
            if not known:
                return _error(401, "UNAUTHORIZED", "no such token")
        elif "Authorization" in headers and not known:
            return _error(401, "UNAUTHORIZED", "incorrect username or password")
        if not all(map(self.grantable, scopes)):
            return _error(403, "DENIED", "that scope is not for you")
        allowed = (
            scope if known else scope.rpartition(":")[0] + (":pull" if self.anonymous_pull else ":") for scope in scopes
        )
        token = f"token-{len(self.tokens)}-{time.monotonic_ns()}"
        self.tokens[token] = frozenset(allowed)
        key = "access_token" if method == "POST" else "token"
        return _json(200, {key: token, "expires_in": self.token_life})

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """The registry proper."""
        parts = urlsplit(path)
        if parts.path == "/v2/":
            return _json(200, {})
        if self.read_only and method not in {"GET", "HEAD"}:
            return _error(405, "UNSUPPORTED", "this registry is read-only")
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        for pattern, work in self._routes():
            if match := re.fullmatch(rf"/v2/{_NAME}/{pattern}", parts.path):
                return work(method, match["name"], match["rest"], query, headers, body)
        return _error(404, "NOT_FOUND", "page not found")

    def _routes(self) -> tuple[tuple[str, Callable[..., Answer]], ...]:
        return (
            (r"blobs/uploads/(?P<rest>)", self._begin),
            (r"blobs/uploads/(?P<rest>[^/]+)", self._upload),
            (r"blobs/(?P<rest>sha256:[0-9a-f]{64})", self._blob),
            (r"manifests/(?P<rest>[^/]+)", self._manifest),
            (r"referrers/(?P<rest>sha256:[0-9a-f]{64})", self._referrers),
            (r"tags/(?P<rest>list)", self._tags),
        )

    def _blob(
        self, method: str, name: str, digest: str, _query: object, headers: Mapping[str, str], _body: bytes
    ) -> Answer:
        content = self.blobs.get(name, {}).get(digest)
        if content is None or method not in {"GET", "HEAD"}:
            return _error(404, "BLOB_UNKNOWN", "blob unknown to registry")
        if self.blob_host is not None:
            return Answer(307, {"Location": self.blob_host.replace("DIGEST", digest)})
        return serve(content, headers, {"Docker-Content-Digest": digest})

    def _begin(
        self, method: str, name: str, _rest: str, query: Mapping[str, str], _headers: object, _body: bytes
    ) -> Answer:
        if method != "POST":
            return _error(405, "UNSUPPORTED", "POST begins an upload")
        if "mount" in query and "from" not in query:
            return _error(400, "UNSUPPORTED", "mount without from")
        if (
            self.mounts
            and (content := self.blobs.get(query.get("from", ""), {}).get(query.get("mount", ""))) is not None
        ):
            digest = self.add_blob(name, content)
            return Answer(201, {"Location": f"/v2/{name}/blobs/{digest}", "Docker-Content-Digest": digest})
        session = f"session-{next(self._sessions)}"
        self.uploads[session] = bytearray()
        least = {"OCI-Chunk-Min-Length": str(self.chunk_minimum)} if self.chunk_minimum else {}
        return Answer(202, {"Location": self._location(name, session), **least})

    def _location(self, name: str, session: str) -> str:
        path = f"/v2/{name}/blobs/uploads/{session}{self.location_suffix}"
        return f"{self.url}{path}" if self.absolute_locations else path

    def _upload(
        self, method: str, name: str, session: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes
    ) -> Answer:
        if session not in self.uploads:
            return _error(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry")
        held = self.uploads[session]
        if method == "GET":
            return Answer(204, {"Location": self._location(name, session), **_range(held)})
        if method == "PATCH":
            if (refusal := self._refused_chunk(held, headers, body)) is not None:
                return refusal
            held += body
            return Answer(202, {"Location": self._location(name, session), **_range(held)})
        if method != "PUT":
            return _error(405, "UNSUPPORTED", "not a way to upload")
        if body and not self.whole_uploads:
            return _error(400, "UNSUPPORTED", "a PUT has no body here")
        del self.uploads[session]
        content = bytes(held) + body
        if _digest(content) != query.get("digest"):
            return _error(400, "DIGEST_INVALID", "provided digest did not match uploaded content")
        digest = self.add_blob(name, content)
        return Answer(201, {"Location": f"/v2/{name}/blobs/{digest}", "Docker-Content-Digest": digest})

    def _refused_chunk(self, held: bytearray, headers: Mapping[str, str], body: bytes) -> Answer | None:
        wanted = headers.get("Content-Range")
        if wanted is None and not self.streamed_uploads:
            return _error(400, "UNSUPPORTED", "a PATCH has a range here")
        if self.chunk_limit is not None and len(body) > self.chunk_limit:
            return _error(416 if wanted else 413, "SIZE_INVALID", "too much at once")
        if wanted is not None and wanted != f"{len(held)}-{len(held) + len(body) - 1}":
            answer = _error(416, "BLOB_UPLOAD_INVALID", "out of order")
            answer.headers |= _range(held)
            return answer
        return None

    def _manifest(
        self, method: str, name: str, which: str, _query: object, headers: Mapping[str, str], body: bytes
    ) -> Answer:
        if method == "PUT":
            return self._put_manifest(name, which, headers.get("Content-Type", ""), body)
        digest = which if which.startswith("sha256:") else self.tags.get(name, {}).get(which, "")
        if digest not in self.manifests.get(name, {}):
            return _error(404, "MANIFEST_UNKNOWN", f"manifest unknown: {which}")
        kind, content = self.manifests[name][digest]
        return Answer(200, {"Content-Type": kind, "Docker-Content-Digest": digest}, content)

    def _put_manifest(self, name: str, which: str, kind: str, body: bytes) -> Answer:
        document = json.loads(body)
        digest = _digest(body)
        if which.startswith("sha256:") and which != digest:
            return _error(400, "DIGEST_INVALID", "digest does not match")
        blobs = [each["digest"] for each in (document.get("config"), *document.get("layers", ())) if each]
        missing = [each for each in blobs if each not in self.blobs[name]]
        missing += [
            each["digest"] for each in document.get("manifests", ()) if each["digest"] not in self.manifests[name]
        ]
        if missing and not which.startswith("sha256-"):
            return _error(404, "MANIFEST_BLOB_UNKNOWN", f"unknown: {missing[0]}")
        self.add_manifest(name, body, kind, None if which.startswith("sha256:") else which)
        subject = document.get("subject")
        listed = {"OCI-Subject": subject["digest"]} if subject and self.referrers_api else {}
        return Answer(201, {"Location": f"/v2/{name}/manifests/{digest}", "Docker-Content-Digest": digest, **listed})

    def _referrers(self, method: str, name: str, subject: str, *_: object) -> Answer:
        if method != "GET" or not self.referrers_api:
            return _error(404, "NOT_FOUND", "page not found")
        found = []
        for digest, (kind, content) in self.manifests[name].items():
            document = json.loads(content)
            if (document.get("subject") or {}).get("digest") == subject:
                artifact = document.get("artifactType") or (document.get("config") or {}).get("mediaType")
                entry = {"mediaType": kind, "digest": digest, "size": len(content), "artifactType": artifact}
                found.append(entry)
        answer = _json(200, {"schemaVersion": 2, "mediaType": _INDEX, "manifests": found})
        answer.headers["Content-Type"] = _INDEX
        return answer

    def _tags(self, _method: str, name: str, *_: object) -> Answer:
        return _json(200, {"name": name, "tags": sorted(self.tags.get(name, {}))})


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hung up, or did not want this certificate, is no news; anything else is a fault of the test's."""
        if not isinstance(sys.exception(), OSError | ValueError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def _handler(registry: FakeRegistry) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _serve(self) -> None:
            registry.enter()
            try:
                self._answer()
            finally:
                registry.leave()

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815

        def _answer(self) -> None:
            plan = registry.fault_for(self.command, self.path)
            if plan is not None and plan.fault == "reset":
                self._read(limit=1)
                registry.note(Asked(self.command, self.path, self._titled))
                self._hang_up()
                return
            body = self._read()
            registry.note(Asked(self.command, self.path, self._titled, len(body)))
            if plan is not None and plan.fault == "hang":
                registry.closing.wait()
                self._hang_up()
            elif plan is not None and isinstance(plan.fault, int):
                answer = _error(plan.fault, plan.code, f"out of order ({self.headers.get('Authorization', 'nobody')})")
                answer.headers |= plan.headers
                self._send(answer)
            else:
                answer = registry.refuse(self.command, self.path, self._titled) or self._own_answer(body)
                self._send(answer, plan.fault if plan is not None else None)

        @property
        def _titled(self) -> dict[str, str]:
            return {name.title(): value for name, value in self.headers.items()}

        def _own_answer(self, body: bytes) -> Answer:
            if self.path.partition("?")[0] == "/token":
                return registry.token(self.command, self.path, self._titled, body)
            return registry.answer(self.command, self.path, self._titled, body)

        def _read(self, limit: int | None = None) -> bytes:
            size = int(self.headers.get("Content-Length", "0"))
            return self.rfile.read(min(size, limit) if limit is not None else size)

        def _hang_up(self) -> None:
            self.close_connection = True
            self.connection.close()

        def _send(self, answer: Answer, fault: Fault | None = None) -> None:
            body = answer.body
            match fault:
                case "damaged":
                    body = bytes([body[0] ^ 1, *body[1:]]) if body else body
                case "longer":
                    body += b"!"
                case "garbage":
                    body = b"<html>{not json"
                case "lie":
                    answer.headers["Docker-Content-Digest"] = f"sha256:{'0' * 64}"
                case "bare":
                    answer.headers.pop("Docker-Content-Digest", None)
                    answer.headers.pop("Location", None)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if fault == "endless":
                self.send_header("Transfer-Encoding", "chunked")
            elif answer.status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self._send_body(body, fault)

        def _send_body(self, body: bytes, fault: Fault | None) -> None:
            match fault:
                case "cut":
                    self.wfile.write(body[: len(body) // 2])
                    self._hang_up()
                case "crawl":
                    for byte in body:
                        self.wfile.write(bytes([byte]))
                        if registry.closing.wait(0.02):
                            break
                    self._hang_up()
                case "endless":
                    while not registry.closing.is_set():
                        self.wfile.write(b"%x\r\n%s\r\n" % (_CHUNK, bytes(_CHUNK)))
                case _:
                    self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Tests look at `FakeRegistry.requests`."""

    return Handler


def serve(content: bytes, headers: Mapping[str, str], more: Mapping[str, str]) -> Answer:
    """A body, or the part of it that is asked for from some byte on."""
    wanted = re.fullmatch(r"bytes=(\d+)-", headers.get("Range", ""))
    start = int(wanted[1]) if wanted else 0
    if not wanted:
        return Answer(200, {**more, "Accept-Ranges": "bytes"}, content)
    if start >= len(content):
        return Answer(416, {"Content-Range": f"bytes */{len(content)}"})
    return Answer(206, {**more, "Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"}, content[start:])


def _range(held: bytearray) -> dict[str, str]:
    return {"Range": f"0-{max(len(held) - 1, 0)}"}


def _json(status: int, document: Any) -> Answer:
    return Answer(status, {"Content-Type": "application/json"}, json.dumps(document).encode())


def _error(status: int, code: str, message: str) -> Answer:
    return _json(status, {"errors": [{"code": code, "message": message}]})


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
