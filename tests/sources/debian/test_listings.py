"""What an archive says of sources and of files, cut down and found again."""

import gzip
import lzma
from pathlib import Path

import pytest

from pottle.errors import SourceError
from pottle.sources.debian.listings import Listing, cut_contents, cut_sources, libraries

SOURCES = b"""\
Package: psycopg2
Binary: python3-psycopg2
Build-Depends: debhelper-compat (= 13), dh-python,
 libpq-dev, python3-all-dev:any

Package: other
Build-Depends-Arch: libx-dev

Package: lonely
"""
CONTENTS = b"""\
usr/include/ldap.h                       libdevel/libldap-dev
usr/include/a/ldap.h                     libdevel/liba-dev,libdevel/libb-dev
usr/share/doc/ldap.h                     doc/ldap-doc
usr/lib/x86_64-linux-gnu/pkgconfig/x.pc\tuniverse/libdevel/libx-dev
usr/lib/x86_64-linux-gnu/libx.so         libdevel/libx-dev
usr/lib/x86_64-linux-gnu/libx.so.1       libs/libx1
usr/bin/pg_config                        libdevel/libpq-dev
"""


def test_sources_say_what_they_are_built_with(tmp_path: Path):
    (tmp_path / "Sources.xz").write_bytes(lzma.compress(SOURCES))
    cut_sources(tmp_path / "Sources.xz", tmp_path / "cut")
    listing = Listing(tmp_path / "cut")
    assert libraries(listing.value("psycopg2") or "") == ("libpq-dev",)
    assert libraries(listing.value("other") or "") == ("libx-dev",)
    assert (listing.value("lonely"), listing.value("psycopg"), listing.value("absent")) == ("", None, None)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (
            "ldap.h",
            [
                ("usr/include/a/ldap.h", "liba-dev"),
                ("usr/include/a/ldap.h", "libb-dev"),
                ("usr/include/ldap.h", "libldap-dev"),
            ],
        ),
        ("pkgconfig/x.pc", [("usr/lib/x86_64-linux-gnu/pkgconfig/x.pc", "libx-dev")]),
        ("libx.so", [("usr/lib/x86_64-linux-gnu/libx.so", "libx-dev")]),
        ("bin/pg_config", [("usr/bin/pg_config", "libpq-dev")]),
        ("dap.h", []),
    ],
)
def test_files_are_found_by_the_end_of_their_path(tmp_path: Path, path: str, found: list[tuple[str, str]]):
    (tmp_path / "Contents.gz").write_bytes(gzip.compress(CONTENTS))
    cut_contents(tmp_path / "Contents.gz", tmp_path / "cut")
    assert sorted(Listing(tmp_path / "cut").ending(path)) == found


def test_what_is_damaged_is_no_listing(tmp_path: Path):
    (tmp_path / "Contents.gz").write_bytes(gzip.compress(CONTENTS)[:-20])
    with pytest.raises(SourceError, match="cannot be unpacked"):
        cut_contents(tmp_path / "Contents.gz", tmp_path / "cut")
    assert not (tmp_path / "cut").exists()


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("libpq-dev (>= 9), zlib1g-dev | other-dev", ("libpq-dev", "zlib1g-dev")),
        ("python3-all-dev:any, libpython3-all-dev, dh-python, debhelper-compat (= 13), cython3", ()),
        ("libkvm-dev [kfreebsd-any], libtest-dev <!nocheck>, swig", ("swig",)),
        ("librust-pyo3-dev (>= 0.22)", ("librust-pyo3-dev", "cargo", "rustc")),
        ("", ()),
        ("?, <>, -dev", ()),
    ],
)
def test_libraries_of_a_field(field: str, names: tuple[str, ...]):
    assert libraries(field) == names
