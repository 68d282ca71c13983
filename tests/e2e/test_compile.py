"""Projects that Nuitka makes a program of: built in the sandbox, and run by Docker on an otherwise empty image."""

import json
import platform
import shutil
from pathlib import Path

import pytest
from tests.e2e.command import Pottle
from tests.e2e.compare import settings
from tests.e2e.contents import Contents, contents
from tests.e2e.engines import Docker, free_port
from tests.e2e.test_generate import CA_BUNDLE, base_images

pytestmark = [pytest.mark.engine, pytest.mark.network, pytest.mark.long]

LOCKED_DOWN = ("--rm", "--read-only", "--cap-drop=ALL", "--network=none", "--security-opt=no-new-privileges")
LOADER = "/usr/lib64/ld-linux-x86-64.so.2"

TALLY = {
    "pyproject.toml": """
[project]
name = "tally"
version = "1.0"
requires-python = ">=3.11"
dependencies = ["click>=8", "orjson>=3"]

[project.scripts]
tally = "tally.cli:main"

[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[tool.pottle]
compile = "nuitka"
""",
    "src/tally/__init__.py": "",
    "src/tally/words.txt": "one two\n",
    "src/tally/cli.py": """
import datetime
import importlib.metadata
import importlib.resources
import os
import ssl
import zoneinfo

import click
import orjson


@click.command()
@click.option("--name", default="world")
@click.option("--distribution", default="click")
def main(name: str, distribution: str) -> None:
    told = {
        "hello": name,
        "uid": os.getuid(),
        "version": importlib.metadata.version(distribution),
        "authorities": len(ssl.create_default_context().get_ca_certs()) > 100,
        "zone": datetime.datetime(2026, 7, 1, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")).isoformat(),
        "words": (importlib.resources.files("tally") / "words.txt").read_text().split(),
    }
    click.echo(orjson.dumps(told).decode())
""",
}

DESK = {
    "pyproject.toml": """
[project]
name = "desk"
version = "1.0"
requires-python = ">=3.11"
dependencies = ["starlette>=0.40", "uvicorn>=0.34"]

[tool.pottle]
compile = "nuitka"
""",
    "page.html": "a page\n",
    "main.py": """
from pathlib import Path

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

PAGE = Path(__file__).parent / "page.html"


async def page(request):
    return PlainTextResponse(PAGE.read_text() + Path("page.html").read_text())


async def healthz(request):
    return PlainTextResponse("ok")


app = Starlette(routes=[Route("/", page), Route("/healthz", healthz)])
""",
}


def digest(pottle: Pottle, path: Path, *flags: str) -> str:
    return json.loads(pottle("build", "--format=json", *flags, path).stdout)["digest"]


@pytest.fixture(scope="module")
def tally(pottle_with_engines: Pottle, project) -> tuple[str, str]:
    """The image's name in the engine, and its digest."""
    built = json.loads(
        pottle_with_engines("build", "--format=json", "--load", "-t", "pottle-e2e-tally", project(TALLY)).stdout
    )
    return built["loaded"]["name"], built["digest"]


@pytest.fixture(scope="module")
def inside(tally: tuple[str, str], pottle: Pottle, project, tmp_path_factory: pytest.TempPathFactory) -> Contents:
    return contents(pottle.archive(project(TALLY), tmp_path_factory.mktemp("tally")))


def test_a_command_line_runs_read_only_for_any_user(docker: Docker, tally: tuple[str, str]):
    told = {
        "version": json.loads(docker("run", *LOCKED_DOWN, tally[0]))["version"],
        "authorities": True,
        "zone": "2026-07-01T00:00:00+02:00",
        "words": ["one", "two"],
    }
    assert json.loads(docker("run", *LOCKED_DOWN, tally[0])) == {"hello": "world", "uid": 65532, **told}
    said = docker("run", *LOCKED_DOWN, "--user=4711:0", tally[0], "--name", "you")
    assert json.loads(said) == {"hello": "you", "uid": 4711, **told}


def test_distributions_are_known_by_name_when_it_runs(docker: Docker, tally: tuple[str, str], project):
    version = json.loads(docker("run", *LOCKED_DOWN, tally[0], "--distribution", "orjson"))["version"]
    assert f'name = "orjson"\nversion = "{version}"' in (project(TALLY) / "uv.lock").read_text()


def test_the_image_has_nothing_but_the_program(inside: Contents):
    assert not inside.named("python3.13", "sh", "dash", "cli.py", "apt", "dpkg")
    assert [path for path in inside.files if path.endswith((".py", ".pyc"))] == []
    assert inside.config["config"]["Entrypoint"] == ["/app/tally.bin"]
    assert inside.config["config"]["User"] == "65532:65532"
    assert len(inside.config["rootfs"]["diff_ids"]) == 2


