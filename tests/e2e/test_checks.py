"""Docker's own checks of Dockerfiles (`docker build --check`), on what is generated: an engine that knows them finds nothing.

They came with BuildKit 0.15; the engine of the other tests is older, so there is a second one, of another Debian.
"""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.conftest import ENGINES, missing
from tests.e2e.engines import Docker
from tests.e2e.test_generate import base_images
from tests.render.variants import VARIANTS

pytestmark = [pytest.mark.engine, pytest.mark.network]

RENDER = Path(__file__).parents[1] / "render"
DOCKERFILES = [*sorted((RENDER / "golden").glob("*/dockerfile.txt")), *sorted((RENDER / "variants").glob("*.txt"))]
CLEAN = "Check complete, no warnings found."


@pytest.fixture(scope="module")
def newer(engines: dict[str, str]) -> Iterator[Docker]:
    """The client of an engine that checks; it is stopped in the end, unless it ran before."""
    ours = os.environ.get("POTTLE_ENGINES", "/var/lib/pottle-engines")
    environ = {**os.environ, "POTTLE_ENGINES": f"{ours}-forky", "POTTLE_ENGINES_SUITE": "forky"}
    ran = subprocess.run([ENGINES, "status"], env=environ, capture_output=True, check=False).returncode == 0
    done = subprocess.run([ENGINES, "up"], env=environ, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        missing(f"no engine with checks: {done.stderr}")
    script = f'eval "$({ENGINES} env)"; env -0'
    found = subprocess.run(["bash", "-c", script], env=environ, capture_output=True, text=True, check=True)
    yield Docker(dict(line.split("=", 1) for line in found.stdout.split("\0") if line))
    if not ran:
        subprocess.run([ENGINES, "down"], env=environ, check=True, capture_output=True)


@pytest.fixture(scope="module")
def arguments(registry: str, engines: dict[str, str]) -> list[str]:
    images = base_images(registry, engines)
    return [f"--build-arg={name}={image}" for name, image in images.items()]


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.stem if path.stem in VARIANTS else path.parent.name)
def test_docker_finds_nothing(path: Path, newer: Docker, arguments: list[str], tmp_path: Path):
    said = newer.everything("build", "--check", *arguments, "--file", str(path), str(tmp_path))
    assert said.splitlines()[-1] == CLEAN, said


def test_it_would_find_something(newer: Docker, arguments: list[str], tmp_path: Path):
    (tmp_path / "Dockerfile").write_text("ARG BASE\nFROM ${BASE} as base\nCMD true\n")
    said = newer.everything("build", "--check", *arguments, str(tmp_path))
    assert "FromAsCasing" in said
    assert "JSONArgsRecommended" in said
