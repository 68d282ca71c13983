"""`--cache-from` and `--cache-to`: two machines, one repository; and a repository that is of no use is no trouble."""

import gzip
import json
import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.test_interrupts import AT_ONCE, interrupt, wait_until
from tests.world import Said, World

from pottle import api
from pottle.oci.digest import Digest
from pottle.oci.validate import validate
from pottle.testing.registry import FakeRegistry

LAYERS = ("base", "interpreter", "system", "environment", "app")


@pytest.fixture
def registry() -> Iterator[FakeRegistry]:
    with FakeRegistry() as running:
        yield running


@pytest.fixture
def project(here: World, tmp_path: Path) -> Path:
    return here.packaged(tmp_path / "shop")


@pytest.fixture
def cache(registry: FakeRegistry) -> str:
    return f"{registry.host}/ci/cache"


def build(machine: World, project: Path, *more: str) -> dict:
    said = machine.pottle("build", "--format", "json", project, *more)
    assert said.code == 0, said.err
    return {**json.loads(said.out), "warnings": said.err.count("warning: the layer cache")}


def made(document: dict) -> list[str]:
    return [layer["name"] for layer in document["layers"] if layer["made"]]


def shared(document: dict) -> list[str]:
    return [layer["name"] for layer in document["layers"] if layer["shared"]]


def checkout(project: Path, into: Path) -> Path:
    """The same project somewhere else, with other times and inodes."""
    shutil.copytree(project, into)
    for path in into.rglob("*"):
        os.utime(path, (10**9, 10**9))
    return into


def downloads(registry: FakeRegistry) -> list[str]:
    """Blobs that were given to anybody."""
    return [asked.line for asked in registry.requests if asked.method == "GET" and "/blobs/" in asked.path]


def test_another_machine_makes_nothing_and_gets_the_same_image(here, tmp_path, project, registry, cache):
    one = build(here, project, "--cache-to", cache)
    assert len(registry.tags["ci/cache"]) == len(one["layers"])
    assert shared(one) == []
    other = here.fresh("other")
    here.archive.mirrors  # noqa: B018 - the archive goes on; the other machine need not ask it for a .deb
    two = build(other, checkout(project, tmp_path / "there"), "--cache-from", cache)
    assert made(two) == []
    assert shared(two) == [layer["name"] for layer in two["layers"]]
    assert two["digest"] == one["digest"]
    other.image("shop")
    assert not list((other.cache / "debian" / "packages").glob("*/*.deb"))
    assert not (other.cache / "bytecode").exists()
    three = build(other, tmp_path / "there")
    assert (made(three), shared(three)) == ([], [])


def test_who_only_pushes_to_where_the_layers_are_downloads_none_of_them(here, tmp_path, project, registry, cache):
    one = build(here, project, "--cache-to", cache)
    other, name = here.fresh("other"), f"{registry.host}/team/shop:1.0"
    registry.requests.clear()
    two = build(other, checkout(project, tmp_path / "there"), "--cache-from", cache, "--push", "-t", name)
    assert made(two) == []
    assert downloads(registry) == []
    assert two["digest"] == one["digest"] == registry.tags["team/shop"]["1.0"]
    (pushed,) = two["pushed"]
    assert pushed["mounted"] == len(two["layers"])
    assert pushed["sent"] == 1  # the config
    assert not list((other.cache / "layers").glob("*/*"))


def test_each_layer_costs_one_manifest(here, tmp_path, project, registry, cache):
    build(here, project, "--cache-to", cache)
    registry.requests.clear()
    build(here.fresh("other"), checkout(project, tmp_path / "there"), "--cache-from", cache)
    manifests = [asked.line for asked in registry.requests if "/manifests/" in asked.path]
    assert len(manifests) == len(set(manifests)) == len(registry.tags["ci/cache"])
    assert len(downloads(registry)) == len(manifests)


