"""What was built, on a base image: nothing is put there, so what it is linked with has to be there."""

from pathlib import Path

import pytest
from tests.native.elf_files import Blueprint, build
from tests.native.trees import install

from pottle.base_image import BaseImage
from pottle.build import libraries
from pottle.errors import ProjectError
from pottle.oci.platform import Platform
from pottle.sources.pypi import installed
from pottle.sources.pypi.installed import Distribution


def image(*packages: str, release: str = "trixie", glibc: str = "2.41", dpkg: bool = True) -> BaseImage:
    digest = f"sha256:{'0' * 64}"
    return BaseImage(
        name="docker.io/library/base:1",
        platform="linux/amd64",
        digest=digest,
        media_types="oci",
        libc="glibc",
        libc_version=glibc,
        distribution="debian",
        release=release,
        layers=(),
        unpacked=0,
        packages=packages if dpkg else None,
    )


def made(tmp_path: Path, name: str, content: bytes | str, *needed: str, **rest) -> tuple[Distribution, ...]:
    site = tmp_path / "lib" / "python3.13" / "site-packages"
    module = build(Blueprint(needed=("libc.so.6", *needed), **rest))
    install(site, name, {f"{name}.abi3.so": module, f"{name}_more.py": content}, tag="cp313-abi3-linux_x86_64")
    return installed.read(tmp_path)


def test_a_library_that_it_lacks_is_one_error(tmp_path: Path):
    found = made(tmp_path, "plyvel", "", "libleveldb.so.1d")
    with pytest.raises(ProjectError, match=r"base:1 does not have libleveldb1d \(plyvel: it is linked with libleveldb"):
        libraries.check_on(image(), found, ())
    assert libraries.check_on(image("libleveldb1d"), found, ()) == ()


def test_a_glibc_that_is_too_old_is_one_error(tmp_path: Path):
    found = made(tmp_path, "plyvel", "", versions={"libc.so.6": [("GLIBC_2.38", 0)]})
    with pytest.raises(ProjectError, match=r"plyvel was built for GLIBC_2\.38, and base:1 has GLIBC_2\.36"):
        libraries.check_on(image(glibc="2.36"), found, ())
    assert libraries.check_on(image(), found, ()) == ()


def test_what_it_may_load_is_told(tmp_path: Path):
    (told,) = libraries.check_on(image(), made(tmp_path, "pyudev", "load('udev')"), ())
    assert "base:1 does not have libudev1 (pyudev: Debian's package of it depends on libudev1" in told


@pytest.mark.parametrize("how", [{"dpkg": False}, {"release": "42"}])
def test_where_nobody_knows_it_is_told(tmp_path: Path, how: dict):
    (told,) = libraries.check_on(image(**how), made(tmp_path, "plyvel", "", "libleveldb.so.1d"), ())
    assert told == "what was built is linked with libleveldb.so.1d, and nobody knows whether base:1 has it"
    assert libraries.check_on(image(**how), made(tmp_path / "other", "plain", ""), ()) == ()


def test_on_a_suite_it_is_asked_of_its_packages(tmp_path: Path):
    found, platform = made(tmp_path, "pyudev", "load('udev')"), Platform.parse("linux/amd64")
    on = libraries.system("trixie", platform, ["libc6"])
    assert on is not None
    assert libraries.loaded(found, on, ()) == {"libudev1"}
    on = libraries.system("trixie", platform, ["libc6", "libudev1"])
    assert on is not None
    assert not libraries.loaded(found, on, ())
    assert libraries.system("unheard-of", platform, []) is None
