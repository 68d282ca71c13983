"""What a call of `pottle` imports: nothing that it does not need, because every call pays for it."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.world import World

HEAVY = {
    "cattrs",
    "debian_inspector",
    "deflate",
    "httpcore",
    "lsprotocol",
    "msgspec",
    "packaging",
    "pygls",
    "pysequoia",
    "rich",
    "tomli",
    "tomlkit",
    "truststore",
    "uv",
    "zstandard",
}
ONLY_FOR_SOURCES = {"debian_inspector", "httpcore", "pysequoia", "rich", "tomlkit", "truststore", "zstandard"}
ONLY_FOR_OTHER_LAYERS = {"pottle.build.base.layers", "pottle.build.environment", "pottle.sources.debian.deb"}
ONLY_FOR_DOCKERFILES = {"pottle.dockerfile.parser", "pottle.shell.parser"}
BOUND = 1.0
"""Seconds, for machines with much else to do; `docs/benchmarks.md` says what it takes on one that has not."""

_LAUNCH = Path(__file__).with_name("launch.py")
_IMPORTED = "import atexit, json, runpy, sys; atexit.register(lambda: print('\\n' + json.dumps(sorted(sys.modules)))); "


def imported(code: str, *arguments: str, environ: dict[str, str] | None = None) -> set[str]:
    """The modules that were imported when `code` had run in an interpreter of its own."""
    done = subprocess.run(
        [sys.executable, "-c", f"{_IMPORTED}{code}", *arguments],
        env=environ or dict(os.environ),
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def program(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "pottle", *arguments]


@pytest.mark.parametrize("flag", ["--help", "--version"])
def test_nothing_heavy_is_imported_to_say_what_there_is(flag):
    modules = imported("runpy.run_module('pottle', run_name='__main__', alter_sys=True)", flag)
    assert "click" in modules
    assert not HEAVY & modules


@pytest.mark.parametrize("flag", ["--help", "--version"])
def test_it_answers_at_once(flag):
    times = []
    for _ in range(3):
        began = time.monotonic()
        subprocess.run(program(flag), check=True, capture_output=True)
        times.append(time.monotonic() - began)
    assert min(times) < BOUND


def test_a_change_of_code_imports_neither_sources_nor_other_layers(here: World, tmp_path: Path):
    project = here.virtual(tmp_path / "shop")
    first = here.pottle("build", project)
    (project / "main.py").write_text("print('changed')\n")
    code = f"sys.argv[0] = {str(_LAUNCH)!r}; runpy.run_path(sys.argv[0], run_name='__main__')"
    launched = here.command("build", str(project))[2:]
    source_path = os.pathsep.join(path for path in sys.path if path)
    modules = imported(code, *launched, environ=here.environ | {"PYTHONPATH": source_path})
    assert "pottle.build.bytecode" in modules
    assert not (ONLY_FOR_SOURCES | ONLY_FOR_OTHER_LAYERS | ONLY_FOR_DOCKERFILES) & modules
    assert here.pottle("build", project).digest != first.digest
