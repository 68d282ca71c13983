"""The client's commands, against a client that is a shell script."""

from pathlib import Path

import pytest
from tests.run.launching import image, launch

from pottle.errors import HostError
from pottle.run.backend import NotStarted
from pottle.run.backends.docker import DOCKER
from pottle.run.backends.podman import PODMAN
from pottle.run.engine import create_arguments, loaded
from pottle.run.image import Config
from pottle.run.settings import Host, Port

CONFIG = Config(environment=(("HOME", "/home/app"),), working_dir="/app")


@pytest.fixture
def engine(tmp_path: Path):
    """Makes a `docker` of the given script, which notes its arguments in `calls`."""

    def make(script: str) -> Host:
        program = tmp_path / "docker"
        program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\n{script}\n')
        program.chmod(0o755)
        return Host({"PATH": f"{tmp_path}:/usr/bin:/bin"}, tmp_path / "cache")

    return make


def test_an_engine_container_has_the_limits_of_every_backend():
    wanted = launch(CONFIG, argv=("python", "-V"), environment=(("A", "b c"),), ports=(Port(8080, 8000),))
    assert create_arguments(wanted, "demo:latest", host_network=False) == [
        "create",
        "--interactive",
        "--read-only",
        "--cap-drop=ALL",
        "--security-opt=no-new-privileges",
        "--tmpfs=/tmp:mode=1777",
        "--tmpfs=/home/app:mode=1777",
        "--publish=127.0.0.1:8080:8000",
        "--env=A=b c",
        "--entrypoint=python",
        "demo:latest",
        "-V",
    ]


def test_on_the_machines_network_nothing_is_published():
    arguments = create_arguments(launch(CONFIG, ports=(Port(8080, 8000),)), "demo:latest", host_network=True)
    assert "--network=host" in arguments
    assert not any(argument.startswith("--publish") for argument in arguments)


@pytest.mark.parametrize(
    ("output", "name"),
    [
        ("Loaded image: demo:latest\n", "demo:latest"),
        ("Getting image source\nLoaded image: localhost/demo:latest", "localhost/demo:latest"),
        ("Loaded image ID: sha256:12", "sha256:12"),
        ("", None),
    ],
)
def test_the_loaded_images_name_is_the_engines(output: str, name: str | None):
    assert loaded(output) == name


def test_an_engine_that_is_not_installed_says_so(tmp_path: Path):
    assert DOCKER.refusal(Host({"PATH": str(tmp_path)}, tmp_path)) == "not installed"


def test_a_client_without_its_engine_is_refused_with_its_own_words(engine):
    host = engine("echo 'Cannot connect to the daemon.' >&2; exit 1")
    assert DOCKER.refusal(host) == "does not answer: Cannot connect to the daemon"


def test_an_engine_that_answers_is_not_refused(engine):
    assert DOCKER.refusal(engine("exit 0")) is None


def test_an_engine_without_a_bridge_gives_the_machines_network(engine):
    host = engine('[ "$1" != network ]')
    assert DOCKER.shares_network(launch(CONFIG), host)
    assert not DOCKER.shares_network(launch(CONFIG, network="bridge"), host)
    assert not PODMAN.shares_network(launch(CONFIG), host)
    assert PODMAN.shares_network(launch(CONFIG, network="host"), host)


def test_an_image_that_the_engine_has_is_not_loaded_again(engine, tmp_path: Path):
    host = engine(
        f'case $1 in image) echo sha256:{"b" * 64};; create) echo c1;; start) exit 3;; inspect) echo "2026 3";; esac'
    )
    with DOCKER.start(launch(CONFIG), host) as container:
        assert container.wait() == 3
    calls = (tmp_path / "calls").read_text().splitlines()
    assert "load" not in [line.split()[0] for line in calls]
    assert calls[-1] == "rm --force --volumes c1"


def test_a_refused_load_is_not_started_and_leaves_no_archive(engine):
    host = engine("case $1 in image) exit 1;; load) echo 'no space left.' >&2; exit 1;; network) exit 0;; esac")
    seen: list[Path] = []

    def write_archive(path: Path) -> None:
        path.write_text("tar")
        seen.append(path)

    wanted = launch(CONFIG)
    wanted = type(wanted)(image(CONFIG, write_archive=write_archive), ("app",), (), (), None)
    with pytest.raises(NotStarted, match="`load` failed: no space left"), DOCKER.start(wanted, host):
        pass
    assert seen
    assert not seen[0].parent.exists()


def test_a_load_for_its_own_sake_names_the_engine_that_refused(engine):
    host = engine("case $1 in image) exit 1;; load) echo 'no space left.' >&2; exit 1;; esac")
    wanted = image(CONFIG, write_archive=lambda path: path.write_text("tar"))
    with pytest.raises(HostError, match="docker: `load` failed: no space left"):
        DOCKER.load(wanted, host)


@pytest.mark.parametrize("state", ["0001-01-01T00:00:00Z 128", ""])
def test_a_container_that_never_started_is_told_from_a_program_that_failed(engine, state: str):
    host = engine(
        f'case $1 in image) echo {"b" * 64};; create) echo c1;; start) exit 1;; inspect) echo "{state}";; esac'
    )
    with (
        DOCKER.start(launch(CONFIG), host) as container,
        pytest.raises(NotStarted, match="could not start the container"),
    ):
        container.wait()


def test_a_missing_program_is_the_images_fault_and_no_reason_to_try_another_backend(engine):
    host = engine(
        f"case $1 in image) echo {'b' * 64};; create) echo c1;; start) exit 1;; "
        'inspect) echo "0001-01-01T00:00:00Z 127";; esac'
    )
    with DOCKER.start(launch(CONFIG), host) as container:
        assert container.wait() == 127
