"""Images on a base image of a registry: what lies below stays as it is, and nothing of it is moved that need not be."""

import json
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.world import PYTHON, WHEELS, World

from pottle.oci.entry import Entry, File, Symlink
from pottle.oci.image import Image
from pottle.oci.layout import Layout
from pottle.oci.unpack import layer_members
from pottle.testing.base_image import MemoryRepository, alpine, debian, python
from pottle.testing.registry import FakeRegistry
from pottle.testing.standalone import StandaloneMirror, stub

OWN = python(f"{PYTHON}.9")
CONFIG = {
    "User": "1000",
    "Env": ["PATH=/usr/local/bin:/usr/bin", "GPG_KEY=ABC"],
    "Entrypoint": ["/entry"],
    "Cmd": ["python3"],
    "WorkingDir": "/srv",
    "Labels": {"maintainer": "somebody", "org.opencontainers.image.revision": "abc"},
    "Volumes": {"/data": {}},
    "Healthcheck": {"Test": ["CMD", "true"]},
    "OnBuild": ["RUN true"],
}


@dataclass
class Bench:
    """A registry, a machine, and a project that stands on what the registry has."""

    server: FakeRegistry
    world: World
    project: Path

    @property
    def base(self) -> str:
        return f"{self.server.host}/team/base:1"

    def serve(self, *layers: Any, repository: str = "team/base", **how: Any) -> None:
        held = MemoryRepository()
        held.image(*(layers or (debian(), OWN)), config=CONFIG, **how)
        held.serve(self.server, repository)

    def pottle(self, *arguments: str | Path, world: World | None = None) -> Any:
        return (world or self.world).pottle(*arguments)

    def build(self, *more: str | Path, world: World | None = None) -> Image:
        said = self.pottle("build", self.project, "--base", self.base, *more, world=world)
        assert said.code == 0, said.err
        return (world or self.world).image("shop")

    def asked(self, method: str, part: str) -> list[str]:
        return [each.line for each in self.server.requests if each.method == method and part in each.path]

    def forget(self) -> None:
        self.server.requests.clear()


@pytest.fixture
def bench(here: World, tmp_path: Path) -> Iterator[Bench]:
    with FakeRegistry() as server:
        yield Bench(server, here, here.virtual(tmp_path / "shop"))


def layer(image: Image, number: int) -> dict[str, Entry]:
    return {e.path: e for member in layer_members(image.store, image.layers[number]) if (e := member.entry)}


def test_our_layers_lie_on_its_layers(bench: Bench):
    bench.serve()
    image = bench.build()
    received = next(iter(bench.server.manifests["team/base"].values()))
    below = [each["digest"] for each in json.loads(received[1])["layers"]]
    assert [each.digest for each in image.layers][:2] == below
    assert len(image.layers) == 6  # interpreter, system, environment, app
    assert [entry.created_by for entry in image.config.history][:2] == ["layer 0", "layer 1"]
    environment = layer(image, 2)
    assert environment["opt/venv/bin/python"] == Symlink("opt/venv/bin/python", f"/usr/local/bin/python{PYTHON}")
    config = environment["opt/venv/pyvenv.cfg"]
    assert isinstance(config, File)
    assert config.read() == b"home = /usr/local/bin\ninclude-system-site-packages = false\n"
    assert not any(path.startswith("usr/") for path in environment)


def test_its_config_is_inherited_as_far_as_it_is_true(bench: Bench):
    bench.serve()
    image = bench.build()
    found = image.config.config
    assert found is not None
    assert (found.user, found.entrypoint, found.working_dir) == ("65532:65532", None, "/app")
    assert found.cmd == ("python", "main.py")
    assert {"GPG_KEY=ABC", "PATH=/opt/venv/bin:/usr/local/bin:/usr/bin"} <= set(found.env)
    assert found.labels == {"maintainer": "somebody"}
    assert list(found.volumes) == ["/data"]
    assert found.healthcheck is None
    annotations = image.manifest.annotations
    assert annotations["org.opencontainers.image.base.name"] == bench.base
    assert annotations["org.opencontainers.image.base.digest"] == bench.server.tags["team/base"]["1"]


def test_our_user_is_added_to_its_accounts(bench: Bench):
    bench.serve()
    system = layer(bench.build(), 3)
    passwd = system["etc/passwd"]
    assert isinstance(passwd, File)
    assert passwd.read().decode().splitlines()[-1].startswith("nonroot:*:65532:65532:")
    assert {"etc", "etc/passwd", "etc/group", "home", "home/nonroot"} == set(system)


def test_bytecode_is_compiled_by_the_same_minor_version(bench: Bench):
    bench.serve()
    tag = sys.implementation.cache_tag
    paths = layer(bench.build(), 4)
    assert any(path.endswith(f"greeting/__pycache__/__init__.{tag}.pyc") for path in paths)


