"""A CPython that no suite has, on a real base: built, started and asked what it is."""

import json
import platform
import sys
from pathlib import Path

import pytest
from tests.e2e.command import Pottle

from pottle.testing.standalone import StandaloneMirror, of_prefix

pytestmark = [
    pytest.mark.engine,
    pytest.mark.network,
    pytest.mark.skipif(platform.machine() != "x86_64", reason="this machine's Python is for another one"),
]

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
PATCH = f"{PYTHON}.99"

MAIN = """\
import json, sys, sysconfig

found = [sys.prefix, sys.base_prefix, sysconfig.get_config_var("prefix"), json.__cached__]
print(json.dumps({"version": sys.version_info[:2], "found": found}))
"""
CONFIGURED = """\
strict = true
packages = ["libexpat1"]
env = { LD_LIBRARY_PATH = "/opt/python/lib" }
"""
"""What this machine's Python may be linked with, and python-build-standalone's is not."""


def test_it_runs_at_its_place_with_its_bytecode(pottle: Pottle, tmp_path: Path):
    mirror = StandaloneMirror(tmp_path / "mirror")
    mirror.add(PATCH, of_prefix(Path(sys.base_prefix), PYTHON), ["x86_64"])
    project = tmp_path / "asked"
    project.mkdir()
    for name, text in {"main.py": MAIN, ".python-version": PATCH, "pottle.toml": CONFIGURED}.items():
        (project / name).write_text(text)
    here = Pottle({**pottle.environ, **mirror.environ})
    built = here.call("build", "--platform=linux/amd64", project)
    assert built.code == 0, built.stderr
    ran = here.call("run", "--backend=unshare", project)
    assert ran.code == 0, ran.stderr
    assert json.loads(ran.stdout) == {
        "version": list(sys.version_info[:2]),
        "found": [
            "/opt/venv",
            "/opt/python",
            "/opt/python",
            f"/opt/python/lib/python{PYTHON}/json/__pycache__/__init__.{sys.implementation.cache_tag}.pyc",
        ],
    }