def test_an_image_whose_layers_are_elsewhere_is_completed_by_where_it_was_pushed(
    here, tmp_path, project, registry, cache
):
    """`pottle run` fetches them then."""
    build(here, project, "--cache-to", cache)
    other, name = here.fresh("other"), f"{registry.host}/team/shop:1.0"
    two = build(other, project, "--cache-from", cache, "--push", "-t", name)
    host = api.Host(other.cache, other.environ)
    image = api.stored(name, host)
    assert image is not None
    assert len(image.missing) == len(two["layers"])
    registry.blobs["ci/cache"].clear()
    api.complete(image, host, [api.reference(name)])
    assert image.missing == ()
    validate(image)


def test_what_was_pushed_and_is_gone_is_one_error(here, tmp_path, project, registry, cache):
    build(here, project, "--cache-to", cache)
    other, name = here.fresh("other"), f"{registry.host}/team/shop:1.0"
    build(other, project, "--cache-from", cache, "--push", "-t", name)
    registry.blobs["team/shop"].clear()
    said = other.pottle("run", name)
    assert said.code == 4
    assert f"layers of the image are neither here nor in {registry.host}/team/shop" in said.err
    assert "build it anew" in said.err


def test_a_layer_that_the_cache_loses_before_it_is_pushed_is_made_here(
    here, tmp_path, project, registry, cache, monkeypatch
):
    one = build(here, project, "--cache-to", cache)
    lost = one["layers"][-2]["digest"]
    before = api.delivery.push

    def losing(*arguments: object, **options: object) -> object:
        registry.blobs["ci/cache"].pop(lost, None)
        return before(*arguments, **options)

    monkeypatch.setattr(api.delivery, "push", losing)
    other, name = here.fresh("other"), f"{registry.host}/team/shop:1.0"
    said = other.pottle(
        "build", "--format=json", checkout(project, tmp_path / "there"), "--cache-from", cache, "--push", "-t", name
    )
    assert said.code == 0, said.err
    two = json.loads(said.out)
    assert two["digest"] == one["digest"] == registry.tags["team/shop"]["1.0"]
    assert [layer["digest"] for layer in two["layers"] if layer["made"]] == [lost]
    assert f"the layer cache {registry.host}/ci/cache has lost a layer" in said.err


def test_the_blobs_go_from_registry_to_registry_where_none_can_be_mounted(here, tmp_path, project, registry, cache):
    build(here, project, "--cache-to", cache)
    with FakeRegistry() as second:
        other = here.fresh("other")
        two = build(other, project, "--cache-from", cache, "--push", "-t", f"{second.host}/team/shop:1.0")
        assert second.tags["team/shop"]["1.0"] == two["digest"]
        assert set(second.blobs["team/shop"]) >= {layer["digest"] for layer in two["layers"]}
    assert made(two) == []


def test_a_change_of_code_makes_one_layer(here, tmp_path, registry, cache):
    project = here.virtual(tmp_path / "shop")
    build(here, project, "--cache-to", cache)
    other, there = here.fresh("other"), checkout(project, tmp_path / "there")
    there.joinpath("main.py").write_text("print('changed')\n")
    two = build(other, there, "--cache-from", cache, "--cache-to", cache)
    assert made(two) == ["app"]
    assert len(registry.tags["ci/cache"]) == len(two["layers"]) + 1
    three = build(here.fresh("third"), checkout(there, tmp_path / "third"), "--cache-from", cache)
    assert made(three) == []
    assert three["digest"] == two["digest"]


def test_who_may_execute_a_file_is_a_part_of_the_key(here, tmp_path, registry, cache):
    project = here.virtual(tmp_path / "shop", **{"tool.sh": "#!/bin/sh\n"})
    build(here, project, "--cache-to", cache)
    there = checkout(project, tmp_path / "there")
    there.joinpath("tool.sh").chmod(0o755)
    assert made(build(here.fresh("other"), there, "--cache-from", cache)) == ["app"]


