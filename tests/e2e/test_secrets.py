"""Secrets beside a project, in its files and in what the builder is given: a build of the generated Dockerfile keeps none of them."""

import base64
import io
import json
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from tests.e2e import projects
from tests.e2e.command import Pottle
from tests.e2e.engines import Docker
from tests.e2e.test_generate import CA_BUNDLE, base_images, locked

pytestmark = [pytest.mark.engine, pytest.mark.network]

FILES = (
    *(".env", "config/.env.production", ".netrc", ".pypirc", ".git-credentials", "id_rsa", "deploy/.ssh/id_ed25519"),
    *("certs/server.pem", "certs/server.key", "pip.conf", "credentials.json", ".aws/credentials", "terraform.tfvars"),
)
"""Of the project: each holds a word of its own."""
STYLES = {"stages": (), "single": ("--single-stage",), "house": ("--wheel-house",)}
STAGES = {"stages": ("environment", "project", "app"), "single": (), "house": ("wheels", "project")}
"""Those that are not the image, and that a cache would keep all the same."""


@dataclass(frozen=True)
class Planted:
    """Word → where it was put."""

    words: Mapping[str, str]
    mark: str
    """What all of them begin with."""

    def found_in(self, content: bytes) -> Iterator[str]:
        """Where it was put of each that is there, as it is or in base64, wherever that begins."""
        if any(form in content for form in _forms(self.mark)):
            yield from (p for word, p in self.words.items() if any(form in content for form in _forms(word)))


def _forms(word: str) -> list[bytes]:
    raw = word.encode()
    return [raw, *(base64.b64encode(b"x" * shift + raw)[4:-4] for shift in range(3))]


def secret_file(name: str, word: str) -> str:
    if name.endswith((".pem", ".key")):
        return f"-----BEGIN PRIVATE KEY-----\n{word}\n-----END PRIVATE KEY-----\n"
    if name == "pip.conf":
        return f"[global]\nindex-url = https://somebody:{word}@index.example/simple\n"
    return f"password={word}\n"


@dataclass(frozen=True)
class Built:
    archives: Mapping[str, bytes]
    """Stage → `docker save` of it: what the builder keeps of the stages that are not the image, and may push into a cache."""
    history: bytes
    """`docker history` and `docker inspect`"""
    said: bytes
    """All that the build said."""
    records: bytes
    """What the builder has kept of it: `docker buildx du --verbose`."""
    planted: Planted


@pytest.fixture(scope="module", params=STYLES)
def built(
    request: pytest.FixtureRequest,
    docker: Docker,
    pottle: Pottle,
    registry: str,
    engines: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Built:
    work = tmp_path_factory.mktemp("secrets")
    place = locked(projects.write(projects.COMMAND, work / "project"))
    mark = f"planted{uuid4().hex}"
    words = {f"{mark}{number:03}-planted": name for number, name in enumerate((*FILES, "the CA bundle", "the login"))}
    by_name = {name: word for word, name in words.items()}
    for name in FILES:
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(secret_file(name, by_name[name]))
    bundle, login = work / "bundle.pem", work / "netrc"
    bundle.write_text(f"{Path(CA_BUNDLE).read_text()}\n# {by_name['the CA bundle']}\n")
    login.write_text(f"machine index.example login somebody password {by_name['the login']}\n")
    pottle("generate", "dockerfile", "--secret=ca", "--secret=netrc", *STYLES[request.param], place)
    pottle("generate", "dockerignore", place)
    image = f"pottle-e2e-secrets-{request.param}"
    bases = (f"--build-arg={name}={image}" for name, image in base_images(registry, engines).items())
    secrets = (f"--secret=id=ca,src={bundle}", f"--secret=id=netrc,src={login}")
    arguments = ("build", "--progress=plain", "--network=host", *bases, *secrets)
    archives, said = {}, ""
    for stage in (*STAGES[request.param], "image"):
        said += docker.everything(*arguments, f"--target={stage}", f"--tag={image}", str(place))
        docker("save", "--output", str(work / "image.tar"), image)
        archives[stage] = (work / "image.tar").read_bytes()
    (work / "image.tar").unlink()
    told = docker("history", "--no-trunc", "--format=json", image) + docker("inspect", image)
    records = docker("buildx", "du", "--verbose")
    return Built(archives, told.encode(), said.encode(), records.encode(), Planted(words, mark))


def test_no_layer_and_no_config_has_one(built: Built):
    seen = set[str]()
    for stage, archive in built.archives.items():
        contents = [archive, *unpacked(archive, seen)]
        found = [place for content in contents for place in built.planted.found_in(content)]
        assert (stage, found) == (stage, [])
    assert any(b"shouter" in content for content in contents)  # what is looked at last is the image


def test_neither_the_history_nor_the_builders_records_nor_what_it_said(built: Built):
    assert b"bundle.pem" not in built.history
    for content in (built.history, built.records, built.said):
        assert content
        assert list(built.planted.found_in(content)) == []


def test_what_was_planted_would_be_found(built: Built):
    for word, place in built.planted.words.items():
        assert list(built.planted.found_in(f"a {word} b".encode())) == [place]
        assert list(built.planted.found_in(base64.b64encode(f"user:{word}:".encode()))) == [place]


def unpacked(archive: bytes, seen: set[str]) -> Iterator[bytes]:
    """The config, and of every layer that is not among those that were `seen` each file with its name."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as outer:
        (manifest,) = json.loads(outer.extractfile("manifest.json").read())  # type: ignore[union-attr]
        for name in (manifest["Config"], *manifest["Layers"]):
            if name in seen:
                continue
            seen.add(name)
            content = outer.extractfile(name).read()  # type: ignore[union-attr]
            if name == manifest["Config"]:
                yield content
                continue
            with tarfile.open(fileobj=io.BytesIO(content), mode="r:*") as layer:
                for member in layer:
                    yield member.name.encode() + (layer.extractfile(member).read() if member.isreg() else b"")  # type: ignore[union-attr]
