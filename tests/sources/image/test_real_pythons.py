"""The CPython and the C library that run here, read as those of an image are."""

import sys
from pathlib import Path

import pytest

from pottle.oci.members import Kind, Member
from pottle.sources.image.files import Files
from pottle.sources.image.interpreters import interpreters
from pottle.sources.image.libc import libc

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
VERSION = f"{PYTHON}.{sys.version_info.micro}"


def files(paths: dict[str, Path]) -> Files:
    found = Files()
    found.apply(
        Member(name, Kind.FILE, 0o755, 0, 0, 0, path.stat().st_size, "", iter([memoryview(path.read_bytes())]))
        for name, path in paths.items()
    )
    return found


def loader() -> Path:
    return next((path for path in Path("/lib").glob("*-linux-gnu/libc.so.6")), Path("/nonexistent"))


@pytest.mark.skipif("+" in sys.version.split()[0], reason="a Python between releases")
def test_its_version_stands_in_its_machine_code():
    prefix = Path(sys.base_prefix)
    library = {f"usr/lib/{path.name}": path for path in (prefix / "lib").glob(f"libpython{PYTHON}.so*")}
    paths = {f"usr/bin/python{PYTHON}": prefix / "bin" / f"python{PYTHON}", **library}
    found = files({**paths, f"usr/lib/python{PYTHON}/os.py": prefix / "lib" / f"python{PYTHON}" / "os.py"})
    assert [each.version for each in interpreters(found, "/usr/bin")] == [VERSION]


@pytest.mark.skipif(not loader().exists(), reason="no Debian's glibc here")
def test_the_version_of_glibc_stands_in_it():
    import platform

    found = files({"lib/x86_64-linux-gnu/libc.so.6": loader()})
    assert libc(found, None) == ("glibc", platform.libc_ver()[1])
