"""A project goes in, a valid image comes out: on a made-up machine, with a made-up distribution, by real bytecode."""

import json
import os
import tarfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.world import BASE, PYTHON, WHEELS, World, world

from pottle import api
from pottle.oci.image import Image
from pottle.oci.layout import Layout
from pottle.oci.platform import Platform
from pottle.oci.validate import validate
from pottle.progress import Silent

AMD64 = Platform.parse("linux/amd64")
LAYERS = ["base", "interpreter", "system", "environment", "app"]
SITE = f"opt/venv/lib/python{PYTHON}/site-packages"


class Listening(Silent):
    def __init__(self) -> None:
        self.warnings: list[str] = []

    def warn(self, message: str) -> None:
        self.warnings.append(message)


def host(here: World, **changes: object) -> api.Host:
    about = {"clock": lambda: here.archive.now, "archive_keys": here.archive.keys} | changes
    return api.Host(here.cache, here.environ, **about)  # type: ignore[arg-type]


def build(here: World, project: Path, platform: Platform = AMD64, **changes: object):
    return api.build(project, api.read_options(project, here.environ, {}), platform, host(here, **changes))


def paths(built) -> set[str]:
    """Every path of the image."""
    found: set[str] = set()
    for _, layer in built.layers:
        with built.image.store.open_blob(layer.descriptor.digest) as blob, tarfile.open(fileobj=blob) as tar:
            found |= {name.rstrip("/") for name in tar.getnames()}
    return found


def test_a_virtual_project_becomes_a_valid_image(here, tmp_path):
    built = build(here, here.virtual(tmp_path / "shop"))
    validate(built.image)
    assert [name for name, _ in built.layers] == LAYERS
    assert built.made == set(LAYERS)


def test_a_packaged_project_becomes_a_valid_image(here, tmp_path):
    built = build(here, here.packaged(tmp_path / "shop"))
    validate(built.image)
    assert built.plan.command[0].endswith("shop")


def test_the_same_again_makes_nothing_and_asks_nobody(here, tmp_path):
    project = here.virtual(tmp_path / "shop")
    first = build(here, project)
    here.archive.requests.clear()
    here.index.requests.clear()
    second = build(here, project)
    assert second.made == set()
    assert second.image.digest == first.image.digest
    assert here.archive.requests == here.index.requests == []


def test_so_it_is_where_the_lock_does_not_say_where_wheels_lie(here, tmp_path):
    there = replace(here, more={**here.more, "UV_DEFAULT_INDEX": here.index.url})
    project = there.poetry(tmp_path / "shop")
    first = build(there, project)
    assert first.made >= {"environment", "app"}
    there.archive.requests.clear()
    there.index.requests.clear()
    (project / "main.py").write_text("print('changed')\n")
    second = build(there, project)
    assert second.made == {"app"}
    assert there.archive.requests == there.index.requests == []


def test_changed_code_makes_the_app_alone(here, tmp_path):
    project = here.virtual(tmp_path / "shop")
    build(here, project)
    (project / "main.py").write_text("print('changed')\n")
    assert build(here, project).made == {"app"}


def test_a_file_that_only_was_touched_gives_the_same_image(here, tmp_path):
    project = here.virtual(tmp_path / "shop")
    first = build(here, project)
    os.utime(project / "main.py", (1, 1))
    assert build(here, project).image.digest == first.image.digest


def test_a_changed_lock_makes_the_environment_and_leaves_what_lies_below(here, tmp_path):
    project = here.virtual(tmp_path / "shop")
    build(here, project)
    manifest = project / "pyproject.toml"
    manifest.write_text(manifest.read_text().replace("'greeting', 'other'", "'greeting'"))
    (project / "uv.lock").write_text(here.lock(wheels=WHEELS[:1]))
    assert build(here, project).made <= {"greeting-1.0", "app"}


def test_two_projects_share_all_but_the_app(here, tmp_path):
    build(here, here.virtual(tmp_path / "one"))
    assert build(here, here.packaged(tmp_path / "two")).made == {"app"}


def test_a_changed_package_makes_its_layer_and_the_sum_alone(here, tmp_path):
    from pottle.testing.debian_archive import Package

    project = here.virtual(tmp_path / "shop")
    build(here, project)
    newer = [Package("netbase", "2", each, fields={"Depends": "libc6"}) for each in ("amd64", "arm64")]
    here.archive.add(*newer, pocket=f"{BASE.suite}-security")
    here.archive.now += timedelta(hours=2)
    assert build(here, project).made == {"base", "system"}


def test_bytecode_of_every_source_is_there(here, tmp_path):
    built = build(here, here.virtual(tmp_path / "shop"))
    tag = PYTHON.replace(".", "")
    found = paths(built)
    assert f"{SITE}/greeting/__pycache__/__init__.cpython-{tag}.pyc" in found
    assert f"usr/lib/python{PYTHON}/__pycache__/os.cpython-{tag}.pyc" in found
    assert f"app/__pycache__/main.cpython-{tag}.pyc" in found


def test_a_checkout_that_git_cannot_list_is_told(here, tmp_path):
    project = here.virtual(tmp_path / "shop")
    (project / ".git").mkdir()
    heard = Listening()
    build(here, project, progress=heard)
    assert [text for text in heard.warnings if text.startswith("git cannot say")]


def test_where_the_interpreter_does_not_run_there_is_no_bytecode_and_one_warning(tmp_path):
    heard = Listening()
    with world(tmp_path / "home", bytecode=False) as here:
        built = build(here, here.virtual(tmp_path / "shop"), progress=heard)
    assert [text for text in heard.warnings if "without bytecode" in text] == heard.warnings
    assert len(heard.warnings) == 1
    assert not [path for path in paths(built) if path.endswith(".pyc")]


