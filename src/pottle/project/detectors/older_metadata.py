"""What projects say that have no `[project]`: flit's older table, `setup.cfg`, `setup.py`; and a version that `[project]` leaves to one
of its modules.

Such a project is a package: setuptools builds its wheel where there is no `[build-system]` (PEP 517).
"""

from collections.abc import Iterator, Sequence

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from pottle.errors import ProjectError
from pottle.project import entry_points, metadata, packaged, poetry_project
from pottle.project.clues import Clue, Direct, Said
from pottle.project.declared import Metadata
from pottle.project.facts import Script
from pottle.project.survey import Survey


def detect(survey: Survey) -> Iterator[Clue]:
    """Identity, dependencies, scripts and backend."""
    if survey.pyproject is not None and poetry_project.decides(survey.pyproject):
        return
    if survey.pyproject is not None and survey.pyproject.table("project"):
        yield from _filled_in(survey, survey.pyproject.table("project").get("dynamic", ()))
        return
    found = metadata.read(survey)
    if found.needs is None:
        return
    yield from _identity(found)
    yield from (Direct(one.dependency) for one in found.needs.dependencies)
    yield from _scripts(survey)
    if survey.pyproject is None and (packaging := packaged.packaging(survey)):
        yield packaging  # else `pyproject` says it
    yield Said("package_manager", found.kind, found.seen)


def _filled_in(survey: Survey, dynamic: Sequence[str]) -> Iterator[Clue]:
    """What is dynamic in `[project]`, as far as files say it."""
    if "scripts" in dynamic:
        yield from _scripts(survey)
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


def _scripts(survey: Survey) -> Iterator[Script]:
    return (Script(e.name, e.target, e.at) for e in entry_points.read(survey) if e.group == entry_points.CONSOLE)
