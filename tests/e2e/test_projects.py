"""Projects of every kind, built with no configuration and run as they will be: in the sandboxes, and in Docker under hard limits."""

import json
import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.e2e import projects
from tests.e2e.command import Pottle
from tests.e2e.conftest import uv
from tests.e2e.contents import Contents, contents
from tests.e2e.engines import Docker, Server, fetch, free_port

pytestmark = [pytest.mark.engine, pytest.mark.network]

HARDENED = ("--read-only", "--user=12345", "--cap-drop=ALL", "--security-opt=no-new-privileges")
SANDBOXES = ("bubblewrap", "unshare")
UID = 65532

Project = Callable[[projects.Files], Path]


@pytest.fixture(scope="module")
def hashed(project: Project) -> Path:
    """A project whose `requirements.txt` pins everything with hashes."""
    path = project(projects.REQUIREMENTS)
    lock = ("--python-version=3.11", "--universal", "--generate-hashes", "--output-file=requirements.txt")
    uv("pip", "compile", "--quiet", *lock, "requirements.in", cwd=path)
    return path


# --- a web service in a package -------------------------------------------------------------------


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def service(project: Project, pottle: Pottle, port: int, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of the FastAPI project."""
    return pottle.archive(project(projects.FASTAPI), tmp_path_factory.mktemp("fastapi"), "--port", str(port))


@pytest.fixture(scope="module")
def inside(service: Path) -> Contents:
    return contents(service)


@pytest.fixture
def served(docker: Docker, service: Path, port: int) -> Iterator[Server]:
    image = docker.load(service)
    with docker.serving(image, *HARDENED, "--health-interval=300ms", port=port) as server:
        yield server
    docker("rmi", "--force", image)


@pytest.mark.parametrize("backend", SANDBOXES)
def test_a_packaged_service_answers_in_a_sandbox(project: Project, pottle: Pottle, backend: str, tmp_path: Path):
    port = free_port()
    arguments = ("--backend", backend, "--port", str(port), "-e", "DEBUG=yes", project(projects.FASTAPI))
    with pottle.running(tmp_path, *arguments) as run:
        said = run.wait_for("listening on", "stderr")
        answer = fetch(f"http://127.0.0.1:{port}/")
    assert f"http://127.0.0.1:{port} (in {backend};" in said
    assert answer.status == 200
    assert json.loads(answer.body) == {"uid": UID, "python": "3.13", "home": True, "debug": "yes"}


def test_it_answers_in_docker_with_nothing_allowed(served: Server):
    answer = served.get("/")
    assert answer.status == 200
    assert json.loads(answer.body)["uid"] == 12345


def test_docker_finds_it_healthy(served: Server, docker: Docker):
    served.get("/")
    served.wait_for_health("healthy")
    (*_, last) = json.loads(docker("inspect", "--format={{json .State.Health.Log}}", served.container))
    assert last["ExitCode"] == 0


def test_docker_stops_it_at_once(served: Server):
    served.get("/")
    code, seconds = served.stop()
    assert code == 0
    assert seconds < 2


def test_its_home_can_be_written_by_the_images_user_and_by_any_other(docker: Docker, service: Path):
    image = docker.load(service)
    program = "import os,pathlib; p=pathlib.Path.home()/'.cache'; p.mkdir(); print(os.getuid(), p)"
    for user in ("65532:65532", "12345"):  # an engine puts a user without an account into the group 0
        said = docker("run", "--rm", "--network=none", f"--user={user}", image, "python", "-c", program)
        assert said == f"{user.partition(':')[0]} /home/nonroot/.cache"


def test_nothing_superfluous_is_inside(inside: Contents):
    shells_and_tools = ("sh", "bash", "dash", "busybox", "uv", "uvx", "pip", "pip3", "apt", "apt-get", "dpkg", "perl")
    assert inside.named(*shells_and_tools) == []
    assert [path for path in inside.files if re.search(r"site-packages/(pip|uv|ruff|pytest|hatchling)\b", path)] == []
    assert inside.named("ruff", ".env", ".git", ".gitignore", "test_app.py", ".lock", "CACHEDIR.TAG") == []
    assert inside.holding(b"do-not-ship-this-value") == []


def test_nothing_is_privileged_or_open_to_all(inside: Contents):
    odd = [file.path for file in inside.files.values() if not file.target and file.mode & 0o6022]
    assert odd == []


def test_the_project_is_installed_with_its_script(inside: Contents):
    assert inside.files["opt/venv/bin/weather-desk"].content.startswith(b"#!/opt/venv/bin/python")
    assert "opt/venv/lib/python3.13/site-packages/weather_desk/__init__.py" in inside.files
    assert inside.config["config"]["User"] == "65532:65532"


# --- the other kinds ------------------------------------------------------------------------------


def test_flask_answers_on_a_read_only_root(project: Project, pottle: Pottle, docker: Docker, tmp_path: Path):
    with in_docker(docker, pottle, project(projects.FLASK), tmp_path) as server:
        assert server.get("/").status == 200
        assert "gunicorn" in server.command()
        code, seconds = server.stop()
    assert code == 0
    assert seconds < 2


def test_django_answers_and_is_configured_by_its_environment(
    project: Project, pottle: Pottle, docker: Docker, tmp_path: Path
):
    with in_docker(docker, pottle, project(projects.DJANGO), tmp_path, "--env=ALLOWED_HOSTS=127.0.0.1") as server:
        assert server.get("/").status == 200
        code, seconds = server.stop()
    assert code == 0
    assert seconds < 2


def test_django_serves_what_was_collected_under_its_hashed_name(
    project: Project, pottle: Pottle, docker: Docker, tmp_path: Path
):
    with in_docker(docker, pottle, project(projects.SHOP), tmp_path, "--env=SECRET_KEY=x") as server:
        address = server.get("/").body.decode()
        assert re.fullmatch(r"/static/shop\.[0-9a-f]{12}\.css", address)
        style = server.get(address)
    assert (style.status, style.body) == (200, b"body { color: red }")


def test_migrations_are_a_process_of_the_image_and_its_database_outlives_it(
    project: Project, pottle: Pottle, docker: Docker, tmp_path: Path
):
    image = docker.load(pottle.archive(project(projects.SHOP), tmp_path))
    volumes = json.loads(docker("inspect", "--format={{json .Config.Volumes}}", image))
    label = docker("inspect", '--format={{index .Config.Labels "pottle.process.migrate"}}', image)
    command = json.loads(label)["command"]
    assert list(volumes) == ["/app/data"]
    try:
        run = ("run", "--rm", "--network=none", "--env=SECRET_KEY=x", "--volume=shop-data:/app/data", image)
        assert "Applying auth.0001_initial" in docker(*run, *command)
        assert "No migrations to apply" in docker(*run, *command)
    finally:
        docker("volume", "rm", "--force", "shop-data")
        docker("rmi", "--force", image)


def test_requirements_with_hashes_are_installed(hashed: Path, pottle: Pottle, docker: Docker, tmp_path: Path):
    with in_docker(docker, pottle, hashed, tmp_path) as server:
        assert server.get("/").status == 200
        assert "waitress-serve" in server.command()


def test_requirements_without_pins_are_resolved_with_a_warning(pottle: Pottle, tmp_path: Path):
    files = {**projects.REQUIREMENTS, "requirements.txt": projects.REQUIREMENTS["requirements.in"]}
    result = pottle("build", projects.write(files, tmp_path))
    assert "warning: " in result.stderr
    assert re.fullmatch(r"\S+@sha256:[0-9a-f]{64}\n", result.stdout)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_loop_is_stopped_at_once(project: Project, pottle: Pottle, number: int, tmp_path: Path):
    with pottle.running(tmp_path, "--backend=unshare", project(projects.LOOP)) as run:
        run.wait_for("up")
        code, seconds = run.stop(number)
    assert code == 130
    assert seconds < 2


def test_docker_stops_a_loop_at_once(project: Project, pottle: Pottle, docker: Docker, tmp_path: Path):
    with in_docker(docker, pottle, project(projects.LOOP), tmp_path) as container:
        container.wait_for_output("up")
        _, seconds = container.stop()
    assert seconds < 2


@pytest.mark.parametrize("backend", SANDBOXES)
def test_a_command_gets_its_arguments(project: Project, pottle: Pottle, backend: str):
    result = pottle("run", "--backend", backend, project(projects.COMMAND), "--", "shouter", "--so", "what is new?")
    assert result.stdout == "--SO WHAT IS NEW?\n"


def test_a_shell_is_there_only_for_who_needs_it(project: Project, pottle: Pottle, tmp_path: Path):
    assert pottle("run", "--backend=unshare", project(projects.SHELL)).stdout.strip() == "42"
    found = contents(pottle.archive(project(projects.LOOP), tmp_path))
    assert found.named("sh", "dash") == []


def test_native_wheels_are_loaded(project: Project, pottle: Pottle):
    said = pottle("run", "--backend=unshare", project(projects.NATIVE)).stdout.splitlines()
    assert said == [*(f"imported {name}" for name in projects.NATIVE_MODULES), "285 binary"]


RECORDS = """
import hashlib, importlib.metadata as metadata, pathlib, sys
from base64 import urlsafe_b64encode

owned = [(file, file.locate()) for each in metadata.distributions() for file in each.files]
for file, path in owned:
    found = urlsafe_b64encode(hashlib.sha256(path.read_bytes()).digest()).rstrip(b"=").decode()
    assert file.hash is None or (file.hash.value, file.size) == (found, path.stat().st_size), path
site = next(pathlib.Path(each) for each in sys.path if each.endswith("site-packages"))
there = {path for path in site.rglob("*") if path.is_file()}
assert there <= {path.resolve() for _, path in owned}
print(sorted({path.suffix for path in there} & {".h", ".pyi", ".pyx", ".pyc"}), (site / "numpy/tests").exists())
"""


def test_native_wheels_are_loaded_from_a_small_image(project: Project, pottle: Pottle, tmp_path: Path):
    """What no program needs is gone, RECORD says so, and machine code works without symbols."""
    path = project({**projects.NATIVE, "records.py": RECORDS})
    small, whole = (contents(pottle.archive(path, tmp_path, *flags)) for flags in (("--optimize=size",), ()))
    run = ("run", "--backend=unshare", "--optimize=size", path)
    assert pottle(*run).stdout.splitlines()[-1] == "285 binary"
    assert pottle(*run, "--", "python", "records.py").stdout.splitlines() == ["['.h'] False"]
    gone = whole.files.keys() - small.files.keys()
    assert small.files.keys() <= whole.files.keys()
    assert len([path for path in gone if path.endswith((".pyi", ".pxd", ".h"))]) > 100
    symbols = [path for path, file in small.files.items() if file.content != whole.files[path].content]
    assert {path for path in symbols if not re.search(r"\.so|/RECORD$", path)} == set()
    loop = next(path for path in symbols if "/uvloop/loop." in path)
    assert len(small.files[loop].content) < len(whole.files[loop].content) / 2


# --- leaving nothing behind -----------------------------------------------------------------------


@pytest.mark.parametrize("backend", SANDBOXES)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stopped_it_leaves_no_process_and_no_mount(
    project: Project, pottle: Pottle, backend: str, number: int, tmp_path: Path
):
    mounts, port = Path("/proc/self/mounts").read_text(), free_port()
    with pottle.running(tmp_path, "--backend", backend, "--port", str(port), project(projects.FASTAPI)) as run:
        run.wait_for("listening on", "stderr")
        _, seconds = run.stop(number)
    assert seconds < 2
    assert processes_with(str(port)) == []
    assert Path("/proc/self/mounts").read_text() == mounts


def processes_with(word: str) -> list[str]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if word in line and entry.parent.name != str(os.getpid()):
            found.append(line)
    return found


def in_docker(docker: Docker, pottle: Pottle, project: Path, work: Path, *options: str):
    """A container of the project under hard limits."""
    port = free_port()
    return docker.serving(
        docker.load(pottle.archive(project, work, "--port", str(port))), *HARDENED, *options, port=port
    )
