"""Crates as directories: what a hostile `.crate` file does not do."""

import io
import json
import tarfile
from pathlib import Path

import pytest
import tomli

from pottle.errors import IntegrityError
from pottle.sources.crates import vendor
from pottle.sources.crates.cargo_lock import Crate
from pottle.testing.crate_registry import CrateFile

FILE = CrateFile("memchr", "2.7.4", {"src/lib.rs": "pub fn x() {}\n"})
CRATE = Crate(FILE.name, FILE.version, FILE.sha256, "")


def test_it_is_a_directory_that_cargo_believes(tmp_path: Path):
    (tmp_path / "x.crate").write_bytes(FILE.content)
    (tmp_path / "into").mkdir()
    vendor.unpack(CRATE, tmp_path / "x.crate", tmp_path / "into")
    found = tmp_path / "into/memchr-2.7.4"
    assert (found / "src/lib.rs").read_text() == "pub fn x() {}\n"
    assert json.loads((found / ".cargo-checksum.json").read_text()) == {"files": {}, "package": FILE.sha256}


def packed(path: Path, *members: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for member in members:
            tar.addfile(member, io.BytesIO(b"x" * member.size))
    return path


def named(name: str, kind: bytes = tarfile.REGTYPE, target: str = "", size: int = 0) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname, member.size = kind, target, size
    return member


HOSTILE = {
    "a way out": named("memchr-2.7.4/../../escaped"),
    "a path of the machine": named("/tmp/escaped-crate"),
    "another directory": named("other-1.0.0/x"),
    "a link": named("memchr-2.7.4/x", tarfile.SYMTYPE, "/etc/passwd"),
    "a hard link": named("memchr-2.7.4/x", tarfile.LNKTYPE, "/etc/passwd"),
    "a device": named("memchr-2.7.4/x", tarfile.CHRTYPE),
    "a pipe": named("memchr-2.7.4/x", tarfile.FIFOTYPE),
}


@pytest.mark.parametrize("member", HOSTILE.values(), ids=HOSTILE)
def test_what_no_crate_holds_is_one_error(tmp_path: Path, member: tarfile.TarInfo):
    (tmp_path / "into").mkdir()
    with pytest.raises(IntegrityError, match=r"memchr 2\.7\.4 cannot be unpacked"):
        vendor.unpack(CRATE, packed(tmp_path / "x.crate", member), tmp_path / "into")
    assert not list(tmp_path.rglob("escaped"))
    assert not Path("/tmp/escaped-crate").exists()


def test_it_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(vendor, "_LARGEST", 100)
    (tmp_path / "into").mkdir()
    with pytest.raises(IntegrityError, match="more than any crate does"):
        vendor.unpack(CRATE, packed(tmp_path / "x.crate", named("memchr-2.7.4/x", size=101)), tmp_path / "into")


@pytest.mark.parametrize("content", [b"", b"no gzip", FILE.content[:80]])
def test_what_is_damaged_is_one_error(tmp_path: Path, content: bytes):
    (tmp_path / "x.crate").write_bytes(content)
    (tmp_path / "into").mkdir()
    with pytest.raises(IntegrityError, match="cannot be unpacked"):
        vendor.unpack(CRATE, tmp_path / "x.crate", tmp_path / "into")


def test_a_checksum_that_it_brings_does_not_count(tmp_path: Path):
    file = CrateFile("memchr", "2.7.4", {".cargo-checksum.json": "{}"})
    (tmp_path / "x.crate").write_bytes(file.content)
    (tmp_path / "into").mkdir()
    vendor.unpack(CRATE, tmp_path / "x.crate", tmp_path / "into")
    assert "package" in json.loads((tmp_path / "into/memchr-2.7.4/.cargo-checksum.json").read_text())


def test_the_configuration_takes_every_registry_from_there():
    found = tomli.loads(vendor.replacement("/build/crates", ["sparse+https://own.example/"]))["source"]
    assert found["crates-io"] == {"replace-with": "there"}
    assert found["other-0"] == {"registry": "sparse+https://own.example/", "replace-with": "there"}
    assert found["there"] == {"directory": "/build/crates"}