def test_the_other_architecture_has_the_same_bytecode_and_its_own_packages(here, tmp_path):
    project = here.virtual(tmp_path / "shop")
    one, other = build(here, project), build(here, project, Platform.parse("linux/arm64"))
    validate(other.image)
    layers = dict(one.layers), dict(other.layers)
    assert layers[0]["environment"] == layers[1]["environment"]
    assert layers[0]["base"] != layers[1]["base"]


def test_a_locked_plan_names_every_byte(here, tmp_path):
    project = here.virtual(tmp_path / "shop")
    options = api.read_options(project, here.environ, {})
    locked = api.lock(project, api.plan(project, options, AMD64), options, host(here))
    assert {wheel.name for wheel in locked.wheels} == {"greeting", "other"}
    assert "libc6" in {package.name for _, packages in locked.packages for package in packages}
    assert locked.compiler is not None
    assert locked.compiler.version == PYTHON


# --- the command -----------------------------------------------------------------------------------


def test_stdout_holds_the_name_and_the_digest_and_nothing_else(here, tmp_path):
    said = here.spawn("build", here.virtual(tmp_path / "shop"))
    assert said.out == f"shop@{here.image('shop').digest}\n"
    assert said.code == 0
    assert "unpacked" in said.err


def test_quiet_says_nothing_on_stderr(here, tmp_path):
    said = here.spawn("build", "-q", here.virtual(tmp_path / "shop"))
    assert (said.code, said.err) == (0, "")


def test_an_archive_a_layout_and_a_digest_file_are_all_the_same_image(here, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    said = here.pottle(
        *("build", here.virtual(tmp_path / "shop"), "-t", "shop:1.2", "-o", out / "x.tar", "-o", f"{out}/layout/"),
        *("--digest-file", out / "digest"),
    )
    assert said.code == 0, said.err
    assert (out / "digest").read_text() == f"{said.digest}\n"
    layout = Layout.open(out / "layout")
    assert [found.digest for found in layout.manifests()] == [said.digest]
    validate(Image.load(layout, layout.manifests()[0]))
    assert sorted(path.name for path in out.iterdir()) == ["digest", "layout", "x.tar"]


def test_json_tells_what_was_built(here, tmp_path):
    project = here.virtual(tmp_path / "shop")
    here.pottle("build", project)
    said = here.pottle("build", project, "--format", "json", "-t", "a:1", "-t", "b")
    told = json.loads(said.out)
    assert told["digest"] == here.image("shop").digest
    assert [layer["name"] for layer in told["layers"]] == LAYERS
    assert not any(layer["made"] for layer in told["layers"])
    assert [name.rpartition("/")[2] for name in told["references"]] == ["a:1", "b:latest"]


def test_a_plan_is_told_without_a_network_and_without_a_cache(here, tmp_path):
    said = here.pottle("plan", here.virtual(tmp_path / "shop"), "--format", "json")
    assert json.loads(said.out)["name"] == "shop"
    assert here.archive.requests == here.index.requests == []
    assert not here.cache.exists()


@pytest.mark.parametrize("flag", ["--optimize=size", "--variant=debug", "--port=9000"])
def test_flags_make_another_image(here, tmp_path, flag):
    project = here.virtual(tmp_path / "shop")
    plain, other = here.pottle("build", project), here.pottle("build", project, flag)
    assert other.code == 0, other.err
    assert (plain.digest != other.digest) or flag.startswith("--port")


def test_zstd_changes_how_layers_are_kept_and_nothing_in_them(here, tmp_path):
    project = here.virtual(tmp_path / "shop")
    plain = json.loads(here.pottle("build", project, "--format=json").out)
    said = here.pottle("build", project, "--format=json", "--compression=zstd")
    packed = json.loads(said.out)
    image = here.image("shop")
    assert {layer.media_type for layer in image.layers} == {"application/vnd.oci.image.layer.v1.tar+zstd"}
    assert [layer["diff_id"] for layer in packed["layers"]] == [layer["diff_id"] for layer in plain["layers"]]
    assert not {layer["digest"] for layer in packed["layers"]} & {layer["digest"] for layer in plain["layers"]}
    again = json.loads(here.pottle("build", project, "--format=json").out)
    assert (again["digest"], [layer["made"] for layer in again["layers"]]) == (plain["digest"], [False] * len(LAYERS))


SCRIPT = """\
# /// script
# dependencies = ["idna"]
#
# [tool.pottle]
# env = { REPORT = "daily" }
# ///
print("hello")
"""


def test_a_script_may_be_named_in_place_of_a_directory(tmp_path):
    (tmp_path / "report.py").write_text(SCRIPT)
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "p"\nversion = "1"\n[tool.pottle]\nport = 3\n')
    script = tmp_path / "report.py"
    plan = api.plan(script, api.read_options(script, {}, {}), AMD64)
    assert (plan.name, plan.package_manager, plan.command, plan.port) == (
        *("report", "pep723"),
        ("python", "report.py"),
        None,
    )
    assert ("REPORT", "daily") in plan.runtime.environment


def test_a_script_without_metadata_is_one_of_the_project(tmp_path):
    (tmp_path / "a.py").write_text("print('hello')\n")
    (tmp_path / "b.py").write_text("if __name__ == '__main__':\n    print('hello')\n")
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "p"\nversion = "1"\n')
    plan = api.plan(tmp_path / "a.py", api.read_options(tmp_path / "a.py", {}, {}), AMD64)
    assert (plan.name, plan.command) == ("p", ("python", "a.py"))
