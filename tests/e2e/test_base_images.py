"""Images on base images of a real registry: pushed without moving what is there, pulled and run by real engines."""

import json
import platform
import re
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from tests.e2e import projects
from tests.e2e.command import Pottle
from tests.e2e.engines import Docker, free_port

from pottle.testing.standalone import StandaloneMirror, of_prefix

pytestmark = [pytest.mark.engine, pytest.mark.network]

PREFIX = "e2e/base-images"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
PATCH = f"{PYTHON}.99"
FAMILY = """
FROM python:3.13-slim
LABEL maintainer=somebody org.opencontainers.image.title=base
ENV TEAM=a
VOLUME /data
RUN groupadd --gid 1000 team && useradd --uid 1000 --gid 1000 team
USER 1000
ENTRYPOINT ["/entry.sh"]
HEALTHCHECK CMD exit 1
"""
WITH_LIBPQ = """
FROM python:3.13-slim
RUN apt-get update && apt-get install -y --no-install-recommends libpq5
"""
WITHOUT_PYTHON = """
FROM python:3.13-slim
RUN rm -rf /usr/bin/python3* /usr/local/bin/python* /usr/lib/python3*
"""


@pytest.fixture(scope="module")
def push(docker: Docker, registry: str, base_image: str) -> Callable[[str, str], str]:
    """Builds a base image from a Dockerfile, and gives its name in the registry."""
    assert base_image

    def make(name: str, dockerfile: str) -> str:
        remote = f"{registry}/{PREFIX}/{name}:1"
        docker("build", "--network=host", "--tag", remote, "-", stdin=dockerfile.encode())
        docker("push", remote)
        return remote

    return make


@pytest.fixture(scope="module")
def bases(push, tool, registry: str) -> dict[str, str]:
    """The same image in Docker's types and in OCI's."""
    family = push("family", FAMILY)
    oci = f"{registry}/{PREFIX}/family-oci:1"
    tool(
        *("skopeo", "copy", "--format=oci", "--src-tls-verify=false", "--dest-tls-verify=false"),
        *(f"docker://{family}", f"docker://{oci}"),
    )
    return {"docker": family, "oci": oci}


def manifest(tool, reference: str) -> dict:
    return json.loads(tool("skopeo", "inspect", "--raw", "--tls-verify=false", f"docker://{reference}"))


@pytest.mark.parametrize("kind", ["docker", "oci"])
def test_a_service_is_pushed_and_every_engine_runs_it(
    kind: str,
    bases: dict[str, str],
    pottle: Pottle,
    project,
    docker: Docker,
    tool,
    podman,
    registry: str,
    tmp_path: Path,
):
    remote = f"{registry}/{PREFIX}/{uuid4().hex}/service-{kind}:1"  # what an earlier run has pushed is not in it
    shop = project(projects.FASTAPI)
    flags = ("--python", "3.13", "--base", bases[kind], "--format", "json")
    said = json.loads(pottle("build", *flags, "--push", "-t", remote, shop).stdout)
    below, found = manifest(tool, bases[kind]), manifest(tool, remote)
    assert found["layers"][: len(below["layers"])] == below["layers"]
    assert found["mediaType"] == below["mediaType"]
    (pushed,) = said["pushed"]
    assert pushed["mounted"] == len({each["digest"] for each in below["layers"]})

    docker("pull", "--quiet", f"{remote.rpartition(':')[0]}@{said['digest']}")
    config = json.loads(
        docker("image", "inspect", "--format={{json .Config}}", remote.rpartition(":")[0] + "@" + said["digest"])
    )
    assert config["User"] == "65532:65532"
    assert "/entry.sh" not in (config["Entrypoint"] or [])
    assert "TEAM=a" in config["Env"]
    assert config["Labels"]["maintainer"] == "somebody"
    assert "/data" in config["Volumes"]
    port = free_port()
    image = f"{remote.rpartition(':')[0]}@{said['digest']}"
    options = ("--read-only", "--cap-drop=ALL", f"--env=PORT={port}")
    with docker.serving(image, *options, port=port) as server:
        assert server.get("/healthz").status == 200
        server.wait_for_health("healthy")
        code, seconds = server.stop()
    assert (code in {0, 130, 143}, seconds < 10) == (True, True)

    tool("skopeo", "copy", "--src-tls-verify=false", f"docker://{remote}", f"dir:{tmp_path}/copied")
    podman("pull", "--tls-verify=false", "--quiet", remote)
    (inspected,) = json.loads(podman("inspect", remote))
    assert inspected["Config"]["User"] == "65532:65532"


