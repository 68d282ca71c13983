"""What a lock has for the project itself, and what it fits."""

import pytest

from pottle.lint.project import Project
from pottle.lint.repository import InMemory
from pottle.lint.wheels import Locked, of_poetry, of_uv

FITS = {
    "pure": ("a-1-py3-none-any.whl", 13, "musl", True),
    "its own ABI": ("a-1-cp313-cp313-manylinux_2_28_x86_64.whl", 13, "glibc", True),
    "another ABI": ("a-1-cp312-cp312-manylinux_2_28_x86_64.whl", 13, "glibc", False),
    "free-threaded": ("a-1-cp313-cp313t-manylinux_2_28_x86_64.whl", 13, "glibc", False),
    "the stable ABI": ("a-1-cp38-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl", 13, "glibc", True),
    "a stable ABI to come": ("a-1-cp314-abi3-manylinux2014_x86_64.whl", 13, "glibc", False),
    "a program": ("a-1-py3-none-musllinux_1_2_aarch64.whl", 13, "musl", True),
    "glibc on musl": ("a-1-py3-none-manylinux1_x86_64.whl", 13, "musl", False),
    "another system": ("a-1-cp313-cp313-macosx_11_0_arm64.whl", 13, "glibc", False),
    "no wheel": ("a-1.tar.gz", 13, "glibc", False),
    "another implementation": ("a-1-pp310-pypy310_pp73-manylinux2014_x86_64.whl", 13, "glibc", False),
}


@pytest.mark.parametrize(("name", "minor", "libc", "fits"), FITS.values(), ids=FITS)
def test_fits(name: str, minor: int, libc, fits: bool):
    assert Locked("a", "1", (name,)).fits(minor, libc) is fits


UV = """
version = 1
[[package]]
name = "shop"
source = { virtual = "." }
dependencies = [{ name = "a" }, { name = "win", marker = "sys_platform == 'win32'" }, { name = "git" }]
[package.dev-dependencies]
dev = [{ name = "dev" }]
[[package]]
name = "a"
version = "2"
source = { registry = "x" }
dependencies = [{ name = "b" }, { name = "twice" }]
wheels = [{ url = "https://a.example/a-2-py3-none-any.whl#sha256=00" }]
[[package]]
name = "b"
version = "3"
source = { registry = "x" }
[[package]]
name = "twice"
version = "1"
source = { registry = "x" }
[[package]]
name = "twice"
version = "2"
source = { registry = "x" }
[[package]]
name = "git"
version = "1"
source = { git = "x" }
[[package]]
name = "dev"
version = "1"
source = { registry = "x" }
"""

DECLARED = """
[project]
dependencies = ["A_B>=1", "win; sys_platform == 'win32'"]
[tool.poetry.dependencies]
python = "^3.12"
c = "*"
extra = { version = "1", optional = true }
several = [{ version = "1", python = "<3.12" }]
"""
POETRY = """
[[package]]
name = "a-b"
version = "1"
files = [{ file = "a_b-1-py3-none-any.whl" }, { file = "a_b-1.tar.gz" }]
[package.dependencies]
d = ">=1"
win = { version = "1", markers = "x" }
[[package]]
name = "c"
version = "1"
files = [{ file = "c-1.tar.gz" }]
[[package]]
name = "d"
version = "1"
files = []
[[package]]
name = "extra"
version = "1"
files = [{ file = "x" }]
[[package]]
name = "win"
version = "1"
files = [{ file = "x" }]
"""


def project(**files: str) -> Project:
    return Project(InMemory({name.replace("_", "."): text for name, text in files.items()}), "", "Dockerfile")


def test_of_uv():
    assert of_uv(project(uv_lock=UV)) == (Locked("a", "2", ("a-2-py3-none-any.whl",)), Locked("b", "3", ()))
    assert of_uv(project(uv_lock=f'supported-markers = ["x"]\n{UV}')) == ()
    assert of_uv(project()) == ()


def test_of_poetry():
    files = {"poetry_lock": POETRY, "pyproject_toml": DECLARED}
    assert of_poetry(project(**files)) == (Locked("a-b", "1", ("a_b-1-py3-none-any.whl",)), Locked("c", "1", ()))
    assert of_poetry(project(poetry_lock=POETRY)) == ()


def test_native():
    assert Locked("a", "1", ("a-1-cp312-cp312-musllinux_1_2_x86_64.whl",)).native
    assert not Locked(
        "a", "1", ("a-1-cp312-cp312-macosx_11_0_arm64.whl", "a-1-py3-none-manylinux2014_x86_64.whl")
    ).native