def test_what_is_there_is_not_put_there_again(here, project, registry, cache):
    build(here, project, "--cache-to", cache)
    before = dict(registry.tags["ci/cache"])
    registry.requests.clear()
    build(here, project, "--cache-to", cache)
    assert registry.tags["ci/cache"] == before
    assert {asked.method for asked in registry.requests} == {"HEAD"}


def test_what_was_pushed_is_mounted_into_the_cache(here, project, registry, cache):
    name = f"{registry.host}/team/shop:1.0"
    registry.requests.clear()
    one = build(here, project, "--push", "-t", name, "--cache-to", cache)
    sent = sum(asked.size for asked in registry.requests if "ci/cache" in asked.path and "/blobs/" in asked.path)
    assert sent == 2  # the empty config
    assert len(registry.tags["ci/cache"]) == len(one["layers"])


def test_several_repositories_are_asked_in_their_order(here, tmp_path, project, registry, cache):
    build(here, project, "--cache-to", cache)
    nothing = f"{registry.host}/ci/empty"
    two = build(here.fresh("other"), project, "--cache-from", nothing, "--cache-from", cache)
    assert made(two) == []
    assert two["warnings"] == 0


def test_the_project_and_the_environment_may_name_it(here, tmp_path, registry, cache):
    settings = f'[tool.pottle]\ncache-from = ["{cache}"]\ncache-to = "{cache}"\n'
    project = here.virtual(tmp_path / "shop")
    with (project / "pyproject.toml").open("a") as file:
        file.write(settings)
    build(here, project)
    other = here.fresh("other", POTTLE_CACHE_FROM=cache)
    there = checkout(project, tmp_path / "there")
    there.joinpath("pyproject.toml").write_text((project / "pyproject.toml").read_text().replace(settings, ""))
    assert "environment" in shared(build(other, there))


def test_a_warm_build_reads_no_file_for_a_cache_that_it_need_not_ask(here, project, registry, cache, monkeypatch):
    build(here, project)
    monkeypatch.setattr("pottle.build.project.ProjectFiles.content", lambda _self: pytest.fail("nobody should read"))
    registry.requests.clear()
    assert made(build(here, project, "--cache-from", cache)) == []
    assert registry.requests == []


def test_each_compression_has_layers_of_its_own(here, tmp_path, project, registry, cache):
    build(here, project, "--cache-to", cache)
    packed = build(here, project, "--compression", "zstd", "--cache-to", cache)
    other = here.fresh("other")
    two = build(other, checkout(project, tmp_path / "there"), "--compression", "zstd", "--cache-from", cache)
    assert (made(two), two["warnings"]) == ([], 0)
    assert two["digest"] == packed["digest"]
    other.image("shop")


# --- several platforms ----------------------------------------------------------------------------


def test_several_platforms_share_the_cache(here, tmp_path, registry, cache):
    project = here.virtual(tmp_path / "shop")
    both = ("--platform", "linux/amd64,linux/arm64")
    one = build_several(here, project, *both, "--cache-to", cache)
    two = build_several(here.fresh("other"), checkout(project, tmp_path / "there"), *both, "--cache-from", cache)
    assert two["digest"] == one["digest"]
    assert not any(layer["made"] for image in two["platforms"] for layer in image["layers"])


def build_several(machine: World, project: Path, *more: str) -> dict:
    said = machine.pottle("build", "--format", "json", project, *more)
    assert said.code == 0, said.err
    return json.loads(said.out)


# --- trouble --------------------------------------------------------------------------------------


def with_cache(machine: World, project: Path, cache: str) -> tuple[Said, float]:
    began = time.monotonic()
    return machine.pottle("build", project, "--cache-from", cache, "--cache-to", cache), time.monotonic() - began


def assert_built_with_one_warning(here: World, said: Said) -> None:
    assert said.code == 0, said.err
    assert said.err.count("warning: the layer cache") == 1, said.err
    here.image("shop")


