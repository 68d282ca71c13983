"""Packages that nobody asked for: what the wheels' machine code is linked with, and what their code loads."""

import json
import tarfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.native.elf_files import Blueprint, build
from tests.test_repository import from_an_index, write
from tests.world import BASE, PYTHON, Said, World, world

from pottle.oci.entry import File
from pottle.testing.base_image import MemoryRepository, alpine, debian, python
from pottle.testing.debian_archive import Package
from pottle.testing.package_index import PackageIndex
from pottle.testing.registry import FakeRegistry
from pottle.testing.sdist_file import SdistFile
from pottle.testing.wheel_file import WheelFile

TAG = f"cp{PYTHON.replace('.', '')}-cp{PYTHON.replace('.', '')}"
AMD64 = "--platform=linux/amd64"


def module(*needed: str, **rest) -> bytes:
    return build(Blueprint(needed=needed, **rest))


def binary(name: str, content: bytes, machine: str = "x86_64") -> WheelFile:
    return WheelFile(name, tag=f"{TAG}-manylinux_2_17_{machine}", files={f"{name}/_m.abi3.so": content})


LINKED = binary("linked", module("libodbc.so.2", "libc.so.6"))
PLAIN = binary("plain", module("libc.so.6", "libz.so.1"))
MORE = binary("more", module("libexpat.so.1"))
OLD = binary("hurried", module("libc.so.6", versions={"libc.so.6": [("GLIBC_2.99", 0)]}))
LOST = binary("lost", module("libnobody.so.1"))
CUT = binary("cut", module("libodbc.so.2")[:90])
LOADS = WheelFile("pyudev", files={"pyudev/__init__.py": "library = load('udev')\n"})
SILENT = WheelFile("pyudev", version="2.0", files={"pyudev/__init__.py": "pass\n"})
WHEELS = (LINKED, PLAIN, MORE, OLD, LOST, CUT, LOADS, SILENT)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path / "world", bytecode=False, index=PackageIndex(*WHEELS)) as made:
        for name, needs in {"libodbc2": "libltdl7", "libltdl7": "libc6", "libexpat1": "libc6", "libudev1": ""}.items():
            fields = {"Depends": needs} if needs else {}
            library = File(f"usr/lib/x86_64-linux-gnu/{name}.so", b"")
            made.archive.add(Package(name, architecture="amd64", fields=fields, entries=(library,)))
        yield made


def project(here: World, directory: Path, *wheels: WheelFile) -> Path:
    """With a lock that has these wheels."""
    directory.mkdir(exist_ok=True)
    asked = [wheel.name for wheel in wheels]
    (directory / "pyproject.toml").write_text(
        f'[project]\nname = "shop"\nversion = "1.0"\nrequires-python = "=={PYTHON}.*"\ndependencies = {asked}\n'
        '[tool.pottle]\noptimize = "size"\n'
    )
    (directory / "uv.lock").write_text(here.lock(wheels=wheels))
    (directory / "main.py").write_text("print('shop')\n")
    return directory


def reasons(here: World, root: Path) -> dict[str, str]:
    plan = json.loads(here.pottle("plan", root, AMD64, "--format", "json", "--resolve").out)
    return {each["value"]: each["because"] for each in plan["reasons"] if each["decision"] == "packages"}


def test_what_a_wheel_is_linked_with_is_in_the_image(here: World, tmp_path: Path):
    root = project(here, tmp_path / "shop", LINKED, PLAIN)
    built = here.pottle("build", root, AMD64)

    assert built.code == 0, built.err
    assert "packages" in built.err
    assert reasons(here, root) == {"libodbc2": "linked: it is linked with libodbc.so.2"}


def test_and_nothing_else(here: World, tmp_path: Path):
    root = project(here, tmp_path / "shop", PLAIN)
    assert "packages " not in here.pottle("build", root, AMD64).err
    assert reasons(here, root) == {}


def test_debian_is_believed_where_the_code_says_the_same(here: World, tmp_path: Path):
    assert reasons(here, project(here, tmp_path / "a", SILENT)) == {}
    assert reasons(here, project(here, tmp_path / "b", LOADS)) == {
        "libudev1": "pyudev: Debian's package of it depends on libudev1, and its code names libudev"
    }


def test_a_wheel_is_looked_into_once(here: World, tmp_path: Path):
    assert here.pottle("build", project(here, tmp_path / "a", LINKED), AMD64).code == 0
    here.index.requests.clear()
    assert reasons(here, project(here, tmp_path / "b", LINKED)).keys() == {"libodbc2"}
    assert not [path for path in here.index.requests if path.endswith(".whl")]


