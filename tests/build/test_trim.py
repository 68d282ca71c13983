"""Distributions that lose what no program needs: RECORD is true afterwards, and nothing else has changed."""

import base64
import csv
import hashlib
import os
import posixpath
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from tests.build.test_environment import HERE, SITE, unpacked
from tests.native.elf_files import Blueprint, Section, build, with_sections

from pottle.build.environment import populate
from pottle.build.trim import trimmed
from pottle.native.elf import read
from pottle.oci.entry import Directory, Entry, File
from pottle.plan.model import Trim
from pottle.testing.wheel_file import WheelFile

CODE = with_sections(
    build(Blueprint(soname="speed.so")), Section(".debug_info", b"D" * 5000), Section(".strtab", b"names")
)
SPEED = "demo/_speed.cpython-313-x86_64-linux-gnu.so"
STEP = Trim(into="/opt/venv", without=("tests", "sources", "stubs", "symbols"))
DEMO = {
    "demo/__init__.py": "",
    "demo/__init__.pyi": "",
    "demo/speed.h": "",
    "demo/tests/__init__.py": "",
    "demo/tests/test_it.py": "",
}


def installed(tmp_path: Path, *wheels: WheelFile) -> list[Entry]:
    found = populate(HERE, unpacked(tmp_path / "prefix", *wheels))
    return [file for files in found.entries.values() for file in files]


def with_code(tmp_path: Path, path: str = SPEED, content: bytes = CODE) -> list[Entry]:
    """A wheel with machine code in it, whose RECORD says so."""
    unpacked(tmp_path / "prefix", WheelFile("demo", files=DEMO))
    site = tmp_path / "prefix/lib/python3.11/site-packages"
    (site / path).parent.mkdir(parents=True, exist_ok=True)
    (site / path).write_bytes(content)
    with (site / "demo-1.0.dist-info/RECORD").open("a") as record:
        record.write(f"{path},{digest(content)},{len(content)}\n")
    return installed(tmp_path)


def digest(content: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def after(entries: Iterable[Entry], tmp_path: Path, step: Trim = STEP) -> dict[str, File]:
    found = list(trimmed(entries, SITE, step, tmp_path / "work"))
    return {entry.path: entry for entry in found if isinstance(entry, File)}


def rows(files: dict[str, File], info: str = "demo-1.0.dist-info") -> dict[str, Sequence[str]]:
    lines = files[f"{SITE}/{info}/RECORD"].read().decode().splitlines()
    return {posixpath.normpath(posixpath.join(SITE, row[0])): row[1:] for row in csv.reader(lines)}


def test_record_says_what_is_there(tmp_path: Path):
    files = after(with_code(tmp_path), tmp_path)
    assert {path.removeprefix(f"{SITE}/demo/") for path in files if "/demo/" in path} == {
        "__init__.py",
        posixpath.basename(SPEED),
    }
    told = rows(files)
    assert told.keys() == files.keys()
    for path, file in files.items():
        content = file.read()
        itself = path.endswith("/RECORD")
        assert told[path] == (["", ""] if itself else [digest(content), str(len(content))])


def test_machine_code_runs_on_without_symbols(tmp_path: Path):
    found = after(with_code(tmp_path), tmp_path)[f"{SITE}/{SPEED}"].read()
    assert b"DDDD" not in found
    assert read(found) == read(CODE)


def test_a_program_of_a_wheel_loses_its_symbols_too(tmp_path: Path):
    files = after(with_code(tmp_path, "../../../bin/demo"), tmp_path)
    program = files["opt/venv/bin/demo"]
    assert b"DDDD" not in program.read()
    assert program.mode == 0o755
    assert rows(files)["opt/venv/bin/demo"] == [digest(program.read()), str(program.size)]


def test_what_is_kept_is_as_it_was(tmp_path: Path):
    before = with_code(tmp_path)
    step = Trim(into="/opt/venv", without=STEP.without, keep=("demo",))
    assert after(before, tmp_path, step) == {entry.path: entry for entry in before if isinstance(entry, File)}


def test_only_what_the_step_says_goes(tmp_path: Path):
    files = after(with_code(tmp_path), tmp_path, Trim(into="/opt/venv", without=("stubs",)))
    assert f"{SITE}/demo/__init__.pyi" not in files
    assert files[f"{SITE}/{SPEED}"].read() == CODE
    assert f"{SITE}/demo/tests/test_it.py" in files


def test_what_no_distribution_owns_is_left_alone(tmp_path: Path):
    others = [Directory("usr/lib"), File("usr/lib/libdemo.so.1", CODE), File(f"{SITE}/vendored/tests/test_x.py", b"")]
    found = list(trimmed([*others, *with_code(tmp_path)], SITE, STEP, tmp_path / "work"))
    assert found[:3] == others


def test_what_another_distribution_keeps_stays(tmp_path: Path):
    """Both bring the same directory of tests, and the code of one imports it."""
    tests = {"shared/tests/test_it.py": ""}
    one = WheelFile("one", files={"one.py": "import shared.tests.test_it", **tests})
    two = WheelFile("two", files={"two.py": "", **tests})
    files = after(installed(tmp_path, one, two), tmp_path)
    assert f"{SITE}/shared/tests/test_it.py" in files
    assert f"{SITE}/shared/tests/test_it.py" in rows(files, "one-1.0.dist-info")
    assert f"{SITE}/shared/tests/test_it.py" not in rows(files, "two-1.0.dist-info")


def test_the_order_of_files_does_not_matter(tmp_path: Path):
    before = with_code(tmp_path)
    one = {path: file.read() for path, file in after(before, tmp_path).items()}
    assert one == {path: file.read() for path, file in after(reversed(before), tmp_path).items()}


def test_large_machine_code_is_never_in_memory_as_a_whole(tmp_path: Path):
    """Where it lies on the disk, so does what is left of it."""
    found = after(with_code(tmp_path), tmp_path)[f"{SITE}/{SPEED}"]
    assert isinstance(found.content, Path)
    assert os.path.commonpath([found.content, tmp_path / "work"]) == str(tmp_path / "work")


@pytest.mark.parametrize("content", [b"", b"\x7fELF", b"#!/bin/sh\n"])
def test_what_is_no_machine_code_stays_as_it_is(content: bytes, tmp_path: Path):
    files = after(with_code(tmp_path, content=content), tmp_path)
    assert files[f"{SITE}/{SPEED}"].read() == content
