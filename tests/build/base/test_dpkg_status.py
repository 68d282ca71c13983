"""What scanners read: deb-control(5) and deb-md5sums(5), a file of each for a package."""

from pottle.build.base.dpkg_status import status

CONTROL = "Package: libz1\nVersion: 1:1.3-1\nDescription: x\n more\n .\n lines\n\n"


def found(md5sums: str, kept: set[str]) -> dict[str, str]:
    return {entry.path: entry.read().decode() for entry in status("libz1", CONTROL, md5sums, kept)}


def test_the_paragraph_is_as_the_package_has_it():
    assert found("", set())["var/lib/dpkg/status.d/libz1"] == CONTROL.rstrip() + "\n"


def test_sums_are_those_of_the_files_that_are_there_where_they_are():
    sums = "a" * 32 + "  lib/libz.so.1\n" + "b" * 32 + "  usr/share/man/x.gz\n" + "c" * 32 + "  usr/share/a  b\n"
    kept = {"usr/lib/libz.so.1", "usr/share/a  b"}
    expected = "a" * 32 + "  usr/lib/libz.so.1\n" + "c" * 32 + "  usr/share/a  b\n"
    assert found(sums, kept)["var/lib/dpkg/status.d/libz1.md5sums"] == expected


def test_a_package_without_sums_has_an_empty_list():
    assert found("\n", set())["var/lib/dpkg/status.d/libz1.md5sums"] == ""