def test_a_registry_that_is_not_there_is_one_warning(here, project):
    said, seconds = with_cache(here, project, "127.0.0.1:9/ci/cache")
    assert_built_with_one_warning(here, said)
    assert seconds < 30


def test_a_registry_that_refuses_is_one_warning(here, project):
    with FakeRegistry(login=("me", "secret")) as registry:
        said, _ = with_cache(here, project, f"{registry.host}/ci/cache")
    assert_built_with_one_warning(here, said)


@pytest.mark.parametrize("fault", [500, 403, "garbage", "damaged", "reset", "cut", "lie"])
def test_whatever_a_registry_does_the_build_goes_on(here, tmp_path, project, registry, cache, fault):
    good = build(here, project, "--cache-to", cache)
    registry.fail("GET", "/manifests/", fault, times=99)
    registry.fail("HEAD", "/manifests/", 404, times=99)
    other = here.fresh("other")
    said = other.pottle("build", "--format", "json", project, "--cache-from", cache)
    assert said.code == 0, said.err
    assert said.err.count("warning: the layer cache") == 1
    document = json.loads(said.out)
    assert document["digest"] == good["digest"]
    assert shared(document) == []


@pytest.mark.parametrize("fault", [404, 500, "damaged", "cut", "longer", "reset"])
def test_a_blob_that_does_not_come_as_it_should_is_made(here, tmp_path, project, registry, cache, fault):
    good = build(here, project, "--cache-to", cache)
    registry.fail("GET", "/blobs/", fault, times=99)
    other = here.fresh("other")
    two = build(other, project, "--cache-from", cache)
    assert two["digest"] == good["digest"]
    assert two["warnings"] == 1
    assert made(two)
    other.image("shop")


def test_a_blob_that_is_gone_is_made_though_nobody_wants_its_bytes(here, project, registry, cache):
    """A registry may have forgotten a blob, with its record still there."""
    good = build(here, project, "--cache-to", cache)
    registry.blobs["ci/cache"].pop(good["layers"][0]["digest"])
    two = build(here.fresh("other"), project, "--cache-from", cache, "--push", "-t", f"{registry.host}/team/shop:1")
    assert made(two) == [good["layers"][0]["name"]]
    assert two["digest"] == good["digest"] == registry.tags["team/shop"]["1"]


def replaced(registry: FakeRegistry, digest: str, content: bytes, **changes: object) -> None:
    """Lets the record of one layer say something else."""
    new = Digest.of(content)
    registry.blobs["ci/cache"][new] = content
    for tag, name in registry.tags["ci/cache"].items():
        kind, manifest = registry.manifests["ci/cache"][name]
        document = json.loads(manifest)
        if document["layers"][0]["digest"] == digest:
            document["layers"][0] |= {"digest": new, "size": len(content)}
            document["annotations"] |= changes
            written = json.dumps(document).encode()
            registry.manifests["ci/cache"][Digest.of(written)] = (kind, written)
            registry.tags["ci/cache"][tag] = Digest.of(written)
            return
    raise AssertionError(digest)


BOMB = gzip.compress(b"\0" * 50_000_000)


@pytest.mark.parametrize("content", [gzip.compress(b"another tar"), b"no gzip", BOMB], ids=["tar", "garbage", "bomb"])
def test_bytes_that_are_not_what_the_record_says_are_refused(here, project, registry, cache, content):
    good = build(here, project, "--cache-to", cache)
    replaced(registry, good["layers"][-1]["digest"], content)
    other = here.fresh("other")
    two = build(other, project, "--cache-from", cache)
    assert two["digest"] == good["digest"]
    assert two["warnings"] == 1
    assert not list(other.cache.rglob(".ingest*"))


