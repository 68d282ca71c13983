"""Commands that install the project itself: where it lies, what builds it, which of its files that needs."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from pottle.dockerfile.stages import joined
from pottle.lint import poetry
from pottle.lint.build import Build
from pottle.lint.contents import ABSENT, directory_of, file_at, upwards
from pottle.lint.invocations import Invocation
from pottle.lint.locks import directory, is_on
from pottle.lint.project import Project
from pottle.toml import Document

SETUPTOOLS = "setuptools.build_meta"
_LEFT_OUT = (
    "--no-install-project", "--no-install-workspace", "--no-install-local", "--only-group", "--only-dev", "--only-install-project",
    "--no-install-package", "--package", "--script", "--help", "--dry-run",
)  # fmt: skip
_POETRYS = ("--no-root", "--no-directory", "--help", "--dry-run", "--no-plugins")
_NO_SOURCES = frozenset(
    {"tests", "test", "docs", "doc", "examples", "scripts", "benchmarks", "migrations", "tools", "notebooks"}
)
_MOST = 200
"""Files of a project that are looked for: if none of so many is there, the others are not either."""


@dataclass(frozen=True, slots=True)
class Own:
    """A command that builds and installs the project."""

    found: Invocation
    directory: str
    """Where its `pyproject.toml` lies in the image."""
    place: str
    """The directory of the build context that it comes from; "" is the context itself."""
    project: Project
    document: Document
    backend: str
    """PEP 517 `build-backend`."""
    editable: bool

    @property
    def sources(self) -> tuple[str, ...]:
        """Python files of it, relative to its directory: those of the package that has its name, where there is one."""
        files = [each for each in self.project.files if each.endswith(".py")]
        name = str(self.document.get("project", "name") or self.document.get("tool", "poetry", "name") or "")
        module = name.replace("-", "_").replace(".", "_").lower()
        named = [each for each in files if each.lower().startswith((f"{module}/", f"src/{module}/"))]
        found = named or [each for each in files if each.partition("/")[0] not in _NO_SOURCES]
        return tuple(found[:_MOST])

    def lacks(self, build: Build, path: str) -> bool:
        """Whether a file of the project is surely not where it is built."""
        return file_at(build, self.found.command, posixpath.normpath(posixpath.join(self.directory, path))) is ABSENT

    def lacks_all_sources(self, build: Build) -> bool:
        """Whether surely none of its modules is there; False where it has none."""
        sources = self.sources
        return bool(sources) and all(self.lacks(build, each) for each in sources)


def own_installs(build: Build) -> Iterator[Own]:
    """Every such command, as far as its project is known."""
    for found in build.invocations("uv", "poetry", "pip"):
        if build.project is None or found.hides_options or found.command.tolerated:
            continue
        if found.tool == "uv" and found.action == ("sync",):
            options = found.option(*_LEFT_OUT) or any(
                is_on(found, name) for name in ("UV_NO_INSTALL_PROJECT", "UV_NO_SYNC")
            )
            if not options:
                editable = not found.option("--no-editable") and not is_on(found, "UV_NO_EDITABLE")
                yield from _found(build, build.project, found, directory(build, found), editable=editable)
        elif found.tool == "poetry" and found.action in (("install",), ("sync",)) and not found.option(*_POETRYS):
            installed = poetry.installed(build, found.command)
            if installed is not None and not installed.older_than(2):
                yield from _found(build, build.project, found, directory(build, found), editable=True)
        elif found.action in (("install",), ("pip", "install")) and not found.option("--help", "--dry-run"):
            yield from _by_pip(build, build.project, found)


def _by_pip(build: Build, project: Project, found: Invocation) -> Iterator[Own]:
    here = directory_of(build, found.command)
    named = [(word.text, False) for word in found.arguments]
    named += [(option.value, True) for option in found.all("-e", "--editable")]
    for value, editable in named:
        path = (value or "").partition("[")[0]
        if path in (".", "./") or path.startswith(("./", "/")):
            yield from _found(build, project, found, joined(here, path), editable=editable, only_there=True)


def _found(
    build: Build, project: Project, found: Invocation, where: str | None, *, editable: bool, only_there: bool = False
) -> Iterator[Own]:
    if where is None:
        return
    for path in [posixpath.join(where, "pyproject.toml")] if only_there else upwards(where, "pyproject.toml"):
        place = file_at(build, found.command, path)
        if place is ABSENT:
            continue
        if isinstance(place, str) and path is not None and posixpath.basename(place) == "pyproject.toml":
            inner = project.below(posixpath.dirname(place))
            document = inner.pyproject
            backend = _backend(found, document) if document is not None else None
            if document is not None and backend is not None:
                yield Own(found, posixpath.dirname(path), posixpath.dirname(place), inner, document, backend, editable)
        return


def _backend(found: Invocation, document: Document) -> str | None:
    """None: it is not built at all."""
    system, own = document.get("build-system"), document.get("tool", "poetry")
    if found.action == ("sync",) and found.tool == "uv":
        packaged = document.get("tool", "uv", "package")
        if packaged is False or (packaged is None and system is None):
            return None
    if found.tool == "poetry" and own is not None and own.get("package-mode") is False:
        return None
    if found.tool == "poetry" and system is None:
        return "poetry.core.masonry.api"
    backend = document.get("build-system", "build-backend")
    return backend if isinstance(backend, str) else SETUPTOOLS
