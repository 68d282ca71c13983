"""Bytecode is a function of the source, its path in the image and the interpreter's build."""

import importlib.util
import marshal
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pottle.build import bytecode
from pottle.build.bytecode import compile_groups, pyc_path
from pottle.build.interpreter import Interpreter
from pottle.errors import HostError
from pottle.oci.entry import File

VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
OURS = Interpreter((sys.executable,), VERSION, "test")
FROZEN = """
def f(x):
    return x in {"spawn_x", "forkserver_x"}
def g(x):
    if x == "fork_x":
        return 1
    elif x in {"spawn_x", "forkserver_x"}:
        return 2
"""
"""The set is one object in both functions, unless the compiler finds its strings interned: then each gets a copy."""


def compiled(cache: Path, *files: File, mode="unchecked-hash", by: Interpreter = OURS) -> dict[str, bytes]:
    return {file.path: file.read() for file in compile_groups({"all": files}, by, mode, cache)["all"]}


def test_lies_where_the_import_system_looks():
    source = "opt/venv/lib/x.py"
    assert pyc_path(source, OURS.tag) == importlib.util.cache_from_source(source)


@pytest.mark.parametrize(("mode", "flags"), [("unchecked-hash", 1), ("checked-hash", 3)])
def test_the_header_is_pep_552s(tmp_path, mode, flags):
    source = b"x = 1\n"
    pyc = compiled(tmp_path, File("a.py", source), mode=mode)[pyc_path("a.py", OURS.tag)]
    assert pyc[:16] == importlib.util.MAGIC_NUMBER + flags.to_bytes(4, "little") + importlib.util.source_hash(source)


def test_tracebacks_show_the_path_in_the_image(tmp_path):
    pyc = compiled(tmp_path / "cache", File("opt/a.py", b"x = 1\n"))[pyc_path("opt/a.py", OURS.tag)]
    assert b"/opt/a.py" in pyc
    assert str(tmp_path).encode() not in pyc


