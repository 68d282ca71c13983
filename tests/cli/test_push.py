"""`pottle build --push`: what is said, and what the registry has then."""

import json
import re
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.cli.test_interrupts import AT_ONCE, interrupt, wait_until
from tests.world import World

from pottle.errors import HostError
from pottle.testing.registry import FakeRegistry


@pytest.fixture
def registry() -> Iterator[FakeRegistry]:
    with FakeRegistry() as running:
        yield running


@pytest.fixture
def project(here: World, tmp_path: Path) -> Path:
    return here.virtual(tmp_path / "shop")


def test_the_name_where_it_can_be_pulled_is_printed(here: World, project: Path, registry: FakeRegistry):
    name = f"{registry.host}/team/shop"
    first = here.pottle("build", "--push", "-t", f"{name}:1.2", "-t", f"{name}:1", project)
    assert first.code == 0, first.err
    digest = registry.tags["team/shop"]["1.2"]
    assert registry.tags["team/shop"] == {"1.2": digest, "1": digest}
    assert first.out == f"{name}@{digest}\n"
    last = first.err.splitlines()[-1]
    assert re.search(rf" → {name}:1.2, {name}:1 \(\d+\.\d MB sent\)$", last)
    again = here.pottle("build", "--push", "-t", f"{name}:1.2", "-t", f"{name}:1", project)
    assert again.err.splitlines()[-1].endswith(f"{name}:1 (was there already)")
    assert again.out == first.out


def test_json_says_what_was_sent(here: World, project: Path, registry: FakeRegistry):
    names = [f"{registry.host}/team/shop:1.2", f"{registry.host}/other/shop:1.2"]
    said = here.pottle("build", "--push", "--format=json", "-q", "-t", names[0], "-t", names[1], project)
    document = json.loads(said.out)
    first, second = document["pushed"]
    assert (first["references"], second["references"]) == ([names[0]], [names[1]])
    assert first["digest"] == second["digest"] == document["digest"]
    assert first["sent_bytes"] > second["sent_bytes"] == 0
    assert (first["sent"], second["mounted"]) == (len(document["layers"]) + 1,) * 2
    assert said.err == ""


def test_without_push_nothing_is_pushed(here: World, project: Path):
    assert json.loads(here.pottle("build", "--format=json", "-q", project).out)["pushed"] == []


def test_push_wants_a_name(here: World, project: Path):
    said = here.pottle("build", "--push", project)
    assert said.code == 2
    assert "there is no name to push the image under" in said.err
    assert "--push -t REGISTRY/REPOSITORY:TAG" in said.err
    assert said.out == ""


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("r.example/Shop", "must be lower case"),
        ("r.example/shop@sha256:" + "0" * 64, "has a digest"),
    ],
)
def test_a_name_that_nothing_can_be_pushed_under_is_told_before_anything_is_built(
    here: World, project: Path, name: str, what: str
):
    said = here.pottle("build", "--push", "-t", name, project)
    assert said.code == 2
    assert what in said.err
    assert not (here.cache / "store").exists()


def test_insecure_wants_a_host(here: World, project: Path):
    said = here.pottle("build", "--push", "--insecure", "r.example/team", "-t", "r.example/shop", project)
    assert said.code == 2
    assert "'r.example/team' is no host" in said.err


def test_a_refusal_says_what_to_do_and_keeps_the_image(here: World, project: Path):
    with FakeRegistry(login=("me", "s3cret")) as registry:
        said = here.pottle("build", "--push", "-t", f"{registry.host}/team/shop:1.2", project)
    assert said.code == 4
    assert f"{registry.host} does not let us push to team/shop" in said.err
    assert f"`docker login {registry.host}`" in said.err
    assert registry.tags == {}


def test_the_login_of_docker_is_used_and_never_shown(here: World, project: Path):
    with FakeRegistry(login=("me", "s3cret")) as registry:
        config = here.home / ".docker" / "config.json"
        config.parent.mkdir()
        config.write_text(json.dumps({"auths": {registry.host: {"auth": "bWU6czNjcmV0"}}}))
        said = here.pottle("build", "--push", "-t", f"{registry.host}/team/shop:1.2", project)
        assert said.code == 0, said.err
        assert "1.2" in registry.tags["team/shop"]
    everything = said.out + said.err
    assert "s3cret" not in everything
    for path in here.cache.rglob("*"):
        assert not path.is_file() or b"s3cret" not in path.read_bytes()


@pytest.mark.parametrize(
    ("method", "part", "fault"),
    [
        ("HEAD", "/manifests/", "hang"),
        ("HEAD", "/blobs/", "hang"),
        ("PUT", "/uploads/", "hang"),
        ("PUT", "/manifests/", "hang"),
    ],
)
def test_whoever_stops_a_push_waits_a_moment_at_most(
    here: World, project: Path, registry: FakeRegistry, method: str, part: str, fault
):
    name = f"{registry.host}/team/shop:1.2"
    here.pottle("build", project)
    registry.fail(method, part, fault)
    process = here.start("build", "--push", "-q", "-t", name, project)
    wait_until(lambda: registry.asked(method, part))
    assert interrupt(process, signal.SIGINT) < AT_ONCE
    assert registry.tags == {}
    registry.mend()
    assert here.pottle("build", "--push", "-t", name, project).code == 0
    assert "1.2" in registry.tags["team/shop"]


def test_a_helper_that_hangs_ends_with_us(here: World, project: Path):
    helper = here.home / "bin" / "docker-credential-slow"
    helper.parent.mkdir()
    helper.write_text("#!/bin/sh\ntouch $HOME/asked\nsleep 60\n")
    helper.chmod(0o755)
    there = replace(
        here,
        more={**here.more, "PATH": f"{helper.parent}:/usr/bin:/bin", "DOCKER_AUTH_CONFIG": '{"credsStore": "slow"}'},
    )
    here.pottle("build", project)
    with FakeRegistry(login=("me", "pw")) as registry:
        process = there.start("build", "--push", "-q", "-t", f"{registry.host}/team/shop", project)
        wait_until((here.home / "asked").exists)
        assert interrupt(process, signal.SIGTERM) < AT_ONCE


def test_layers_are_on_their_way_before_the_image_is_whole(
    here: World, project: Path, registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch
):
    def broken(layers: object, *_: object) -> object:
        wait_until(lambda: len(registry.blobs["team/shop"]) >= 3)
        raise HostError("it breaks at the very end")

    monkeypatch.setattr("pottle.build.builder._assembled", broken)
    said = here.pottle("build", "--push", "-t", f"{registry.host}/team/shop:1.2", project)
    assert said.code == HostError.exit_code
    assert "it breaks at the very end" in said.err
    assert registry.tags["team/shop"] == registry.manifests["team/shop"] == {}
