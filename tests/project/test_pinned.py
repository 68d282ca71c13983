"""`pottle.lock` as somebody may hand it to us: each value is checked, and what is wrong is told with its line."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pottle.errors import PottleError, ProjectError
from pottle.project.detectors import pottle_lock
from pottle.project.detectors.pottle_lock import detect
from pottle.project.facts import Pins
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

DEB = (
    '    { name = "libc6", version = "1:2.41-12", architecture = "amd64", layer = "base", suite = "trixie", '
    f'filename = "pool/main/g/glibc/libc6_2.41-12_amd64.deb", sha256 = "{"a" * 64}", size = 2848556 }},\n'
)
URL = "https://files.example/cpython-3.9.25%2B20251031-x86_64-unknown-linux-gnu-install_only.tar.gz"
TEXT = f"""\
# a comment
version = 1

[[system]]
platform = "linux/amd64"
base = "debian:trixie"
python = "3.13"
wanted = [
    "base: libc6",
]
released = "2026-11-22T08:12:33Z"
interpreter = {{ version = "3.9.25", build = "20251031", machine = "x86_64", url = "{URL}", sha256 = "{"b" * 64}", size = 4 }}
debs = [
{DEB}]

[[build]]
of = "shop"
wanted = []
requires = [
    {{ name = "hatchling", version = "1.27.0", marker = "python_version < '4'", sha256 = ["{"c" * 64}"] }},
]
"""


def read(text: str) -> Pins:
    return next(detect(Survey(DictTree({"pottle.lock": text}))))


def test_what_is_written_is_read():
    pins = read(TEXT)
    ((deb,), (build,)) = pins.systems[0].debs, pins.builds
    assert (deb.name, deb.version, deb.size, deb.at) == ("libc6", "1:2.41-12", 2848556, "pottle.lock:14")
    assert deb.released == "2026-11-22T08:12:33Z"
    assert (build.requires[0].name, build.at, build.requires[0].at) == ("hatchling", "pottle.lock:17", "pottle.lock:21")


def changed(old: str, new: str) -> str:
    assert old in TEXT
    return TEXT.replace(old, new, 1)


FAULTS = {
    "no filename": (
        changed(DEB, DEB.replace('filename = "pool/main/g/glibc/libc6_2.41-12_amd64.deb", ', "")),
        14,
        "filename",
    ),
    "an absolute one": (changed("pool/main", "/pool/main"), 14, "`filename` cannot be '/pool/main"),
    "one that leads out": (changed("pool/main", "pool/../../main"), 14, "`filename` cannot be"),
    "one that begins above": (changed("pool/main", ".."), 14, "`filename` cannot be"),
    "one with a newline": (changed("pool/main", "pool\\n/main"), 14, "`filename` cannot be"),
    "one with a query": (changed("_amd64.deb", "_amd64.deb?x=y"), 14, "`filename` cannot be"),
    "half a digest": (changed("a" * 64, "a" * 63), 14, "`sha256` cannot be"),
    "no digest": (changed("a" * 64, "z" * 64), 14, "`sha256` cannot be"),
    "a negative size": (changed("2848556", "-1"), 14, "`size` cannot be -1"),
    "a size in words": (changed("2848556", '"big"'), 14, "`size` cannot be 'big'"),
    "an endless size": (changed("2848556", "9223372036854775807"), 14, "`size` cannot be"),
    "another architecture": (changed('"amd64", layer', '"riscv64", layer'), 14, "`architecture` cannot be"),
    "a name that is a path": (changed('"libc6", version', '"../libc6", version'), 14, "`name` cannot be"),
    "a key too many": (changed("size = 2848556", 'size = 2848556, mirror = "x"'), 14, "unknown field `mirror`"),
    "the same twice": (changed(DEB, DEB + DEB), 15, "libc6 is listed twice"),
    "the platform twice": (TEXT + TEXT.partition("version = 1\n")[2].partition("[[build]]")[0], 24, "is there twice"),
    "a login": (changed("https://files", "https://user:pw@files"), 12, "`url` cannot be"),
    "a file": (changed("https://files.example", "file:///etc"), 12, "`url` cannot be"),
    "another platform": (changed("linux/amd64", "windows/amd64"), 4, "`platform` cannot be"),
    "no date": (changed("2026-11-22T08:12:33Z", "yesterday"), 4, "`released` cannot be"),
    "a day that there is not": (changed("2026-11-22T", "2026-13-45T"), 4, "this table cannot be read"),
    "a year that there is not yet": (changed("2026-11-22T", "9999-12-31T"), 4, "`released` cannot be"),
    "no question": (changed('wanted = [\n    "base: libc6",\n]', 'wanted = "base"'), 4, "`wanted` cannot be"),
    "no list": (changed(f"debs = [\n{DEB}]", "debs = 3"), 4, "`debs` is no list"),
    "no table": (changed(DEB, "    3,\n"), 4, "the entry of None"),
    "a marker with a hash": (changed("python_version < '4'", "x # --hash"), 21, "`marker` cannot be"),
    "cut short": (TEXT[: TEXT.index(DEB) + 60], 14, ""),
    "a later version": (changed("version = 1", "version = 2"), 2, "a later pottle: its version is 2"),
    "a table of later": (TEXT + "[[moon]]\n", 2, "a later pottle: it has `moon`"),
    "tables that are none": (changed("[[system]]", "[system]"), 4, "`system` is no list"),
}


@pytest.mark.parametrize(("text", "line", "message"), FAULTS.values(), ids=FAULTS)
def test_what_pottle_would_not_write_is_told_with_its_line(text: str, line: int, message: str):
    with pytest.raises(ProjectError) as caught:
        read(text)
    assert caught.value.at is not None
    assert (caught.value.at.path, caught.value.at.line) == ("pottle.lock", line)
    assert message in caught.value.what
    assert "pw@" not in caught.value.what
    assert caught.value.hint


def test_what_is_too_large_is_not_read():
    with pytest.raises(ProjectError, match="larger than 16 MiB"):
        read("#" * (pottle_lock.LARGEST + 1))


def test_many_tables_take_no_longer_than_they_are_long():
    with pytest.raises(ProjectError, match="more than"):
        read("version = 1\n" + "[[system]]\n" * 100_000)


@given(st.integers(0, len(TEXT)), st.integers(0, len(TEXT)), st.sampled_from(["", '"', "\n", "[", "9", "\x00", "../"]))
def test_whatever_is_cut_out_or_put_in_is_read_or_refused(start: int, end: int, put: str):
    with contextlib.suppress(PottleError):
        read(TEXT[:start] + put + TEXT[max(start, end) :])
