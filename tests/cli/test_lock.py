"""`pottle lock` as it is typed."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pottle.cli.failure import run
from pottle.cli.surroundings import Surroundings
from pottle.testing.package_index import PackageIndex
from pottle.testing.wheel_file import WheelFile

OLD = WheelFile("demo", "1.0", files={"demo.py": ""})
NEW = WheelFile("demo", "2.0", files={"demo.py": ""})
NEEDY = WheelFile("needy", requires=["demo>=1"])


@pytest.fixture
def index() -> Iterator[PackageIndex]:
    with PackageIndex(OLD, NEEDY) as served:
        yield served


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "main.py").write_text("print('hello')\n")
    (root / "requirements.txt").write_text("needy\n")
    return root


@pytest.fixture
def around(tmp_path: Path, index: PackageIndex) -> Surroundings:
    home = tmp_path / "home"
    home.mkdir()
    environ = {
        "HOME": str(home),
        "PATH": "/usr/bin:/bin",
        "UV_DEFAULT_INDEX": index.url,
        "UV_CACHE_DIR": str(tmp_path / "uv-cache"),
        "UV_HTTP_RETRIES": "0",
        "XDG_CONFIG_DIRS": str(tmp_path / "etc"),
    }
    return Surroundings(environ)


def test_what_is_found_is_kept_and_used(project: Path, around: Surroundings, capsys):
    lock = ["lock", "-q", "--platform", "linux/amd64", str(project)]
    assert run(lock, around) == 0
    assert capsys.readouterr().out == "pottle.lock: linux/amd64 with Python 3.13: 2 wheels, changed: demo, needy\n"
    text = (project / "pottle.lock").read_text()
    assert text.count(OLD.sha256) == 1
    assert run(["plan", "--format", "json", "--platform", "linux/amd64", str(project)], around) == 0
    plan = json.loads(capsys.readouterr().out)
    assert (plan["lockfile"], plan["warnings"]) == ("pottle.lock", [])


def test_the_same_question_is_not_asked_again(project: Path, around: Surroundings, index: PackageIndex, capsys):
    lock = ["lock", "-q", "--platform", "linux/amd64", str(project)]
    assert run(lock, around) == 0
    before = (project / "pottle.lock").read_bytes()
    index.close()
    assert run(lock, around) == 0
    assert "2 wheels, unchanged" in capsys.readouterr().out
    assert (project / "pottle.lock").read_bytes() == before


def test_upgrade_chooses_anew(project: Path, around: Surroundings, index: PackageIndex, capsys):
    lock = ["lock", "-q", "--platform", "linux/amd64", str(project)]
    assert run(lock, around) == 0
    index.wheels[NEW.filename] = NEW
    (project / "requirements.txt").write_text("needy>=1\n")
    assert run(lock, around) == 0
    assert "unchanged" in capsys.readouterr().out.splitlines()[-1]
    fresh = Surroundings({**around.environ, "UV_NO_CACHE": "1"})
    assert run([*lock, "--upgrade", "--format", "json"], fresh) == 0
    assert json.loads(capsys.readouterr().out)["environments"] == [
        {"platform": "linux/amd64", "python": "3.13", "wheels": 2, "changed": ["demo"]}
    ]


def test_other_platforms_stay(project: Path, around: Surroundings):
    assert run(["lock", "-q", "--platform", "linux/amd64", str(project)], around) == 0
    assert run(["lock", "-q", "--platform", "linux/arm64", str(project)], around) == 0
    text = (project / "pottle.lock").read_text()
    assert text.count("[[environment]]") == 2


def test_a_stale_one_stops_the_plan(project: Path, around: Surroundings, capsys):
    assert run(["lock", "-q", "--platform", "linux/amd64", str(project)], around) == 0
    (project / "requirements.txt").write_text("needy\ndemo\n")
    assert run(["plan", "--platform", "linux/amd64", str(project)], around) == 3
    assert "pottle.lock is stale" in capsys.readouterr().err


def test_a_project_with_a_lock_of_its_own_is_told_so(project: Path, around: Surroundings, capsys):
    (project / "requirements.txt").write_text(f"demo==1.0 --hash=sha256:{OLD.sha256}\n")
    assert run(["lock", "-q", str(project)], around) == 0
    assert capsys.readouterr().out == "nothing is left to lock: requirements.txt has decided every version\n"
    assert not (project / "pottle.lock").exists()


def test_so_is_one_that_depends_on_nothing(project: Path, around: Surroundings, capsys):
    (project / "requirements.txt").unlink()
    assert run(["lock", "-q", str(project)], around) == 0
    assert "depends on nothing" in capsys.readouterr().out


def test_a_plan_may_be_resolved_without_being_kept(project: Path, around: Surroundings, capsys):
    assert run(["plan", "-q", "--resolve", "--format", "json", "--platform", "linux/amd64", str(project)], around) == 0
    plan = json.loads(capsys.readouterr().out)
    (step,) = [s for layer in plan["layers"] for s in layer["steps"] if s["type"] == "install-wheels"]
    assert {each["name"]: each["wheel"]["sha256"] for each in step["requirements"]} == {
        "demo": OLD.sha256,
        "needy": NEEDY.sha256,
    }
    assert plan["lockfile"] == "requirements.txt"
    assert len(plan["warnings"]) == 1
    assert not (project / "pottle.lock").exists()


def test_an_application_that_nothing_serves_may_be_locked(project: Path, around: Surroundings):
    (project / "main.py").write_text("from fastapi import FastAPI\napp = FastAPI()\n")
    assert run(["lock", "-q", "--platform", "linux/amd64", str(project)], around) == 0


SCRIPT = '# /// script\n# dependencies = ["needy"]\n# ///\n'


def test_a_script_has_the_lock_beside_it(project: Path, around: Surroundings, capsys):
    (project / "requirements.txt").unlink()
    (project / "main.py").write_text(SCRIPT)
    for path in (project, project / "main.py"):
        assert run(["lock", "-q", "--platform", "linux/amd64", str(path)], around) == 0
        assert run(["plan", "--format", "json", "--platform", "linux/amd64", str(path)], around) == 0
        assert json.loads(capsys.readouterr().out.partition("\n")[2])["lockfile"] == "pottle.lock"


def test_unless_that_is_a_projects(project: Path, around: Surroundings, capsys):
    (project / "main.py").write_text(SCRIPT)
    assert run(["lock", "-q", str(project / "main.py")], around) == 2
    assert "uv lock --script main.py" in capsys.readouterr().err
