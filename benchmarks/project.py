"""The projects that are built: copies in a scratch directory, locked there and put under git, as a developer has them."""

import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import call

_HERE = Path(__file__).parent
_UV = Path(sys.executable).with_name("uv")
_IGNORED = "__pycache__/\n.venv/\n"
_PACKAGED = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[tool.hatch.build.targets.wheel]
packages = ["{name}"]
"""


@dataclass(frozen=True)
class Project:
    """A checkout."""

    directory: Path
    edited: Path
    """The module whose code changes."""

    def change(self) -> None:
        """Edit one line of code; no two edits are equal, in this run or another: an engine remembers what it has built."""
        text = self.edited.read_text().partition("\n_EDITION = ")[0]
        self.edited.write_text(f"{text}\n_EDITION = {time.time_ns()}\n")


def checkout(name: str, scratch: Path, environ: Mapping[str, str], *, edited: str, packaged: bool = False) -> Project:
    """The project called `name`; `packaged` gives it a build backend."""
    directory = scratch / (f"{name}-packaged" if packaged else name)
    shutil.copytree(_HERE / "projects" / name, directory, ignore=shutil.ignore_patterns("uv.lock", "__pycache__"))
    for dockerfile in (_HERE / "dockerfiles").iterdir():
        shutil.copy(dockerfile, directory)
    (directory / ".gitignore").write_text(_IGNORED)
    (directory / ".dockerignore").write_text(".git\n.venv\n*.Dockerfile\n")
    if packaged:
        with (directory / "pyproject.toml").open("a") as file:
            file.write(_PACKAGED.format(name=name))
    call([_UV, "lock", "--quiet", "--python", sys.executable], environ, directory)
    for arguments in (("init", "--quiet"), ("add", "--all"), (*_author(), "commit", "--quiet", "--message=x")):
        call(["git", *arguments], environ, directory)
    return Project(directory, directory / edited)


def _author() -> tuple[str, ...]:
    return ("-c", "user.name=benchmark", "-c", "user.email=benchmark@example.invalid", "-c", "commit.gpgsign=false")
