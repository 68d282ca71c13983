"""One project for several platforms: made side by side, what they have in common once, and one index over all."""

import json
import signal
import time
from pathlib import Path

import pytest
from tests.cli.test_faults import litter
from tests.cli.test_interrupts import interrupt, wait_until
from tests.test_api import host
from tests.world import PYTHON, WHEELS, World

from pottle import api
from pottle.errors import ProjectError
from pottle.oci.image import ImageIndex, load
from pottle.oci.layout import Layout
from pottle.oci.platform import Platform
from pottle.oci.validate import validate
from pottle.testing.wheel_file import WheelFile

AMD64, ARM64 = Platform.parse("linux/amd64"), Platform.parse("linux/arm64")
BOTH = "--platform=linux/amd64,linux/arm64"
TAG = PYTHON.replace(".", "")
ONLY_AMD64 = WheelFile("other", tag=f"cp{TAG}-cp{TAG}-manylinux_2_17_x86_64")


def build(here: World, project: Path, *platforms: Platform) -> api.Product:
    return api.build_for(project, api.read_options(project, here.environ, {}), platforms, host(here))


def test_both_are_in_an_index_and_what_they_share_is_one_layer(here: World, tmp_path: Path):
    product = build(here, here.packaged(tmp_path / "shop"), ARM64, AMD64)
    assert isinstance(product.target, ImageIndex)
    validate(product.target)
    amd64, arm64 = (dict(built.layers) for built in product.builds)
    assert [built.plan.platform for built in product.builds] == ["linux/amd64", "linux/arm64"]
    assert {name for name in amd64 if amd64[name] == arm64[name]} == {"environment", "app"}


def test_together_or_alone_in_any_order_the_digests_are_the_same(here: World, tmp_path: Path):
    project = here.packaged(tmp_path / "shop")
    together = build(here, project, AMD64, ARM64)
    for platform, built in zip((AMD64, ARM64), together.builds, strict=True):
        alone = build(here.fresh(platform.architecture), project, platform)
        assert alone.target.digest == built.image.digest
    assert build(here.fresh("turned"), project, ARM64, AMD64).target.digest == together.target.digest


def test_one_platform_stays_a_plain_image(here: World, tmp_path: Path):
    product = build(here, here.virtual(tmp_path / "shop"), ARM64)
    assert product.target is product.builds[0].image


def test_what_both_want_is_fetched_and_made_once(here: World, tmp_path: Path):
    project = here.packaged(tmp_path / "shop")
    count = tmp_path / "count"
    backend = project / "backend/own.py"
    backend.write_text(
        backend.read_text().replace("    time.sleep", f"    open({str(count)!r}, 'a').write('x')\n    time.sleep", 1)
    )
    build(here, project, AMD64, ARM64)
    assert count.read_text() == "x"
    fetched = [path for path in here.archive.requests if "/by-hash/" in path or path.endswith(".deb")]
    assert len(fetched) == len(set(fetched)) > 0


def test_the_same_again_makes_nothing_and_asks_nobody(here: World, tmp_path: Path):
    project = here.virtual(tmp_path / "shop")
    first = build(here, project, AMD64, ARM64)
    here.archive.requests.clear()
    here.index.requests.clear()
    second = build(here, project, AMD64, ARM64)
    assert [built.made for built in second.builds] == [frozenset(), frozenset()]
    assert second.target.digest == first.target.digest
    assert here.archive.requests == here.index.requests == []


def test_the_standard_library_is_compiled_once_but_for_what_describes_the_machine(here: World, tmp_path: Path):
    build(here, here.virtual(tmp_path / "shop"), AMD64, ARM64)
    compiled = [path.name for path in (here.cache / "bytecode").rglob(f"usr/lib/python{PYTHON}/*.py")]
    assert sorted(compiled) == [
        "_sysconfigdata__aarch64-linux-gnu.py",
        "_sysconfigdata__x86_64-linux-gnu.py",
        "os.py",
        "stat.py",
    ]


def test_a_wheel_with_machine_code_is_no_other_platforms(here: World, tmp_path: Path):
    project = here.packaged(tmp_path / "shop")
    backend = project / "backend/own.py"
    backend.write_text(backend.read_text().replace("none-any", "none-manylinux_2_17_x86_64"))
    first = build(here, project, AMD64)
    assert "app" in first.builds[0].made
    assert build(here, project, AMD64).builds[0].made == frozenset()
    with pytest.raises(ProjectError, match="does not fit"):
        build(here, project, ARM64)


# --- the command ----------------------------------------------------------------------------------