def test_a_glibc_that_is_too_old_stops_the_build(here: World, tmp_path: Path):
    done = here.pottle("build", project(here, tmp_path / "shop", OLD), AMD64)

    glibc = ".".join(map(str, BASE.glibc or ()))
    assert done.code == 3
    assert f"the machine code of hurried needs GLIBC_2.99, and {BASE.name} has GLIBC_{glibc}" in done.err
    assert "--> uv.lock:" in done.err
    assert "no suite is new enough" in done.err


def test_what_no_package_has_is_told(here: World, tmp_path: Path):
    done = here.pottle("build", project(here, tmp_path / "shop", LOST), AMD64)
    assert done.code == 0
    assert f"warning: lost: linked with libnobody.so.1, which no package of {BASE.suite} has" in done.err


def test_a_damaged_library_in_a_wheel_is_told(here: World, tmp_path: Path):
    done = here.pottle("build", project(here, tmp_path / "shop", CUT), AMD64)
    assert done.code == 0
    assert "warning: cut: lib/site-packages/cut/_m.abi3.so starts like machine code and cannot be read: " in done.err


ESCAPING = {
    "a file outside": {"../../escaped.so": module("libodbc.so.2")},
    "a file at the root": {"/escaped.so": module("libodbc.so.2")},
    "data outside": {"escaping-1.0.data/data/../../../../escaped.so": module("libodbc.so.2")},
}


@pytest.mark.parametrize("files", ESCAPING.values(), ids=ESCAPING)
def test_what_a_wheel_would_write_elsewhere_is_nowhere(tmp_path: Path, files: dict[str, bytes]):
    wheel = WheelFile("escaping", tag=f"{TAG}-manylinux_2_17_x86_64", files={"escaping.py": "", **files})
    with world(tmp_path / "world", bytecode=False, index=PackageIndex(wheel)) as here:
        done = here.pottle("libs", project(here, tmp_path / "shop", wheel), "--arch", "amd64")
    assert (done.code, done.err) == (0, "")
    assert "libodbc2" not in done.out
    assert not list(tmp_path.rglob("escaped.so"))


def test_a_wheel_that_cannot_be_had_is_told_with_its_place(here: World, tmp_path: Path):
    root = project(here, tmp_path / "shop", LINKED)
    (root / "uv.lock").write_text((root / "uv.lock").read_text().replace(LINKED.sha256, "0" * 64))
    done = here.pottle("build", root, AMD64)
    assert done.code in {4, 5}
    assert done.err.count("error: ") == 1
    assert "--> uv.lock:" in done.err


# --- pottle.lock ----------------------------------------------------------------------------------


def locked(root: Path) -> dict:
    (system,) = tomllib.loads((root / "pottle.lock").read_text())["system"]
    return system


def test_the_lock_keeps_what_was_found_and_why(here: World, tmp_path: Path):
    root = project(here, tmp_path / "shop", LINKED)
    assert here.pottle("lock", root, AMD64, "-q").code == 0
    system = locked(root)

    because = "it is linked with libodbc.so.2"
    assert system["libraries"] == [{"package": "libodbc2", "of": "linked", "because": because}]
    assert len(system["wheels"]) == 64
    assert {deb["name"] for deb in system["debs"] if deb["layer"] == "packages"} == {"libodbc2", "libltdl7"}

    plan = here.pottle("plan", root, AMD64, "--format", "json")
    told = next(each for each in json.loads(plan.out)["reasons"] if each["decision"] == "packages")
    assert (told["value"], told["because"]) == ("libodbc2", f"linked: {because}")
    assert told["at"].startswith("uv.lock:")


def test_from_the_lock_the_image_is_the_same_and_nobody_is_asked(here: World, tmp_path: Path):
    root = project(here, tmp_path / "shop", LINKED)
    before = here.pottle("build", "-q", root, AMD64).digest
    assert here.pottle("lock", root, AMD64, "-q").code == 0
    assert here.pottle("lock", root, AMD64, "-q", "--check").code == 0
    here.archive.requests.clear()
    assert here.pottle("build", "-q", "--locked", root, AMD64).digest == before
    assert not [path for path in here.archive.requests if "/dists/" in path]


def test_wheels_that_need_more_than_the_lock_has_stop_the_build(here: World, tmp_path: Path):
    root = project(here, tmp_path / "shop", LINKED)
    assert here.pottle("lock", root, AMD64, "-q").code == 0
    project(here, root, LINKED, MORE)
    done = here.pottle("build", root, AMD64)

    assert done.code == 3
    assert "pottle.lock is stale: it was made without libexpat1 (more: it is linked with libexpat.so.1)" in done.err
    assert here.pottle("lock", root, AMD64, "-q").code == 0
    assert here.pottle("build", root, AMD64, "--locked", "-q").code == 0


