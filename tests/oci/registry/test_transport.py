"""TLS, and where it may be missing; redirects, and where they may lead."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.oci.registry.conftest import Connect

from pottle.errors import PottleError, SourceError
from pottle.oci.image import Image
from pottle.oci.reference import Reference
from pottle.oci.registry.client import Registry
from pottle.oci.registry.options import RegistryOptions, api_host, hostname, is_loopback
from pottle.oci.registry.push import push
from pottle.oci.registry.transport import Transport, joined, origin
from pottle.stop import Stop
from pottle.testing.registry import Answer, FakeRegistry


def named(server: FakeRegistry) -> Reference:
    return Reference.parse(f"{server.host}/team/shop:1.0")


def refused(image: Image, name: Reference, client: Registry) -> PottleError:
    with pytest.raises(PottleError) as caught:
        push(image, [name], client)
    return caught.value


# --- TLS ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for the loopback that only itself vouches for, and its key."""
    path = tmp_path_factory.mktemp("tls")
    request = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=registry -addext subjectAltName=IP:127.0.0.1"
    try:
        subprocess.run(
            [*request.split(), "-keyout", path / "key", "-out", path / "pem"], check=True, capture_output=True
        )
    except FileNotFoundError:
        pytest.skip("needs openssl to make a certificate")
    return path / "pem", path / "key"


@pytest.fixture
def secure(certificate: tuple[Path, Path]) -> Iterator[FakeRegistry]:
    with FakeRegistry(tls=certificate) as running:
        yield running


def test_a_registry_with_a_certificate_of_ones_own_authority(
    secure: FakeRegistry, connect: Connect, image: Image, certificate: tuple[Path, Path]
):
    push(image, [named(secure)], connect(ca_bundle=certificate[0]))
    assert secure.tags["team/shop"] == {"1.0": image.digest}


def test_a_certificate_that_nobody_vouches_for_is_refused_and_tls_not_given_up(
    secure: FakeRegistry, client: Registry, image: Image, naps: list[float]
):
    error = refused(image, named(secure), client)
    assert error.what.startswith(f"cannot talk to {secure.host}: ")
    assert "CERTIFICATE_VERIFY_FAILED" in error.what
    assert error.hint == "`--ca-cert FILE` trusts its authority's certificate"
    assert (naps, secure.requests) == ([], [])


def test_insecure_does_without_a_certificate(secure: FakeRegistry, connect: Connect, image: Image):
    push(image, [named(secure)], connect(insecure=(secure.host,)))
    assert secure.tags["team/shop"] == {"1.0": image.digest}


def test_insecure_is_for_that_host_alone(secure: FakeRegistry, connect: Connect, image: Image, certificate):
    with FakeRegistry(tls=certificate) as other:
        client = connect(insecure=(secure.host,))
        push(image, [named(secure)], client)
        assert "CERTIFICATE_VERIFY_FAILED" in refused(image, named(other), client).what


def test_the_loopback_may_do_without_tls(server: FakeRegistry, client: Registry, image: Image):
    push(image, [named(server)], client)
    assert server.tags["team/shop"] == {"1.0": image.digest}


@pytest.fixture
def elsewhere(server: FakeRegistry, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeRegistry]:
    """The registry, which is not taken for one on this machine."""
    monkeypatch.setattr("pottle.oci.registry.transport.is_loopback", lambda host: False)
    return server


def test_everywhere_else_there_is_tls(elsewhere: FakeRegistry, client: Registry, image: Image, naps: list[float]):
    error = refused(image, named(elsewhere), client)
    assert "SSL" in error.what
    assert error.hint == f"`--insecure {elsewhere.host}`, if it has no TLS"
    assert (elsewhere.requests, naps) == ([], [])


@pytest.mark.parametrize("how", ["HOST:PORT", "HOST"])
def test_but_where_somebody_says_so(elsewhere: FakeRegistry, connect: Connect, image: Image, how: str):
    host = elsewhere.host if how == "HOST:PORT" else hostname(elsewhere.host)
    push(image, [named(elsewhere)], connect(insecure=(host,)))
    assert elsewhere.tags["team/shop"] == {"1.0": image.digest}


def test_a_redirect_out_of_tls_is_not_followed(elsewhere: FakeRegistry, connect: Connect, image: Image):
    client = connect(insecure=(elsewhere.host,))
    push(image, [named(elsewhere)], client)
    with FakeRegistry() as storage:
        elsewhere.blob_host = f"{storage.url}/DIGEST"
        with pytest.raises(SourceError, match="which is not protected by TLS") as caught:
            list(client.repository(named(elsewhere)).blob(image.layers[0]))
        assert f"--insecure {storage.host}" in (caught.value.hint or "")
        assert storage.requests == []