def test_the_name_stands_for_the_index_and_so_do_all_outputs(here: World, tmp_path: Path):
    out, project = tmp_path / "out", here.virtual(tmp_path / "shop")
    out.mkdir()
    outputs = ("-o", out / "x.tar", "-o", f"{out}/layout/", "--digest-file", out / "digest")
    said = here.pottle("build", project, BOTH, "-t", "shop:1", "-t", "shop:2", *outputs)
    assert said.code == 0, said.err
    digest = said.out.strip().partition("@")[2]
    assert (out / "digest").read_text() == f"{digest}\n"
    for layout in (Layout.open(here.cache / "store"), Layout.open(out / "layout")):
        names = layout.references()
        assert sorted(names) == ["docker.io/library/shop:1", "docker.io/library/shop:2"]
        assert {found.digest for found in names.values()} == {digest}
        validate(load(layout, names["docker.io/library/shop:1"]))


def test_the_summary_has_a_column_for_each_platform(here: World, tmp_path: Path):
    said = here.pottle("build", here.virtual(tmp_path / "shop"), BOTH)
    lines = said.err.splitlines()
    assert lines[0].split() == ["linux/amd64", "linux/arm64"]
    rows = {line.split()[0]: line for line in lines[1:-2]}
    assert "the same" in rows["app"]
    assert "the same" not in rows["base"]
    assert [line.split(":")[0] for line in lines[-2:]] == ["shop for linux/amd64", "shop for linux/arm64"]


def test_json_has_an_object_for_each_platform(here: World, tmp_path: Path):
    said = here.pottle("build", here.virtual(tmp_path / "shop"), BOTH, "--format=json")
    told = json.loads(said.out)
    assert list(told) == ["name", "references", "digest", "platforms", "outputs", "loaded", "pushed"]
    assert [each["platform"] for each in told["platforms"]] == ["linux/amd64", "linux/arm64"]
    assert all(list(each) == ["digest", "config_digest", "platform", "layers"] for each in told["platforms"])


def test_a_platform_that_is_named_twice_is_built_once(here: World, tmp_path: Path):
    project = here.virtual(tmp_path / "shop")
    twice = here.pottle("build", project, "--platform=linux/arm64,linux/arm64", "--platform=linux/arm64/v8")
    assert twice.digest == here.pottle("build", project, "--platform=linux/arm64").digest


@pytest.mark.parametrize("name", ["linux/mips", "linux/amd64,windows/amd64"])
def test_an_unknown_platform_is_refused(here: World, tmp_path: Path, name: str):
    said = here.pottle("build", here.virtual(tmp_path / "shop"), f"--platform={name}")
    assert (said.code, said.out) == (2, "")
    assert "platform" in said.err
    assert not (here.cache / "store").exists()


def test_one_platform_that_cannot_be_built_is_named_and_nothing_is_tagged(here: World, tmp_path: Path):
    project = here.virtual(tmp_path / "shop")
    before = here.pottle("build", project, BOTH).digest
    (project / "uv.lock").write_text(here.lock(wheels=(WHEELS[0], ONLY_AMD64)))
    said = here.pottle("build", project, BOTH, "-o", tmp_path / "x.tar")
    assert (said.code, said.out) == (3, "")
    assert "linux/arm64" in said.err
    assert said.err.count("error:") == 1
    assert not (tmp_path / "x.tar").exists()
    store = Layout.open(here.cache / "store")
    assert store.references()["docker.io/library/shop:latest"].digest == before


def test_a_package_that_one_platform_cannot_have_stops_the_other_and_is_named(here: World, tmp_path: Path):
    here.archive.fail("netbase_1_arm64", 404)
    began = time.monotonic()
    said = here.spawn("build", "-q", here.packaged(tmp_path / "shop", sleep="60"), BOTH)
    assert (said.code, said.out) == (4, ""), said.err
    assert "error: linux/arm64: " in said.err
    assert time.monotonic() - began < 15
    assert litter(here) == []


def test_an_interrupt_in_the_middle_ends_all_of_them(here: World, tmp_path: Path):
    project = here.packaged(tmp_path / "shop", sleep="60")
    process = here.start("build", "-q", project, BOTH)
    wait_until(lambda: any("netbase" in path for path in list(here.archive.requests)))
    assert interrupt(process, signal.SIGINT) < 10, "and not after the backend's minute"
    assert litter(here) == []
    (project / "sleep").write_text("0")
    assert here.pottle("build", project, BOTH).digest == here.fresh("other").pottle("build", project, BOTH).digest


# --- running --------------------------------------------------------------------------------------


def test_of_a_stored_index_this_machines_image_is_run(here: World, tmp_path: Path):
    here.pottle("build", here.virtual(tmp_path / "shop"), BOTH, "-t", "shop:1")
    found = api.stored("shop:1", host(here))
    assert found is not None
    assert found.config.platform == api.own_platform()


def test_an_index_that_has_nothing_for_this_machine_is_not_run(here: World, tmp_path: Path, monkeypatch):
    here.pottle("build", here.virtual(tmp_path / "shop"), BOTH, "-t", "shop:1")
    monkeypatch.setattr("platform.machine", lambda: "s390x")
    said = here.pottle("run", "shop:1")
    assert said.code == 2
    assert "shop:1 is for linux/amd64, linux/arm64, and this machine is linux/s390x" in said.err