@pytest.mark.parametrize("docker", [False, True], ids=["oci", "docker"])
def test_the_types_are_the_bases_own(bench: Bench, docker: bool):
    bench.serve(docker=docker)
    image = bench.build()
    said = bench.pottle("build", bench.project, "--base", bench.base, "--push", "-t", f"{bench.server.host}/out/shop:1")
    assert said.digest == image.digest
    assert image.descriptor.media_type.startswith("application/vnd.docker") == docker
    media_type, content = bench.server.manifests["out/shop"][str(image.digest)]
    assert (media_type, json.loads(content)["mediaType"]) == (image.descriptor.media_type,) * 2


def test_the_same_base_gives_the_same_image_on_any_machine(bench: Bench):
    bench.serve()
    there = bench.world.fresh("there")
    assert bench.build().digest == bench.build(world=there).digest


# --- bytes ----------------------------------------------------------------------------------------


def test_on_one_registry_its_layers_are_mounted_and_nothing_else_is_fetched_again(bench: Bench):
    bench.serve()
    bench.build()
    bench.forget()
    said = bench.pottle(
        "build",
        bench.project,
        "--base",
        bench.base,
        "--push",
        "-t",
        f"{bench.server.host}/out/shop:1",
        "--format",
        "json",
    )
    assert said.code == 0, said.err
    (pushed,) = json.loads(said.out)["pushed"]
    assert (pushed["mounted"], pushed["sent"]) == (2, 5)  # its two; our four and the config
    assert bench.asked("GET", "/team/base/blobs/") == []


def test_with_a_lock_nothing_of_the_base_is_ever_fetched(bench: Bench):
    bench.serve()
    assert bench.pottle("lock", bench.project, "--base", bench.base).code == 0
    bench.forget()
    there = bench.world.fresh("ci")
    name = f"{bench.server.host}/out/shop:1"
    said = bench.pottle("build", bench.project, "--base", bench.base, "--push", "-t", name, world=there)
    assert said.code == 0, said.err
    assert bench.asked("GET", "/team/base/") == []
    assert bench.asked("HEAD", "/team/base/manifests") == []
    assert set(bench.server.manifests["out/shop"]) == {said.digest}


def test_from_another_registry_its_layers_pass_through_without_being_kept(bench: Bench):
    bench.serve()
    assert bench.pottle("lock", bench.project, "--base", bench.base).code == 0
    there = bench.world.fresh("ci")
    with FakeRegistry() as other:
        said = bench.pottle(
            "build", bench.project, "--base", bench.base, "--push", "-t", f"{other.host}/out/shop:1", world=there
        )
        assert said.code == 0, said.err
        manifest = json.loads(other.manifests["out/shop"][said.digest][1])
        assert {each["digest"] for each in manifest["layers"]} <= set(other.blobs["out/shop"])
    store = Layout.open(there.cache / "store")
    assert not store.path_of(Image.load(store, store.manifests()[0]).layers[0].digest).exists()


def test_an_archive_has_all_of_it(bench: Bench, tmp_path: Path):
    bench.serve()
    assert bench.pottle("lock", bench.project, "--base", bench.base).code == 0
    there = bench.world.fresh("there")
    image = bench.build("-o", tmp_path / "shop.tar", world=there)
    assert image.elsewhere == ()
    with tarfile.open(tmp_path / "shop.tar") as archive:
        assert {f"blobs/sha256/{each.digest.hex}" for each in image.layers} <= set(archive.getnames())


def test_a_registry_that_is_away_when_its_layers_are_wanted_leaves_nothing_half_written(bench: Bench, tmp_path: Path):
    bench.serve()
    assert bench.pottle("lock", bench.project, "--base", bench.base).code == 0
    bench.server.fail("GET", "/blobs/", 404, times=50)
    there = bench.world.fresh("there")
    said = bench.pottle("build", bench.project, "--base", bench.base, "-o", tmp_path / "shop.tar", world=there)
    assert (said.code, (tmp_path / "shop.tar").exists()) == (4, False)


# --- other bases ----------------------------------------------------------------------------------


def test_a_cpython_of_its_own_stands_on_an_image_without_python(bench: Bench, tmp_path: Path):
    mirror = StandaloneMirror(tmp_path / "mirror")
    mirror.add(f"{PYTHON}.99", stub(PYTHON, Path(sys.executable)))
    bench.serve(debian())
    image = bench.build(world=bench.world.fresh("there", **mirror.environ))
    environment = layer(image, 1)
    program = f"/opt/python/bin/python{PYTHON}"
    assert environment["opt/venv/bin/python"] == Symlink("opt/venv/bin/python", program)
    assert program.lstrip("/") in environment


def test_an_alpine_image_gets_what_fits_it(bench: Bench):
    bench.serve(alpine(), python(f"{PYTHON}.9", "usr"))
    image = bench.build()
    assert layer(image, 2)["opt/venv/bin/python"] == Symlink("opt/venv/bin/python", f"/usr/bin/python{PYTHON}")
    assert any(path.endswith("/greeting/__init__.py") for path in layer(image, 4))


