"""The project's wheel is built by its own backend, from a copy, for the image."""

from pathlib import Path

import pytest

from pottle.errors import ProjectError, SourceError
from pottle.project.version import NOTHING, Pretence
from pottle.sources.pypi.project_wheel import build_project
from pottle.testing.wheel_file import WheelFile

PYPROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n[project]\nname = "demo"\nversion = "1.0"\n'
BACKEND = """
import os, pathlib
def build_wheel(directory, config_settings=None, metadata_directory=None):
    {body}
    pathlib.Path("scratch").touch()
    pathlib.Path(directory, {name!r}).write_bytes(bytes.fromhex({content!r}))
    return {name!r}
"""


def project(root: Path, body: str = "pass", wheel: WheelFile | None = None, pyproject: str = PYPROJECT):
    wheel = wheel or WheelFile("demo")
    root.mkdir()
    (root / "pyproject.toml").write_text(pyproject)
    (root / "backend.py").write_text(BACKEND.format(body=body, name=wheel.filename, content=wheel.content.hex()))
    return [(path.name, path) for path in sorted(root.iterdir())]


def build(session, files, tmp_path, pretence=NOTHING):
    return build_project(session, files, tmp_path / "wheels", 315532801, pretence)


def test_the_backend_builds_it(session, tmp_path):
    built = build(session, project(tmp_path / "project"), tmp_path)
    assert built == tmp_path / "wheels" / "demo-1.0-py3-none-any.whl"
    assert built.read_bytes() == WheelFile("demo").content


def test_nothing_is_written_into_the_project(session, tmp_path):
    files = project(tmp_path / "project")
    build(session, files, tmp_path)
    assert sorted(path.name for path in (tmp_path / "project").iterdir()) == ["backend.py", "pyproject.toml"]


def test_the_backend_sees_the_epoch_and_nothing_of_the_caller(session, tmp_path):
    session.environ["PYTHONPATH"] = "/nowhere"
    body = "assert os.environ['SOURCE_DATE_EPOCH'] == '315532801' and 'PYTHONPATH' not in os.environ, dict(os.environ)"
    assert build(session, project(tmp_path / "project", body), tmp_path).exists()


def test_a_python_that_this_machine_lacks_is_not_needed(session, tmp_path):
    files = project(tmp_path / "project", pyproject=PYPROJECT + 'requires-python = ">=3.99"\n')
    (tmp_path / "project/.python-version").write_text("3.99\n")
    assert build(session, [*files, (".python-version", tmp_path / "project/.python-version")], tmp_path).is_file()


def test_the_copy_has_fixed_modes(session, tmp_path):
    files = project(tmp_path / "project", "assert oct(os.stat('pyproject.toml').st_mode & 0o777) == '0o644'")
    (tmp_path / "project/pyproject.toml").chmod(0o600)
    assert build(session, files, tmp_path).exists()


def test_a_failing_backend_is_shown_by_its_last_words(session, tmp_path):
    files = project(tmp_path / "project", "raise RuntimeError('out of order')")
    with pytest.raises(ProjectError, match="the build backend failed: RuntimeError: out of order") as raised:
        build(session, files, tmp_path)
    assert str(raised.value.at) == "pyproject.toml"
    assert not (tmp_path / "wheels").exists()


def test_the_backend_is_shown_a_version_in_place_of_version_control(session, tmp_path):
    body = "assert os.environ['SOME_VERSION'] == '7' and open('PKG-INFO').read() == 'Version: 7'"
    files = project(tmp_path / "project", body)
    assert build(session, files, tmp_path, Pretence((("SOME_VERSION", "7"),), "Version: 7")).exists()


def test_the_backend_is_shown_a_repository_of_all_files(session, tmp_path):
    body = (
        "import subprocess; listed = subprocess.check_output(['git', 'ls-tree', '-r', '--name-only', 'HEAD'], text=True);"
        " assert listed == 'backend.py\\npyproject.toml\\n', listed"
    )
    files = project(tmp_path / "project", body)
    assert build(session, files, tmp_path, Pretence(repository=True)).exists()
    assert not (tmp_path / "project/.git").exists()


def test_where_there_is_no_git_the_backend_does_without(session, tmp_path):
    session.environ["PATH"] = "/nonexistent"
    files = project(tmp_path / "project", "assert not os.path.exists('.git')")
    assert build(session, files, tmp_path, Pretence(repository=True)).exists()


def test_a_version_from_version_control_has_a_way_out(session, tmp_path):
    files = project(
        tmp_path / "project", "raise LookupError('setuptools-scm was unable to detect version for ' + os.getcwd())"
    )
    with pytest.raises(ProjectError, match="unable to detect version for the project") as raised:
        build(session, files, tmp_path)
    assert "has no .git" in str(raised.value.hint)


UNFIT = {
    "another Python": "cp312-cp312-manylinux_2_28_x86_64",
    "another machine": "cp313-cp313-manylinux_2_28_aarch64",
    "this machine's libraries": "cp313-cp313-linux_x86_64",
}


@pytest.mark.parametrize("tag", UNFIT.values(), ids=UNFIT)
def test_a_wheel_that_does_not_fit_the_image_is_an_error(session, tmp_path, tag):
    files = project(tmp_path / "project", wheel=WheelFile("demo", tag=tag, files={"demo.so": b"x"}))
    with pytest.raises(ProjectError, match=r"does not fit linux/amd64, CPython 3.13 and glibc 2.41") as raised:
        build(session, files, tmp_path)
    assert "publish its wheel" in str(raised.value.hint)


def test_an_unreadable_pyproject_is_the_projects_fault(session, tmp_path):
    with pytest.raises(ProjectError, match="cannot be built: unclosed table"):
        build(session, project(tmp_path / "project", pyproject="[build-system\n"), tmp_path)


def test_requirements_of_the_build_that_cannot_be_fetched_are_a_source_error(session, tmp_path):
    session.environ["UV_DEFAULT_INDEX"] = "http://127.0.0.1:9/simple"
    files = project(tmp_path / "project", pyproject=PYPROJECT.replace("requires = []", 'requires = ["absent"]'))
    with pytest.raises(SourceError, match="cannot be reached"):
        build(session, files, tmp_path)


def test_a_file_outside_the_project_is_refused(session, tmp_path):
    with pytest.raises(ProjectError, match="lies outside"):
        build(session, [("../evil", tmp_path / "x")], tmp_path)
