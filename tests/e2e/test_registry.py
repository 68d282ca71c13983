"""Real registries: what they have after `pottle build --push` is what skopeo, Docker and podman pull and run."""

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tests.e2e import projects
from tests.e2e.command import Pottle
from tests.e2e.conftest import missing
from tests.e2e.engines import Docker, free_port

from pottle.oci import media_types
from pottle.oci.config import Execution
from pottle.oci.descriptor import describe
from pottle.oci.entry import File
from pottle.oci.image import Addendum, Image, Makeup, assemble, assemble_index
from pottle.oci.layer import write_layer
from pottle.oci.layout import Layout
from pottle.oci.platform import Platform
from pottle.oci.reference import Reference
from pottle.oci.registry.client import Registry
from pottle.oci.registry.options import RegistryOptions
from pottle.oci.registry.pull import fetch_layers, pull
from pottle.oci.registry.push import push
from pottle.oci.validate import validate

pytestmark = [pytest.mark.engine, pytest.mark.network]

SAYS_HELLO: projects.Files = {"main.py": "print('hello from a registry')\n", "requirements.txt": ""}
USER, PASSWORD = "tester", "only-for-tests"
HTPASSWD = "tester:$2b$04$eZudv/0sgsq4tc3J5ebu5.snvsH0KMcv5DPNATO8OZkVFyJ1hd7xK\n"
AMD64 = Platform.parse("linux/amd64")


@dataclass(frozen=True)
class Hello:
    """An image that was pushed."""

    name: str
    """Without a tag."""
    digest: str


@pytest.fixture(scope="module")
def hello(pottle: Pottle, registry: str, project) -> Hello:
    name = f"{registry}/e2e/pushed"
    result = pottle("build", "--push", "-t", f"{name}:1.2", "-t", f"{name}:1", project(SAYS_HELLO))
    pushed, _, digest = result.stdout.strip().partition("@")
    assert pushed == name
    return Hello(name, digest)


def test_skopeo_finds_it_under_its_digest_and_copies_it(tool, hello: Hello, tmp_path: Path):
    for tag in ("1.2", "1"):
        found = json.loads(tool("skopeo", "inspect", "--tls-verify=false", f"docker://{hello.name}:{tag}"))
        assert found["Digest"] == hello.digest
    tool("skopeo", "copy", "--src-tls-verify=false", f"docker://{hello.name}@{hello.digest}", f"oci:{tmp_path}/copy:x")
    store = Layout.open(tmp_path / "copy")
    (descriptor,) = store.manifests()
    assert descriptor.digest == hello.digest
    validate(Image.load(store, descriptor))


def test_docker_pulls_and_runs_it(docker: Docker, hello: Hello):
    docker("pull", "--quiet", f"{hello.name}@{hello.digest}")
    ran = docker("run", "--rm", "--network=none", "--read-only", f"{hello.name}@{hello.digest}")
    assert ran == "hello from a registry"


def test_podman_pulls_it(podman, hello: Hello):
    podman("pull", "--tls-verify=false", f"{hello.name}:1.2")
    (image,) = json.loads(podman("inspect", f"{hello.name}:1.2"))
    assert image["Digest"] == hello.digest


def test_a_second_push_sends_nothing(pottle: Pottle, hello: Hello, project):
    again = pottle("build", "--push", "-t", f"{hello.name}:1.2", project(SAYS_HELLO))
    assert again.stdout.strip() == f"{hello.name}@{hello.digest}"
    assert again.stderr.strip().endswith("(was there already)")


def test_another_repository_gets_it_without_a_byte(pottle: Pottle, hello: Hello, registry: str, project):
    other = f"{registry}/e2e/mounted-{os.getpid()}:1"
    flags = ("--format=json", "-q", "-t", f"{hello.name}:1.2", "-t", other)
    document = json.loads(pottle("build", "--push", *flags, project(SAYS_HELLO)).stdout)
    first, second = document["pushed"]
    assert first["unchanged"]
    assert (second["sent_bytes"], second["sent"]) == (0, 0)
    assert second["mounted"] == len(document["layers"]) + 1


# --- with TLS and a login -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Guarded:
    """A registry of a company: a certificate of its own authority, and a password."""

    host: str
    authority: Path


