"""`pottle libs`: what is printed, and how it ends."""

import json
import platform
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.native.elf_files import Blueprint, build
from tests.native.trees import install
from tests.world import BASE, PYTHON, Said, World, world

from pottle.cli.failure import run as call
from pottle.cli.surroundings import Surroundings
from pottle.oci.entry import File
from pottle.oci.platform import Platform
from pottle.testing.debian_archive import Package
from pottle.testing.package_index import PackageIndex
from pottle.testing.wheel_file import WheelFile

OWN = Platform.parse(platform.machine()).debian_architecture


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """`pottle …` where nothing can be reached, and nothing is remembered."""
    environ = {"HOME": str(tmp_path), "POTTLE_CACHE_DIR": str(tmp_path / "cache")}

    def called(*arguments: str) -> Said:
        code = call(list(arguments), Surroundings(environ))
        told = capsys.readouterr()
        return Said(code, told.out, told.err)

    return called


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    site = tmp_path / "env" / "lib" / "python3.13" / "site-packages"
    module = build(Blueprint(needed=("libGL.so.1", "libc.so.6")))
    plugin = build(Blueprint(needed=("libSM.so.6",)))
    install(site, "opencv_python", {"cv2/cv2.abi3.so": module, "cv2/plugins/libq.so": plugin})
    return tmp_path / "env"


def test_a_list_for_apt(venv: Path, run):
    done = run("libs", str(venv), "--format", "apt", "--suite", "trixie")
    assert (done.code, done.out, done.err) == (0, "libgl1\n", "")
    assert run("libs", str(venv), "--format", "apt", "--optional").out == "libgl1\nlibsm6\n"


def test_json_tells_who_needs_what_and_how_that_is_known(venv: Path, run):
    done = run("libs", str(venv), "--format", "json", "--suite", "alpine")
    found = json.loads(done.out)
    need = next(need for need in found["needs"] if need["name"] == "libGL.so.1")

    assert (found["suite"], found["architecture"], found["packages"]) == ("alpine", "amd64", ["so:libGL.so.1"])
    assert need["distributions"] == ["opencv-python"]
    assert (need["signal"], need["answer"], need["required"]) == ("linked", "package", True)
    assert found["cheaper"] == [{"distribution": "opencv-python", "way": "opencv-python-headless needs none of it"}]
    assert done.code == 1, "glibc is not on Alpine"
    assert found["missing"][0].startswith("libc.so.6, for opencv-python: no package of alpine has it")


def test_text_names_the_package_and_the_reason(venv: Path, run):
    done = run("libs", str(venv), "--suite", "alpine")
    assert "1 package of alpine (amd64) has to be installed" in done.out
    assert "opencv-python: linked with libGL.so.1 (cv2" not in done.out, "paths are below the folder"
    assert "opencv-python: linked with libGL.so.1 (lib/python3.13/site-packages/cv2/cv2.abi3.so)" in done.out
    assert "so:libSM.so.6" in done.out


def test_an_environment_without_machine_code_needs_nothing(tmp_path: Path, run):
    install(tmp_path, "flask", {"flask.py": "x = 1"}, tag="py3-none-any")
    done = run("libs", str(tmp_path), "--suite", "trixie")
    assert (done.code, done.out) == (0, f"nothing has to be installed on trixie ({OWN})\n")


def test_a_glibc_that_is_too_old_names_the_suites_that_would_do(tmp_path: Path, run):
    module = build(Blueprint(needed=("libc.so.6",), versions={"libc.so.6": [("GLIBC_2.38", 0)]}))
    install(tmp_path, "psycopg2", {"psycopg2/_psycopg.cpython-313-x86_64-linux-gnu.so": module})
    done = run("libs", str(tmp_path), "--suite", "bookworm")
    assert done.code == 1
    assert "GLIBC_2.38, for psycopg2: bookworm has GLIBC_2.36; use trixie or forky" in done.out


def test_a_folder_is_for_this_machines_own_suite(venv: Path, run, monkeypatch: pytest.MonkeyPatch):
    for own, told in (("noble", "noble"), (None, "trixie")):
        monkeypatch.setattr("pottle.native.root.suite_of", lambda _, own=own: own)
        assert json.loads(run("libs", str(venv), "--format", "json", "-q").out)["suite"] == told


WRONG = {
    "neither a folder nor an image": (("No/Where",), "is neither a folder nor a file, and no image's name"),
    "no such suite": ((".", "--suite", "sarge"), "there are bookworm, trixie"),
    "no such architecture": ((".", "--arch", "m68k"), "there is no architecture 'm68k': there are amd64, arm64"),
}


