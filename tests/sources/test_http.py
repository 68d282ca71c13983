"""HTTP against a server that misbehaves on demand: one path, `/file`, whose answers are given in advance."""

import errno
import hashlib
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from pottle.errors import HostError, IntegrityError, SourceError
from pottle.http import HttpOptions, NotFound
from pottle.messages import shown
from pottle.sources.http import Expected, Http

BODY = bytes(range(256)) * 1000
RIGHT = Expected(hashlib.sha256(BODY).hexdigest(), len(BODY))


class Server(ThreadingHTTPServer):
    """Gives each of `answers` in turn and the last one for ever: (status, headers, body sent)."""

    answers: list = [(200, {}, BODY)]  # noqa: RUF012
    seen: list

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/file"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.seen.append(dict(self.headers))
        status, headers, body = self.server.answers.pop(0) if len(self.server.answers) > 1 else self.server.answers[0]
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as running:
        running.answers, running.seen = [(200, {}, BODY)], []
        Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield running
        running.shutdown()


@pytest.fixture
def naps():
    return []


@pytest.fixture
def http(naps) -> Iterator[Http]:
    with Http(HttpOptions(environment_proxies=False, timeout=5), sleep=naps.append) as client:
        yield client


CUT = (200, {"Content-Length": str(len(BODY))}, BODY[:1000])
SHORT = (200, {}, BODY[:1000])


def test_a_download_arrives_whole(server, http, tmp_path):
    counts = []
    http.download(server.url, tmp_path / "new" / "file", RIGHT, counts.append)
    assert (tmp_path / "new" / "file").read_bytes() == BODY
    assert sum(counts) == len(BODY)
    assert server.seen[0]["Accept-Encoding"] == "identity"
    assert server.seen[0]["User-Agent"].startswith("pottle/")


@pytest.mark.parametrize("first", [(503, {}, b""), (500, {}, b""), (429, {}, b""), (408, {}, b""), CUT, SHORT])
def test_what_may_pass_is_tried_again(server, http, naps, tmp_path, first):
    counts = []
    server.answers = [first, first, (200, {}, BODY)]
    http.download(server.url, tmp_path / "file", RIGHT, counts.append)
    assert (tmp_path / "file").read_bytes() == BODY
    assert sum(counts) == len(BODY)
    assert naps == [0.25, 0.5]


def test_waits_as_long_as_the_server_asks_within_reason(server, http, naps):
    server.answers = [
        (503, {"Retry-After": "3"}, b""),
        (503, {"Retry-After": "3600"}, b""),
        (503, {"Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT"}, b""),
        (200, {}, b"x"),
    ]
    assert http.read(server.url, limit=10) == b"x"
    assert naps == [3.0, 10.0, 1.0]


@pytest.mark.parametrize(
    ("answer", "why"),
    [((502, {}, b""), "the server answered 502"), (SHORT, "the body ended after 1000 of 256000 bytes")],
)
def test_gives_up_after_some_attempts_and_leaves_nothing(server, http, tmp_path, answer, why):
    server.answers = [answer]
    with pytest.raises(SourceError) as caught:
        http.download(server.url, tmp_path / "file", RIGHT)
    assert caught.value.what == f"cannot fetch {server.url}: {why} (4 attempts)"
    assert caught.value.hint == "check the network and that 127.0.0.1 can be reached, or name another mirror"
    assert len(server.seen) == 4
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_is_away_is_the_sources_error(server, http, tmp_path):
    server.server_close()
    with pytest.raises(SourceError, match=r"cannot fetch http://127.0.0.1:\d+/file: .*\(4 attempts\)"):
        http.download(server.url, tmp_path / "file", RIGHT)


WRONG = bytes(len(BODY))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (WRONG, f"has SHA-256 {hashlib.sha256(WRONG).hexdigest()}, expected {RIGHT.sha256}"),
        (BODY + b"!", "is longer than the 256000 bytes it should have"),
    ],
)
def test_other_bytes_are_refused_at_once_and_leave_the_old_file(server, http, naps, tmp_path, body, why):
    server.answers = [(200, {}, body)]
    (tmp_path / "file").write_bytes(b"old")
    with pytest.raises(IntegrityError) as caught:
        http.download(server.url, tmp_path / "file", RIGHT)
    assert caught.value.what == f"{server.url} {why}"
    assert (naps, len(server.seen)) == ([], 1)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