def test_python_accepts_it(tmp_path):
    for path, content in compiled(tmp_path / "cache", File("a.py", b"print(__cached__, 'from bytecode')\n")).items():
        (tmp_path / path).parent.mkdir()
        (tmp_path / path).write_bytes(content)
    (tmp_path / "a.py").write_text("print('from source')\n")
    ran = subprocess.run([sys.executable, "-c", "import a"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "from bytecode" in ran.stdout


BROKEN = {
    "Python 2": b"print 'x'\n",
    "a template": b"{{ cookiecutter.name }} = \n",
    "null bytes": b"x = 1\0",
    "an unknown encoding": b"# coding: nonsense\n",
    "not UTF-8": b"x = '\xff'\n",
    "nested too deeply": b"x = " + b"(" * 10_000 + b")" * 10_000,
}


@pytest.mark.parametrize("source", BROKEN.values(), ids=BROKEN)
def test_what_does_not_compile_is_passed_over(tmp_path, source):
    found = compiled(tmp_path, File("bad.py", source), File("good.py", b"x = 1\n"), File("data.txt", source))
    assert list(found) == [pyc_path("good.py", OURS.tag)]


def test_nothing_is_run_and_nothing_of_the_caller_is_seen(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "marshal.py").write_text("raise SystemExit(1)")
    (tmp_path / "importlib.py").write_text("raise SystemExit(1)")
    compiled(tmp_path / "cache", File("a.py", f"open({str(tmp_path / 'ran')!r}, 'w')\n".encode()))
    assert not (tmp_path / "ran").exists()


def test_is_what_the_compiler_gives_when_all_strings_are_interned(tmp_path):
    first = compile(FROZEN, "/z.py", "exec", dont_inherit=True)
    second = compile(FROZEN, "/z.py", "exec", dont_inherit=True)
    fresh, expected = marshal.dumps(first), marshal.dumps(second)
    if fresh == expected:
        pytest.skip("this CPython does not depend on what was interned")
    assert compiled(tmp_path, File("z.py", FROZEN.encode()))[pyc_path("z.py", OURS.tag)][16:] == expected


@pytest.mark.skipif(sys.version_info < (3, 11), reason="there every source is compiled twice")
def test_a_set_that_no_other_equals_is_the_same_whatever_was_interned():
    """Why such a source is compiled once. What is fresh is put together when it runs: constants of this file are interned."""

    def strings() -> list[str]:
        return [f"fresh_{name}" for name in ("ham", "eggs")]

    source = f"def f(x):\n    return x in {set(strings())}\n"

    def bytecode_of() -> bytes:
        return marshal.dumps(compile(source, "/z.py", "exec", dont_inherit=True))

    fresh = bytecode_of()
    kept = [sys.intern(text) for text in strings()]
    again = bytecode_of()
    assert again == fresh
    assert kept == strings()


def test_does_not_depend_on_how_many_work_side_by_side(tmp_path, monkeypatch):
    files = [File(f"m{i}.py", f"{FROZEN}\nspawn_x = forkserver_x = {i}\n".encode()) for i in range(90)]
    monkeypatch.setattr(bytecode, "_cores", lambda: 1)
    one = compiled(tmp_path / "1", *files)
    monkeypatch.setattr(bytecode, "_cores", lambda: 3)
    assert compiled(tmp_path / "3", *files) == one
    assert len(one) == 90


def test_sources_on_disk_and_in_memory_are_the_same(tmp_path):
    (tmp_path / "a.py").write_bytes(b"x = 1\n")
    assert compiled(tmp_path / "1", File("a.py", tmp_path / "a.py")) == compiled(
        tmp_path / "2", File("a.py", b"x = 1\n")
    )


def test_an_unchanged_group_is_not_compiled_again(tmp_path):
    file = File("a.py", b"x = 1\n")
    first = compiled(tmp_path, file)
    broken = replace(OURS, argv=("/nonexistent",))
    assert compiled(tmp_path, file, by=broken) == first


CHANGES = {
    "the source": ({"file": File("a.py", b"x = 2\n")}),
    "the path": ({"file": File("b.py", b"x = 1\n")}),
    "the mode": ({"mode": "checked-hash"}),
    "the interpreter's build": ({"by": replace(OURS, identity="another")}),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_another_input_is_another_result(tmp_path, change):
    compiled(tmp_path, File("a.py", b"x = 1\n"))
    before = set(tmp_path.glob("??/*"))
    file = change.get("file", File("a.py", b"x = 1\n"))
    compiled(tmp_path, file, **{key: value for key, value in change.items() if key != "file"})
    assert len(set(tmp_path.glob("??/*")) - before) == 1


@pytest.mark.parametrize("program", ["", "import sys; print('compiled 0', file=sys.stderr)"])
def test_a_program_that_ends_well_without_compiling_is_no_interpreter(tmp_path, program):
    idle = Interpreter((sys.executable, "-c", program), VERSION, "test")
    with pytest.raises(HostError, match="the compiling interpreter failed"):
        compiled(tmp_path, File("a.py", b"x = 1\n"), by=idle)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_an_interpreter_that_fails_is_a_host_error_and_leaves_nothing(tmp_path):
    failing = Interpreter((sys.executable, "-c", "import sys; sys.exit('out of order')"), VERSION, "test")
    with pytest.raises(HostError, match="the compiling interpreter failed: out of order"):
        compiled(tmp_path / "cache", File("a.py", b"x = 1\n"), by=failing)
    assert list((tmp_path / "cache").iterdir()) == []


def test_an_interpreter_that_is_not_there_is_a_host_error(tmp_path):
    with pytest.raises(HostError, match="cannot compile bytecode: No such file"):
        compiled(tmp_path, File("a.py", b"x = 1\n"), by=Interpreter(("/nonexistent",), VERSION, "test"))


def test_an_interrupt_ends_the_workers_and_leaves_nothing(tmp_path):
    started = tmp_path / "pid"
    program = f"import os, signal, time; open({str(started)!r}, 'w').write(str(os.getpid())); os.kill(os.getppid(), signal.SIGINT); time.sleep(60)"
    slow = Interpreter((sys.executable, "-c", program), VERSION, "test")
    with pytest.raises(KeyboardInterrupt):
        compiled(tmp_path / "cache", File("a.py", b"x = 1\n"), by=slow)
    assert list((tmp_path / "cache").iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.kill(int(started.read_text()), 0)