def test_several_platforms_stand_on_the_images_of_one_index(bench: Bench):
    held = MemoryRepository()
    amd = held.image(debian(), OWN, tag=None)
    arm = held.image(
        {**debian(), "usr/lib/aarch64-linux-gnu/libc.so.6": debian()["usr/lib/x86_64-linux-gnu/libc.so.6"]},
        OWN,
        platform="linux/arm64",
        tag=None,
    )
    held.index({"linux/amd64": amd, "linux/arm64": arm})
    held.serve(bench.server, "team/base")
    name = f"{bench.server.host}/out/shop:1"
    platforms = "linux/amd64,linux/arm64"
    said = bench.pottle("build", bench.project, "--base", bench.base, "--platform", platforms, "--push", "-t", name)
    assert said.code == 0, said.err
    index = json.loads(bench.server.manifests["out/shop"][said.digest][1])
    bases = [
        json.loads(bench.server.manifests["out/shop"][each["digest"]][1])["annotations"][
            "org.opencontainers.image.base.digest"
        ]
        for each in index["manifests"]
    ]
    assert bases == [amd.digest, arm.digest]


# --- the lock, the plan ---------------------------------------------------------------------------


def test_lock_keeps_it_and_upgrade_takes_what_its_name_stands_for_now(bench: Bench):
    bench.serve()
    said = bench.pottle("lock", bench.project, "--base", bench.base)
    assert f"CPython {PYTHON}.9, glibc 2.41, new" in said.out
    text = (bench.project / "pottle.lock").read_text()
    assert "unchanged" in bench.pottle("lock", bench.project, "--base", bench.base).out
    assert (bench.project / "pottle.lock").read_text() == text
    bench.serve(debian(), python(f"{PYTHON}.10"))
    assert "unchanged" in bench.pottle("lock", bench.project, "--base", bench.base).out
    assert f"CPython {PYTHON}.10" in bench.pottle("lock", bench.project, "--base", bench.base, "--upgrade").out
    found = bench.build().config.history
    assert len(found) == 6


def test_plan_asks_nobody(bench: Bench):
    bench.serve()
    said = bench.pottle("plan", bench.project, "--base", bench.base)
    assert said.code == 3
    assert "nothing is known of the base image" in said.err
    assert bench.server.requests == []
    assert bench.pottle("plan", bench.project, "--base", bench.base, "--resolve").code == 0
    bench.forget()
    said = bench.pottle("plan", bench.project, "--base", bench.base, "--format", "json")
    assert json.loads(said.out)["base_image"]["pythons"][0]["version"] == f"{PYTHON}.9"
    assert bench.server.requests == []


def test_what_its_name_stands_for_is_seen_by_the_next_build_that_refreshes(bench: Bench):
    bench.serve()
    first = bench.build()
    bench.serve(debian(), python(f"{PYTHON}.10"))
    assert bench.build().digest == first.digest
    assert bench.build("--refresh").digest != first.digest


def test_wheels_are_locked_for_its_c_library(bench: Bench):
    bench.serve(alpine(), python(f"{PYTHON}.9", "usr"))
    (bench.project / "uv.lock").unlink()
    there = bench.world.fresh("there", UV_DEFAULT_INDEX=bench.world.index.url)
    said = bench.pottle("lock", bench.project, "--base", bench.base, world=there)
    assert said.code == 0, said.err
    text = (bench.project / "pottle.lock").read_text()
    assert all(wheel.filename in text for wheel in WHEELS)
    assert layer(bench.build(world=there), 2)


def test_locked_takes_nothing_that_the_lock_does_not_have(bench: Bench):
    bench.serve()
    bench.build()  # the cache knows it, which is not enough
    bench.forget()
    said = bench.pottle("build", bench.project, "--base", bench.base, "--locked")
    assert said.code == 3
    assert "everything has to come from locks, and pottle.lock has nothing of the base image" in said.err
    assert bench.server.requests == []
    assert bench.pottle("lock", bench.project, "--base", bench.base).code == 0
    bench.forget()
    assert bench.pottle("build", bench.project, "--base", bench.base, "--locked").code == 0
    assert bench.server.requests == []


def test_what_lies_on_it_is_locked_with_it(bench: Bench, tmp_path: Path):
    mirror = StandaloneMirror(tmp_path / "mirror")
    mirror.add(f"{PYTHON}.99", stub(PYTHON, Path(sys.executable)))
    bench.serve(debian())
    there = bench.world.fresh("there", **mirror.environ)
    assert bench.pottle("lock", bench.project, "--base", bench.base, world=there).code == 0
    text = (bench.project / "pottle.lock").read_text()
    assert f'base = "{bench.base}@sha256:' in text
    assert "interpreter = {" in text
    bench.build("--locked", world=there)
    plan = json.loads(bench.pottle("plan", bench.project, "--base", bench.base, "--format", "json", world=there).out)
    assert not any(reason["decision"] == "base_packages" for reason in plan["reasons"])
