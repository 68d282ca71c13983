"""Generated Dockerfiles in other styles, built by a real engine: still the image that pottle builds itself."""

import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.e2e import projects
from tests.e2e.command import Pottle
from tests.e2e.compare import differences, distributions
from tests.e2e.conftest import uv
from tests.e2e.contents import Contents, contents
from tests.e2e.engines import Docker, free_port
from tests.e2e.test_generate import CA_BUNDLE, base_images, locked, packaged, requirements, workspace

from pottle.render.managers import VERSIONS

pytestmark = [pytest.mark.engine, pytest.mark.network]


def index() -> str:
    """The URL of the index that this machine uses: managers want it written down, and no test of pottle names a host."""
    from uv import find_uv_bin

    command = (find_uv_bin(), "pip", "compile", "--quiet", "--emit-index-url", "--offline", "--no-header", "-")
    said = subprocess.run(command, input="", capture_output=True, text=True, check=True).stdout
    found = re.search(r"^--index-url (\S+)$", said, re.MULTILINE)
    assert found is not None
    return found[1]


def by(manager: str, files: projects.Files, into: Path) -> Path:
    """The project, locked by its own manager."""
    path = projects.write({name: text.replace("INDEX", index()) for name, text in files.items()}, into)
    uv("tool", "run", "--from", f"{VERSIONS[manager]}", manager, "lock", cwd=path)
    return path


def command(into: Path) -> Path:
    return locked(projects.write(projects.COMMAND, into))


KINDS: Mapping[str, Callable[[Path], Path]] = {
    "packaged": packaged,
    "requirements": requirements,
    "workspace": workspace,
    "command": command,
    "flask": lambda into: locked(projects.write(projects.FLASK, into)),
    "job": lambda into: locked(projects.write(projects.JOB, into)),
    "rye": lambda into: projects.write(projects.RYE, into),
    "shop": lambda into: locked(projects.write(projects.SHOP, into)),
    "poetry": lambda into: by("poetry", projects.POETRY, into),
    "pdm": lambda into: by("pdm", projects.PDM, into),
    "pipenv": lambda into: by("pipenv", projects.PIPENV, into),
}
STYLES = {
    "requirements by pip": ("requirements", "--manager-native"),
    "poetry by itself": ("poetry", "--manager-native"),
    "pdm by itself, in one stage": ("pdm", "--manager-native", "--single-stage"),
    "pdm by uv": ("pdm",),
    "pipenv by uv": ("pipenv",),
    "pipenv by itself": ("pipenv", "--manager-native"),
    "a workspace in one stage": ("workspace", "--single-stage"),
    "static files in one stage": ("shop", "--single-stage"),
    "a house of wheels": ("command", "--wheel-house"),
    "poetry by uv": ("poetry",),
    "rye by uv": ("rye",),
    "rye by pip": ("rye", "--manager-native"),
    "flask": ("flask",),
    "a command": ("command",),
    "a scheduled job": ("job",),
}


@dataclass(frozen=True)
class Shelf:
    """Projects, and the images that pottle builds of them: each is made once."""

    directory: Path
    pottle: Pottle

    def project(self, kind: str) -> Path:
        place = self.directory / kind
        if not place.exists():
            place.mkdir()
            (self.directory / f"{kind}.path").write_text(str(KINDS[kind](place)))
        return Path((self.directory / f"{kind}.path").read_text())

    def native(self, kind: str) -> Contents:
        archive = self.directory / f"{kind}.tar"
        if not archive.exists():
            self.pottle("build", "-o", archive, self.project(kind))
        return contents(archive)


@pytest.fixture(scope="module")
def shelf(pottle: Pottle, tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("variants"), pottle)


@pytest.fixture(scope="module")
def arguments(registry: str, engines: dict[str, str]) -> list[str]:
    images = base_images(registry, engines).items()
    secret = ("--secret", f"id=ca,src={CA_BUNDLE}")
    return ["--network=host", *secret, *(f"--build-arg={name}={image}" for name, image in images)]


def place(dockerfile: Path) -> list[str]:
    """What `docker build` is given, by the Dockerfile's own word."""
    file = re.search(r"`docker build (?:-f (\S+) )?", dockerfile.read_text())
    assert file is not None
    below = Path(file[1]) if file[1] else Path("Dockerfile")
    return ["--file", str(dockerfile), str(dockerfile.parents[len(below.parts) - 1])]


@pytest.mark.parametrize("style", STYLES)
def test_the_image_is_the_same(style: str, shelf: Shelf, docker: Docker, arguments: list[str], tmp_path: Path):
    kind, *flags = STYLES[style]
    project = shelf.project(kind)
    shelf.pottle("generate", "dockerfile", "--force", "--secret", "ca", *flags, project)
    shelf.pottle("generate", "dockerignore", "--force", project)
    image = f"pottle-e2e-variant-{style.replace(' ', '-').replace(',', '')}"
    docker("build", *arguments, "--tag", image, *place(project / "Dockerfile"))
    docker("save", "--output", str(tmp_path / "built.tar"), image)
    built = contents(tmp_path / "built.tar")
    assert differences(shelf.native(kind), built, "3.13") == []
    assert distributions(built, "3.13") != {}
    left = ("src", "project", "wheels", "own", "opt/tools", "root/.cache", "root/.local", "neighbours")
    assert [path for path in built.files if path.startswith(tuple(f"{each}/" for each in left))] == []
    assert built.named("uv", "poetry", "pdm", "pipenv", "pip", "gcc") == []
    flags_of = {int.from_bytes(f.content[4:8], "little") for path, f in built.files.items() if is_ours(path)}
    assert flags_of <= {0b01, 0b11}  # no bytecode asks for times (PEP 552)


