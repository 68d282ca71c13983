"""`pottle generate` as it is called: what is written, what is said, with which exit code."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pottle.cli.failure import run
from pottle.cli.surroundings import Surroundings

Call = Callable[..., int]
FILES = {
    ("dockerignore",): ".dockerignore",
    ("dockerfile",): "Dockerfile",
    ("bake",): "docker-bake.json",
    ("compose",): "compose.yaml",
    ("compose", "--production"): "compose.prod.yaml",
    ("kubernetes",): "kubernetes.yaml",
    ("devcontainer",): ".devcontainer/devcontainer.json",
    ("ci", "--provider", "github"): ".github/workflows/image.yaml",
}
UNNEEDED = {
    "httpx",
    "pysequoia",
    "rich",
    "debian_inspector",
    "truststore",
    "deflate",
    "zstandard",
    "uv",
    "pottle.build.builder",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "main.py").write_text("print('hello')\n")
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "shop"\nversion = "1"\n')
    return tmp_path


@pytest.fixture
def call(tmp_path_factory: pytest.TempPathFactory) -> Call:
    home = tmp_path_factory.mktemp("home")
    around = Surroundings({"POTTLE_CACHE_DIR": str(home), "PATH": "/usr/bin:/bin"}, lambda: datetime.now(UTC))

    def pottle(*arguments: str | Path) -> int:
        return run(["generate", *map(str, arguments)], around)

    return pottle


def test_each_kind_has_its_file(project: Path, call: Call, capsys: pytest.CaptureFixture[str]):
    for kind, name in FILES.items():
        assert call(*kind, project) == 0
        assert capsys.readouterr() == (f"{project / name}\n", "")
        assert (project / name).exists()


def test_a_second_call_says_that_nothing_has_changed(project: Path, call: Call, capsys: pytest.CaptureFixture[str]):
    call("dockerfile", project)
    capsys.readouterr()
    assert call("dockerfile", project) == 0
    assert capsys.readouterr().out == f"{project / 'Dockerfile'} (unchanged)\n"


def test_a_dockerfile_without_a_dockerignore_is_warned_of(
    project: Path, call: Call, capsys: pytest.CaptureFixture[str]
):
    call("dockerfile", project)
    assert "`pottle generate dockerignore`" in capsys.readouterr().err


def test_check_is_silent_while_nothing_has_moved_and_shows_what_has(
    project: Path, call: Call, capsys: pytest.CaptureFixture[str]
):
    call("dockerignore", project)
    call("dockerfile", project)
    capsys.readouterr()
    assert call("dockerfile", "--check", project) == 0
    assert capsys.readouterr() == ("", "")
    (project / "pottle.toml").write_text('env = { A = "b" }\n')
    before = (project / "Dockerfile").read_text()
    assert call("dockerfile", "--check", project) == 1
    assert "+ENV A=b" in capsys.readouterr().out
    assert (project / "Dockerfile").read_text() == before


def test_check_finds_what_is_missing(project: Path, call: Call, capsys: pytest.CaptureFixture[str]):
    assert call("dockerignore", "--check", project) == 1
    assert capsys.readouterr().out.startswith("--- /dev/null\n")
    assert not (project / ".dockerignore").exists()


@pytest.mark.parametrize("flag", ["--diff", "--stdout"])
def test_looking_writes_nothing(project: Path, call: Call, flag: str, capsys: pytest.CaptureFixture[str]):
    assert call("dockerfile", flag, project) == 0
    assert "FROM ${BASE} AS base\n" in capsys.readouterr().out
    assert not (project / "Dockerfile").exists()


def test_somebodys_work_is_kept_until_force_is_asked_for(project: Path, call: Call, capsys: pytest.CaptureFixture[str]):
    (project / "Dockerfile").write_text("FROM scratch\n")
    assert call("dockerfile", project) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "somebody's own work" in said.err
    assert "hint: " in said.err
    assert (project / "Dockerfile").read_text() == "FROM scratch\n"
    assert call("dockerfile", "--force", project) == 0
    assert "FROM ${BASE} AS base" in (project / "Dockerfile").read_text()


def test_a_program_is_told_the_state_of_each_file(project: Path, call: Call, capsys: pytest.CaptureFixture[str]):
    assert call("dockerfile", "--format", "json", project) == 0
    assert json.loads(capsys.readouterr().out) == [{"path": str(project / "Dockerfile"), "state": "absent"}]
    assert call("dockerfile", "--format", "json", "--check", project) == 0
    assert json.loads(capsys.readouterr().out)[0] == {
        "path": str(project / "Dockerfile"),
        "state": "current",
        "diff": "",
    }


def test_a_place_that_cannot_be_written_to_is_told(project: Path, call: Call, capsys: pytest.CaptureFixture[str]):
    (project / "Dockerfile").mkdir()
    assert call("dockerfile", project) == 6
    assert "Dockerfile" in capsys.readouterr().err


def test_projects_of_a_repository_at_once(tmp_path: Path, call: Call, capsys: pytest.CaptureFixture[str]):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.py").write_text("print('hello')\n")
        (tmp_path / name / "pyproject.toml").write_text(f'[project]\nname = "{name}"\nversion = "1"\n')
    assert call("dockerfile", "--all", tmp_path) == 0
    assert capsys.readouterr().out.splitlines() == [str(tmp_path / name / "Dockerfile") for name in ("one", "two")]


def test_manifests_remember_the_image_that_they_were_given(
    project: Path, call: Call, capsys: pytest.CaptureFixture[str]
):
    assert call("kubernetes", "--image", "registry.example/shop:1.2", project) == 0
    assert "image: registry.example/shop:1.2\n" in (project / "kubernetes.yaml").read_text()
    assert call("kubernetes", "--check", project) == 0
    assert call("kubernetes", "--check", "--image", "registry.example/shop:1.3", project) == 1
    capsys.readouterr()
    assert call("kubernetes", "--image", "Not An Image", project) == 2
    assert "hint: " in capsys.readouterr().err
    assert call("kubernetes", "--image", "a", "--all", project) == 2
    assert "--all" in capsys.readouterr().err


@pytest.mark.parametrize(("kind", "other"), [("devcontainer", "compose"), ("compose", "dockerfile")])
def test_what_needs_another_file_says_so(
    project: Path, call: Call, capsys: pytest.CaptureFixture[str], kind: str, other: str
):
    call(kind, project)
    assert f"`pottle generate {other}` writes it" in capsys.readouterr().err
    call(other, project)
    capsys.readouterr()
    call(kind, project)
    assert capsys.readouterr().err == ""


def test_refresh_writes_what_pottle_has_written_and_nothing_else(
    project: Path, call: Call, capsys: pytest.CaptureFixture[str]
):
    (project / ".git").mkdir()
    assert call("refresh", project) == 0
    assert capsys.readouterr().out == ""
    for kind in ("dockerignore", "dockerfile", "compose"):
        call(kind, project)
    compose = project / "compose.yaml"
    compose.write_text(compose.read_text() + "# ours\n")
    assert call("refresh", "--check", project) == 0
    (project / "pottle.toml").write_text('env = { A = "b" }\n')
    capsys.readouterr()
    assert call("refresh", "--check", project) == 1
    assert "+ENV A=b" in capsys.readouterr().out
    assert call("refresh", project) == 0
    assert str(project / "Dockerfile") in capsys.readouterr().out.splitlines()
    assert "ENV A=b" in (project / "Dockerfile").read_text()
    assert compose.read_text().endswith("# ours\n")
    assert not (project / "kubernetes.yaml").exists()


def test_compose_builds_the_stage_for_developers_where_there_is_one(project: Path, call: Call):
    call("dockerfile", "--dev", project)
    call("compose", project)
    assert "\n      target: dev\n" in (project / "compose.yaml").read_text()
    call("dockerfile", "--force", "--from", "debian:trixie", project)
    assert call("compose", "--check", project) == 1


def test_a_pipeline_lies_at_the_root_of_the_repository(tmp_path: Path, call: Call, capsys: pytest.CaptureFixture[str]):
    project = tmp_path / "apps/shop"
    project.mkdir(parents=True)
    (project / "main.py").write_text("print('hello')\n")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitlab-ci.yml").write_text("stages: [test]\n")
    assert call("ci", project) == 2
    assert "somebody's own work" in capsys.readouterr().err
    assert call("ci", "--stdout", project) == 0
    assert "pottle generate refresh --check apps/shop" in capsys.readouterr().out


def test_a_script_is_what_is_built(tmp_path: Path, call: Call, capsys: pytest.CaptureFixture[str]):
    (tmp_path / ".git").mkdir()
    script = tmp_path / "report.py"
    script.write_text('# /// script\n# requires-python = ">=3.11"\n# ///\nprint("hello")\n')
    assert call("ci", "--stdout", script) == 0
    assert 'pottle build --cache-from "$IMAGE/cache" report.py\n' in capsys.readouterr().out
    assert call("kubernetes", "--stdout", script) == 0
    assert "image: pottle://report.py\n" in capsys.readouterr().out


def test_nothing_is_imported_that_is_not_needed(project: Path):
    code = "import sys; from pottle.cli.failure import run; from pottle.cli.surroundings import Surroundings; "
    code += f"run(['generate', 'dockerfile', {str(project)!r}], Surroundings({{}})); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not UNNEEDED & set(done.stdout.split())
