"""What other tools make of the images: skopeo, umoci, podman, a registry and Docker, through files and through layouts."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from tests.e2e import projects
from tests.e2e.command import Pottle
from tests.e2e.contents import Contents, contents
from tests.e2e.engines import Docker

from pottle.native import elf

pytestmark = [pytest.mark.engine, pytest.mark.network]

SAYS_HELLO: projects.Files = {"main.py": "print('hello from inside')\n", "requirements.txt": ""}
NAME = "hello:1.2"


@pytest.fixture(scope="module")
def directory(pottle: Pottle, project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One image, written as an archive and as a layout, with its digest in a file."""
    into = tmp_path_factory.mktemp("outputs")
    outputs = ("-o", into / "image.tar", "-o", f"{into}/layout/", "--digest-file", into / "digest")
    pottle("build", "-t", NAME, *outputs, project(SAYS_HELLO))
    return into


@pytest.fixture(scope="module")
def digest(directory: Path) -> str:
    return (directory / "digest").read_text().strip()


@pytest.mark.parametrize("source", ["docker-archive:{}/image.tar", "oci-archive:{}/image.tar", "oci:{}/layout"])
def test_skopeo_inspects_it(tool, directory: Path, digest: str, source: str):
    found = json.loads(tool("skopeo", "inspect", source.format(directory)))
    assert (found["Architecture"], found["Os"]) == ("amd64", "linux")
    assert "HOME=/home/nonroot" in found["Env"]
    if source.startswith("oci"):
        assert found["Digest"] == digest


def test_a_registry_takes_it_under_the_same_digest_and_docker_runs_it(
    tool, docker: Docker, registry: str, directory: Path, digest: str
):
    remote = f"{registry}/e2e/hello"
    tool("skopeo", "copy", "--dest-tls-verify=false", f"oci:{directory}/layout", f"docker://{remote}:1.2")
    docker("pull", "--quiet", f"{remote}@{digest}")
    assert docker("run", "--rm", "--network=none", "--read-only", f"{remote}@{digest}") == "hello from inside"


def test_umoci_unpacks_it(tool, directory: Path, tmp_path: Path):
    tags = json.loads(tool("skopeo", "list-tags", f"docker-archive:{directory}/image.tar"))["Tags"]
    assert [tag.rpartition("/")[2] for tag in tags] == [NAME]
    references = re.findall(r"\S+", tool("umoci", "ls", "--layout", directory / "layout"))
    tool("umoci", "unpack", "--image", f"{directory}/layout:{references[0]}", tmp_path / "bundle")
    root = tmp_path / "bundle/rootfs"
    assert (root / "app/main.py").read_text() == SAYS_HELLO["main.py"]
    assert (root / "lib").is_symlink()
    assert (root / "tmp").stat().st_mode & 0o7777 == 0o1777


def test_podman_loads_it(podman, directory: Path):
    assert NAME in podman("load", "--input", directory / "image.tar")
    (image,) = json.loads(podman("inspect", NAME))
    assert image["Config"]["User"] == "65532:65532"


def test_build_loads_it_into_docker(docker: Docker, pottle_with_engines: Pottle, project):
    pottle_with_engines("build", "--load", "-t", "hello:loaded", project(SAYS_HELLO))
    assert docker("run", "--rm", "--network=none", "hello:loaded") == "hello from inside"
    docker("rmi", "hello:loaded")


def test_run_takes_docker_where_it_answers(docker: Docker, pottle_with_engines: Pottle, project):
    before = docker("ps", "--all", "--quiet")
    result = pottle_with_engines("run", "--backend=docker", project(SAYS_HELLO))
    assert result.stdout == "hello from inside\n"
    assert docker("ps", "--all", "--quiet") == before


# --- several platforms, zstd ----------------------------------------------------------------------

BOTH = ("--platform", "linux/amd64,linux/arm64")