def is_ours(path: str) -> bool:
    return path.endswith(".pyc") and path.startswith(("opt/venv/", "app/"))


def test_a_stale_lock_stops_a_manager(shelf: Shelf, docker: Docker, arguments: list[str]):
    project = shelf.project("pipenv")
    shelf.pottle("generate", "dockerfile", "--force", "--secret", "ca", "--manager-native", project)
    pipfile = (project / "Pipfile").read_text()
    (project / "Pipfile").write_text(pipfile.replace('flask = ">=3"', 'flask = ">=3"\nidna = "*"'))
    try:
        said = docker.everything("build", *arguments, "--progress=plain", *place(project / "Dockerfile"))
    finally:
        (project / "Pipfile").write_text(pipfile)
    assert "out-of-date" in said


def test_a_developers_server_sees_what_is_edited(
    shelf: Shelf, docker: Docker, arguments: list[str], pottle: Pottle, tmp_path: Path
):
    project, port = shelf.project("packaged"), free_port()
    pottle("generate", "dockerfile", "--force", "--secret=ca", "--dev", f"--port={port}", project)
    pottle("generate", "dockerignore", "--force", project)
    docker("build", *arguments, "--target=dev", "--tag=pottle-e2e-dev", *place(project / "Dockerfile"))
    assert "ruff" in docker("run", "--rm", "--network=none", "--entrypoint=ruff", "pottle-e2e-dev", "--version")
    package = project / "src/weather_desk/__init__.py"
    before = package.read_text()
    try:
        with docker.serving("pottle-e2e-dev", port=port) as server:
            assert server.get("/healthz").body == b'"ok"'
            package.write_text(before.replace('return "ok"', 'return "edited"'))
            # The engine has a root of its own, and does not see the directory that a developer would mount.
            docker("cp", str(package), f"{server.container}:/app/src/weather_desk/__init__.py")
            server.wait_for_output("Reloading")
            deadline = 60
            while server.get("/healthz").body != b'"edited"':
                deadline -= 1
                assert deadline, server.logs()
                docker("exec", server.container, "sleep", "0.2")
    finally:
        package.write_text(before)


def test_a_dockerfile_of_somebodys_own_stands_on_a_generated_region(
    shelf: Shelf, docker: Docker, arguments: list[str], pottle: Pottle
):
    project = shelf.project("command")
    (project / "Dockerfile").write_text(
        '# ours\n# pottle: begin generated\n# pottle: end generated\nFROM image\nLABEL team=a\nCMD ["shouter", "mine"]\n'
    )
    pottle("generate", "dockerfile", "--secret", "ca", project)
    assert pottle("generate", "dockerfile", "--check", project).stdout == ""
    docker("build", *arguments, "--tag=pottle-e2e-region", *place(project / "Dockerfile"))
    assert docker("run", "--rm", "--network=none", "pottle-e2e-region") == "MINE"
    (project / "Dockerfile").unlink()


BARE = """
FROM python:3.13-slim AS whole
RUN rm -f /usr/bin/*sh
FROM scratch
COPY --from=whole /usr /usr
COPY --from=whole /etc /etc
COPY --from=whole /lib /lib
COPY --from=whole /lib64 /lib64
COPY --from=whole /tmp /tmp
ENV PATH=/usr/local/bin:/usr/bin
"""


def test_on_an_image_that_nothing_can_be_run_on(
    docker: Docker, pottle: Pottle, registry: str, base_image: str, arguments: list[str], tmp_path: Path
):
    assert base_image
    base = f"{registry}/e2e/generated-on/bare:1"
    docker("build", "--network=host", "--tag", base, "-", stdin=BARE.encode())
    docker("push", base)
    project = locked(projects.write(projects.COMMAND, tmp_path / "project"))
    pottle("lock", "--base", base, project)
    archive = pottle.archive(project, tmp_path, "--base", base)
    pottle("generate", "dockerfile", "--secret", "ca", "--base", base, project)
    pottle("generate", "dockerignore", project)
    assert "RUN" not in (project / "Dockerfile").read_text().rpartition("\nFROM ")[2]
    given = [each for each in arguments if not each.startswith("--build-arg=BASE=")]
    builder = f"--build-arg=BUILD={registry}/debian:trixie-slim"
    docker("build", *given, builder, "--tag=pottle-e2e-on-image", *place(project / "Dockerfile"))
    docker("save", "--output", str(tmp_path / "built.tar"), "pottle-e2e-on-image")
    assert differences(contents(archive), contents(tmp_path / "built.tar"), "3.13") == []
    run = ("run", "--rm", "--network=none", "--read-only", "pottle-e2e-on-image")
    assert docker(*run, "shouter", "hello") == "HELLO"