@pytest.mark.parametrize(
    ("status", "error"), [(404, NotFound), (410, NotFound), (403, SourceError), (401, SourceError), (204, SourceError)]
)
def test_a_refusal_is_not_asked_again(server, http, status, error):
    server.answers = [(status, {}, b"")]
    with pytest.raises(error, match=str(status)):
        http.read(server.url, limit=10)
    assert len(server.seen) == 1


def test_a_document_is_bounded(server, http):
    assert http.read(server.url, limit=len(BODY)) == BODY
    with pytest.raises(SourceError, match="is larger than 255999 bytes"):
        http.read(server.url, limit=len(BODY) - 1)


def test_redirects_are_followed_and_not_for_ever(server, http):
    server.answers = [(302, {"Location": "/elsewhere"}, b""), (200, {}, b"there")]
    assert http.read(server.url, limit=10) == b"there"
    server.answers = [(302, {"Location": "/file"}, b"")]
    with pytest.raises(SourceError, match="redirects"):
        http.read(server.url, limit=10)


def test_credentials_are_sent_and_never_shown(server, http):
    server.answers = [(403, {}, b"")]
    url = server.url.replace("http://", "http://me:s3cret@")
    with pytest.raises(SourceError) as caught:
        http.read(url, limit=10)
    assert server.seen[0]["Authorization"].startswith("Basic ")
    assert "s3cret" not in str(caught.value)
    assert "me" not in str(caught.value).partition("(")[0].replace("file", "")


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://u:p@h.example:8080/a/b?token=t#f", "https://h.example:8080/a/b"),
        ("http://h.example", "http://h.example"),
        ("http://h:port/x", "(an address that is not a URL)"),
        ("http://[::1/x", "(an address that is not a URL)"),
    ],
)
def test_an_address_as_it_may_be_shown(url, clean):
    assert shown(url) == clean


@pytest.mark.parametrize("url", ["gopher://h.example/x", "http://", "nothing"])
def test_an_address_that_cannot_be_asked_is_the_sources_error(http, url, naps):
    with pytest.raises(SourceError):
        http.read(url, limit=10)
    assert naps == []


def test_a_full_disk_is_the_hosts_error_and_leaves_nothing(server, http, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(HostError) as caught:
        http.download(server.url, tmp_path / "file", RIGHT)
    assert caught.value.what == "no space left to write this file"
    assert str(caught.value.at) == str(tmp_path / "file")
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_cannot_be_written_is_the_hosts_error(server, http, tmp_path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(HostError, match="cannot use this file"):
        http.download(server.url, tmp_path / "taken" / "file", RIGHT)


def test_an_interrupted_download_leaves_nothing(server, http, tmp_path):
    def interrupt(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        http.download(server.url, tmp_path / "file", RIGHT, interrupt)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [None, "no certificates"])
def test_a_ca_bundle_that_cannot_be_read_is_the_hosts_error(server, tmp_path, content):
    bundle = tmp_path / "ca.pem"
    if content:
        bundle.write_text(content)
    with Http(HttpOptions(bundle)) as client, pytest.raises(HostError, match="cannot read these certificates"):
        client.read(server.url, limit=10)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")
def test_a_ca_bundle_is_trusted_besides_the_machines_store(server, tmp_path):
    certificate, key = tmp_path / "ca.pem", tmp_path / "key.pem"
    request = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    )
    subprocess.run([*request.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    url = server.url.replace("http:", "https:")
    options = HttpOptions(environment_proxies=False, timeout=5, attempts=1)
    with Http(options) as client, pytest.raises(SourceError, match="CERTIFICATE_VERIFY_FAILED"):
        client.read(url, limit=len(BODY))
    with Http(replace(options, ca_bundle=certificate)) as client:
        assert client.read(url, limit=len(BODY)) == BODY


def test_a_client_that_never_asked_closes_without_opening():
    Http().close()
