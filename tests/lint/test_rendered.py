"""What `pottle generate` writes is what `pottle lint` asks for, and hadolint: nothing is found in it."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.lint.cases import checked
from tests.named import CASES, project
from tests.render.variants import VARIANTS

GOLDEN = Path(__file__).parents[1] / "render" / "golden"
SHOWN = [case for case in CASES if (GOLDEN / case.name / "dockerfile.txt").is_file()]


@pytest.mark.parametrize("case", SHOWN, ids=lambda case: case.name)
def test_nothing_is_found(case: Path):
    root = project(case)
    around = {path.relative_to(root).as_posix(): path for path in root.rglob("*") if path.is_file()}
    files = {name: path.read_text(errors="surrogateescape") for name, path in around.items()}
    ignore = GOLDEN / case.name / "dockerignore.txt"
    files |= {".dockerignore": ignore.read_text()} if ignore.is_file() else {}
    found = checked((GOLDEN / case.name / "dockerfile.txt").read_text(), files=files).diagnostics
    assert [(each.rule, str(each.start), each.message) for each in found] == []


@pytest.mark.parametrize("name", VARIANTS)
def test_nothing_is_found_in_another_style(name: str):
    root = next(case for case in CASES if case.name == VARIANTS[name].case)
    around = {path.relative_to(root).as_posix(): path for path in root.rglob("*") if path.is_file()}
    files = {each: path.read_text(errors="surrogateescape") for each, path in around.items()}
    text = (GOLDEN.with_name("variants") / f"{name}.txt").read_text()
    found = checked(text, files={".dockerignore": "", "Dockerfile.lock": "", **files}).diagnostics
    assert [(each.rule, str(each.start), each.message) for each in found] == []


def test_hadolint_finds_nothing_in_any_of_them(tmp_path: Path):
    """Its own defaults, and no line that tells it to ignore something."""
    files = [*sorted(GOLDEN.glob("*/dockerfile.txt")), *sorted(GOLDEN.with_name("variants").glob("*.txt"))]
    assert [path for path in files if "hadolint" in path.read_text() or "# check=" in path.read_text()] == []
    program = Path(sys.executable).with_name("hadolint")
    (settings := tmp_path / "hadolint.yaml").write_text("ignored: []\n")
    done = subprocess.run(
        [program, "--no-color", "--config", settings, *files], capture_output=True, text=True, check=False
    )
    assert (done.stdout + done.stderr, done.returncode) == ("", 0)


COMPOSED = [(case, path) for case in SHOWN for path in sorted((GOLDEN / case.name).glob("compose*.yaml"))]


@pytest.mark.parametrize(("case", "path"), COMPOSED, ids=lambda each: each.name)
def test_nothing_is_found_in_compose_files(case: Path, path: Path):
    root = project(case)
    around = {file.relative_to(root).as_posix(): file for file in root.rglob("*") if file.is_file()}
    files = {name: file.read_text(errors="surrogateescape") for name, file in around.items()}
    files |= {"Dockerfile": (GOLDEN / case.name / "dockerfile.txt").read_text()}
    found = checked(path.read_text(), path=path.name, files=files).diagnostics
    assert [(each.rule, str(each.start), each.message) for each in found] == []


def test_there_are_some():
    assert len(SHOWN) >= 10
    assert len(VARIANTS) >= 10
    assert len(COMPOSED) == 2 * len(SHOWN)
