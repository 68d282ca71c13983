"""A folder as a tree."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.native.elf_files import Blueprint, build
from tests.native.trees import install

from pottle.errors import ProjectError
from pottle.native.folder import collect
from pottle.native.needs import examine, on_suite

TRIXIE = on_suite("trixie", "amd64")


def module(*needed: str, **rest) -> bytes:
    return build(Blueprint(needed=needed, **rest))


def test_files_belong_to_the_distribution_that_records_them(tmp_path: Path):
    site = tmp_path / "lib" / "python3.13" / "site-packages"
    install(site, "Py_ODBC", {"pyodbc.cpython-313-x86_64-linux-gnu.so": module("libodbc.so.2")})
    install(site, "magic", {"magic.py": 'CDLL("libmagic.so.1")'}, tag="py3-none-any")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "tool").write_bytes(module("libx.so.1"))
    (tmp_path / "bin" / "tool").chmod(0o755)

    found = collect(tmp_path, lambda name: frozenset({"libmagic"}) if name == "magic" else frozenset())

    assert [(b.path.rpartition("/")[2], b.owner) for b in found.binaries] == [
        ("tool", None),
        ("pyodbc.cpython-313-x86_64-linux-gnu.so", "py-odbc"),
    ]
    assert [(d.name, d.pure, set(d.words)) for d in found.distributions] == [
        ("py-odbc", False, set()),
        ("magic", True, {"libmagic"}),
    ]


def test_what_was_built_here_may_load_libraries_from_its_machine_code_too(tmp_path: Path):
    site = tmp_path / "lib" / "python3.13" / "site-packages"
    names = b"\0libpcsclite.so.1\0/usr/lib/liblinked.so.2\0libother.socket\0"
    install(site, "card", {"card.abi3.so": module("liblinked.so.2") + names, "card.py": 'find_library("usb")'})
    words = frozenset({"libpcsclite", "liblinked", "libother", "libusb"})

    (found,) = collect(tmp_path, lambda _: words, built=True).distributions
    assert (found.built, set(found.words), set(found.loaded)) == (True, {"libpcsclite", "libusb"}, {"libpcsclite"})
    (found,) = collect(tmp_path, lambda _: words).distributions
    assert (found.built, found.words, found.loaded) == (False, frozenset(), frozenset())


def test_a_folder_of_anything_is_read_too(tmp_path: Path):
    (tmp_path / "libx.so.1").write_bytes(module("libpq.so.5"))
    (tmp_path / "notes.txt").write_text("no machine code")
    assert examine(collect(tmp_path), TRIXIE).packages == ("libpq5",)


def test_links_lead_nowhere_else(tmp_path: Path):
    outside, inside = tmp_path / "outside", tmp_path / "env"
    outside.mkdir()
    inside.mkdir()
    (outside / "libsecret.so.1").write_bytes(module())
    (inside / "m.abi3.so").write_bytes(module("libsecret.so.1", rpath="$ORIGIN"))
    (inside / "libsecret.so.1").symlink_to(outside / "libsecret.so.1")
    (inside / "elsewhere").symlink_to(outside)

    found = collect(inside)
    assert [b.path for b in found.binaries] == ["m.abi3.so"]
    assert [n.name for n in examine(found, TRIXIE).missing] == ["libsecret.so.1"]


def test_a_record_cannot_claim_what_lies_elsewhere(tmp_path: Path):
    install(tmp_path / "a", "one", {"m.abi3.so": module()})
    record = tmp_path / "a" / "one-1.0.dist-info" / "RECORD"
    record.write_text(record.read_text() + "../../../etc/passwd,,\n/etc/passwd,,\n\x00,,\n")
    assert [b.owner for b in collect(tmp_path).binaries] == ["one"]


def test_metadata_that_leads_to_a_device_is_not_read(tmp_path: Path):
    install(tmp_path, "one", {"m.abi3.so": module()})
    for name in ("RECORD", "WHEEL"):
        (tmp_path / "one-1.0.dist-info" / name).unlink()
        (tmp_path / "one-1.0.dist-info" / name).symlink_to("/dev/zero")
    assert [b.owner for b in collect(tmp_path).binaries] == [None]


def test_a_damaged_file_is_told_and_the_others_are_read(tmp_path: Path):
    (tmp_path / "a.so").write_bytes(module("libpq.so.5")[:100])
    (tmp_path / "b.so").write_bytes(module("libodbc.so.2"))
    report = examine(collect(tmp_path), TRIXIE)
    assert report.packages == ("libodbc2",)
    assert [each.path for each in report.damaged] == ["a.so"]


def test_what_is_not_a_folder_is_an_error(tmp_path: Path):
    with pytest.raises(ProjectError, match="is not a directory"):
        collect(tmp_path / "nowhere")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.integers(4, 600), st.binary(min_size=1, max_size=8)), max_size=6), st.integers(0, 900))
def test_whatever_the_bytes_there_is_an_answer(tmp_path: Path, changes: list[tuple[int, bytes]], end: int):
    content = bytearray(
        module("libpq.so.5", "../../etc/passwd", rpath="$ORIGIN/../..:/", versions={"libc.so.6": [("GLIBC_2.38", 0)]})
    )
    for at, new in changes:
        content[at : at + len(new)] = new
    (tmp_path / "m.abi3.so").write_bytes(bytes(content[:end]))

    report = examine(collect(tmp_path), TRIXIE)
    assert len(report.damaged) + report.foreign <= 1


def test_seventy_distributions_are_read_without_reading_their_code(tmp_path: Path):
    import time

    for number in range(70):
        files: dict[str, bytes | str] = {f"d{number}/m{n}.py": "x = 1\n" * 50 for n in range(40)}
        files[f"d{number}/_m.cpython-313-x86_64-linux-gnu.so"] = module("libc.so.6") + os.urandom(200_000)
        install(tmp_path, f"d{number}", files)
    began = time.monotonic()
    assert len(examine(collect(tmp_path), TRIXIE).needs) == 1
    assert time.monotonic() - began < 10
