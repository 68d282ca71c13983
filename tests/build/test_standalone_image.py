"""Images whose CPython no suite has: it comes from python-build-standalone, at one place, byte for byte the same on any host."""

import json
import shutil
import sys
from pathlib import Path

import pytest
from tests.world import BASE, PYTHON, World

from pottle.oci.entry import Entry, File, Symlink
from pottle.oci.image import Image
from pottle.oci.unpack import layer_members
from pottle.testing.standalone import StandaloneMirror, stub

PATCH = f"{PYTHON}.99"
"""One that no suite has."""


@pytest.fixture
def mirror(tmp_path: Path) -> StandaloneMirror:
    made = StandaloneMirror(tmp_path / "mirror")
    made.add(PATCH, stub(PYTHON, Path(sys.executable)))
    return made


@pytest.fixture
def there(here: World, mirror: StandaloneMirror) -> World:
    return here.fresh("there", **mirror.environ)


def project(world: World, directory: Path, version: str = PATCH) -> Path:
    """On the only suite that the world has, which has another patch version."""
    wishes = {".python-version": f"{version}\n", "pottle.toml": f'strict = true\nbase = "{BASE.suite}"\n'}
    return world.virtual(directory, **wishes)


def interpreter(image: Image) -> dict[str, Entry]:
    """What the interpreter's layer holds."""
    members = layer_members(image.store, image.layers[1])
    return {entry.path: entry for member in members if (entry := member.entry)}


def text(entry: Entry) -> str:
    assert isinstance(entry, File)
    return entry.read().decode()


def test_it_lies_at_one_place_and_the_environment_is_made_for_it(there: World, tmp_path: Path):
    assert there.pottle("build", project(there, tmp_path / "shop")).code == 0
    image = there.image("shop")
    found = interpreter(image)
    program = f"/opt/python/bin/python{PYTHON}"
    assert found["opt/venv/bin/python"] == Symlink("opt/venv/bin/python", program)
    assert found["usr/bin/python3"] == Symlink("usr/bin/python3", program)
    assert text(found["opt/venv/pyvenv.cfg"]) == "home = /opt/python/bin\ninclude-system-site-packages = false\n"
    assert program.lstrip("/") in found
    assert f"usr/lib/python{PYTHON}/os.py" not in found
    assert image.manifest.annotations["org.opencontainers.image.base.name"] == BASE.name


def test_everything_in_it_is_roots_and_normal(there: World, tmp_path: Path):
    there.pottle("build", project(there, tmp_path / "shop"))
    own = [entry for path, entry in interpreter(there.image("shop")).items() if path.startswith("opt/python/")]
    assert {(entry.uid, entry.gid) for entry in own} == {(0, 0)}
    assert {entry.mode for entry in own if isinstance(entry, File)} == {0o644, 0o755}
    assert not any("pip" in entry.path or "include" in entry.path or "share" in entry.path for entry in own)


@pytest.mark.parametrize("architecture", ["amd64", "arm64"])
def test_its_standard_library_is_compiled_for_any_machine(there: World, tmp_path: Path, architecture: str):
    shop = project(there, tmp_path / "shop")
    assert there.pottle("build", "--platform", f"linux/{architecture}", shop).code == 0
    tag = sys.implementation.cache_tag
    assert f"opt/python/lib/python{PYTHON}/__pycache__/os.{tag}.pyc" in interpreter(there.image("shop"))


def test_the_plan_says_where_it_is_from(there: World, tmp_path: Path):
    said = there.pottle("plan", "--format", "json", project(there, tmp_path / "shop"))
    plan = json.loads(said.out)
    assert {
        "type": "install-interpreter",
        "version": PATCH,
        "source": "python-build-standalone",
        "into": "/opt/python",
    } in (plan["layers"][1]["steps"])
    assert [reason["value"] for reason in plan["reasons"] if reason["decision"] == "interpreter"] == [
        f"python-build-standalone {PATCH}"
    ]


def test_one_digest_on_any_host(there: World, mirror: StandaloneMirror, tmp_path: Path):
    """Another mirror at another place, another machine: what counts is the archive."""
    expected = there.pottle("build", project(there, tmp_path / "shop")).digest
    shutil.copytree(mirror.directory, tmp_path / "copy")
    elsewhere = StandaloneMirror(tmp_path / "copy")
    another = there.fresh("another", **elsewhere.environ, TZ="Pacific/Kiritimati")
    assert (
        another.spawn("build", "-q", project(another, tmp_path / "elsewhere" / "shop"), umask=0o077).digest == expected
    )


def test_another_archive_makes_another_layer_and_no_other(there: World, mirror: StandaloneMirror, tmp_path: Path):
    shop = project(there, tmp_path / "shop")
    there.pottle("build", shop)
    first = there.image("shop").layers
    mirror.add(PATCH, [*stub(PYTHON, Path(sys.executable)), File(f"lib/python{PYTHON}/new.py", b"")])
    there.pottle("build", "--refresh", shop)
    second = there.image("shop").layers
    assert [one == other for one, other in zip(first, second, strict=True)] == [True, False, True, True, True]


def test_once_built_it_needs_no_mirror(there: World, mirror: StandaloneMirror, tmp_path: Path):
    shop = project(there, tmp_path / "shop")
    expected = there.pottle("build", shop).digest
    shutil.rmtree(mirror.directory)
    shutil.rmtree(there.cache / "layers")
    assert there.pottle("build", shop).digest == expected


def test_a_lost_archive_is_fetched_again(there: World, tmp_path: Path):
    shop = project(there, tmp_path / "shop")
    expected = there.pottle("build", shop).digest
    for lost in ("layers", "cpython", "compilers"):
        shutil.rmtree(there.cache / lost)
    assert there.pottle("build", shop).digest == expected


FAULTS = {
    "the mirror is away": (
        {"UV_PYTHON_INSTALL_MIRROR": "http://127.0.0.1:1/builds"},
        f"CPython {PATCH} cannot be fetched",
    ),
    "it has no such version": ({"UV_PYTHON_DOWNLOADS_JSON_URL": ""}, f"has no CPython {PATCH} for x86_64"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_cannot_be_had_is_one_error(there: World, mirror: StandaloneMirror, name: str, tmp_path: Path):
    environ, message = FAULTS[name]
    lost = there.fresh("lost", **{**mirror.environ, **environ})
    said = lost.pottle("build", "-q", "--platform", "linux/amd64", project(lost, tmp_path / "shop"))
    assert said.code == 4
    assert said.err.startswith("error: ")
    assert message in said.err.splitlines()[0]
    assert "hint: " in said.err


def test_a_lock_holds_it_for_hosts_of_both_architectures(there: World, mirror: StandaloneMirror, tmp_path: Path):
    """Neither the list that it was found in nor the place it came from is asked again, and a folder has it for good."""
    shop = project(there, tmp_path / "shop")
    assert there.pottle("lock", "-q", "--debs", "vendor", "--platform", "linux/amd64,linux/arm64", shop).code == 0
    text = (shop / "pottle.lock").read_text()
    assert [text.count(f'machine = "{machine}"') for machine in ("x86_64", "aarch64")] == [2, 2]
    assert len(list((shop / "vendor").glob(f"cpython-{PATCH}*"))) == 2
    digest = there.pottle("build", "-q", "--locked", "--debs", "vendor", shop).digest
    shutil.rmtree(mirror.directory)
    other = there.fresh("other", **mirror.environ)
    assert other.pottle("build", "-q", "--locked", "--debs", "vendor", shop).digest == digest
