"""`pottle lock` as it is typed."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pottle import api
from pottle.cli.failure import run
from pottle.cli.surroundings import Surroundings
from pottle.sources.debian.suites import suite_named
from pottle.testing.debian_archive import DebianArchive, Package
from pottle.testing.distribution import distribution
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
def archive() -> Iterator[DebianArchive]:
    with DebianArchive(suite_named("trixie")) as served:
        served.add(*distribution("trixie"))
        yield served


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "main.py").write_text("print('hello')\n")
    (root / "requirements.txt").write_text("needy\n")
    return root


@pytest.fixture
def around(tmp_path: Path, index: PackageIndex, archive: DebianArchive) -> Surroundings:
    home = tmp_path / "home"
    home.mkdir()
    environ = {
        "HOME": str(home),
        "PATH": "/usr/bin:/bin",
        "UV_DEFAULT_INDEX": index.url,
        "UV_CACHE_DIR": str(tmp_path / "uv-cache"),
        "UV_HTTP_RETRIES": "0",
        "XDG_CONFIG_DIRS": str(tmp_path / "etc"),
        "POTTLE_DEBIAN_MIRROR": archive.mirrors.archive,
        "POTTLE_DEBIAN_SECURITY_MIRROR": archive.mirrors.security,
    }
    return Surroundings(environ, lambda: archive.now, archive.keys)


def test_what_is_found_is_kept_and_used(project: Path, around: Surroundings, capsys):
    lock = ["lock", "-q", "--platform", "linux/amd64", str(project)]
    assert run(lock, around) == 0
    told = "pottle.lock: linux/amd64 on debian:trixie with Python 3.13: 13 packages, 2 wheels, new\n"
    assert capsys.readouterr().out == told
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
    assert "13 packages, 2 wheels, unchanged" in capsys.readouterr().out
    assert (project / "pottle.lock").read_bytes() == before


def test_upgrade_chooses_anew(project: Path, around: Surroundings, index: PackageIndex, capsys):
    lock = ["lock", "-q", "--platform", "linux/amd64", str(project)]
    assert run(lock, around) == 0
    index.wheels[NEW.filename] = NEW
    (project / "requirements.txt").write_text("needy>=1\n")
    assert run(lock, around) == 0
    assert "unchanged" in capsys.readouterr().out.splitlines()[-1]
    fresh = replace(around, environ={**around.environ, "UV_NO_CACHE": "1"})
    assert run([*lock, "--upgrade", "--format", "json"], fresh) == 0
    (told,) = json.loads(capsys.readouterr().out)["environments"]
    assert told == {
        "platform": "linux/amd64",
        "base": "debian:trixie",
        "python": "3.13",
        "packages": 13,
        "wheels": 2,
        "changes": [{"kind": "wheel", "name": "demo", "before": "1.0", "after": "2.0"}],
    }


def test_other_platforms_stay(project: Path, around: Surroundings):
    assert run(["lock", "-q", "--platform", "linux/amd64", str(project)], around) == 0
    assert run(["lock", "-q", "--platform", "linux/arm64", str(project)], around) == 0
    text = (project / "pottle.lock").read_text()
    assert text.count("[[environment]]") == text.count("[[system]]") == text.count("[[compiler]]") == 2


def test_a_stale_one_stops_the_plan(project: Path, around: Surroundings, capsys):
    assert run(["lock", "-q", "--platform", "linux/amd64", str(project)], around) == 0
    (project / "requirements.txt").write_text("needy\ndemo\n")
    assert run(["plan", "--platform", "linux/amd64", str(project)], around) == 3
    assert "pottle.lock is stale" in capsys.readouterr().err


def test_of_a_project_with_a_lock_of_its_own_all_the_rest_is_kept(project: Path, around: Surroundings, capsys):
    for requirements in (f"demo==1.0 --hash=sha256:{OLD.sha256}\n", None):
        if requirements is None:
            (project / "requirements.txt").unlink()
        else:
            (project / "requirements.txt").write_text(requirements)
        assert run(["lock", "-q", "--platform", "linux/amd64", str(project)], around) == 0
        assert "with Python 3.13: 13 packages, " in capsys.readouterr().out
        assert "[[environment]]" not in (project / "pottle.lock").read_text()


def test_what_is_newer_is_shown_and_not_written(project: Path, around: Surroundings, archive: DebianArchive, capsys):
    lock = ["lock", "-q", "--refresh", "--platform", "linux/amd64", str(project)]
    assert run(lock, around) == 0
    before = (project / "pottle.lock").read_text()
    archive.add(Package("zlib1g", "2", "amd64"), pocket="trixie-security")
    assert run([*lock, "--check"], around) == 0
    capsys.readouterr()
    assert run([*lock, "--check", "--upgrade"], around) == 1
    assert capsys.readouterr().out.splitlines() == [
        "pottle.lock: linux/amd64 on debian:trixie with Python 3.13: 13 packages, 2 wheels, 1 changed",
        "    zlib1g 1 → 2",
        "it would change: run `pottle lock` without --check",
    ]
    assert (project / "pottle.lock").read_text() == before


def test_a_mirror_without_another_hosts_architecture_will_do(
    project: Path, around: Surroundings, archive: DebianArchive, capsys
):
    other = {"amd64": "arm64", "arm64": "amd64"}[api.own_platform().debian_architecture]
    archive.fail(f"binary-{other}", 404)
    assert run(["lock", str(project)], around) == 0
    assert f"machines with {other} cannot build by this lock" in capsys.readouterr().err
    text = (project / "pottle.lock").read_text()
    assert text.count("[[compiler]]") == 1
    assert run(["lock", "-q", str(project)], around) == 0
    assert (project / "pottle.lock").read_text() == text


def test_hosts_with_another_cpython_are_left_out(project: Path, around: Surroundings, archive: DebianArchive, capsys):
    other = {"amd64": "arm64", "arm64": "amd64"}[api.own_platform().debian_architecture]
    archive.fail(f"binary-{other}", 404)
    assert run(["lock", "-q", str(project)], around) == 0
    text = (project / "pottle.lock").read_text()
    archive.fail(f"binary-{other}", 200, 0)
    archive.supersede(
        *(Package(f"{name}", "3.13.9-1", other) for name in ("python3.13-minimal", "libpython3.13-stdlib"))
    )
    assert run(["lock", "--refresh", str(project)], around) == 0
    assert "the archive has CPython 3.13.9-1 for them, and 3.13.5-1 is locked" in capsys.readouterr().err
    assert (project / "pottle.lock").read_text() == text


def test_one_package_may_be_upgraded_alone(project: Path, around: Surroundings, archive: DebianArchive, capsys):
    lock = ["lock", "-q", "--refresh", "--platform", "linux/amd64", str(project)]
    assert run(lock, around) == 0
    archive.add(*(Package(name, "2", "amd64") for name in ("zlib1g", "tzdata")), pocket="trixie-updates")
    capsys.readouterr()
    assert run([*lock, "--upgrade-package", "tzdata"], around) == 0
    assert capsys.readouterr().out.splitlines()[1:] == ["    tzdata 1 → 2"]


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


def test_another_compiler_is_told_of(project: Path, around: Surroundings, archive: DebianArchive, capsys):
    lock = ["lock", "-q", "--refresh", "--platform", "linux/amd64", str(project)]
    assert run(lock, around) == 0
    for architecture in ("amd64", "arm64"):
        archive.supersede(Package("python3.13-minimal", "3.13.9-1", architecture))
    capsys.readouterr()
    assert run([*lock, "--upgrade"], around) == 0
    assert capsys.readouterr().out.splitlines()[2:] == [
        "pottle.lock: what compiles, and what wheels are built with",
        "    CPython 3.13 of debian:trixie on amd64 3.13.5-1 → 3.13.9-1",
        "    CPython 3.13 of debian:trixie on arm64 3.13.5-1 → 3.13.9-1",
    ]
