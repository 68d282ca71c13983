"""Engines for the end-to-end tests. Without them the tests are skipped; where they are demanded (CI), they fail."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

import pytest
from tests.e2e import projects
from tests.e2e.command import Pottle
from tests.e2e.engines import Docker

ENGINES = Path(__file__).parents[2] / "tools" / "engines"
DEMANDED = os.environ.get("CI") == "true" or os.environ.get("POTTLE_REQUIRE_ENGINES") == "1"


def missing(reason: str) -> NoReturn:
    if DEMANDED:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def engines() -> dict[str, str]:
    """The environment in which the engines are found."""
    script = f'lines=$({ENGINES} env) || exit 1; eval "$lines"; env -0'
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        missing("no engines: run `make engines` as root")
    return dict(line.split("=", 1) for line in done.stdout.split("\0") if line)


@pytest.fixture(scope="session")
def docker(engines: dict[str, str]) -> Docker:
    """The client of a Docker engine that answers."""
    client = Docker(engines)
    if client.exit_code("version") != 0:
        missing("the Docker engine does not answer: `make engines`")
    return client


@pytest.fixture(scope="session")
def registry(engines: dict[str, str]) -> str:
    """HOST:PORT of a registry on the loopback, without TLS."""
    return engines["POTTLE_E2E_REGISTRY"]


@pytest.fixture(scope="session")
def tool(engines: dict[str, str]):
    """Runs a command-line tool (skopeo, umoci, podman, …) and gives its output; a failure of the tool fails the test."""

    def run(name: str, *arguments: str | Path, cwd: Path | None = None) -> str:
        program = shutil.which(name, path=engines["PATH"])
        if program is None:
            missing(f"{name} is not installed: `make engines`")
        done = subprocess.run(
            [program, *map(str, arguments)], env=engines, cwd=cwd, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{name} {' '.join(map(str, arguments))}\n{done.stdout}{done.stderr}"
        return done.stdout

    return run


@pytest.fixture
def podman(tool) -> Iterator[Callable[..., str]]:
    """`podman` on a storage of its own: layers over each other where the file system can, else every layer a copy of all below it."""
    with TemporaryDirectory(prefix="pod", dir="/tmp") as short:  # podman refuses a long path
        layered = tool("stat", "--file-system", "--format=%T", short).strip() not in {"overlayfs", "tmpfs", "fuseblk"}
        driver = "overlay" if layered else "vfs"
        storage = ("--root", f"{short}/root", "--runroot", f"{short}/run", f"--storage-driver={driver}")
        yield lambda *arguments: tool("podman", *storage, *arguments)
        tool("podman", *storage, "rmi", "--all", "--force")


@pytest.fixture(scope="session")
def base_image(engines: dict[str, str]) -> str:
    """A stand-in for `python:3.13-slim`, in the engine."""
    subprocess.run([ENGINES, "base-image", "3.13"], check=True, env=engines, capture_output=True)
    return "python:3.13-slim"


@pytest.fixture(scope="session")
def builder_image(engines: dict[str, str]) -> str:
    """The same with uv."""
    subprocess.run([ENGINES, "builder-image", "3.13"], check=True, env=engines, capture_output=True)
    return "ghcr.io/astral-sh/uv:python3.13-trixie-slim"


@pytest.fixture(scope="session")
def cache_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all tests: what every image shares is made once."""
    return tmp_path_factory.mktemp("pottle-cache")


@pytest.fixture(scope="session")
def pottle(cache_directory: Path) -> Pottle:
    """The command, without the machine's engines in sight."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DOCKER_")}
    return Pottle({**kept, "POTTLE_CACHE_DIR": str(cache_directory)})


@pytest.fixture(scope="session")
def pottle_with_engines(pottle: Pottle, engines: dict[str, str]) -> Pottle:
    """The command, which finds the Docker engine of the tests."""
    return Pottle({**engines, "POTTLE_CACHE_DIR": pottle.environ["POTTLE_CACHE_DIR"]})


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Callable[[projects.Files], Path]:
    """Writes a project, and locks it with uv if it has a `pyproject.toml`; asked again, it gives the same one."""
    made: dict[int, Path] = {}

    def make(files: projects.Files) -> Path:
        if id(files) not in made:
            path = projects.write(files, tmp_path_factory.mktemp("project"))
            if "pyproject.toml" in files:
                uv("lock", "--quiet", "--python", sys.executable, cwd=path)
            made[id(files)] = path
        return made[id(files)]

    return make


def uv(*arguments: str, cwd: Path) -> None:
    """Runs uv, and what it runs itself, with the certificates that this machine trusts."""
    from uv import find_uv_bin

    trusted = {"UV_SYSTEM_CERTS": "1", "REQUESTS_CA_BUNDLE": "/etc/ssl/certs/ca-certificates.crt"}
    environ = {**trusted, **os.environ}
    done = subprocess.run(
        [find_uv_bin(), *arguments], cwd=cwd, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
