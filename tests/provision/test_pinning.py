"""Answers of an index, kept for one platform: by the versions of before where they still satisfy."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pottle.config.options import Options
from pottle.oci.platform import Platform
from pottle.plan.environment_plan import EnvironmentPlan
from pottle.plan.planner import wanted
from pottle.progress import Silent
from pottle.project.facts import PinnedEnvironment
from pottle.project.reader import read_project
from pottle.project.tree import DictTree
from pottle.provision.pinning import pin
from pottle.provision.settings import Settings
from pottle.testing.package_index import PackageIndex
from pottle.testing.wheel_file import WheelFile

OLD = WheelFile("demo", "1.0", files={"demo.py": ""})
NEW = WheelFile("demo", "2.0", files={"demo.py": ""})
NEEDY = WheelFile("needy", requires=["demo>=1"])


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    environ = {
        "HOME": str(tmp_path),
        "PATH": os.environ["PATH"],
        "TMPDIR": str(tmp_path),
        "UV_HTTP_RETRIES": "0",
        "UV_CACHE_DIR": str(tmp_path / "uv-cache"),
        "XDG_CONFIG_DIRS": str(tmp_path / "etc"),
    }
    return Settings(tmp_path / "cache", environ, tmp_path, Silent(), lambda: datetime.now(UTC), timedelta(hours=1))


def asked(text: str) -> EnvironmentPlan:
    facts = read_project(DictTree({"requirements.txt": text, "main.py": ""}))
    found = wanted(facts, Options(), Platform.parse("linux/amd64"))
    assert found is not None
    return found


def answer(
    settings: Settings, wheels: list[WheelFile], text: str = "needy\n", before: PinnedEnvironment | None = None
) -> PinnedEnvironment:
    with PackageIndex(*wheels) as index:
        ours = replace(settings, environ={**settings.environ, "UV_DEFAULT_INDEX": index.url})
        return pin(asked(text), ours, before)


def versions(found: PinnedEnvironment) -> dict[str, str]:
    return {each.name: each.version for each in found.wheels}


def test_an_answer_holds_its_question_and_every_wheel(settings: Settings):
    found = answer(settings, [OLD, NEEDY])
    assert (found.platform, found.python, found.wanted) == ("linux/amd64", "3.13", ("needy",))
    assert {each.name: each.wheel.sha256 for each in found.wheels} == {"demo": OLD.sha256, "needy": NEEDY.sha256}
    assert all(each.wheel.url for each in found.wheels)


def test_versions_of_before_stay(settings: Settings):
    before = answer(settings, [OLD, NEEDY])
    assert versions(answer(settings, [OLD, NEW, NEEDY], before=before))["demo"] == "1.0"


def test_unless_they_no_longer_satisfy(settings: Settings):
    before = answer(settings, [OLD, NEEDY])
    assert versions(answer(settings, [OLD, NEW, NEEDY], "needy\ndemo>=2\n", before))["demo"] == "2.0"


def test_or_all_are_chosen_anew(settings: Settings):
    assert versions(answer(settings, [OLD, NEW, NEEDY]))["demo"] == "2.0"