def test_a_second_push_from_another_machine_moves_nothing_of_the_base(
    bases: dict[str, str], pottle: Pottle, project, registry: str, tmp_path: Path
):
    shop = tmp_path / "shop"
    projects.write(projects.COMMAND if "pyproject.toml" not in projects.COMMAND else {"main.py": "print('hi')\n"}, shop)
    pottle("lock", "--base", bases["oci"], shop)
    elsewhere = Pottle({**pottle.environ, "POTTLE_CACHE_DIR": str(tmp_path / "cache")})
    remote = f"{registry}/{PREFIX}/locked:1"
    said = json.loads(elsewhere("build", "--base", bases["oci"], "--push", "-t", remote, "--format=json", shop).stdout)
    assert said["pushed"][0]["sent_bytes"] < 1_000_000
    kept = sum(path.stat().st_size for path in (tmp_path / "cache/store").rglob("*") if path.is_file())
    assert kept < 1_000_000


def test_docker_and_podman_load_it_from_an_archive(
    bases: dict[str, str], pottle: Pottle, project, docker: Docker, tmp_path: Path
):
    archive = tmp_path / "image.tar"
    pottle(
        "build", "--base", bases["docker"], "-t", "on-base:1", "-o", archive, project({"main.py": "print('hello')\n"})
    )
    docker("load", "--input", str(archive))
    assert docker("run", "--rm", "--network=none", "--read-only", "on-base:1") == "hello"


def test_commands_of_the_project_run_on_it(
    bases: dict[str, str], pottle: Pottle, project, docker: Docker, tmp_path: Path
):
    archive = tmp_path / "shop.tar"
    pottle("build", "--base", bases["oci"], "-t", "on-base-shop:1", "-o", archive, project(projects.SHOP))
    docker("load", "--input", str(archive))
    listed = docker("run", "--rm", "--network=none", "--entrypoint=/bin/ls", "on-base-shop:1", "/app/collected")
    assert "staticfiles.json" in listed


def test_pottle_runs_it_without_an_engine(bases: dict[str, str], pottle: Pottle, project):
    result = pottle(
        "run", "--backend=bubblewrap", "--base", bases["docker"], project({"main.py": "print('from inside')\n"})
    )
    assert result.stdout == "from inside\n"


@pytest.mark.skipif(platform.machine() != "x86_64", reason="this machine's Python is for another one")
def test_a_cpython_of_its_own_runs_on_an_image_without_python(push, pottle: Pottle, docker: Docker, tmp_path: Path):
    base = push("without", WITHOUT_PYTHON)
    mirror = StandaloneMirror(tmp_path / "mirror")
    mirror.add(PATCH, of_prefix(Path(sys.base_prefix), PYTHON), ["x86_64"])
    asked = {
        "main.py": "import sys, json; print(sys.prefix, sys.base_prefix, json.__cached__)\n",
        ".python-version": PATCH,
    }
    env = 'env = { LD_LIBRARY_PATH = "/opt/python/lib" }\n'  # what this machine's Python may need
    shop = projects.write({**asked, "pottle.toml": f'base = "{base}"\n{env}'}, tmp_path / "shop")
    archive = tmp_path / "image.tar"
    Pottle({**pottle.environ, **mirror.environ})("build", "-t", "without:1", "-o", archive, shop)
    docker("load", "--input", str(archive))
    cached = f"/opt/python/lib/python{PYTHON}/json/__pycache__/__init__.{sys.implementation.cache_tag}.pyc"
    assert docker("run", "--rm", "--network=none", "--read-only", "without:1") == f"/opt/venv /opt/python {cached}"


BUILT = """\
[project]
name = "shop"
version = "1"
requires-python = ">=3.11"
dependencies = ["{name}"]
[tool.pottle]
python = "3.13"
"""


@pytest.mark.long
@pytest.mark.parametrize(
    ("requirement", "script"),
    [("psycopg2==2.9.10", "import psycopg2; print(psycopg2.__libpq_version__)"), ("plyvel==1.5.1", "import plyvel")],
)
def test_a_source_is_built_for_what_a_base_image_has(
    push: Callable[[str, str], str],
    pottle: Pottle,
    project,
    docker: Docker,
    registry: str,
    requirement: str,
    script: str,
):
    """Both are built with the suite's toolchain; what it is linked with has to be in the image, where nothing is put."""
    base = push("with-libpq", WITH_LIBPQ)
    shop = project({"pyproject.toml": BUILT.format(name=requirement), "main.py": script})
    lock = shop / "uv.lock"
    lock.write_text(re.sub(r"wheels = \[\n(?: .*\n)*\]\n", "", lock.read_text()))
    remote = f"{registry}/{PREFIX}/{uuid4().hex}/built:1"
    done = pottle.call("build", "--base", base, "--push", "-t", remote, shop)
    if requirement.startswith("plyvel"):
        assert done.code == 3
        assert "does not have libleveldb1d (plyvel: it is linked with libleveldb.so.1d)" in done.stderr
        return
    assert done.code == 0, done.stderr
    docker("pull", "--quiet", remote)
    assert docker("run", "--rm", remote).strip().isdigit()
