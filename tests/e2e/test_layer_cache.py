"""Two machines share layers through a real registry; docker pulls what the second one has pushed without having the bytes."""

import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.e2e import projects
from tests.e2e.command import Pottle
from tests.e2e.engines import Docker

pytestmark = pytest.mark.engine


def test_what_one_machine_made_another_pushes_without_having_it(
    pottle: Pottle, docker: Docker, registry: str, project: Callable[[projects.Files], Path], tmp_path: Path
):
    place, here = f"e2e/{uuid.uuid4().hex[:12]}", project(projects.FLASK)
    cache, name = f"{registry}/{place}/cache", f"{registry}/{place}/shop:1"
    one = json.loads(pottle("build", "--format=json", "--cache-to", cache, here).stdout)
    other = replace(pottle, environ={**pottle.environ, "POTTLE_CACHE_DIR": str(tmp_path / "cache")})
    two = json.loads(other("build", "--format=json", "--cache-from", cache, "--push", "-t", name, here).stdout)
    assert two["digest"] == one["digest"]
    assert all(layer["shared"] and not layer["made"] for layer in two["layers"])
    assert two["pushed"][0]["sent"] == 1
    blobs = list((tmp_path / "cache" / "store" / "blobs" / "sha256").iterdir())
    assert sum(blob.stat().st_size for blob in blobs) < 100_000
    pulled = f"{registry}/{place}/shop@{two['digest']}"
    docker("pull", "--quiet", pulled)
    try:
        assert (
            docker("run", "--rm", "--entrypoint", "python", pulled, "-c", "import flask; print('here')").strip()
            == "here"
        )
    finally:
        docker("rmi", pulled)
