"""What projects say that have no `[project]`: flit's older table, `setup.cfg`, `setup.py`; and a version that `[project]` leaves to one
of its modules.

Such a project is a package: setuptools builds its wheel where there is no `[build-system]` (PEP 517).
"""

from collections.abc import Iterator, Sequence

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from pottle.errors import ProjectError
from pottle.project import metadata, packaged
from pottle.project.clues import Clue, Direct, Said
from pottle.project.declared import LEGACY_BACKEND, Metadata
from pottle.project.detectors.scripts import SAME_NAME, SCRIPT, handles_sigterm
from pottle.project.facts import Application, Fact, Packaging, PythonWish
from pottle.project.survey import Survey
from pottle.text import Location


def detect(survey: Survey) -> Iterator[Clue]:
    """Identity, dependencies, scripts and backend."""
    if survey.pyproject is not None and survey.pyproject.table("project"):
        yield from _filled_in(survey, survey.pyproject.table("project").get("dynamic", ()))
        return
    found = metadata.read(survey)
    if found.kind == "pyproject" or found.needs is None:
        return
    yield from _identity(found)
    if found.kind == "flit":  # setuptools' is read with the other places that name a Python
        yield from _python(found.requires_python)
    yield from (Direct(one.dependency) for one in found.needs.dependencies)
    yield from _scripts(survey, found)
    yield from _packaging(survey, found)
    yield Said("package_manager", found.kind, _seen(found))


def _filled_in(survey: Survey, dynamic: Sequence[str]) -> Iterator[Clue]:
    """What is dynamic in `[project]`, as far as files say it."""
    if "version" in dynamic or "dependencies" in dynamic:
        found = metadata.read(survey, sources=False)
        if found.version is not None and "version" in dynamic:
            yield Said("version", found.version.value, found.version.at)
        if found.needs is not None and "dependencies" in dynamic:
            yield from (Direct(one.dependency) for one in found.needs.dependencies)


def _identity(found: Metadata) -> Iterator[Said]:
    if found.name is not None:
        yield Said("name", canonicalize_name(found.name.value), found.name.at)
    if found.version is not None:
        try:
            yield Said("version", str(Version(found.version.value)), found.version.at)
        except InvalidVersion:
            what = f"{found.version.value!r} is no version"
            raise ProjectError(what, at=found.version.at, hint="see PEP 440: 1.2.3") from None


def _python(bound: Fact[str] | None) -> Iterator[PythonWish]:
    if bound is None:
        return
    try:
        yield PythonWish(SpecifierSet(bound.value), None, bound.at)
    except InvalidSpecifier:
        what = f"{bound.value!r} is no version specifier"
        raise ProjectError(what, at=bound.at, hint='write it as ">=3.12"') from None


def _scripts(survey: Survey, found: Metadata) -> Iterator[Clue]:
    sigterm = any(handles_sigterm(module) for module in survey.modules)
    own = canonicalize_name(found.name.value) if found.name else None
    for script in found.scripts:
        yield script
        yield Application(
            "cli",
            None,
            script.target,
            script.at,
            SCRIPT + (SAME_NAME if canonicalize_name(script.name) == own else 0),
            f"{script.at.path} names the console script {script.name}",
            script=script.name,
            handles_sigterm=sigterm,
        )


def _packaging(survey: Survey, found: Metadata) -> Iterator[Packaging]:
    """Where `[build-system]` says it, `pyproject` reads it; setuptools alone needs none."""
    here = survey.tree.exists("setup.py") or survey.pyproject is not None
    if found.kind == "setuptools" and here and packaged.decided(survey) is None:
        yield Packaging(LEGACY_BACKEND, ("setuptools>=40.8.0",), _seen(found))


def _seen(found: Metadata) -> Location:
    known = found.name or found.version
    return known.at if known else found.needs.at if found.needs else Location(".")