def test_wheels_that_need_no_more_leave_the_lock_as_it_is(here: World, tmp_path: Path):
    root = project(here, tmp_path / "shop", LINKED)
    assert here.pottle("lock", root, AMD64, "-q").code == 0
    project(here, root, LINKED, PLAIN)
    assert here.pottle("build", root, AMD64, "--locked", "-q").code == 0


def test_a_package_that_nothing_needs_any_more_makes_it_stale(here: World, tmp_path: Path):
    root = project(here, tmp_path / "shop", LINKED)
    assert here.pottle("lock", root, AMD64, "-q").code == 0
    done = here.pottle("build", project(here, root, PLAIN), AMD64)
    assert done.code == 3
    assert "it was made for libodbc2 (packages), which is no longer asked for" in done.err


@pytest.mark.parametrize(
    "libraries",
    [
        '{ package = "lib odbc", of = "linked", because = "x" }',
        '{ package = "libodbc2", of = "../x", because = "x" }',
        '{ package = "libodbc2", of = "linked", because = "x\\ny" }',
        '"libodbc2"',
    ],
)
def test_a_lock_that_was_tampered_with_is_one_clear_error(here: World, tmp_path: Path, libraries: str):
    root = project(here, tmp_path / "shop", LINKED)
    assert here.pottle("lock", root, AMD64, "-q").code == 0
    text = (root / "pottle.lock").read_text()
    line = next(line for line in text.splitlines() if 'package = "libodbc2"' in line)
    (root / "pottle.lock").write_text(text.replace(line, f"    {libraries},"))
    done = here.pottle("plan", root, AMD64)
    assert done.code == 3
    assert done.err.count("error: ") == 1
    assert "--> pottle.lock:" in done.err


def for_both(here: World, directory: Path, arm: WheelFile) -> Path:
    """A project with a wheel of `linked` for each platform."""
    root = project(here, directory, LINKED)
    lock = (root / "uv.lock").read_text()
    other = here.lock(wheels=(arm,)).split("wheels = [\n")[1].split("]")[0]
    (root / "uv.lock").write_text(lock.replace("wheels = [\n", f"wheels = [\n{other}", 1))
    return root


def test_each_platform_has_its_own(tmp_path: Path):
    arm = binary("linked", module("libexpat.so.1", machine=183), "aarch64")
    with world(tmp_path / "world", bytecode=False, index=PackageIndex(LINKED, arm)) as here:
        for name in ("libodbc2", "libexpat1"):
            here.archive.add(*(Package(name, architecture=each) for each in ("amd64", "arm64")))
        root = for_both(here, tmp_path / "shop", arm)
        assert here.pottle("lock", root, "--platform=linux/amd64,linux/arm64", "-q").code == 0
        systems = tomllib.loads((root / "pottle.lock").read_text())["system"]
    found = {each["platform"]: [one["package"] for one in each["libraries"]] for each in systems}
    assert found == {"linux/amd64": ["libodbc2"], "linux/arm64": ["libexpat1"]}


# --- a Dockerfile ---------------------------------------------------------------------------------


def test_a_dockerfile_has_what_the_lock_says_with_its_reason(here: World, tmp_path: Path):
    root = project(here, tmp_path / "shop", LINKED)
    assert "libodbc2" not in here.pottle("generate", "dockerfile", "--stdout", root).out, "nobody has looked yet"
    assert here.pottle("lock", root, AMD64, "-q").code == 0
    text = here.pottle("generate", "dockerfile", "--stdout", root, AMD64).out

    assert "# libodbc2: linked: it is linked with libodbc.so.2.\nRUN apt-get update" in text
    assert " libodbc2" in text.partition("--no-install-recommends")[2].partition("rm -rf")[0]


def test_a_dockerfile_for_several_platforms_has_what_any_of_them_needs(tmp_path: Path):
    arm = binary("linked", module("libexpat.so.1", machine=183), "aarch64")
    with world(tmp_path / "world", bytecode=False, index=PackageIndex(LINKED, arm)) as here:
        for name in ("libodbc2", "libexpat1"):
            here.archive.add(*(Package(name, architecture=each) for each in ("amd64", "arm64")))
        root = for_both(here, tmp_path / "shop", arm)
        assert here.pottle("lock", root, "--platform=linux/amd64,linux/arm64", "-q").code == 0
        text = here.pottle("generate", "dockerfile", "--stdout", root).out
    installed = text.partition("--no-install-recommends")[2].partition("rm -rf")[0]
    assert {"libodbc2", "libexpat1"} <= set(installed.split())


