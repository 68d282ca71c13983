"""A generated bake file on a farm of two engines: what one has built, the other has from the cache that they share."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.e2e.command import Pottle
from tests.e2e.engines import Docker
from tests.e2e.test_generate import CA_BUNDLE, NOTES, base_images, locked

pytestmark = [pytest.mark.engine, pytest.mark.network]

FARM = Path(__file__).with_name("farm")
ASK = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8000/healthz').status)"


@dataclass(frozen=True)
class Farm:
    """Two engines and their registry, which both reach by one address."""

    environ: Mapping[str, str]
    registry: str
    connected: str
    alone: str
    """In a namespace from which nothing but the registry can be reached."""

    def engine(self, host: str) -> Docker:
        places = {"REGISTRY": f"{self.registry}/", "CACHE": f"{self.registry}/cache", "CA_BUNDLE": CA_BUNDLE}
        return Docker({**self.environ, **places, "DOCKER_HOST": host})


@pytest.fixture(scope="module")
def farm(engines: dict[str, str], registry: str, tool, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Farm]:
    directory = tmp_path_factory.mktemp("farm")
    images = base_images(registry, engines)
    try:
        subprocess.run([FARM, "up", directory], env=engines, check=True)
        told = dict(line.split("=", 1) for line in (directory / "env").read_text().splitlines())
        found = Farm(engines, told["FARM_REGISTRY"], told["FARM_CONNECTED"], told["FARM_ALONE"])
        for image in images.values():
            there = image.replace(registry, found.registry)
            tls = ("--src-tls-verify=false", "--dest-tls-verify=false")
            tool("skopeo", "copy", "--quiet", *tls, f"docker://{image}", f"docker://{there}")
        yield found
    finally:
        subprocess.run([FARM, "down", directory], env=engines, check=True)


@pytest.fixture(scope="module")
def project(pottle: Pottle, farm: Farm, registry: str, engines: dict[str, str], tmp_path_factory) -> Path:
    """The project with its generated files, and what is particular to this place."""
    path = tmp_path_factory.mktemp("notes") / "notes"
    shutil.copytree(NOTES, path, ignore=shutil.ignore_patterns("uv.lock"))
    locked(path)
    pottle("generate", "dockerignore", path)
    for kind in ("dockerfile", "bake"):
        pottle("generate", kind, "--secret", "ca", path)
    images = {name: image.replace(registry, farm.registry) for name, image in base_images(registry, engines).items()}
    arguments = ", ".join(f'{name}: "{image}"' for name, image in images.items())
    # Bake of buildx 0.13 takes a network from a compose file alone, and these engines have no bridge.
    site = f"services: {{notes: {{build: {{network: host, args: {{{arguments}}}}}}}}}\n"
    (path.parent / "site.yaml").write_text(site)
    return path


def baked(docker: Docker, project: Path, *flags: str) -> str:
    """What `docker buildx bake` says."""
    files = [
        word for name in (project / "docker-bake.json", project.parent / "site.yaml") for word in ("-f", str(name))
    ]
    context = f"*.context={project}"
    command = [docker.program, "buildx", "bake", "--progress=plain", *files, "--set", context, *flags]
    command[0] = shutil.which(docker.program, path=docker.environ["PATH"]) or docker.program
    done = subprocess.run(command, env=dict(docker.environ), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stderr


def manifest(said: str) -> str:
    return re.findall(r"exporting manifest (sha256:[0-9a-f]{64})", said)[-1]


def test_an_engine_without_network_builds_what_another_has_built(project: Path, farm: Farm):
    first = baked(farm.engine(farm.connected), project, "--push")
    assert "uv sync" in first
    assert re.search(r"^#\d+ writing cache manifest", first, re.MULTILINE)
    alone = farm.engine(farm.alone)
    said = baked(alone, project, "--load")
    steps = re.findall(r"^(#\d+) \[[^]]*\d/\d\] (?:RUN|COPY|WORKDIR)", said, re.MULTILINE)
    cached = re.findall(r"^(#\d+) CACHED", said, re.MULTILINE)
    assert len(set(steps)) > 5
    assert set(steps) <= set(cached)
    assert manifest(said) == manifest(first)
    image = f"{farm.registry}/notes:latest"
    with alone.serving(image, "--read-only", "--user=12345", "--health-interval=300ms", port=8000) as server:
        server.wait_for_health("healthy")
        assert alone("exec", server.container, "python", "-c", ASK) == "200"
