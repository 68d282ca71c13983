"""The image's interpreter is unpacked once, contained, and either runs here or is a clear no."""

import sys
from pathlib import Path

import pytest

from pottle.build.interpreter import Interpreter, runs, unpack
from pottle.errors import HostError
from pottle.oci.entry import Directory, File, Symlink

VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
LOADER = b'#!/bin/sh\nshift 3\nexec PYTHON "$@"\n'.replace(b"PYTHON", sys.executable.encode())
"""Stands in for ld.so: it is given `--library-path DIR PROGRAM` and starts a Python, or says no."""


def packages(loader: bytes = LOADER):
    yield Directory("usr")
    yield File("lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", loader, 0o755)
    yield Symlink("lib64/ld-linux-x86-64.so.2", "/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2")
    yield File(f"usr/bin/python{VERSION}", b"", 0o755)


def never():
    raise AssertionError("unpacked twice")


@pytest.fixture(autouse=True)
def _home(monkeypatch):
    """The stand-in is this machine's Python, which must not look for its library in the packages."""
    monkeypatch.setattr(Interpreter, "variables", lambda _: {"PYTHONHASHSEED": "0"})


def test_the_packages_loader_starts_it(tmp_path):
    found = unpack(packages, VERSION, "id", tmp_path)
    root = tmp_path / "id" / "usr"
    assert found is not None
    assert found.argv == (
        str(root / "lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"),
        "--library-path",
        str(root / "lib/x86_64-linux-gnu"),
        str(root / f"bin/python{VERSION}"),
    )
    assert found.environment == (("PYTHONHOME", str(root)),)


def test_it_is_unpacked_once(tmp_path):
    first = unpack(packages, VERSION, "id", tmp_path)
    assert unpack(never, VERSION, "id", tmp_path) == first


def test_that_it_runs_is_asked_once_on_a_machine(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr("pottle.build.interpreter.runs", lambda found: asked.append(found) or True)
    for _ in range(2):
        assert unpack(packages, VERSION, "id", tmp_path)
    assert len(asked) == 1
    monkeypatch.setattr("os.uname", lambda: ("Linux", "another", "6.1", "#1", "x86_64"))
    assert unpack(packages, VERSION, "id", tmp_path)
    assert len(asked) == 2


def test_after_a_no_it_is_unpacked_and_asked_again(tmp_path, monkeypatch):
    monkeypatch.setattr("pottle.build.interpreter.runs", lambda _: False)
    assert unpack(packages, VERSION, "id", tmp_path) is None
    monkeypatch.setattr("pottle.build.interpreter.runs", lambda _: True)
    assert unpack(packages, VERSION, "id", tmp_path)


NO = {
    "another machine's code": lambda: packages(b"\x7fELF nonsense"),
    "it fails": lambda: packages(b"#!/bin/sh\nexit 1\n"),
    "another version": lambda: packages(b"#!/bin/sh\necho cpython-27\n"),
    "no loader": lambda: [File(f"usr/bin/python{VERSION}", b"", 0o755)],
    "no interpreter": lambda: [File("usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", LOADER, 0o755)],
}


@pytest.mark.parametrize("entries", NO.values(), ids=NO)
def test_what_does_not_run_here_is_a_no(tmp_path, entries):
    assert unpack(entries, VERSION, "id", tmp_path) is None


def test_a_failure_half_way_leaves_nothing(tmp_path):
    def half():
        yield from packages()
        raise OSError(28, "No space left on device")

    with pytest.raises(HostError, match="cannot unpack the compiling interpreter: No space left on device"):
        unpack(half, VERSION, "id", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_links_cannot_lead_writes_outside(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()

    def hostile():
        yield from packages()
        yield Symlink("usr/a", "../../../outside")
        yield File("usr/a/b", b"evil")
        yield Symlink("usr/c", str(outside))
        yield File("usr/c/d", b"evil")

    unpack(hostile, VERSION, "id", tmp_path / "cache")
    assert list(outside.iterdir()) == []


def test_an_interpreter_runs_or_not():
    assert runs(Interpreter((sys.executable,), VERSION, "id"))
    assert not runs(Interpreter((sys.executable,), "3.7", "id"))
    assert not runs(Interpreter(("/nonexistent",), VERSION, "id"))


def test_the_tag_is_pep_3147s():
    assert Interpreter((), VERSION, "id").tag == sys.implementation.cache_tag
    assert Path(sys.executable).exists()
