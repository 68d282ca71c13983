"""Sources that mean harm, as far as it takes no kernel to stop them: each is one error, and nothing is outside of its place.

What the sandbox stops is in tests/run/test_command.py, all of it together in tests/e2e/test_source_builds.py.
"""

import hashlib
import io
import tarfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pytest
from tests.test_api import SITE, build, paths
from tests.test_repository import from_an_archive, package, write
from tests.world import PYTHON, World

from pottle.errors import PottleError

BACKEND = package("thing")["backend/own.py"]


def sdist(root: Path, files: Mapping[str, str], links: Mapping[str, str] | None = None, python: str = PYTHON) -> Path:
    """A project whose lock names a source archive with these members."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as tar:
        for name, target in (links or {}).items():
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.SYMTYPE, target
            tar.addfile(member)
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))
    (root / "vendor").mkdir(parents=True)
    (root / "vendor/thing-1.0.tar.gz").write_bytes(content.getvalue())
    written = from_an_archive(hashlib.sha256(content.getvalue()).hexdigest())
    return write(root, {name: text.replace(PYTHON, python) for name, text in written.items()})


def members() -> dict[str, str]:
    return {f"thing-1.0/{name}": text for name, text in package("thing").items()}


@pytest.mark.parametrize("name", ["../escaped", "/tmp/escaped-by-pottles-tests", "thing-1.0/../../escaped"])
def test_an_archive_that_leads_out_writes_nothing_there(here: World, tmp_path: Path, name: str):
    root = sdist(tmp_path / "shop", {**members(), name: "out"})
    with suppress(PottleError):
        build(here, root)
    assert not Path("/tmp/escaped-by-pottles-tests").exists()
    assert not list(tmp_path.rglob("escaped"))


def test_a_link_that_leads_out_of_an_archive_is_not_written_through(here: World, tmp_path: Path):
    outside = tmp_path / "outside"
    outside.mkdir()
    root = sdist(tmp_path / "shop", {**members(), "thing-1.0/way/escaped": "out"}, {"thing-1.0/way": str(outside)})
    with suppress(PottleError):
        build(here, root)
    assert not list(outside.iterdir())


BACKENDS = {
    "another name": ("return name", 'return "other-1.0-py3-none-any.whl"', "is no wheel"),
    "no wheel's name": ("return name", 'return "../../x.whl"', "does not say which wheel it made"),
    "another distribution": ('name = "thing-1.0', 'name = "other-1.0', "it made a wheel of other"),
    "another version": ('name = "thing-1.0', 'name = "thing-6.6', "it made a wheel of thing 6.6"),
    "nothing": ("return name", "return None", "does not say which wheel it made"),
    "a link": (
        "    return name",
        "    os.remove(os.path.join(directory, name)); os.symlink('/etc/passwd', os.path.join(directory, name))\n    return name",
        "is no wheel",
    ),
    "a pipe": (
        "    return name",
        "    os.remove(os.path.join(directory, name)); os.mkfifo(os.path.join(directory, name))\n    return name",
        "is no wheel",
    ),
}


@pytest.mark.parametrize(("old", "new", "told"), BACKENDS.values(), ids=BACKENDS)
def test_a_backend_that_lies_is_one_error(here: World, tmp_path: Path, old: str, new: str, told: str):
    assert old in BACKEND
    root = sdist(tmp_path / "shop", members() | {"thing-1.0/backend/own.py": BACKEND.replace(old, new)})
    with pytest.raises(PottleError, match=told):
        build(here, root)
    assert not list(tmp_path.rglob("escaped"))


def test_a_wheel_that_leads_out_writes_nothing_there(here: World, tmp_path: Path):
    backend = BACKEND.replace('f"{info}/METADATA":', '"../../../../escaped": "", f"{info}/METADATA":')
    root = sdist(tmp_path / "shop", members() | {"thing-1.0/backend/own.py": backend})
    with suppress(PottleError):
        assert not [path for path in paths(build(here, root)) if "escaped" in path]
    assert not list(tmp_path.rglob("escaped"))


def test_a_source_that_shadows_the_standard_library_is_built_all_the_same(here: World, tmp_path: Path):
    """uv is stopped before the current directory counts: neither module is ever imported on this machine."""
    harm = "raise SystemExit('imported outside of the sandbox')\n"
    root = sdist(tmp_path / "shop", members() | {"thing-1.0/sitecustomize.py": harm, "thing-1.0/shutil.py": harm})
    assert f"{SITE}/thing/__init__.py" in paths(build(here, root))


@pytest.mark.parametrize(
    "table",
    [
        'requires = "x"',
        "requires = [1]",
        'requires = []\nbuild-backend = "os; x"',
        "requires = []\nbackend-path = 1",
        "=",
    ],
)
def test_a_build_system_that_is_none_is_one_error(here: World, tmp_path: Path, table: str):
    text = f'[project]\nname = "thing"\nversion = "1.0"\n[build-system]\n{table}\n'
    root = sdist(tmp_path / "shop", members() | {"thing-1.0/pyproject.toml": text})
    with pytest.raises(PottleError, match="thing"):
        build(here, root)
