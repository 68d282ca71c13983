"""Stages that install from a lock: on which Python and C library, and with which distributions."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from pottle.lint.build import Build
from pottle.lint.contents import ABSENT
from pottle.lint.invocations import Invocation
from pottle.lint.locks import beside, file_of
from pottle.lint.project import Project
from pottle.lint.wheels import Libc, Locked, of_poetry, of_uv

_ANOTHER = (
    "--python",
    "-p",
    "--python-platform",
    "--only-group",
    "--only-dev",
    "--package",
    "--script",
    "--help",
    "--dry-run",
)
_ANOTHER_BY = ("UV_PYTHON", "UV_MANAGED_PYTHON", "UV_PYTHON_PREFERENCE", "UV_PYTHON_PLATFORM")


@dataclass(frozen=True, slots=True)
class Installing:
    """A command that installs from a lock, on a base whose Python is known."""

    found: Invocation
    minor: int
    libc: Libc
    project: Project
    lock: str
    """Its path in the build context."""

    @property
    def needed(self) -> tuple[Locked, ...]:
        """What it surely installs."""
        return of_uv(self.project) if self.found.tool == "uv" else of_poetry(self.project)


def installing(build: Build) -> Iterator[Installing]:
    """Every such command."""
    for found in build.invocations("uv", "poetry"):
        if found.action not in (("sync",), ("install",)) or found.option(*_ANOTHER) or build.project is None:
            continue
        image = build.base(build.stage_of(found.command.step))
        python = re.fullmatch(r"3\.(\d+)(?:\..*)?", image.python or "") if image is not None else None
        variables = {**found.command.step.before.variables, **found.command.environment}
        if (
            python is None
            or image is None
            or any(name in variables for name in _ANOTHER_BY)
            or _takes_another(build, found)
        ):
            continue
        lock = file_of(build, found, "uv.lock" if found.tool == "uv" else "poetry.lock")
        if isinstance(lock, str) and file_of(build, found, "pyproject.toml") == beside(lock, "pyproject.toml"):
            inner = build.project.below(posixpath.dirname(lock))
            yield Installing(found, int(python[1]), "musl" if image.family == "alpine" else "glibc", inner, lock)


def _takes_another(build: Build, found: Invocation) -> bool:
    """Whether uv may fetch another Python: by a command, or because a file in the image pins one."""
    if any(each.action[:1] == ("python",) for each in build.invocations("uv")):
        return True
    return found.tool == "uv" and file_of(build, found, ".python-version") is not ABSENT