def test_a_stranger_does_not_lead_to_this_machine(monkeypatch: pytest.MonkeyPatch):
    transport = Transport(RegistryOptions({}), Stop())
    stranger, trusted = origin("https://r.example/v2/"), origin("http://127.0.0.1:5000/v2/")
    for url in ("http://127.0.0.1:22/", "http://localhost/", "http://r.example/", "ftp://r.example/", "", "https://"):
        with pytest.raises(SourceError):
            transport._check(url, stranger)
    transport._check("https://other.example/x", stranger)
    transport._check("http://127.0.0.1:5001/x", trusted)


@pytest.mark.parametrize("header", ["Location", "WWW-Authenticate"])
def test_neither_an_upload_nor_a_login_is_sent_to_this_machine_by_a_stranger(
    secure: FakeRegistry, connect: Connect, image: Image, certificate, header: str, monkeypatch: pytest.MonkeyPatch
):
    with FakeRegistry() as local:
        monkeypatch.setattr("pottle.oci.registry.transport.is_loopback", lambda host: host == local.host)
        if header == "Location":
            secure.fail("POST", "/uploads/", 202, headers={header: f"{local.url}/x"})
        else:
            secure.fail("HEAD", "/v2/", 401, headers={header: f'Bearer realm="{local.url}/token"'})
        login = f'{{"auths": {{"{secure.host}": {{"username": "me", "password": "pw"}}}}}}'
        error = refused(image, named(secure), connect({"DOCKER_AUTH_CONFIG": login}, ca_bundle=certificate[0]))
        assert f"{secure.host} leads to {local.url}/" in error.what
        assert "not protected by TLS" in error.what
        assert local.requests == []


# --- redirects -------------------------------------------------------------------------------------


def test_redirects_in_a_circle_end(server: FakeRegistry, client: Registry, image: Image):
    server.fail("HEAD", "/v2/", 307, headers={"Location": "/v2/team/shop/manifests/1.0"})
    error = refused(image, named(server), client)
    assert "redirects without end" in error.what
    assert len(server.requests) == 6


@pytest.mark.parametrize("location", ["", "http://", "http://[::1/x", "//", "javascript:alert(1)", "http://h:99999/"])
def test_a_redirect_to_nowhere(server: FakeRegistry, client: Registry, image: Image, location: str):
    server.fail("HEAD", "/v2/", 307, headers={"Location": location})
    assert isinstance(refused(image, named(server), client), SourceError)


def test_a_signed_url_is_used_to_the_letter(server: FakeRegistry, client: Registry, image: Image):
    push(image, [named(server)], client)
    query = "X-Amz-Signature=a%2Fb%3D&x-id=GetObject&name=shop%20+%7E[1]&filter=a|b"
    with FakeRegistry() as storage:
        storage.answer = lambda *_: Answer(200, {}, server.blobs["team/shop"][image.layers[0].digest])  # type: ignore[method-assign]
        server.blob_host = f"{storage.url}/bucket//a%2Fb/../DIGEST?{query}"
        list(client.repository(named(server)).blob(image.layers[0]))
        assert storage.requests[0].path == f"/bucket//a%2Fb/../{image.layers[0].digest}?{query}"


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/v2/x?a=%2F", "https://r.example:5000/v2/x?a=%2F"),
        ("https://s3.example/a/../b?", "https://s3.example/a/../b?"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("?page=2", "https://r.example:5000/v2/blobs/uploads/?page=2"),
        ("session-1", "https://r.example:5000/v2/blobs/uploads/session-1"),
    ],
)
def test_a_location_may_be_relative(location: str, url: str):
    assert joined("https://r.example:5000/v2/blobs/uploads/", location) == url


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("https://r.example/x", True),
        ("https://r.example:443/y?z", True),
        ("https://R.EXAMPLE/", True),
        ("https://me@r.example/", True),
        ("https://r.example:444/", False),
        ("http://r.example/", False),
        ("https://r.example.evil.example/", False),
        ("https://evil.example/r.example", False),
    ],
)
def test_an_origin(url: str, same: bool):
    assert (origin(url) == origin("https://r.example/")) is same


# --- hosts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["localhost", "localhost:5000", "127.0.0.1", "127.1.2.3:5000", "[::1]:5000"])
def test_the_loopback(host: str):
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["localhost.example", "127.0.0.1.example", "127.example:5000", "10.0.0.1", "[::2]", "r.example", ""]
)
def test_not_the_loopback(host: str):
    assert not is_loopback(host)


def test_docker_hubs_api_has_a_host_of_its_own():
    assert api_host("docker.io") == "registry-1.docker.io"
    assert api_host("ghcr.io") == "ghcr.io"
    assert Transport(RegistryOptions({}), Stop()).base("docker.io") == "https://registry-1.docker.io"
