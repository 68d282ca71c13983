"""A company's package index, whose certificate only the company's own authority has signed."""

import base64
import os
import ssl
from pathlib import Path

import pytest
from tests.e2e import projects
from tests.e2e.command import Pottle
from tests.e2e.conftest import uv
from tests.e2e.contents import contents

from pottle.testing.package_index import PackageIndex
from pottle.testing.wheel_file import WheelFile

pytestmark = [pytest.mark.engine, pytest.mark.network]

WHEEL = WheelFile("inhouse", "3.0", files={"inhouse.py": "word = 'made at home'\n"})


class SecureIndex(PackageIndex):
    """The same over TLS."""

    def __init__(self, *wheels: WheelFile, certificate: Path, key: Path) -> None:
        super().__init__(*wheels)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)

    @property
    def url(self) -> str:
        return super().url.replace("http:", "https:")

    def url_of(self, wheel: WheelFile) -> str:
        return super().url_of(wheel).replace("http:", "https:")


@pytest.fixture(scope="module")
def authority(tool, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with `ca.pem`, and with `server.pem` and `server.key` for the loopback, signed by it."""
    path = tmp_path_factory.mktemp("authority")
    new = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2")
    of_the_ca = ("-addext", "keyUsage=critical,keyCertSign", "-keyout", "ca.key", "-out", "ca.pem")
    tool("openssl", *new, "-subj", "/CN=Authority of Example Inc", *of_the_ca, cwd=path)
    of_the_server = ("-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE")
    signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-keyout", "server.key", "-out", "server.pem")
    tool("openssl", *new, "-subj", "/CN=index", *of_the_server, *signed, cwd=path)
    return path


@pytest.fixture(scope="module")
def index(authority: Path):
    with SecureIndex(WHEEL, certificate=authority / "server.pem", key=authority / "server.key") as index:
        yield index


@pytest.fixture(scope="module")
def locked(index: SecureIndex, authority: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose one dependency is in that index."""
    path = tmp_path_factory.mktemp("project")
    pyproject = f"""
[project]
name = "customer"
version = "0"
requires-python = ">=3.11"
dependencies = ["inhouse"]

[[tool.uv.index]]
url = "{index.url}"
default = true
"""
    projects.write({"pyproject.toml": pyproject, "main.py": "import inhouse\n\nprint(inhouse.word)\n"}, path)
    os.environ["SSL_CERT_FILE"], before = str(authority / "ca.pem"), os.environ.get("SSL_CERT_FILE")
    try:
        uv("lock", "--quiet", "--no-cache", cwd=path)
    finally:
        os.environ.pop("SSL_CERT_FILE") if before is None else os.environ.update(SSL_CERT_FILE=before)
    return path


@pytest.fixture
def customer(pottle: Pottle, tmp_path: Path) -> Pottle:
    """With a cache of uv's own: nothing was fetched before."""
    return Pottle({**pottle.environ, "UV_CACHE_DIR": str(tmp_path / "uv")})


def test_without_the_authority_there_is_one_error(customer: Pottle, locked: Path):
    result = customer.call("build", locked)
    assert result.code == 4
    assert result.stdout == ""
    errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert "certificate" in errors[0]
    assert "hint: " in result.stderr
    assert "--ca-cert" in result.stderr


def test_with_the_authority_it_is_built_and_no_trace_of_it_gets_in(
    customer: Pottle, locked: Path, authority: Path, tmp_path: Path
):
    archive = customer.archive(locked, tmp_path, "--ca-cert", str(authority / "ca.pem"))
    found, pem = contents(archive), (authority / "ca.pem").read_text()
    lines = pem.splitlines()
    for trace in (lines[1], lines[-2]):
        assert found.holding(trace.encode()) == []
    assert found.holding(base64.b64decode("".join(lines[1:-1]))[100:200]) == []
    assert found.holding(b"Example Inc") == []
    assert str(authority) not in str(found.config)
    assert customer("run", "--backend=unshare", "--ca-cert", authority / "ca.pem", locked).stdout == "made at home\n"
