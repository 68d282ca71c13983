"""Equal inputs give equal digests: whoever builds, wherever, whenever, in whatever order files came to be."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from tests.world import World

KINDS = ("virtual", "packaged")
_MAY = "+dac_override,+dac_read_search"
AS_NOBODY = (
    "setpriv",
    "--reuid=12345",
    "--regid=12345",
    "--clear-groups",
    f"--inh-caps={_MAY}",
    f"--ambient-caps={_MAY}",
)
"""Another user, who may enter this test's directories and run this Python wherever it lies."""


def older(project: Path) -> None:
    for path in [project, *project.rglob("*")]:
        os.utime(path, (86400, 86400))


def private(project: Path) -> None:
    """As a strict umask would have it."""
    for path in [project, *project.rglob("*")]:
        path.chmod(0o700 if path.is_dir() else 0o600)


def open_to_all(project: Path) -> None:
    for path in [project, *project.rglob("*")]:
        path.chmod(0o777 if path.is_dir() else 0o666)


def in_another_order(project: Path) -> None:
    """The same files, created the other way round: directories list them differently."""
    copy = project.with_name("copy")
    shutil.move(project, copy)
    for path in sorted(copy.rglob("*"), reverse=True):
        if path.is_file():
            target = project / path.relative_to(copy)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    shutil.rmtree(copy)


def with_leftovers(project: Path) -> None:
    """What tools leave behind and no image wants."""
    for name in ("__pycache__/main.cpython-399.pyc", ".venv/bin/python", ".git/config", ".pytest_cache/README.md"):
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("left over")


@dataclass(frozen=True)
class Circumstance:
    """How one build differs from another, in as many ways at once as go together."""

    name: str
    changes: tuple[Callable[[Path], None], ...] = ()
    environ: dict[str, str] = field(default_factory=dict)
    umask: int = 0o022
    later: timedelta = timedelta(0)


CIRCUMSTANCES = (
    Circumstance("shop"),
    Circumstance(
        "elsewhere/deep/down",
        (older, private),
        {"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "4242", "LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0"},
        umask=0o077,
        later=timedelta(days=400),
    ),
    Circumstance(
        "mein Gerät/shop",
        (in_another_order, open_to_all),
        {"LANG": "tr_TR.UTF-8", "LANGUAGE": "tr", "CI": "1", "TERM": "dumb", "NO_COLOR": "1", "TMPDIR": "/var/tmp"},
        umask=0,
    ),
    Circumstance(
        "other", (with_leftovers,), {"PYTHONOPTIMIZE": "2", "PYTHONDONTWRITEBYTECODE": "1", "TZ": "America/St_Johns"}
    ),
)


@pytest.mark.parametrize("kind", KINDS)
def test_circumstances_do_not_matter(kind: str, here: World, tmp_path: Path):
    make = getattr(here, kind)
    expected = here.pottle("build", make(tmp_path / "first")).digest
    found = {}
    for circumstance in CIRCUMSTANCES:
        there = here.fresh(f"machine-{circumstance.name.partition('/')[0]}", **circumstance.environ)
        project = make(tmp_path / "trees" / circumstance.name)
        for change in circumstance.changes:
            change(project)
        here.archive.now += circumstance.later
        found[circumstance.name] = there.spawn("build", "-q", project, umask=circumstance.umask).digest
        here.archive.now -= circumstance.later
    assert found == {circumstance.name: expected for circumstance in CIRCUMSTANCES}


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="only root can be somebody else")
@pytest.mark.parametrize("kind", KINDS)
def test_the_user_does_not_matter(kind: str, here: World, tmp_path: Path):
    make, nobody = getattr(here, kind), 12345
    expected = here.pottle("build", make(tmp_path / "first")).digest
    there, project = here.fresh("theirs"), make(tmp_path / "theirs")
    for path in (there.home, project):
        subprocess.run(["chown", "-R", f"{nobody}:{nobody}", path], check=True)
    assert there.spawn("build", "-q", project, before=AS_NOBODY).digest == expected
    assert {path.stat().st_uid for path in there.cache.rglob("*")} == {nobody}


def test_the_epoch_that_was_asked_for_is_in_the_image_and_part_of_its_name(here: World, tmp_path: Path):
    project = here.virtual(tmp_path / "shop")
    plain = here.pottle("build", project).digest
    dated = here.fresh("dated", SOURCE_DATE_EPOCH="1700000000")
    assert dated.pottle("build", project).digest != plain
    assert dated.image("shop").config.created == "2023-11-14T22:13:20Z"
    assert here.fresh("again", SOURCE_DATE_EPOCH="1700000000").pottle("build", project).digest == (
        dated.pottle("build", project).digest
    )


# --- the real archive, real bytecode, a real build backend ------------------------------------------

HATCHED = """\
[project]
name = "hatched"
version = "1.0"
requires-python = ">=3.11"
[project.scripts]
hatched = "hatched:main"
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
"""
LOCK = """\
version = 1
revision = 3
requires-python = ">=3.11"

[[package]]
name = "hatched"
version = "1.0"
source = { editable = "." }
"""


@pytest.mark.network
@pytest.mark.slow
def test_real_packages_and_a_real_backend_give_one_digest(tmp_path: Path):
    digests = set()
    for number, (umask, zone) in enumerate([(0o022, "UTC"), (0o077, "Pacific/Kiritimati")]):
        project = tmp_path / f"tree-{number}" / "hatched"
        (project / "src" / "hatched").mkdir(parents=True)
        (project / "pyproject.toml").write_text(HATCHED)
        (project / "uv.lock").write_text(LOCK)
        (project / "src" / "hatched" / "__init__.py").write_text("def main():\n    print('hatched')\n")
        environ = {**os.environ, "POTTLE_CACHE_DIR": str(tmp_path / f"cache-{number}"), "TZ": zone}
        command = [sys.executable, "-m", "pottle", "build", "-q", project]
        done = subprocess.run(command, env=environ, umask=umask, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        digests.add(done.stdout)
    assert len(digests) == 1
