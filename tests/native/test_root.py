"""A whole root as a system and the tree on top of it."""

import os
from pathlib import Path

import pytest
from tests.native.elf_files import Blueprint, build

from pottle.native import root
from pottle.native.folder import collect


def place(top: Path, **files: str | bytes) -> Path:
    for path, content in {name.replace("__", "/"): content for name, content in files.items()}.items():
        target = top / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
    return top


RELEASES = {
    "Debian": ("ID=debian\nVERSION_CODENAME=bookworm\n", "bookworm"),
    "Ubuntu": ('ID=ubuntu\nVERSION_CODENAME="noble"\n', "noble"),
    "Alpine": ("ID=alpine\nVERSION_ID=3.22\n", "alpine"),
    "a release that is not in the index": ("ID=debian\nVERSION_CODENAME=buster\n", None),
    "another distribution": ("ID=fedora\nVERSION_ID=43\n", None),
    "nonsense": ("VERSION_CODENAME='trixie\n\0\n=\n", None),
}


@pytest.mark.parametrize(("text", "suite"), RELEASES.values(), ids=RELEASES)
def test_the_suite(tmp_path: Path, text: str, suite: str | None):
    place(tmp_path, **{"usr__lib__os-release": text})
    assert root.is_root(tmp_path)
    assert root.suite_of(tmp_path) == suite


def test_a_folder_is_no_root(tmp_path: Path):
    assert not root.is_root(place(tmp_path, main_py=""))


def test_a_distroless_image_has_a_file_for_each_package(tmp_path: Path):
    top = place(
        tmp_path, **{"var__lib__dpkg__status.d__libssl3": "x", "var__lib__dpkg__status.d__libssl3.md5sums": "x"}
    )
    _, system = root.split(collect(top, rooted=True), top, "bookworm", "amd64")
    assert system.packages == {"libssl3"}


def test_packages_that_are_gone_are_not_there(tmp_path: Path):
    status = "Package: a\nStatus: install ok installed\n\nPackage: b\nStatus: deinstall ok config-files\n"
    top = place(tmp_path, var__lib__dpkg__status=status)
    assert root.split(collect(top, rooted=True), top, "trixie", "amd64")[1].packages == {"a"}


def test_alternatives_are_libraries_of_the_system(tmp_path: Path):
    library = build(Blueprint(soname="libblas.so.3"))
    top = place(tmp_path, **{"usr__lib__x86_64-linux-gnu__blas__libblas.so.3": library})
    (top / "etc/alternatives").mkdir(parents=True)
    (top / "etc/alternatives/libblas.so.3-x86_64-linux-gnu").symlink_to("/usr/lib/x86_64-linux-gnu/blas/libblas.so.3")
    (top / "usr/lib/x86_64-linux-gnu/libblas.so.3").symlink_to("/etc/alternatives/libblas.so.3-x86_64-linux-gnu")
    assert root.split(collect(top, rooted=True), top, "trixie", "amd64")[1].sonames == {"libblas.so.3"}


def test_what_is_no_file_is_not_read(tmp_path: Path):
    (tmp_path / "etc").mkdir()
    os.mkfifo(tmp_path / "etc" / "os-release")
    assert root.suite_of(tmp_path) is None


def test_links_in_a_circle_end(tmp_path: Path):
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "os-release").symlink_to("os-release")
    assert root.suite_of(tmp_path) is None