@pytest.fixture(scope="module")
def several(pottle: Pottle, project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of two images, as an archive and as a layout, with its digest in a file."""
    into = tmp_path_factory.mktemp("several")
    outputs = ("-o", into / "image.tar", "-o", f"{into}/layout/", "--digest-file", into / "digest")
    pottle("build", "-t", NAME, *BOTH, *outputs, project(SAYS_HELLO))
    return into


@pytest.mark.parametrize("source", ["oci-archive:{}/image.tar", "oci:{}/layout"])
def test_skopeo_sees_an_index_and_finds_each_platform(tool, several: Path, source: str):
    place = source.format(several)
    index = json.loads(tool("skopeo", "inspect", "--raw", place))
    assert [found["platform"]["architecture"] for found in index["manifests"]] == ["amd64", "arm64"]
    for flags in (
        ("--override-arch=amd64",),
        ("--override-arch=arm64",),
        ("--override-arch=arm64", "--override-variant=v8"),
    ):
        found = json.loads(tool("skopeo", *flags, "inspect", place))
        assert f"--override-arch={found['Architecture']}" == flags[0]


def test_a_registry_takes_the_index_and_docker_runs_its_own_platforms_image(
    tool, docker: Docker, registry: str, several: Path
):
    remote, digest = f"{registry}/e2e/several", (several / "digest").read_text().strip()
    tool("skopeo", "copy", "--all", "--dest-tls-verify=false", f"oci:{several}/layout", f"docker://{remote}:1.2")
    docker("pull", "--quiet", f"{remote}@{digest}")
    assert docker("run", "--rm", "--network=none", "--read-only", f"{remote}@{digest}") == "hello from inside"
    docker("rmi", f"{remote}@{digest}")


def test_docker_loads_every_platform_under_a_tag_of_its_own(docker: Docker, several: Path):
    docker("load", "--input", str(several / "image.tar"))
    for architecture in ("amd64", "arm64"):
        assert docker("image", "inspect", "--format={{.Architecture}}", f"{NAME}-{architecture}") == architecture
    assert docker("run", "--rm", "--network=none", f"{NAME}-amd64") == "hello from inside"
    docker("rmi", f"{NAME}-amd64", f"{NAME}-arm64")


def test_podman_loads_its_own_platforms_image(podman, several: Path):
    assert NAME in podman("load", "--input", several / "image.tar")
    (image,) = json.loads(podman("inspect", NAME))
    assert image["Architecture"] == "amd64"


def test_build_loads_the_engines_own_platform_under_every_name(docker: Docker, pottle_with_engines: Pottle, project):
    names = ("hello:both", "hello:too")
    flags = [flag for name in names for flag in ("-t", name)]
    said = pottle_with_engines("build", "--load", *BOTH, *flags, project(SAYS_HELLO))
    assert said.stdout == f"{names[0]}\n"
    for name in names:
        assert docker("run", "--rm", "--network=none", name) == "hello from inside"
    docker("rmi", *names)


def test_build_loads_where_the_clients_context_leads(
    docker: Docker, pottle_with_engines: Pottle, project, tmp_path: Path
):
    """No variable and no socket at the usual place: only a context of docker's configuration knows the engine."""
    environ = {**pottle_with_engines.environ, "DOCKER_CONFIG": str(tmp_path), "DOCKER_CONTEXT": "elsewhere"}
    host = environ.pop("DOCKER_HOST")
    Docker({**docker.environ, "DOCKER_CONFIG": str(tmp_path)})(
        "context", "create", "elsewhere", f"--docker=host={host}"
    )
    there = replace(pottle_with_engines, environ=environ)
    there("build", "--load", "-t", "hello:context", project(SAYS_HELLO))
    assert docker("run", "--rm", "--network=none", "hello:context") == "hello from inside"
    docker("rmi", "hello:context")


def test_engines_of_today_load_zstd(podman, docker: Docker, pottle: Pottle, project, tmp_path: Path):
    pottle("build", "-t", "hello:zstd", "--compression=zstd", "-o", tmp_path / "x.tar", project(SAYS_HELLO))
    assert docker.load(tmp_path / "x.tar") == "hello:zstd"
    assert docker("run", "--rm", "--network=none", "hello:zstd") == "hello from inside"
    docker("rmi", "hello:zstd")
    assert "hello:zstd" in podman("load", "--input", tmp_path / "x.tar")


# --- another architecture -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def both(pottle: Pottle, project, tmp_path_factory: pytest.TempPathFactory) -> tuple[Contents, Contents]:
    """The service for amd64 and for arm64."""
    service, into = project(projects.FASTAPI), tmp_path_factory.mktemp("platforms")
    amd64, arm64 = (
        contents(pottle.archive(service, into, "--platform", f"linux/{name}")) for name in ("amd64", "arm64")
    )
    return amd64, arm64


def test_every_program_and_library_is_of_the_target(both: tuple[Contents, Contents]):
    for image, machine, fewest in zip(both, (elf.EM_X86_64, elf.EM_AARCH64), (60, 60), strict=True):
        machines = {file.path: elf.read(file.content).machine for file in image.elf()}
        assert len(machines) > fewest
        assert {path: found for path, found in machines.items() if found != machine} == {}
    assert both[1].config["architecture"] == "arm64"


def test_the_same_source_has_the_same_bytecode_on_both(both: tuple[Contents, Contents]):
    amd64, arm64 = (image.files for image in both)
    compiled = [path for path in amd64 if path.endswith(".pyc") and path in arm64]
    same_source = [path for path in compiled if amd64[source(path)].content == arm64[source(path)].content]
    assert len(same_source) > 1000
    assert [path for path in same_source if amd64[path].content != arm64[path].content] == []


def source(compiled: str) -> str:
    """By PEP 3147."""
    return re.sub(r"__pycache__/(.+)\.cpython-\d+\.pyc", r"\1.py", compiled)