# --- a base image ---------------------------------------------------------------------------------


def test_what_a_base_image_has_no_package_of_is_told(here: World, tmp_path: Path):
    root = project(here, tmp_path / "shop", LINKED)
    status = b"Package: libc6\nStatus: install ok installed\nVersion: 2.41-12\n\n"
    with FakeRegistry() as server:
        for name, more in {
            "bare": b"",
            "whole": b"Package: libodbc2\nStatus: install ok installed\nVersion: 1\n",
        }.items():
            held = MemoryRepository()
            held.image(debian(**{"var/lib/dpkg/status": status + more}), python(f"{PYTHON}.9"))
            held.serve(server, name)
        bare = here.pottle("build", root, AMD64, "--base", f"{server.host}/bare:1")
        whole = here.pottle("build", root, AMD64, "--base", f"{server.host}/whole:1")

    assert (bare.code, whole.code) == (0, 0)
    assert "bare:1 does not have libodbc2 (linked: it is linked with libodbc.so.2): install it in a base" in bare.err
    assert "libodbc2" not in whole.err


# --- what is built --------------------------------------------------------------------------------


def built_from_source(here: World, directory: Path, source: SdistFile) -> Path:
    here.index.wheels[source.filename] = source
    files = {name: text.replace("thing", source.name) for name, text in from_an_index(source.sha256).items()}
    return write(directory, files)


def paths(machine: World, done: Said) -> set[str]:
    """In the image that was built."""
    image, found = machine.image(done.out.partition("@")[0]), set[str]()
    for layer in image.manifest.layers:
        with image.store.open_blob(layer.digest) as blob, tarfile.open(fileobj=blob) as tar:
            found |= set(tar.getnames())
    return found


@pytest.mark.parametrize(("code", "there"), [("library = load('udev')\n", True), ("", False)])
def test_what_is_built_gets_the_libraries_that_its_code_loads(here: World, tmp_path: Path, code: str, there: bool):
    root = built_from_source(here, tmp_path / "shop", SdistFile("pyudev", code=code))
    machine = here.fresh("machine", UV_DEFAULT_INDEX=here.index.url)
    done = machine.pottle("build", "-q", root, AMD64)
    assert done.code == 0, done.err
    assert ("usr/lib/x86_64-linux-gnu/libudev1.so" in paths(machine, done)) is there
    assert machine.pottle("lock", "-q", root, AMD64).code == 0
    assert ("libudev1" in (root / "pottle.lock").read_text()) is there
    assert machine.pottle("build", "-q", "--locked", root, AMD64).digest == done.digest


def test_another_platform_gets_them_too(here: World, tmp_path: Path):
    root = built_from_source(here, tmp_path / "shop", SdistFile("pyudev", code="library = load('udev')\n"))
    library = File("usr/lib/aarch64-linux-gnu/libudev1.so", b"")
    here.archive.add(Package("libudev1", architecture="arm64", entries=(library,)))
    machine = here.fresh("machine", UV_DEFAULT_INDEX=here.index.url)
    done = machine.pottle("build", "-q", root, "--platform=linux/arm64")
    assert done.code == 0, done.err
    assert "usr/lib/aarch64-linux-gnu/libudev1.so" in paths(machine, done)


def test_nothing_is_put_on_a_base_image(here: World, tmp_path: Path):
    root = built_from_source(here, tmp_path / "shop", SdistFile("pyudev", code="library = load('udev')\n"))
    machine = here.fresh("machine", UV_DEFAULT_INDEX=here.index.url)
    with FakeRegistry() as server:
        held = MemoryRepository()
        held.image(debian(), python(f"{PYTHON}.9"))
        held.serve(server, "base")
        done = machine.pottle("build", root, AMD64, "--base", f"{server.host}/base:1")
        names = paths(machine, done)
    assert done.code == 0, done.err
    assert "base:1 does not have libudev1 (pyudev: " in done.err
    assert not [name for name in names if "libudev1" in name]


def test_nothing_is_built_for_another_c_library(here: World, tmp_path: Path):
    root = built_from_source(here, tmp_path / "shop", SdistFile("pyudev"))
    machine = here.fresh("machine", UV_DEFAULT_INDEX=here.index.url)
    with FakeRegistry() as server:
        held = MemoryRepository()
        held.image(alpine(), python(f"{PYTHON}.9"))
        held.serve(server, "base")
        done = machine.pottle("build", root, AMD64, "--base", f"{server.host}/base:1")
    assert done.code == 3
    assert "nothing can be built for" in done.err
    assert "it has musl" in done.err
