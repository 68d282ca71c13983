"""Which image an engine is given, against a client that is a shell script."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.run.launching import image

from pottle.errors import HostError
from pottle.run.image import Config, Image
from pottle.run.loading import load
from pottle.run.settings import Host

DOCKER = (
    'case $1 in version) echo linux/arm64;; image) exit 1;; load) cat "$3" >> loaded; echo "Loaded image: x";; esac'
)


def host(directory: Path, **scripts: str) -> Host:
    """A machine with clients of these scripts."""
    for name, script in scripts.items():
        program = directory / name
        program.write_text(f"#!/bin/sh\ncd {directory}\n{script}\n")
        program.chmod(0o755)
    return Host({"PATH": f"{directory}:/usr/bin:/bin"}, directory / "cache")


def writing(text: str) -> Image:
    return image(Config(), write_archive=lambda path: path.write_text(text))


BOTH = {"linux/amd64": writing("amd64"), "linux/arm64": writing("arm64")}


def test_of_several_platforms_the_engine_gets_its_own(tmp_path: Path):
    assert load(BOTH, host(tmp_path, docker=DOCKER)) == ("docker", "x")
    assert (tmp_path / "loaded").read_text() == "arm64"


def test_one_image_is_loaded_whatever_the_engine_runs(tmp_path: Path):
    load({"linux/amd64": BOTH["linux/amd64"]}, host(tmp_path, docker=DOCKER))
    assert (tmp_path / "loaded").read_text() == "amd64"


@pytest.mark.parametrize(("said", "what"), [("linux/s390x", "docker runs linux/s390x, and the image"), ("", "not say")])
def test_an_engine_of_another_platform_is_told(tmp_path: Path, said: str, what: str):
    with pytest.raises(HostError, match=what):
        load(BOTH, host(tmp_path, docker=f"case $1 in version) echo {said};; esac"))
    assert not (tmp_path / "loaded").exists()


def test_podman_is_asked_where_docker_does_not_answer(tmp_path: Path):
    podman = DOCKER.replace("version) echo linux/arm64", "info) echo linux/amd64")
    assert load(BOTH, host(tmp_path, docker="exit 1", podman=podman)) == ("podman", "x")
    assert (tmp_path / "loaded").read_text() == "amd64"


def test_a_further_name_that_is_missing_is_reason_enough_to_load(tmp_path: Path):
    known = f'case $1 in image) [ "$5" = demo:latest ] && echo sha256:{"b" * 64};; load) echo "$3" > loaded;; esac'
    machine = host(tmp_path, docker=known)
    one = image(Config(), write_archive=lambda path: path.write_text("x"))
    assert load({"linux/amd64": one}, machine) == ("docker", one.name)
    assert not (tmp_path / "loaded").exists()
    load({"linux/amd64": replace(one, aliases=("demo:2",))}, machine)
    assert (tmp_path / "loaded").exists()
