"""Generated compose files in a real engine: PostgreSQL and Redis get healthy, migrations run, the application reads what they wrote."""

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tests.e2e import projects
from tests.e2e.command import Pottle
from tests.e2e.engines import Docker, patiently
from tests.e2e.test_generate import CA_BUNDLE, base_images, locked

from pottle.render.backing import POSTGRES, REDIS

pytestmark = [pytest.mark.engine, pytest.mark.network]

SERVERS = Path(__file__).with_name("servers")
GOLDEN = sorted((Path(__file__).parents[1] / "render" / "golden").glob("*/compose*.yaml"))
ASK = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8000/').read().decode())"
SECRETS = {"POSTGRES_PASSWORD": "for-a-test", "SECRET_KEY": "for-a-test"}
# The engine has no bridge: all share one network namespace, where the names of servers mean themselves.
SITE = """
services:
  postgres:
    network_mode: none
    extra_hosts: ["postgres:127.0.0.1", "redis:127.0.0.1"]
    networks: !reset null
    ports: !reset []
""" + "".join(
    f"""
  {name}:
    network_mode: service:postgres
    networks: !reset null
    ports: !reset []
"""
    for name in ("redis", "web", "migrate")
)


@dataclass(frozen=True)
class Stack:
    """The services of a compose file."""

    docker: Docker
    files: tuple[Path, ...]

    def __call__(self, *arguments: str, check: bool = True) -> str:
        return self.docker("compose", *self._files, *arguments, check=check)

    @property
    def _files(self) -> list[str]:
        return [word for path in self.files for word in ("--file", str(path))]

    def is_up(self, service: str) -> bool:
        """Whether it is healthy; the stage for developers has no check: whether it answers."""
        status = "{{if .State.Health}}{{.State.Health.Status}}{{end}}"
        health = self.docker("inspect", f"--format={status}", self.container(service))
        return health == "healthy" or (not health and "books" in self._asked(check=False))

    def container(self, service: str) -> str:
        return self("ps", "--all", "--quiet", service)

    def answer(self) -> Mapping[str, object]:
        return json.loads(self._asked())

    def _asked(self, *, check: bool = True) -> str:
        return self("exec", "-T", "web", "python", "-c", ASK, check=check)

    @contextmanager
    def up(self) -> Iterator[None]:
        try:
            started = self.docker.exit_code("compose", *self._files, "up", "--detach")
            assert started == 0, self("logs", check=False)
            for service in ("postgres", "redis", "web"):
                patiently(lambda: self.is_up(service), lambda: self("logs", check=False))  # noqa: B023
            yield
        finally:
            self("down", "--volumes", "--timeout=5", check=False)


@pytest.fixture(scope="module")
def servers(docker: Docker, registry: str, engines: dict[str, str]) -> Mapping[str, str]:
    """Debian's own PostgreSQL and Redis, under the names that the files have; gives build argument → image."""
    images = base_images(registry, engines)
    for service in (POSTGRES, REDIS):
        file = SERVERS / f"{service.name}.Dockerfile"
        base = f"--build-arg=BASE={images['BASE']}"
        docker("build", "--network=host", base, "--tag", service.image, "--file", str(file), str(SERVERS))
    return images


@pytest.fixture(scope="module")
def library(pottle: Pottle, servers: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with its generated files, and what is particular to this place."""
    path = locked(projects.write(projects.LIBRARY, tmp_path_factory.mktemp("library")))
    for kind in (("dockerfile", "--secret", "ca"), ("dockerignore",), ("compose",), ("compose", "--production")):
        pottle("generate", *kind, path)
    (path / "site.yaml").write_text(SITE)
    arguments = ", ".join(f'{name}: "{image}"' for name, image in servers.items())
    build = f"    build: {{ network: host, args: {{ {arguments} }} }}\n"
    (path / "build.yaml").write_text("services:\n" + "".join(f"  {name}:\n{build}" for name in ("web", "migrate")))
    (path / ".env").write_text("".join(f"{name}={value}\n" for name, value in SECRETS.items()))
    return path


def stack(docker: Docker, project: Path, *files: str, **environ: str) -> Stack:
    there = replace(docker, environ={**docker.environ, "CA_BUNDLE": CA_BUNDLE, **environ})
    return Stack(there, tuple(project / name for name in files))


@pytest.mark.parametrize("style", [(), ("--dev",)], ids=["the image", "the stage for developers"])
def test_the_working_copy_runs_and_reloads(
    style: tuple[str, ...], library: Path, docker: Docker, pottle: Pottle, engines: dict[str, str]
):
    pottle("generate", "dockerfile", "--secret", "ca", *style, library)
    pottle("generate", "compose", library)
    assert ("target: dev" in (library / "compose.yaml").read_text()) == bool(style)
    # The engine has a root of its own: the working copy is put where it sees it.
    there = Path(engines["DOCKER_HOST"].removeprefix("unix://")).parents[1] / library.relative_to("/")
    shutil.copytree(library, there)
    there.chmod(0o755)  # as a checkout has it
    try:
        services = stack(docker, library, "compose.yaml", "site.yaml", "build.yaml")
        services("build")
        with services.up():
            first = services.answer()
            urls = there / "bookshop/urls.py"
            urls.write_text(urls.read_text().replace('"seen": seen', '"changed": True'))
            patiently(lambda: "changed" in services("exec", "-T", "web", "python", "-c", ASK, check=False))
            code = docker("inspect", "--format={{.State.ExitCode}}", services.container("migrate"))
    finally:
        shutil.rmtree(there)
    assert first["books"] == ["Middlemarch"]
    assert code == "0"


def test_production_runs_the_native_image_with_nothing_allowed(
    library: Path, docker: Docker, pottle: Pottle, tmp_path: Path
):
    image = docker.load(pottle.archive(library, tmp_path))
    services = stack(docker, library, "compose.prod.yaml", "site.yaml", IMAGE=image)
    with services.up():
        assert services.answer() == {"books": ["Middlemarch"], "seen": 1}
        web = json.loads(docker("inspect", services.container("web")))[0]
        assert web["HostConfig"]["ReadonlyRootfs"] is True
        assert web["HostConfig"]["CapDrop"] == ["ALL"]
        assert [each["Type"] for each in web["Mounts"]] == []
        assert "for-a-test" not in str(json.loads(docker("inspect", services.container("postgres"))))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_compose_takes_every_golden(path: Path, docker: Docker):
    given = dict.fromkeys(re.findall(r"\$\{(\w+):\?\}", path.read_text()), "for-a-test")
    there = replace(docker, environ={**docker.environ, **given})
    assert there("compose", "--file", str(path), "config", "--quiet") == ""