def test_its_libraries_are_those_that_the_loader_opens(docker: Docker, tally: tuple[str, str], inside: Contents):
    ours = sorted(file.path for file in inside.elf() if file.path.startswith("app/"))
    assert ours
    opened = {"libgcc_s.so.1", "ld-linux-x86-64.so.2"}
    for path in ours:
        told = docker("run", *LOCKED_DOWN, f"--entrypoint={LOADER}", tally[0], "--list", f"/{path}")
        assert "not found" not in told
        opened |= {line.split()[0].rpartition("/")[2] for line in told.splitlines() if "=>" in line}
    libraries = {
        file.path.rpartition("/")[2] for file in inside.files.values() if file.path.startswith("usr/lib/x86_64-")
    }
    names = {path for path in libraries if path in opened}
    behind = {Path(inside.files[f"usr/lib/x86_64-linux-gnu/{name}"].target).name for name in names}
    assert libraries == names | (behind - {""})


def test_it_is_compiled_twice_alike(pottle: Pottle, project, tally: tuple[str, str]):
    cache = Path(pottle.environ["POTTLE_CACHE_DIR"])
    shutil.rmtree(cache / "layers")
    assert digest(pottle, project(TALLY)) == tally[1]


@pytest.fixture(scope="module")
def desk(pottle_with_engines: Pottle, project) -> str:
    """An ASGI application under uvicorn."""
    built = pottle_with_engines("build", "--format=json", "--load", "-t", "pottle-e2e-desk", project(DESK)).stdout
    return json.loads(built)["loaded"]["name"]


@pytest.fixture
def port() -> int:
    return free_port()


def test_a_server_answers_and_says_that_it_is_healthy(docker: Docker, desk: str, port: int):
    options = ("--read-only", "--cap-drop=ALL", f"--env=PORT={port}", "--health-interval=1s")
    with docker.serving(desk, *options, port=port) as server:
        assert server.get("/").body == b"a page\na page\n"
        server.wait_for_health("healthy")
        code, seconds = server.stop()
    assert (code, seconds < 10) == (0, True)


@pytest.fixture(scope="module")
def rendered(docker: Docker, registry: str, engines, pottle: Pottle, project) -> str:
    """The same, by the Dockerfile that is generated."""
    root = project(DESK)
    for kind in ("dockerfile", "dockerignore"):
        pottle("generate", kind, "--force", *(("--secret=ca",) if kind == "dockerfile" else ()), root)
    given = [f"--build-arg={name}={image}" for name, image in base_images(registry, engines).items()]
    secret = ("--secret", f"id=ca,src={CA_BUNDLE}")
    docker("build", "--network=host", *secret, *given, "--tag=pottle-e2e-desk-docker", str(root))
    return "pottle-e2e-desk-docker"


def test_the_dockerfile_makes_the_same(docker: Docker, desk: str, rendered: str, tmp_path: Path):
    docker("save", "--output", str(tmp_path / "native.tar"), desk)
    docker("save", "--output", str(tmp_path / "docker.tar"), rendered)
    native, built = contents(tmp_path / "native.tar"), contents(tmp_path / "docker.tar")
    assert settings(native) == settings(built)
    assert app(native) == app(built)
    ours, theirs = libraries(native), libraries(built)
    assert theirs <= ours
    assert ours - theirs <= versions(native)
    for names in (("ca-certificates.crt", "LC_CTYPE", "Berlin"), ("copyright",)):
        assert set(native.named(*names)) - {"usr/share/doc/gcc-14-base/copyright"} <= set(built.named(*names))


def app(image: Contents) -> set[str]:
    return {path for path in image.files if path.startswith("app/")}


def is_library(path: str) -> bool:
    return Path(path).name.startswith("lib") and ".so" in Path(path).name


def libraries(image: Contents) -> set[str]:
    return {Path(path).name for path in image.files if path.startswith("usr/lib/x86_64-linux-gnu/lib")}


def versions(image: Contents) -> set[str]:
    """The files that links of libraries lead to."""
    return {Path(file.target).name for path, file in image.files.items() if is_library(path) and file.target}


def test_what_docker_compiled_answers_as_well(docker: Docker, rendered: str, port: int):
    options = ("--read-only", "--cap-drop=ALL", f"--env=PORT={port}", "--health-interval=1s")
    with docker.serving(rendered, *options, port=port) as server:
        assert server.get("/").body == b"a page\na page\n"
        server.wait_for_health("healthy")


def test_it_is_unhealthy_where_nothing_answers(docker: Docker, desk: str):
    assert docker.exit_code("run", *LOCKED_DOWN, "--entrypoint=/app/healthy", desk) == 1


def test_another_machine_s_program_is_one_error(pottle: Pottle, project):
    own, other = ("amd64", "arm64") if platform.machine() == "x86_64" else ("arm64", "amd64")
    ended = pottle.call("build", f"--platform=linux/{other}", project(DESK))
    assert ended.code == 6
    assert f"a program has to be compiled for linux/{other}, and this machine is linux/{own}" in ended.stderr
