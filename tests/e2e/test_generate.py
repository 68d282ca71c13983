"""Generated Dockerfiles, built by a real engine: the image is the one that pottle builds itself."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.e2e import projects
from tests.e2e.command import Pottle
from tests.e2e.compare import differences, distributions
from tests.e2e.conftest import ENGINES, uv
from tests.e2e.contents import Contents, contents
from tests.e2e.engines import Docker, free_port

from pottle.render.uv import UV

pytestmark = [pytest.mark.engine, pytest.mark.network]

NOTES = Path(__file__).parents[2] / "examples" / "notes"
HARDENED = ("--read-only", "--user=12345", "--cap-drop=ALL", "--security-opt=no-new-privileges")
CA_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"


def notes(into: Path) -> Path:
    shutil.copytree(NOTES, into / "notes", ignore=shutil.ignore_patterns("uv.lock"))
    return locked(into / "notes")


def locked(path: Path) -> Path:
    uv("lock", "--quiet", "--python", sys.executable, cwd=path)
    return path


def packaged(into: Path) -> Path:
    return locked(projects.write(projects.FASTAPI, into))


def django(into: Path) -> Path:
    return locked(projects.write(projects.SHOP, into))


def requirements(into: Path) -> Path:
    path = projects.write(projects.REQUIREMENTS, into)
    lock = ("--python-version=3.11", "--universal", "--generate-hashes", "--output-file=requirements.txt")
    uv("pip", "compile", "--quiet", *lock, "requirements.in", cwd=path)
    return path


def resolved(into: Path) -> Path:
    """Nothing pins it but `pottle.lock`, which uv does not read."""
    return projects.write({**projects.REQUIREMENTS, "requirements.txt": projects.REQUIREMENTS["requirements.in"]}, into)


def workspace(into: Path) -> Path:
    """A member that needs another one: both below the lock."""
    subprocess.run(["git", "init", "--quiet", into], check=True)
    locked(projects.write(projects.WORKSPACE, into))
    return into / "packages/web"


PROJECTS: Mapping[str, Callable[[Path], Path]] = {
    "notes": notes,
    "packaged": packaged,
    "django": django,
    "requirements": requirements,
    "resolved": resolved,
    "workspace": workspace,
}
CONTEXT = {"workspace": "../.."}
"""What is sent to the builder, where it is not the project's directory."""


def base_images(registry: str, engines: Mapping[str, str]) -> dict[str, str]:
    """Build argument → image, in the registry."""
    environ = {**engines, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{engines['PATH']}"}
    for verb in (("suite-image", "trixie"), ("builder-image", "3.13")):
        subprocess.run([ENGINES, *verb], check=True, env=environ, capture_output=True)
    return {"BASE": f"{registry}/debian:trixie-slim", "UV": f"{registry}/{UV.partition('/')[2]}"}


@dataclass(frozen=True)
class Twins:
    """The image of one project as pottle builds it, and as Docker builds the generated Dockerfile."""

    project: Path
    place: list[str]
    """The arguments of `docker build` that say where the project is."""
    port: int
    image: str
    """In the engine: Docker's own."""
    native: Contents
    built: Contents


@pytest.fixture(scope="module")
def arguments(registry: str, engines: dict[str, str]) -> list[str]:
    """How a builder is told where base images are, and whom to trust."""
    images = base_images(registry, engines).items()
    secret = ("--secret", f"id=ca,src={CA_BUNDLE}")
    return ["--network=host", *secret, *(f"--build-arg={name}={image}" for name, image in images)]


@pytest.fixture(scope="module", params=PROJECTS)
def twins(
    request: pytest.FixtureRequest,
    docker: Docker,
    pottle: Pottle,
    arguments: list[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Twins:
    work, port = tmp_path_factory.mktemp(request.param), free_port()
    (work / "project").mkdir()
    project = PROJECTS[request.param](work / "project")
    flags = ("--port", str(port))
    if PROJECTS[request.param] is resolved:
        pottle("lock", project)
    native = contents(pottle.archive(project, work, *flags))
    pottle("generate", "dockerfile", "--secret", "ca", *flags, project)
    pottle("generate", "dockerignore", *flags, project)
    image = f"pottle-e2e-generated-{request.param}"
    place = ["--file", str(project / "Dockerfile"), str(project / CONTEXT.get(request.param, "."))]
    docker("build", *arguments, "--tag", image, *place)
    docker("save", "--output", str(work / "built.tar"), image)
    return Twins(project, place, port, image, native, contents(work / "built.tar"))


def test_both_are_the_same_image(twins: Twins):
    assert differences(twins.native, twins.built, "3.13") == []
    assert distributions(twins.built, "3.13") != {}


def test_the_generated_one_answers_with_nothing_allowed(twins: Twins, docker: Docker):
    options = (*HARDENED, "--health-interval=300ms", "--env=SECRET_KEY=for-a-test")
    with docker.serving(twins.image, *options, port=twins.port) as server:
        answer = server.get("/")
        server.wait_for_health("healthy")
        code, seconds = server.stop()
    assert answer.status == 200
    assert (code, seconds < 5) == (0, True)


def test_nothing_of_the_build_is_in_it(twins: Twins):
    files = twins.built.files
    assert twins.built.named("uv", "uvx", "pip", "gcc", "cc") == []
    assert [path for path in files if path.startswith(("src/", "project/", "root/.cache"))] == []
    assert [path for path in files if path.startswith("var/lib/apt/lists/") and path.count("/") > 4] == []
    assert twins.built.holding(b"do-not-ship-this-value") == []


def test_its_bytecode_is_there_and_does_not_ask_for_times(twins: Twins):
    ours = {path for path in twins.native.files if path.endswith(".pyc") and path.startswith(("opt/venv/", "app/"))}
    assert sorted(ours - twins.built.files.keys()) == []
    flags = {int.from_bytes(twins.built.files[path].content[4:8], "little") for path in ours}
    assert flags <= {0b01, 0b11}


def test_a_second_build_installs_nothing_after_a_change_of_code(twins: Twins, docker: Docker, arguments: list[str]):
    modules = [path for path in sorted(twins.project.rglob("*.py")) if "tests" not in path.parts]
    main = next(path for path in modules if path.stat().st_size)
    before = main.read_text()
    main.write_text(f"{before}\n# changed\n")
    try:
        said = docker.everything("build", "--progress=plain", *arguments, *twins.place)
    finally:
        main.write_text(before)
    steps = [line for line in said.splitlines() if " [environment " in line]
    numbers = {line.split()[0] for line in steps}
    assert numbers
    assert {line.split()[0] for line in said.splitlines() if line.endswith(" CACHED")} >= numbers, said


def test_check_says_when_the_project_has_moved_on(twins: Twins, pottle: Pottle):
    flags = ("dockerfile", "--check", "--secret", "ca", twins.project)
    assert pottle.call("generate", *flags, "--port", str(twins.port)).code == 0
    moved = pottle.call("generate", *flags, "--port", str(twins.port + 1))
    assert moved.code == 1
    assert f"-EXPOSE {twins.port}/tcp" in moved.stdout
