"""`pottle libs`: what is printed, and how it ends."""

import json
import platform
from pathlib import Path

import pytest
from tests.native.elf_files import Blueprint, build
from tests.native.trees import install
from tests.world import BASE, Said, World

from pottle.cli.failure import run as call
from pottle.cli.surroundings import Surroundings
from pottle.oci.platform import Platform
from pottle.testing.debian_archive import Package

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
    done = run("libs", str(venv), "--format", "apt")
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
    done = run("libs", str(tmp_path))
    assert (done.code, done.out) == (0, f"nothing has to be installed on trixie ({OWN})\n")


def test_a_glibc_that_is_too_old_names_the_suites_that_would_do(tmp_path: Path, run):
    module = build(Blueprint(needed=("libc.so.6",), versions={"libc.so.6": [("GLIBC_2.38", 0)]}))
    install(tmp_path, "psycopg2", {"psycopg2/_psycopg.cpython-313-x86_64-linux-gnu.so": module})
    done = run("libs", str(tmp_path), "--suite", "bookworm")
    assert done.code == 1
    assert "GLIBC_2.38, for psycopg2: bookworm has GLIBC_2.36; use trixie or forky" in done.out


WRONG = {
    "no such folder": (("nowhere",), "is not a directory"),
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
