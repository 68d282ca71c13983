"""What `pyproject.toml` says of the project: `[project]` (PEP 621) and `[build-system]` (PEP 518).

What Poetry says in a table of its own is read by `poetry`; whether the project is a package by `pottle.project.packaged`.
"""

from collections.abc import Iterator
from typing import Any

from packaging.utils import InvalidName, canonicalize_name
from packaging.version import InvalidVersion, Version

from pottle.errors import ProjectError
from pottle.project import packaged, requirement
from pottle.project.clues import Clue, Direct, Said
from pottle.project.facts import Fact, Packaging, Script
from pottle.project.survey import Survey
from pottle.toml import Document

PATH = "pyproject.toml"

_REPOSITORY = ("source", "source-code", "repository", "code", "github", "homepage")
"""Labels of `[project.urls]` that name the sources, normalised as well-known labels are."""

_MANAGERS = (("setuptools", "setuptools"), ("flit", "flit"), ("uv_build", "uv"), ("poetry.", "poetry"), ("pdm.", "pdm"))
"""Of a backend that nobody has without the manager that makes it: the beginning of its name."""


def detect(survey: Survey) -> Iterator[Clue]:
    """Name, version, dependencies, scripts, backend."""
    document = survey.pyproject
    if document is None:
        return
    _check(document)
    yield from _identity(document)
    yield from _dependencies(document)
    decided = packaged.decided(survey)
    yield from _scripts(document, virtual=isinstance(decided, Fact))
    match decided:
        case Packaging():
            yield decided
        case Fact(value=why, at=at):
            yield Said("virtual", why, at)
        case None:
            pass
    yield from _manager(document)


def _check(document: Document) -> None:
    """The types of what is read here; backends and uv check the rest."""
    expected: tuple[tuple[tuple[str, ...], type, str], ...] = (
        (("project",), dict, "a table"),
        (("project", "name"), str, "text"),
        (("project", "version"), str, "text"),
        (("project", "requires-python"), str, "text"),
        (("project", "dynamic"), list, "a list"),
        (("project", "dependencies"), list, "a list"),
        (("project", "optional-dependencies"), dict, "a table"),
        (("project", "scripts"), dict, "a table"),
        (("project", "urls"), dict, "a table"),
        (("dependency-groups",), dict, "a table"),
        (("build-system",), dict, "a table"),
        (("build-system", "requires"), list, "a list"),
        (("build-system", "build-backend"), str, "text"),
        (("tool", "uv"), dict, "a table"),
        (("tool", "uv", "package"), bool, "true or false"),
        (("tool", "poetry"), dict, "a table"),
        (("tool", "poetry", "package-mode"), bool, "true or false"),
        (("tool", "pdm"), dict, "a table"),
        (("tool", "pdm", "distribution"), bool, "true or false"),
    )
    for keys, kind, name in expected:
        value = document.get(*keys)
        if value is not None and not isinstance(value, kind):
            raise ProjectError(f"`{'.'.join(keys)}` has to be {name}", at=document.at(*keys), hint="correct that line")


def _identity(document: Document) -> Iterator[Clue]:
    project = document.table("project")
    if not project:
        return
    yield from _name(document, project)
    yield from _version(document, project)
    for label, url in project.get("urls", {}).items():
        if isinstance(url, str) and label.lower().replace(" ", "-") in _REPOSITORY:
            yield Said("source", requirement.without_credentials(url), document.at("project", "urls", label))
            return


def _may_be_nameless(document: Document) -> bool:
    """Poetry and PDM demand neither a name nor a version of what is no package; PDM writes both and leaves them empty."""
    return document.get("tool", "poetry") is not None or document.get("tool", "pdm") is not None


def _name(document: Document, project: Any) -> Iterator[Clue]:
    at, name = document.at("project", "name"), project.get("name")
    if not name and _may_be_nameless(document):
        return
    if name is None:
        raise ProjectError("[project] has no name", at=at, hint='add `name = "…"`: PEP 621 demands it')
    try:
        yield Said("name", canonicalize_name(name, validate=True), at)
    except InvalidName:
        hint = "letters, digits, `-`, `_` and `.`, not at either end"
        raise ProjectError(f"{name!r} is no name of a distribution", at=at, hint=hint) from None


def _version(document: Document, project: Any) -> Iterator[Clue]:
    at, dynamic = document.at("project", "version"), "version" in project.get("dynamic", ())
    if "version" in project and dynamic:
        raise ProjectError("`version` is given, and `dynamic` says that it is not", at=at, hint="keep one of the two")
    if not project.get("version") and _may_be_nameless(document):
        return
    if "version" not in project:
        if not dynamic:
            hint = 'add `version = "0.1.0"`, or list it under `dynamic`: PEP 621 demands one of them'
            raise ProjectError("[project] has no version", at=document.at("project"), hint=hint)
        return
    try:
        yield Said("version", str(Version(project["version"])), at)
    except InvalidVersion:
        raise ProjectError(f"{project['version']!r} is no version", at=at, hint="see PEP 440: 1.2.3") from None


def _dependencies(document: Document) -> Iterator[Direct]:
    project, at = document.table("project"), document.at("project", "dependencies")
    if "dependencies" in project and "dependencies" in project.get("dynamic", ()):
        what = "`dependencies` are given, and `dynamic` says that they are not"
        raise ProjectError(what, at=at, hint="keep one of the two")
    for text in document.table("project").get("dependencies", ()):
        at = document.at("project", "dependencies", item=str(text))
        yield Direct(requirement.dependency(requirement.parse(text, at), at))


def _scripts(document: Document, *, virtual: bool) -> Iterator[Script]:
    for name, target in document.table("project").get("scripts", {}).items():
        at = document.at("project", "scripts", name)
        if virtual and isinstance(target, str) and ":" not in target:
            continue  # nobody installs it
        if not isinstance(target, str) or ":" not in target:
            raise ProjectError(f"the script {name!r} has no target", at=at, hint='write "module:function"')
        yield Script(name, target.partition("[")[0].replace(" ", ""), at)


def _manager(document: Document) -> Iterator[Said]:
    """Whose project this is, where no lock says it."""
    for tool in ("uv", "poetry", "pdm"):
        if document.get("tool", tool) is not None:
            yield Said("package_manager", tool, document.at("tool", tool))
            return
    backend = document.get("build-system", "build-backend") or ""
    for prefix, manager in _MANAGERS:
        if backend.startswith(prefix):
            yield Said("package_manager", manager, document.at("build-system", "build-backend"))
            return
