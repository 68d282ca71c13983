"""What of a relocatable CPython gets into an image, and how it is changed for its place."""

import pytest
from tests.native.elf_files import Blueprint, build

from pottle.build.standalone import interpreter, keeps
from pottle.oci.entry import Directory, Entry, File, Symlink
from pottle.testing.standalone import stub


def made(*more: Entry) -> dict[str, Entry]:
    archive = [entry for entry in stub("3.9") if not isinstance(entry, Directory)]
    return {entry.path: entry for entry in interpreter([*archive, *more], "/opt/python")}


def test_what_a_program_needs_lies_below_its_place():
    assert sorted(made()) == [
        "opt/python/bin/python",
        "opt/python/bin/python3",
        "opt/python/bin/python3.9",
        "opt/python/lib/python3.9/_sysconfigdata__linux_x86_64-linux-gnu.py",
        "opt/python/lib/python3.9/os.py",
        "opt/python/lib/python3.9/stat.py",
    ]
    assert made()["opt/python/bin/python3"] == Symlink("opt/python/bin/python3", "python3.9")


KEPT = (
    "bin/python3.13",
    "lib/python3.9/LICENSE.txt",
    "lib/python3.9/distutils/core.py",
    "lib/python3.9/lib-dynload/_crypt.cpython-39-x86_64-linux-gnu.so",
    "lib/python3.9/lib2to3/Grammar.txt",
    "lib/python3.13/venv/__init__.py",
    "lib/python3.13/sqlite3/__init__.py",
)
LEFT_OUT = (
    "bin/2to3",
    "bin/idle3.9",
    "bin/pip3.9",
    "bin/pydoc3",
    "bin/python3-config",
    "bin/python3.9-config",
    "include/python3.9/Python.h",
    "lib/libtcl8.6.so",
    "lib/libtcl9tk9.0.so",
    "lib/itcl4.2.4/itcl.tcl",
    "lib/thread2.8.9/libthread2.8.9.so",
    "lib/tk9.0/tk.tcl",
    "lib/pkgconfig/python3.pc",
    "lib/python3.9/config-3.9-x86_64-linux-gnu/Makefile",
    "lib/python3.9/config-3.9-x86_64-linux-gnu/libpython3.9.a",
    "lib/python3.9/ensurepip/_bundled/pip-23.0.1-py3-none-any.whl",
    "lib/python3.9/idlelib/run.py",
    "lib/python3.9/lib-dynload/_testcapi.cpython-39-x86_64-linux-gnu.so",
    "lib/python3.9/lib-dynload/_tkinter.cpython-39-x86_64-linux-gnu.so",
    "lib/python3.9/os/__pycache__/os.cpython-39.pyc",
    "lib/python3.9/site-packages/pip/__init__.py",
    "lib/python3.9/site-packages/README.txt",
    "lib/python3.9/test/test_os.py",
    "lib/python3.9/tkinter/__init__.py",
    "lib/python3.9/turtledemo/__main__.py",
    "share/man/man1/python3.9.1",
    "share/terminfo/x/xterm",
)


@pytest.mark.parametrize("path", KEPT)
def test_is_kept(path: str):
    assert keeps(path)


@pytest.mark.parametrize("path", LEFT_OUT)
def test_is_left_out(path: str):
    assert not keeps(path)


@pytest.mark.parametrize("needed", ["libpython3.9.so.1.0", "$ORIGIN/../lib/libpython3.9.so.1.0"])
def test_its_library_comes_along_only_where_the_program_is_linked_with_it(needed: str):
    assert "opt/python/lib/libpython3.9.so.1.0" not in made(
        File("bin/python3.9", build(Blueprint(needed=["libc.so.6"])))
    )
    assert "opt/python/lib/libpython3.9.so.1.0" in made(File("bin/python3.9", build(Blueprint(needed=[needed]))))


def test_the_build_time_prefix_becomes_its_place():
    data = made()["opt/python/lib/python3.9/_sysconfigdata__linux_x86_64-linux-gnu.py"]
    assert isinstance(data, File)
    assert b"'prefix': '/opt/python'" in data.read()
    assert b"'-L/opt/python/lib'" in data.read()
    assert b"'/usr/bin/install -c'" in data.read()