@pytest.mark.parametrize(("arguments", "message"), WRONG.values(), ids=WRONG)
def test_one_clear_error(arguments: tuple[str, ...], message: str, tmp_path: Path, run, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run("libs", *arguments)
    assert done.code in {2, 3}
    assert done.out == ""
    assert done.err.startswith("error: ")
    assert message in done.err


def test_the_closure_is_what_the_archive_has(venv: Path, here: World):
    needs = {"Depends": "libllvm", "Installed-Size": "1000"}
    here.archive.add(
        Package("libgl1", architecture="amd64", fields=needs),
        Package("libllvm", architecture="amd64", fields={"Depends": "libc6", "Installed-Size": "200000"}),
    )
    done = here.pottle("libs", venv, "--suite", BASE.suite)

    assert done.code == 0
    assert done.out.startswith(
        f"1 package of {BASE.suite} (amd64) has to be installed: 2 with all that they need, 205.8 MB"
    )
    found = json.loads(here.pottle("libs", venv, "--suite", BASE.suite, "--format", "json").out)
    assert found["closure"]["packages"] == ["libgl1", "libllvm"]


def test_without_an_archive_all_but_the_size_is_told(venv: Path, here: World):
    here.archive.fail("Release", 404)
    done = here.pottle("libs", venv, "--suite", BASE.suite)

    assert (done.code, done.out.splitlines()[0]) == (0, f"1 package of {BASE.suite} (amd64) has to be installed")
    assert done.err.startswith("warning: how large the packages are cannot be told: ")


# --- a root, a project, an image ------------------------------------------------------------------


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A whole root of trixie, with an environment that wants what its distribution has, and what it has not."""
    root = tmp_path / "root"
    files = {
        "usr/lib/os-release": b"ID=debian\nVERSION_CODENAME=trixie\n",
        "var/lib/dpkg/status": b"Package: libc6\nStatus: install ok installed\n\nPackage: libodbc2\nStatus: install ok installed\n",
        "etc/ld.so.conf.d/odd.conf": b"/opt/odd/lib\n",
        "usr/lib/x86_64-linux-gnu/libc.so.6": build(Blueprint(soname="libc.so.6")),
        "usr/lib/x86_64-linux-gnu/libodbc.so.2.0.0": build(Blueprint(soname="libodbc.so.2", needed=("libltdl.so.7",))),
        "opt/odd/lib/libodd.so.1": build(Blueprint(soname="libodd.so.1")),
        "usr/local/lib/python3.13/lib-dynload/_tkinter.cpython-313-x86_64-linux-gnu.so": build(
            Blueprint(needed=("libtk8.6.so",))
        ),
    }
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    (root / "usr/lib/x86_64-linux-gnu/libodbc.so.2").symlink_to("libodbc.so.2.0.0")
    (root / "etc/os-release").symlink_to("../usr/lib/os-release")
    needed = ("libc.so.6", "libodbc.so.2", "libodd.so.1", "libGL.so.1")
    site = root / "opt/venv/lib/python3.13/site-packages"
    install(site, "odd", {"_m.cpython-313-x86_64-linux-gnu.so": build(Blueprint(needed=needed))})
    return root


def test_of_a_root_what_is_not_there_is_missing(root: Path, run):
    found = json.loads(run("libs", str(root), "--format", "json", "-q").out)
    answers = {need["name"]: need["answer"] for need in found["needs"]}

    assert answers == {
        "libc.so.6": "system",
        "libodbc.so.2": "system",
        "libodd.so.1": "system",
        "libGL.so.1": "package",
        "libtk8.6.so": "package",
    }
    assert (found["packages"], found["optional"]) == (["libgl1"], ["libtk8.6"])
    done = run("libs", str(root), "--format", "apt")
    assert (done.code, done.out) == (1, "libgl1\n")


def test_a_links_way_out_of_a_root_is_not_taken(root: Path, tmp_path: Path, run):
    (tmp_path / "status").write_text("Package: libgl1\nStatus: install ok installed\n")
    (root / "var/lib/dpkg/status").unlink()
    (root / "var/lib/dpkg/status").symlink_to("../../../../status")
    assert json.loads(run("libs", str(root), "--format", "json", "-q").out)["packages"] == ["libgl1"]


def test_a_folder_with_nothing_in_it_is_told(tmp_path: Path, run):
    (tmp_path / "empty").mkdir()
    done = run("libs", str(tmp_path / "empty"))
    assert done.err == f"warning: there is neither machine code nor a distribution in {tmp_path / 'empty'}\n"


NATIVE = WheelFile(
    "native", tag="py3-none-manylinux_2_17_x86_64", files={"n.abi3.so": build(Blueprint(needed=("libGL.so.1",)))}
)
LOST = WheelFile(
    "lost", tag="py3-none-manylinux_2_17_x86_64", files={"l.abi3.so": build(Blueprint(needed=("libq.so.9",)))}
)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path / "world", bytecode=False, index=PackageIndex(NATIVE, LOST)) as made:
        library = File("usr/lib/x86_64-linux-gnu/libGL.so.1", build(Blueprint(soname="libGL.so.1")))
        fields = {"Depends": "libc6"}
        made.archive.add(Package("libgl1", architecture="amd64", fields=fields, entries=(library,)))
        yield made


def project(here: World, directory: Path, wheel: WheelFile) -> Path:
    directory.mkdir()
    head = f'[project]\nname = "shop"\nversion = "1.0"\nrequires-python = "=={PYTHON}.*"\ndependencies = ["{wheel.name}"]\n'
    (directory / "pyproject.toml").write_text(head)
    (directory / "uv.lock").write_text(here.lock(wheels=(wheel,)))
    return directory


@pytest.mark.parametrize("name", ["", "uv.lock", "pyproject.toml"])
def test_a_project_needs_nothing_that_runs(served: World, tmp_path: Path, name: str):
    root = project(served, tmp_path / "shop", NATIVE)
    done = served.pottle("libs", root / name, "--arch", "amd64", "--format", "apt")
    assert (done.code, done.out, done.err) == (0, "libgl1\n", "")


def test_of_an_image_what_is_not_there_is_missing(served: World, tmp_path: Path):
    for wheel, code in ((NATIVE, 0), (LOST, 1)):
        root = project(served, tmp_path / wheel.name, wheel)
        (root / "main.py").write_text("print()\n")
        (root / "pottle.toml").write_text('optimize = "size"\n')
        assert served.pottle("build", "-q", "--platform=linux/amd64", "-t", wheel.name, root).code == 0
        done = served.pottle("libs", wheel.name, "--suite", BASE.suite)
        assert done.code == code, done.err
        if code:
            assert "libq.so.9, for lost: no package" in done.out
