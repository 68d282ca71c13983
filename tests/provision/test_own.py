"""What only the project's own backend knows is asked of it, on a copy, when the plan is locked."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pottle.config.options import Options
from pottle.errors import ProjectError
from pottle.oci.platform import Platform
from pottle.plan.planner import make_plan
from pottle.progress import Silent
from pottle.project.reader import read_project
from pottle.project.tree import DirectoryTree
from pottle.provision.locking import distributions
from pottle.provision.settings import Settings
from pottle.testing.package_index import PackageIndex
from pottle.testing.wheel_file import WheelFile

DEMO = WheelFile("demo", files={"demo.py": ""})
NEEDY = WheelFile("needy", requires=["demo>=1"])
FAST = WheelFile("fast", files={"fast.py": ""})

PROJECT = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "p"
version = "1"
dynamic = ["dependencies"]
"""

BACKEND = """\
import os, zipfile

def build_wheel(directory, config_settings=None, metadata_directory=None):
    open("trace", "w").close()
    name, info = "p-1-py3-none-any.whl", "p-1.dist-info"
    requires = "".join(f"Requires-Dist: {line}\\n" for line in open("needs").read().splitlines())
    members = {
        "p.py": "",
        f"{info}/METADATA": f"Metadata-Version: 2.1\\nName: p\\nVersion: 1\\n{requires}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\\nGenerator: own\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    }
    members[f"{info}/RECORD"] = "".join(f"{path},,\\n" for path in [*members, f"{info}/RECORD"])
    with zipfile.ZipFile(os.path.join(directory, name), "w") as wheel:
        for path, content in members.items():
            wheel.writestr(path, content)
    return name
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    for name, text in {"pyproject.toml": PROJECT, "backend.py": BACKEND, "main.py": "", "needs": "needy"}.items():
        (root / name).write_text(text)
    return root


def settings(tmp_path: Path, project: Path, index: PackageIndex) -> Settings:
    environ = {
        "HOME": str(tmp_path),
        "PATH": os.environ["PATH"],
        "TMPDIR": str(tmp_path),
        "UV_HTTP_RETRIES": "0",
        "UV_CACHE_DIR": str(tmp_path / "uv-cache"),
        "XDG_CONFIG_DIRS": str(tmp_path / "etc"),
        "UV_DEFAULT_INDEX": index.url,
    }
    return Settings(tmp_path / "cache", environ, project, Silent(), lambda: datetime.now(UTC), timedelta(hours=1))


def locked(tmp_path: Path, project: Path, *extras: str) -> list[str]:
    with PackageIndex(DEMO, NEEDY, FAST) as index:
        plan = make_plan(read_project(DirectoryTree(project)), Options(extras=extras), Platform.parse("linux/amd64"))
        return [each.name for each in distributions(plan, settings(tmp_path, project, index))[0]]


def test_its_requirements_are_resolved(tmp_path: Path, project: Path):
    assert locked(tmp_path, project) == ["demo", "needy"]


def test_nothing_is_written_into_the_project(tmp_path: Path, project: Path):
    before = sorted(project.rglob("*"))
    locked(tmp_path, project)
    assert sorted(project.rglob("*")) == before


def test_markers_and_extras_are_those_of_the_image(tmp_path: Path, project: Path):
    needs = (
        "demo; sys_platform == 'linux'\nabsent; sys_platform == 'win32'\nfast; extra == 'quick'\nabsent; extra == 'x'\n"
    )
    (project / "needs").write_text(needs)
    assert locked(tmp_path, project) == ["demo"]
    assert locked(tmp_path, project, "Quick") == ["demo", "fast"]


def test_a_backend_that_asks_for_nonsense_is_told_so(tmp_path: Path, project: Path):
    (project / "needs").write_text("on tuesdays\n")
    with pytest.raises(ProjectError, match="'on tuesdays', which is no requirement"):
        locked(tmp_path, project)


def test_planning_asks_nobody(project: Path):
    plan = make_plan(read_project(DirectoryTree(project)), Options(), Platform.parse("linux/amd64"))
    assert any("only the project's backend knows" in warning for warning in plan.warnings)
    assert not (project / "trace").exists()