@pytest.fixture(scope="module")
def guarded(engines: dict[str, str], tool, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    path = tmp_path_factory.mktemp("guarded")
    new = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=Example Inc")
    usage = ("-addext", "keyUsage=critical,keyCertSign")
    tool("openssl", *new, *usage, "-keyout", "ca.key", "-out", "ca.pem", cwd=path)
    names = ("-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE")
    signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-keyout", "server.key", "-out", "server.pem")
    tool("openssl", *new, *names, *signed, cwd=path)
    (path / "htpasswd").write_text(HTPASSWD)
    host = f"127.0.0.1:{free_port()}"
    config = {
        "version": "0.1",
        "log": {"level": "warn"},
        "storage": {"filesystem": {"rootdirectory": str(path / "data")}},
        "auth": {"htpasswd": {"realm": "guarded", "path": str(path / "htpasswd")}},
        "http": {"addr": host, "tls": {"certificate": str(path / "server.pem"), "key": str(path / "server.key")}},
    }
    (path / "config.yml").write_text(json.dumps(config))
    with running_registry(engines, path / "config.yml", f"https://{host}/v2/"):
        yield Guarded(host, path / "ca.pem")


@contextmanager
def running_registry(engines: dict[str, str], config: Path, url: str) -> Iterator[None]:
    """The engines' own registry program, once more."""
    root = Path(engines["DOCKER_HOST"].removeprefix("unix://")).parents[1]
    program = root / "usr/bin/docker-registry"
    if not program.exists():
        missing("no docker-registry: `make engines`")
    loader = next(root.glob("lib64/ld-linux-*.so.*"))
    libraries = f"{root}/usr/lib/{os.uname().machine}-linux-gnu"
    command = (loader, "--library-path", libraries, program, "serve", config)
    with config.with_name("log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            wait_for(url, process)
            yield
        finally:
            process.terminate()


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    import ssl

    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url, context=ssl._create_unverified_context(), timeout=2).close()
        except urllib.error.HTTPError as error:
            error.close()
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the registry does not answer")


@pytest.fixture(scope="module", params=["docker", "podman"])
def logged_in(
    request: pytest.FixtureRequest, tool, guarded: Guarded, tmp_path_factory, docker: Docker
) -> dict[str, str]:
    """The environment of somebody who has logged in by one of the tools: it writes the file, not we."""
    path = tmp_path_factory.mktemp("login")
    if request.param == "podman":
        file = path / "auth.json"
        tool("podman", "login", "--tls-verify=false", "-u", USER, "-p", PASSWORD, "--authfile", file, guarded.host)
        return {"REGISTRY_AUTH_FILE": str(file)}
    client = Docker({**docker.environ, "DOCKER_CONFIG": str(path)})
    client("login", "--username", USER, "--password-stdin", guarded.host, stdin=PASSWORD.encode())
    return {"DOCKER_CONFIG": str(path)}


def test_a_login_of_docker_or_podman_opens_it(
    pottle: Pottle, guarded: Guarded, logged_in: dict[str, str], project, tool
):
    name = f"{guarded.host}/e2e/hello:{'podman' if 'REGISTRY_AUTH_FILE' in logged_in else 'docker'}"
    there = Pottle({**pottle.environ, **logged_in})
    result = there("build", "--push", "--ca-cert", guarded.authority, "-t", name, project(SAYS_HELLO))
    login = ("--creds", f"{USER}:{PASSWORD}", "--tls-verify=false")
    found = json.loads(tool("skopeo", "inspect", *login, f"docker://{name}"))
    assert f"@{found['Digest']}" in result.stdout
    assert PASSWORD not in result.stdout + result.stderr


def test_without_a_login_it_stays_shut(pottle: Pottle, guarded: Guarded, project):
    flags = ("--push", "--ca-cert", guarded.authority, "-t", f"{guarded.host}/e2e/shut:1")
    result = pottle.call("build", *flags, project(SAYS_HELLO))
    assert result.code == 4
    assert f"`docker login {guarded.host}`" in result.stderr
    assert "Traceback" not in result.stderr


def test_without_the_authority_it_is_not_trusted(pottle: Pottle, guarded: Guarded, logged_in: dict[str, str], project):
    there = Pottle({**pottle.environ, **logged_in})
    result = there.call("build", "--push", "-t", f"{guarded.host}/e2e/untrusted:1", project(SAYS_HELLO))
    assert result.code == 4
    assert "CERTIFICATE_VERIFY_FAILED" in result.stderr
    assert "--ca-cert" in result.stderr
    insecure = ("--insecure", guarded.host)
    there("build", "--push", *insecure, "-t", f"{guarded.host}/e2e/untrusted:1", project(SAYS_HELLO))


# --- images of others ---------------------------------------------------------------------------------


@pytest.fixture
def client() -> Iterator[Registry]:
    with Registry(RegistryOptions({})) as made:
        yield made


def test_an_image_that_docker_pushed_is_pulled_whole(
    docker: Docker, registry: str, base_image: str, client: Registry, tool, tmp_path: Path
):
    name = Reference.parse(f"{registry}/{base_image}")
    image = pull(name, AMD64, client, Layout.create(tmp_path / "store"))
    assert image.digest == json.loads(tool("skopeo", "inspect", "--tls-verify=false", f"docker://{name}"))["Digest"]
    assert image.descriptor.media_type == media_types.DOCKER_MANIFEST
    fetch_layers(image, name, client)
    validate(image)


def test_layers_of_a_base_are_mounted_or_pass_through(
    registry: str, base_image: str, client: Registry, guarded: Guarded, tmp_path: Path, tool
):
    """The base's layers never lie on this machine."""
    base, store = Reference.parse(f"{registry}/{base_image}"), Layout.create(tmp_path / "store")
    image = pull(base, AMD64, client, store)
    here = Reference.parse(f"{registry}/e2e/on-base-{os.getpid()}:1")
    (mounted,) = push(image, [here], client, origins=[base]).deliveries
    assert (mounted.mounted + mounted.present, mounted.sent_bytes) == (len(image.layers) + 1, 0)
    login = {"auths": {guarded.host: {"username": USER, "password": PASSWORD}}}
    options = RegistryOptions({"DOCKER_AUTH_CONFIG": json.dumps(login)}, guarded.authority)
    with Registry(options) as other:
        push(image, [Reference.parse(f"{guarded.host}/e2e/on-base:1")], other, origins=[base])
    assert not any(store.has(layer) for layer in image.layers)
    login_flags = ("--creds", f"{USER}:{PASSWORD}", "--src-tls-verify=false")
    tool("skopeo", "copy", *(f.replace("--creds", "--src-creds") for f in login_flags), f"docker://{guarded.host}/e2e/on-base:1", f"oci:{tmp_path}/copy:x")  # fmt: skip


def test_an_index_of_two_platforms(registry: str, client: Registry, tool, tmp_path: Path):
    store = Layout.create(tmp_path / "store")
    images = []
    for platform in (AMD64, Platform.parse("linux/arm64")):
        layer = write_layer([File("content", str(platform).encode())], store, mtime=1)
        images.append(assemble([Addendum(layer, "test")], Makeup(platform, 1, Execution()), store))
    several = assemble_index(images, store)
    name = Reference.parse(f"{registry}/e2e/several-{os.getpid()}:1")
    push(several, [name], client)
    raw = tool("skopeo", "inspect", "--raw", "--tls-verify=false", f"docker://{name}")
    assert [each["digest"] for each in json.loads(raw)["manifests"]] == [each.digest for each in images]
    for image in images:
        flags = ("--override-arch", image.config.architecture, "--tls-verify=false")
        assert (
            json.loads(tool("skopeo", "inspect", *flags, f"docker://{name}"))["Architecture"]
            == image.config.architecture
        )
        found = pull(name, image.config.platform, client, Layout.create(tmp_path / image.config.architecture))
        assert found.digest == image.digest
        fetch_layers(found, name, client)
        validate(found)


def test_a_referrer_is_found_where_the_registry_lists_none(hello: Hello, client: Registry):
    """Distribution 2.8 knows no referrers: the tag stands in for the list."""
    repository = client.repository(Reference.parse(f"{hello.name}:1"), push=True)
    subject = repository.resolve()
    empty = describe(b"{}", "application/vnd.oci.empty.v1+json")
    repository.upload(empty, lambda: [b"{}"])
    document = {
        "schemaVersion": 2,
        "mediaType": media_types.MANIFEST,
        "artifactType": "application/spdx+json",
        "config": {"mediaType": empty.media_type, "digest": empty.digest, "size": empty.size},
        "layers": [{"mediaType": empty.media_type, "digest": empty.digest, "size": empty.size}],
        "subject": {"mediaType": subject.media_type, "digest": subject.digest, "size": subject.size},
    }
    put = repository.put(json.dumps(document).encode(), media_types.MANIFEST, None)
    assert put.digest in {each.digest for each in repository.referrers(subject.digest)}


def test_what_is_not_there_and_who_is_not_there(registry: str, client: Registry, tmp_path: Path):
    from pottle.errors import SourceError
    from pottle.http import NotFound

    name = Reference.parse(f"{registry}/e2e/never:1")
    with pytest.raises(NotFound, match=r"(manifest|name)_unknown"):
        pull(name, AMD64, client, Layout.create(tmp_path / "store"))
    with pytest.raises(SourceError, match="cannot talk to"):
        pull(replace(name, registry=f"127.0.0.1:{free_port()}"), AMD64, client, Layout.create(tmp_path / "store"))
