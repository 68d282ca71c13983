"""Packages becoming layers, and the layer that sums them up."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

from pottle.build.base import layers
from pottle.build.base.accounts import Account
from pottle.build.base.scripts.effects import effects
from pottle.errors import SourceError
from pottle.oci.entry import Directory, Entry, File, Symlink
from pottle.oci.layer import arrange

USER = Account("nonroot", 65532, 65532, "nonroot", "/home/nonroot")
CERTIFICATE = File("usr/share/ca-certificates/mozilla/A.crt", b"PEM\n")


@dataclass(frozen=True)
class Fake:
    """A package of some entries."""

    files: Sequence[Entry]
    control: str = "Package: fake\nVersion: 1\n"
    md5sums: str = ""
    postinst: str = ""
    preinst: str = ""
    templates: str = ""

    def entries(self) -> Iterator[Entry]:
        return iter(self.files)


def paths(entries: Sequence[Entry] | Iterator[Entry]) -> list[str]:
    return [entry.path for entry in entries]


def content(entries: Iterator[Entry] | Sequence[Entry], path: str) -> bytes:
    return next(entry.read() for entry in entries if isinstance(entry, File) and entry.path == path)


# --- one package


def test_a_package_is_merged_filtered_and_has_its_status():
    package = Fake(
        [Directory("lib"), File("lib/libz.so.1", b""), File("usr/share/man/man3/z.3.gz", b""), Directory("etc/z.d")],
        md5sums=f"{'a' * 32}  lib/libz.so.1\n{'b' * 32}  usr/share/man/man3/z.3.gz\n",
    )
    entries = layers.package_entries("libz1", package)
    status = ["var/lib/dpkg/status.d/libz1", "var/lib/dpkg/status.d/libz1.md5sums"]
    assert paths(entries) == ["usr/lib/libz.so.1", "etc/z.d", *status]
    assert content(entries, status[1]) == b"a" * 32 + b"  usr/lib/libz.so.1\n"


def test_a_directory_that_is_empty_because_its_files_are_left_out_goes_too():
    package = Fake([Directory("usr/share/man"), Directory("usr/share/man/man1"), File("usr/share/man/man1/x", b"")])
    assert paths(layers.package_entries("x", package)) == ["var/lib/dpkg/status.d/x", "var/lib/dpkg/status.d/x.md5sums"]


def test_ldconfig_is_the_program_where_the_old_directory_is_still_in_use():
    package = Fake([File("sbin/ldconfig", b"#!/bin/sh"), File("sbin/ldconfig.real", b"\x7fELF")])
    entries = layers.package_entries("libc-bin", package)
    assert content(entries, "usr/sbin/ldconfig") == b"\x7fELF"
    assert "usr/sbin/ldconfig.real" not in paths(entries)


# --- layers of packages


def test_the_lowest_layer_has_the_skeleton_and_the_links():
    found = {entry.path: entry for entry in arrange(layers.root([File("usr/lib64/ld-linux-x86-64.so.2", b"")]))}
    assert found["lib64"] == Symlink("lib64", "usr/lib64")
    assert found["lib"] == Symlink("lib", "usr/lib")
    assert found["tmp"] == Directory("tmp", 0o1777)
    assert "etc/nsswitch.conf" in found


def test_packages_that_disagree_about_a_directory_make_one_layer():
    entries = [Directory("var/lib/x"), Directory("var/lib/x", 0o750, uid=33), File("var/lib/x/y", b"")]
    found = {entry.path: entry for entry in arrange(layers.layer(entries))}
    assert found["var/lib/x"] == Directory("var/lib/x", 0o750, uid=33)


def test_dash_is_the_shell_where_its_package_has_no_link():
    dash = File("usr/bin/dash", b"", 0o755)
    assert Symlink("usr/bin/sh", "dash") in list(layers.layer([dash]))
    assert paths(layers.layer([dash, Symlink("usr/bin/sh", "dash")])).count("usr/bin/sh") == 1
    assert "usr/bin/sh" not in paths(layers.layer([File("usr/bin/x", b"")]))


def test_a_higher_layer_brings_the_link_that_it_alone_needs():
    assert paths(layers.layer([File("usr/lib32/libc.so.6", b"")])) == ["usr/lib32/libc.so.6", "lib32"]


def test_python_is_the_interpreter_of_the_image():
    found = {
        entry.path: entry
        for entry in layers.interpreter([File("usr/bin/python3.13", b"", 0o755)], "/usr/bin/python3.13")
    }
    assert found["usr/bin/python"] == Symlink("usr/bin/python", "python3.13")
    assert found["usr/bin/python3"] == Symlink("usr/bin/python3", "python3.13")


def test_an_interpreter_that_lies_elsewhere_is_linked_too():
    found = {entry.path: entry for entry in layers.interpreter([], "/opt/python/bin/python3.9")}
    assert found["usr/bin/python"] == Symlink("usr/bin/python", "/opt/python/bin/python3.9")


# --- what sums up

BELOW = (File("usr/lib/x86_64-linux-gnu/libc.so.6", b"no ELF"), File("etc/ld.so.conf", b"include /etc/ld.so.conf.d/*"))
SUMMARY = (
    *(
        "etc/ssl/certs/ca-certificates.crt",
        "usr/lib/ssl/cert.pem",
        "usr/lib/ssl/certs",
        "etc/localtime",
        "etc/timezone",
    ),
    *("etc/passwd", "etc/group", "etc/shadow", "etc/gshadow", "root", "home/nonroot", "etc/ld.so.cache"),
)
ZONE = File("usr/share/zoneinfo/Etc/UTC", b"TZif2")


def test_the_summary_is_of_its_own_packages_and_of_those_below():
    found = list(layers.system([CERTIFICATE], [*BELOW, ZONE], USER))
    assert set(paths(found)) == set(SUMMARY)
    assert content(found, "etc/ld.so.cache").startswith(b"glibc-ld.so.cache1.1")


def test_its_packages_stay_but_for_single_certificates():
    own = [CERTIFICATE, File("usr/share/doc/ca-certificates/copyright", b"MPL-2.0")]
    found = paths(layers.system(own, BELOW, USER))
    assert "usr/share/doc/ca-certificates/copyright" in found
    assert CERTIFICATE.path not in found


def test_certificates_may_lie_in_a_layer_below():
    found = list(layers.system([], [*BELOW, CERTIFICATE], USER))
    assert content(found, "etc/ssl/certs/ca-certificates.crt") == b"PEM\n"


def test_layers_of_packages_hold_nothing_that_sums_up():
    package = layers.package_entries("x", Fake([*BELOW, ZONE, CERTIFICATE]))
    lower = {
        *paths(layers.root(package)),
        *paths(layers.layer(package)),
        *paths(layers.interpreter(package, "/usr/bin/python3.13")),
    }
    assert not lower & set(SUMMARY)


def test_the_order_of_the_packages_does_not_show():
    once = arrange(layers.system([CERTIFICATE, ZONE], BELOW, USER))
    assert arrange(layers.system([ZONE, CERTIFICATE], BELOW[::-1], USER)) == once


def test_a_package_with_a_link_where_another_has_a_directory_is_refused():
    with pytest.raises(SourceError, match="one package has /usr/lib/x as a link"):
        list(layers.system([File("usr/lib/x/y", b"")], [Symlink("usr/lib/x", "z")], USER))


# --- what packages share out among themselves


def test_a_link_that_packages_share_out_leads_to_the_best_and_the_loader_knows():
    path = "usr/lib/x86_64-linux-gnu/blas/libblas.so.3"
    script = f"update-alternatives --install /usr/lib/x86_64-linux-gnu/libblas.so.3 libblas.so.3 /{path} 10"
    blas = Fake([File(path, b"no ELF")], postinst=script)
    entries, scripts = layers.unpacked("libblas3", blas, tuple(blas.entries()))
    found = list(layers.system([], entries, USER, effects([scripts], entries)))
    assert Symlink("usr/lib/x86_64-linux-gnu/libblas.so.3", f"/{path}") in found


def test_files_for_another_python_are_neither_there_nor_in_the_status():
    package = Fake(
        [File("usr/lib/python3.11/distutils/core.py", b"")],
        md5sums=f"{'a' * 32}  usr/lib/python3.11/distutils/core.py\n",
    )
    entries = layers.package_entries("python3-distutils", package, "3.10")
    assert paths(entries) == [
        "var/lib/dpkg/status.d/python3-distutils",
        "var/lib/dpkg/status.d/python3-distutils.md5sums",
    ]
    assert content(entries, "var/lib/dpkg/status.d/python3-distutils.md5sums") == b""
