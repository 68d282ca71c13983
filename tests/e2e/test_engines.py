"""The engines that the other tests stand on, and `pottle run` in Docker."""

import json
import signal
import sys
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from tests.e2e.conftest import ENGINES
from tests.e2e.engines import Docker, Started, fetch, free_port, started

from pottle.run.image import Config

pytestmark = pytest.mark.engine

CONFIG = Config((), (), (("PATH", "/usr/local/bin:/usr/bin:/bin"),), "/tmp", "65532:65532", "SIGTERM")

WAITING = "import signal, sys, time\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(3))\nprint('up', flush=True)\ntime.sleep(600)"


def test_the_engine_is_of_today(docker: Docker):
    assert int(docker("version", "--format", "{{.Server.Version}}").split(".")[0]) >= 23


def test_it_builds_what_needs_a_current_frontend(docker: Docker, base_image: str):
    dockerfile = f"FROM {base_image}\nCOPY --link <<EOF /greeting\nhello\nEOF\n"
    docker("build", "--network=host", "--tag=pottle-e2e-heredoc", "-", stdin=dockerfile.encode())
    assert docker("run", "--rm", "--network=none", "pottle-e2e-heredoc", "cat", "/greeting") == "hello"


def test_the_registry_takes_and_gives_images(docker: Docker, registry: str, base_image: str, tool):
    reference = f"{registry}/e2e/base:latest"
    docker("tag", base_image, reference)
    docker("push", "--quiet", reference)
    found = json.loads(tool("skopeo", "inspect", "--tls-verify=false", f"docker://{reference}"))
    assert found["Digest"] in docker("inspect", "--format={{.RepoDigests}}", reference)


@pytest.mark.network
def test_the_machines_certificates_reach_a_build_and_do_not_stay(docker: Docker, base_image: str):
    """A build secret: seen by the one instruction, in no layer."""
    bundle = "/etc/ssl/certs/ca-certificates.crt"
    dockerfile = f"""FROM {base_image}
RUN --mount=type=secret,id=ca,target=/run/ca.crt PIP_CERT=/run/ca.crt pip download --quiet --no-deps --dest /wheels idna
"""
    secret = f"--secret=id=ca,src={bundle}"
    docker("build", "--network=host", "--no-cache", secret, "--tag=pottle-e2e-ca", "-", stdin=dockerfile.encode())
    listing = (
        "find / -xdev -name '*.crt' -newer /wheels; sha256sum < /etc/ssl/certs/ca-certificates.crt; ls /wheels /run"
    )
    before = docker(
        "run", "--rm", "--network=none", base_image, "sh", "-c", "sha256sum < /etc/ssl/certs/ca-certificates.crt"
    )
    after = docker("run", "--rm", "--network=none", "pottle-e2e-ca", "sh", "-c", listing).splitlines()
    assert after[0] == before
    assert any(line.startswith("idna-") for line in after)
    assert "ca.crt" not in after


def test_a_server_in_a_container_is_reached_and_stopped(docker: Docker, base_image: str):
    port = free_port()
    command = ["python", "-m", "http.server", str(port)]
    with docker.serving(base_image, "--read-only", "--stop-signal=SIGINT", port=port, command=command) as server:
        assert server.get("/").status == 200
        _, seconds = server.stop()
    assert seconds < 5


def test_a_second_up_is_quick_and_a_wrong_verb_is_a_usage_error(engines: dict[str, str], tool):
    assert tool(str(ENGINES), "up") == ""
    with pytest.raises(AssertionError, match="tools/engines up"):
        tool(str(ENGINES), "sideways")


@pytest.fixture(scope="module")
def archive(docker: Docker, base_image: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("archive") / "base.tar"
    docker("tag", base_image, "root:latest")
    docker("save", "--output", str(path), "root:latest")
    docker("rmi", "root:latest")
    return path


@pytest.fixture
def start(engines: dict[str, str], archive: Path, tmp_path: Path):
    """Starts a Python program through `pottle run` in Docker."""

    def start(*argv: str, **settings) -> AbstractContextManager[Started]:
        config = {name: getattr(CONFIG, name) for name in CONFIG.__slots__} | {"command": argv}
        spec = {"cache": str(tmp_path), "digest": "sha256:none", "backend": "docker", "config": config}
        spec |= {"settings": {"grace": 0.5} | settings, "archive": str(archive)}
        script = Path(__file__).with_name("run_directory.py")
        return started([sys.executable, str(script), json.dumps(spec)], tmp_path, environ=engines)

    return start


def containers(docker: Docker) -> str:
    return docker("ps", "--all", "--quiet")


def test_docker_runs_it_and_its_exit_code_is_ours(start, docker: Docker):
    before = containers(docker)
    with start("python", "-c", "print('hello'); raise SystemExit(7)") as run:
        assert run.process.wait(60) == 7
        assert run.stdout.read_text() == "hello\n"
    assert containers(docker) == before


def test_docker_is_asked_to_stop_it(start, docker: Docker):
    before = containers(docker)
    with start("python", "-c", WAITING) as run:
        run.wait_for("up")
        code, seconds = run.stop(signal.SIGINT)
    assert code == 3
    assert seconds < 2
    assert containers(docker) == before


def test_docker_kills_what_does_not_stop(start):
    with start("python", "-c", WAITING.replace("sys.exit(3)", "None")) as run:
        run.wait_for("up")
        assert run.stop(signal.SIGTERM)[0] == 137


def test_an_engine_without_a_bridge_serves_through_the_forwarder(start):
    inner, outer = free_port(), free_port()
    command = ["python", "-m", "http.server", str(inner), "--directory", "/etc"]
    with start(*command, ports=[f"{outer}:{inner}"]) as run:
        assert f"ready http://127.0.0.1:{outer}" in run.wait_for("ready", "stderr")
        assert fetch(f"http://127.0.0.1:{outer}/os-release").status == 200
        run.stop()


def test_in_docker_too_a_missing_program_is_exit_code_127(start):
    with start("/no/such/program") as run:
        assert run.process.wait(60) == 127
