"""Whether a project is a package, by the rule of whoever manages it: uv's `package`, PDM's `distribution`, Poetry's `package-mode`.

None of them said: whether there is a `[build-system]` (PEP 518), or a `[tool.poetry]`, which implies one, or setuptools' own files.
"""

import posixpath
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from pottle.errors import ProjectError
from pottle.project import metadata, poetry_project, requirement
from pottle.project.declared import LEGACY_BACKEND
from pottle.project.facts import Fact, Packaging
from pottle.project.survey import Survey
from pottle.text import Location
from pottle.toml import Document

POETRY = "poetry.core.masonry.api"
ANCIENT = "poetry.masonry.api"
"""Poetry's backend before it was a distribution of its own; what it builds is the same."""
PDM = "pdm.backend"

_LEGACY = (LEGACY_BACKEND, ("setuptools>=40.8.0",))


def packaging(survey: Survey) -> Packaging | None:
    """How the project's own wheel is built; None for a virtual one, whose files run where they lie."""
    found = decided(survey)
    return found if isinstance(found, Packaging) else None


def decided(survey: Survey) -> Packaging | Fact[str] | None:
    """The same; or why no wheel is built, where somebody might expect one."""
    document = survey.pyproject
    if document is None:
        return _setuptools(survey)
    for keys, wanted in _said(document):
        if not wanted:
            return Fact(f"`{keys[2]}` says that it is no package", document.at(*keys))
        if document.get("build-system") is None:
            backend, requires = (PDM, ("pdm-backend",)) if keys[1] == "pdm" else _LEGACY
            return Packaging(backend, requires, document.at(*keys))
    return _by_system(survey, document)


def backend(document: Document) -> str:
    """The one that builds the project, whether or not that is what its manager would do."""
    found = document.get("build-system", "build-backend")
    if found is None and document.get("build-system") is None and document.get("tool", "poetry") is not None:
        return POETRY
    return POETRY if found == ANCIENT else str(found or LEGACY_BACKEND)


def _said(document: Document) -> list[tuple[tuple[str, str, str], bool]]:
    """What the managers' own settings say."""
    found: list[tuple[tuple[str, str, str], bool]] = []
    for tool, key in (("uv", "package"), ("pdm", "distribution")):
        if isinstance(value := document.get("tool", tool, key), bool):
            found.append((("tool", tool, key), value))
    if (kind := document.get("tool", "pdm", "package-type")) is not None:
        found.append((("tool", "pdm", "package-type"), kind == "library"))
    if document.get("tool", "poetry", "package-mode") is False:
        found.append((("tool", "poetry", "package-mode"), False))
    return found


def _by_system(survey: Survey, document: Document) -> Packaging | Fact[str] | None:
    build = document.get("build-system")
    if build is None:
        if document.get("tool", "poetry") is None:
            return _setuptools(survey)
        return _poetrys(survey, document, ("poetry-core",), document.at("tool", "poetry"))
    at = document.at("build-system", "build-backend")
    requires = _requires(build, at)
    backend = build.get("build-backend", LEGACY_BACKEND)
    if backend not in (POETRY, ANCIENT):
        return Packaging(backend, requires, at)
    return _poetrys(survey, document, requires if backend == POETRY else ("poetry-core",), at)


def _setuptools(survey: Survey) -> Packaging | None:
    """PEP 517: setuptools builds what has a `setup.py`, or a `setup.cfg` below a `pyproject.toml`, and says nothing else."""
    found = metadata.read(survey, sources=False)
    if found.kind != "setuptools" or not (survey.tree.exists("setup.py") or survey.pyproject):
        return None
    return Packaging(*_LEGACY, found.seen)


def _poetrys(survey: Survey, document: Document, requires: tuple[str, ...], at: Location) -> Packaging | Fact[str]:
    if _has_module(survey, document):
        return Packaging(POETRY, requires, at)
    return Fact("Poetry would find no package here", at)


def _requires(build: Mapping[str, Any], at: Location) -> tuple[str, ...]:
    if not isinstance(build.get("requires"), list):
        raise ProjectError("[build-system] has no `requires`", at=at, hint="PEP 518 demands it")
    return tuple(str(requirement.parse(text, at)) for text in build["requires"])


def _has_module(survey: Survey, document: Document) -> bool:
    """Whether Poetry finds what it would package: a project without is installed with `--no-root`, or fails.

    The rule is Poetry's: `packages`, else a module or a directory with Python files that is named as the project is, beside
    `pyproject.toml` or in `src`.
    """
    packages = document.get("tool", "poetry", "packages")
    if isinstance(packages, list) and packages:
        return all(_is_there(survey, package) for package in packages)
    if (name := poetry_project.itself(document)) is None:
        return False
    return any(_lies(survey, f"{base}{name.replace('-', '_')}") for base in ("", "src/"))


def _is_there(survey: Survey, package: object) -> bool:
    if not isinstance(package, Mapping) or not isinstance(package.get("include"), str):
        return True  # whatever that is, its backend knows better
    pattern = posixpath.normpath(posixpath.join(str(package.get("from") or ""), package["include"]))
    if pattern.startswith("../"):
        what = f"the package {package['include']} lies outside of the project, in {posixpath.dirname(pattern)}"
        at = survey.pyproject.at("tool", "poetry", "packages") if survey.pyproject else Location("pyproject.toml")
        raise ProjectError(
            what, at=at, hint="Poetry alone cannot build that: copy it into the project, or depend on it by its path"
        )
    return _lies(survey, pattern.removesuffix("/**/*").removesuffix("/**"))


def _lies(survey: Survey, pattern: str) -> bool:
    """Whether a pattern leads to a file, or to a directory that holds Python."""
    if set("*?[") & set(pattern):
        return any(fnmatchcase(path, each) for path in survey.tree.files() for each in (pattern, f"{pattern}/*.py"))
    if survey.tree.exists(pattern) or survey.tree.exists(f"{pattern}.py"):
        return True
    return any(path.startswith(f"{pattern}/") and path.endswith((".py", ".pyi")) for path in survey.tree.files())
