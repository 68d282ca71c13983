"""The hooks for pre-commit, run by pre-commit."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from pottle.lint.engine import kind_of

ROOT = Path(__file__).parents[1]
HOOKS = ROOT / ".pre-commit-hooks.yaml"
BAD = 'FROM python:3.13-slim\nUSER 1000\nRUN pip install flask==3.1.0\nCMD ["python", "main.py"]\n'
GOOD = BAD.replace("install", "install --no-cache-dir")

FILES = (
    "Dockerfile", "a/Dockerfile", "Dockerfile.dev", "dev.Dockerfile", "Containerfile", "web/app.dockerfile", "compose.yaml",
    "docker-compose.prod.yml", "a/compose_dev.yml", ".dockerignore", "a/Dockerfile.dockerignore", "Dockerfile.j2", "Dockerfile.md",
    "main.py", "composer.yaml", "docker.yaml", "ignore", "dockerfile_parser.py", "Dockerfile~", "README.md", "compose.json",
)  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_they_are_given_what_is_checked(name: str):
    for hook in yaml.safe_load(HOOKS.read_text())[:2]:
        given = re.search(hook["files"], name) and not re.search(hook["exclude"], name)
        assert bool(given) == (kind_of(name) is not None), hook["id"]


def test_the_reference_names_every_hook():
    told = (ROOT / "docs" / "reference" / "lint.md").read_text()
    assert {hook["id"] for hook in yaml.safe_load(HOOKS.read_text())} == set(re.findall(r"- id: (\S+)", told))


def git(directory: Path, *arguments: str) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@b.example", "-c", "init.defaultBranch=main")
    return subprocess.run(["git", *who, *arguments], cwd=directory, check=True, capture_output=True, text=True).stdout


def committed(directory: Path) -> str:
    git(directory, "init", "--quiet")
    git(directory, "add", "--all")
    git(directory, "commit", "--quiet", "--no-verify", "--message", "a")
    return git(directory, "rev-parse", "HEAD").strip()


class Project:
    """One whose commits pass hooks of a clone of pottle."""

    def __init__(self, directory: Path, hooks: Path, home: Path, *, system: bool) -> None:
        self.directory = directory
        self._home = home
        lines = ["repos:", f"- repo: {hooks}", f"  rev: {git(hooks, 'rev-parse', 'HEAD').strip()}", "  hooks:"]
        for name in ("pottle-lint", "pottle-lint-fix", "pottle-generate-check"):
            lines += [f"  - id: {name}", *(["    language: system"] if system else [])]
        (directory / ".pre-commit-config.yaml").write_text("\n".join(lines) + "\n")
        committed(directory)

    def run(self, hook: str) -> subprocess.CompletedProcess[str]:
        git(self.directory, "add", "--all")
        environ = {
            **os.environ,
            "PRE_COMMIT_HOME": str(self._home),
            "PYTHONPATH": str(ROOT / "src"),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }
        arguments = (sys.executable, "-m", "pre_commit", "run", hook, "--all-files")
        return subprocess.run(arguments, cwd=self.directory, check=False, capture_output=True, text=True, env=environ)


@pytest.fixture
def hooks(tmp_path: Path) -> Path:
    clone = tmp_path / "pottle"
    clone.mkdir()
    shutil.copy(HOOKS, clone)
    committed(clone)
    return clone


@pytest.fixture
def project(tmp_path: Path, hooks: Path) -> Project:
    directory = tmp_path / "shop"
    directory.mkdir()
    (directory / "Dockerfile").write_text(BAD)
    (directory / "main.py").write_text("print()\n")
    (directory / "pottle.toml").write_text('[lint]\nselect = ["pip-cache-in-layer"]\n')
    return Project(directory, hooks, tmp_path / "home", system=True)


def test_it_tells(project: Project):
    done = project.run("pottle-lint")
    assert done.returncode == 1, done.stderr
    assert "pip-cache-in-layer" in done.stdout
    assert "compose" not in done.stdout
    (project.directory / "Dockerfile").write_text(GOOD)
    assert project.run("pottle-lint").returncode == 0


def test_it_fixes(project: Project):
    done = project.run("pottle-lint-fix")
    assert done.returncode == 1, "pre-commit stops where a hook has changed a file"
    assert "files were modified by this hook" in done.stdout
    assert (project.directory / "Dockerfile").read_text() == GOOD
    assert project.run("pottle-lint-fix").returncode == 0


def test_it_knows_a_generated_file_that_is_old(project: Project):
    place = project.directory
    (place / "Dockerfile").unlink()
    (place / "pyproject.toml").write_text('[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.13"\n')
    subprocess.run(
        [sys.executable, "-m", "pottle", "generate", "dockerfile"], cwd=place, check=True, capture_output=True
    )
    assert project.run("pottle-generate-check").returncode == 0
    (place / "pyproject.toml").write_text('[project]\nname = "shop"\nversion = "1"\nrequires-python = "==3.12.*"\n')
    done = project.run("pottle-generate-check")
    assert done.returncode == 1
    assert "3.12" in done.stdout


@pytest.mark.network
@pytest.mark.slow
def test_it_is_installed_by_pre_commit(tmp_path: Path):
    """As users have it: pre-commit makes an environment of the clone, with what pottle needs from an index."""
    clone, directory = tmp_path / "pottle", tmp_path / "shop"
    clone.mkdir()
    for name in (".pre-commit-hooks.yaml", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, clone)
    shutil.copytree(ROOT / "src", clone / "src", ignore=shutil.ignore_patterns("__pycache__"))
    committed(clone)
    directory.mkdir()
    (directory / "Dockerfile").write_text(BAD)
    project = Project(directory, clone, tmp_path / "home", system=False)
    done = project.run("pottle-lint")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "pip-cache-in-layer" in done.stdout
