"""The requirements of a plan become exactly one wheel each: those that it names, and those that an index has."""

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pottle.config.options import Options
from pottle.errors import IntegrityError, ProjectError
from pottle.oci.platform import Platform
from pottle.plan.lock import LockedWheel
from pottle.plan.planner import make_plan
from pottle.progress import Silent
from pottle.project.reader import read_project
from pottle.project.tree import DictTree
from pottle.provision.locking import distributions
from pottle.provision.settings import Settings
from pottle.testing.package_index import PackageIndex
from pottle.testing.wheel_file import WheelFile

DEMO = WheelFile("demo", files={"demo.py": ""})
NEWER = WheelFile("demo", "2.0", files={"demo.py": ""})
NEEDY = WheelFile("needy", requires=["demo>=1"])


class Reticent(PackageIndex):
    """An index that says nothing about sizes: they are optional (PEP 700)."""

    def _listed(self, wheel: WheelFile) -> dict[str, object]:
        return {key: value for key, value in super()._listed(wheel).items() if key != "size"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    home = tmp_path / "home"
    home.mkdir()
    environ = {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "TMPDIR": str(tmp_path),
        "UV_HTTP_RETRIES": "0",
        "UV_CACHE_DIR": str(tmp_path / "uv-cache"),
        "XDG_CONFIG_DIRS": str(tmp_path / "etc"),
        "PIP_CONFIG_FILE": os.devnull,
    }
    return Settings(tmp_path / "cache", environ, home, Silent(), lambda: datetime.now(UTC), timedelta(hours=1))


def locked(settings: Settings, index: PackageIndex, files: Mapping[str, str]) -> tuple[LockedWheel, ...]:
    plan = make_plan(read_project(DictTree({"main.py": "", **files})), Options(), Platform.parse("linux/amd64"))
    environ = {**settings.environ, "UV_DEFAULT_INDEX": index.url}
    return distributions(plan, replace(settings, environ=environ))[0]


def requirements(text: str) -> dict[str, str]:
    return {"requirements.txt": text}


def test_a_loose_list_is_resolved_with_what_it_depends_on(settings: Settings):
    with PackageIndex(DEMO, NEWER, NEEDY) as index:
        found = locked(settings, index, requirements("needy\ndemo<2\nabsent; sys_platform == 'win32'\n"))
    assert [(w.name, w.version, w.sha256) for w in found] == [
        ("demo", DEMO.version, DEMO.sha256),
        ("needy", NEEDY.version, NEEDY.sha256),
    ]


def test_so_are_the_dependencies_of_a_project_without_a_lock(settings: Settings):
    project = '[project]\nname = "p"\nversion = "1"\ndependencies = ["needy"]\n[dependency-groups]\ndev = ["absent"]\n'
    with PackageIndex(DEMO, NEEDY) as index:
        found = locked(settings, index, {"pyproject.toml": project})
    assert [w.name for w in found] == ["demo", "needy"]


def test_a_complete_list_gets_what_it_names_and_nothing_else(settings: Settings):
    with PackageIndex(DEMO, NEEDY) as index:
        found = locked(settings, index, requirements(f"needy==1.0 --hash=sha256:{NEEDY.sha256}\n"))
    assert [w.name for w in found] == ["needy"]


def test_a_wheel_that_the_list_names_itself_is_not_looked_for(settings: Settings):
    with PackageIndex(NEEDY) as index:
        url = index.url_of(NEEDY)
        text = f"needy @ {url} --hash=sha256:{NEEDY.sha256}\n"
        before = list(index.requests)
        (wheel,) = locked(settings, index, requirements(text))
        assert (wheel.url, wheel.sha256, index.requests) == (url, NEEDY.sha256, before)


@pytest.mark.parametrize("more", ["", "needy\n"])
def test_a_hash_binds_in_a_complete_list_and_in_a_loose_one(settings: Settings, more: str):
    text = f"demo==1.0 --hash=sha256:{'0' * 64}\n{more}"
    with (
        PackageIndex(DEMO, NEEDY) as index,
        pytest.raises(IntegrityError, match="has a hash that is allowed") as caught,
    ):
        locked(settings, index, requirements(text))
    assert str(caught.value.at) == "requirements.txt:1"


def test_what_no_index_has_is_an_error_with_its_line(settings: Settings):
    with PackageIndex(DEMO) as index, pytest.raises(ProjectError) as caught:
        locked(settings, index, requirements("demo\nnothing-of-that-name\n"))
    assert str(caught.value.at) == "requirements.txt:2"


def test_the_indexes_that_a_list_names_are_asked(settings: Settings):
    with PackageIndex(DEMO) as users, PackageIndex(NEEDY) as named:
        found = locked(settings, users, requirements(f"--extra-index-url {named.url}\nneedy\n"))
        assert [(w.name, w.url) for w in found] == [("demo", users.url_of(DEMO)), ("needy", named.url_of(NEEDY))]


def poetrys(wheel: WheelFile, rest: str = "") -> dict[str, str]:
    """A project whose lock is of Poetry 1.1."""
    entry = f'[[package]]\nname = "{wheel.name}"\nversion = "{wheel.version}"\noptional = false\npython-versions = "*"\n{rest}'
    files = (
        f'[metadata.files]\n{wheel.name} = [\n    {{file = "{wheel.filename}", hash = "sha256:{wheel.sha256}"}},\n]\n'
    )
    metadata = '[metadata]\nlock-version = "1.1"\npython-versions = "*"\ncontent-hash = ""\n'
    project = f'[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\n{wheel.name} = "*"\n'
    return {"pyproject.toml": project, "poetry.lock": entry + metadata + files}


def test_of_a_wheel_that_the_lock_names_by_its_hash_the_size_is_asked_for_once(settings: Settings):
    with PackageIndex(DEMO, NEWER) as index:
        (wheel,) = locked(settings, index, poetrys(DEMO))
        assert (wheel.filename, wheel.url, wheel.sha256) == (DEMO.filename, None, DEMO.sha256)
        assert wheel.size == len(DEMO.content)
        asked = list(index.requests)
        assert f"/files/{DEMO.filename}" not in asked
        assert locked(settings, index, poetrys(DEMO)) == (wheel,)
        assert index.requests == asked


def test_a_wheel_whose_size_the_index_does_not_tell_is_not_asked_for_again(settings: Settings):
    with Reticent(DEMO) as index:
        (wheel,) = locked(settings, index, poetrys(DEMO))
        assert wheel.size is None
        asked = list(index.requests)
        assert locked(settings, index, poetrys(DEMO)) == (wheel,)
        assert index.requests == asked


def test_what_older_locks_of_poetry_never_hold_comes_from_the_index(settings: Settings):
    setuptools = WheelFile("setuptools", "80.0")
    with PackageIndex(DEMO, setuptools) as index:
        found = locked(settings, index, poetrys(DEMO, '\n[package.dependencies]\nsetuptools = "*"\n'))
    assert [(w.name, w.version, w.sha256) for w in found] == [
        ("demo", "1.0", DEMO.sha256),
        ("setuptools", "80.0", setuptools.sha256),
    ]