def test_no_secret_of_the_cache_is_said(here, project, tmp_path):
    with FakeRegistry(login=("me", "s3cret")) as registry:
        config = here.home / ".docker" / "config.json"
        config.parent.mkdir()
        config.write_text(json.dumps({"auths": {registry.host: {"auth": "bWU6d3Jvbmc="}}}))
        said, _ = with_cache(here, project, f"{registry.host}/ci/cache")
    assert_built_with_one_warning(here, said)
    assert "wrong" not in said.err


@pytest.mark.parametrize("name", ["UPPER/case", "registry.example/cache:tag", "registry.example/"])
def test_what_is_no_repository_is_said(here, project, name):
    said = here.pottle("build", project, "--cache-from", name)
    assert said.code == 3, said.err
    assert "cannot be a layer cache" in said.err
    assert "--cache-from" in said.err


@pytest.mark.parametrize("platforms", ["linux/amd64", "linux/amd64,linux/arm64"])
def test_whoever_stops_a_build_does_not_wait_for_the_cache(here, tmp_path, registry, cache, platforms):
    registry.fail("GET", "/manifests/", "hang", times=99)
    project = here.virtual(tmp_path / "shop")
    process = here.start("build", "-q", "--platform", platforms, "--cache-from", cache, project)
    wait_until(lambda: registry.asked("GET", "/manifests/"))
    assert interrupt(process, signal.SIGINT) < AT_ONCE
    registry.mend()


# --- who may not share ----------------------------------------------------------------------------


def test_a_file_that_changes_while_it_is_built_is_not_shared(here, tmp_path, project, registry, cache, monkeypatch):
    from pottle.build.ingredients import Ingredients

    monkeypatch.setattr(Ingredients, "are_unchanged", lambda _self: False)
    build(here, project, "--cache-to", cache)
    assert registry.tags["ci/cache"] == {}


def test_layers_without_the_bytecode_that_they_should_have_are_not_shared(tmp_path, registry, cache):
    from tests.world import world

    with world(tmp_path / "home", bytecode=False) as here:
        project = here.virtual(tmp_path / "shop")
        one = build(here, project, "--cache-to", cache)
        there = {json.loads(content)["layers"][0]["digest"] for _, content in registry.manifests["ci/cache"].values()}
        layers = {layer["name"]: layer["digest"] for layer in one["layers"]}
        assert layers["base"] in there
        assert not {layers["environment"], layers["app"]} & there
        registry.requests.clear()
        build(here, project, "--cache-to", cache)
        assert len(registry.manifests["ci/cache"]) == len(there)


def test_machine_code_of_the_project_is_not_shared(here, tmp_path, project, registry, cache):
    backend = project / "backend/own.py"
    backend.write_text(backend.read_text().replace("none-any", "none-manylinux_2_17_x86_64"))
    build(here, project, "--cache-to", cache, "--platform", "linux/amd64")
    two = build(here.fresh("other"), checkout(project, tmp_path / "there"), "--cache-from", cache)
    assert made(two) == ["app"]


def test_another_compression_is_another_layer(here, tmp_path, project, registry, cache):
    build(here, project, "--cache-to", cache)
    other = here.fresh("other")
    two = build(other, checkout(project, tmp_path / "there"), "--cache-from", cache, "--compression", "zstd")
    assert shared(two) == []


def test_every_project_of_a_monorepo_has_the_cache(here, tmp_path, registry, cache):
    for name in ("jobs", "web"):
        directory = here.virtual(tmp_path / "all" / name)
        for file in (directory / "pyproject.toml", directory / "uv.lock"):
            file.write_text(file.read_text().replace('"shop"', f'"{name}"'))
    first = here.pottle("build", "--all", tmp_path / "all", "--cache-to", cache)
    assert first.code == 0, first.err
    other = here.fresh("other")
    said = other.pottle("build", "--all", checkout(tmp_path / "all", tmp_path / "there"), "--cache-from", cache)
    assert said.code == 0, said.err
    assert said.out == first.out
    assert said.err.count("unchanged") == 2
