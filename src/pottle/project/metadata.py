"""What a project says of itself and of what it needs, whichever of its files says it. Nothing is run."""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass

from packaging.utils import NormalizedName, canonicalize_name

from pottle.errors import ProjectError
from pottle.project import groups, poetry_needs, poetry_project, requirement, requirements_file
from pottle.project.facts import Fact
from pottle.project.requirements_file import Wanted
from pottle.project.survey import Survey
from pottle.project.uv_sources import Sources
from pottle.project.wanted import Group
from pottle.text import Location
from pottle.toml import Document

LEGACY_BACKEND = "setuptools.build_meta:__legacy__"
"""PEP 517: what a `[build-system]` without `build-backend`, and a project without that table, means."""

Named = tuple[tuple[NormalizedName, tuple[Wanted, ...]], ...]


@dataclass(frozen=True, slots=True)
class Needs:
    """The dependencies that a project declares."""

    at: Location
    dependencies: tuple[Wanted, ...] = ()
    extras: Named = ()
    groups: Named = ()


@dataclass(frozen=True, slots=True)
class Metadata:
    """A project's core metadata, as far as they stand in its files."""

    name: Fact[str] | None = None
    needs: Needs | None = None
    """None: it declares none, or not where they can be read."""


def read(survey: Survey, directory: str = "") -> Metadata:
    """The metadata of the project in `directory`. Raises `ProjectError` for what no tool would understand."""
    document = survey.toml(posixpath.join(directory, "pyproject.toml"))
    if document is not None and poetry_project.decides(document):
        return _of_poetry(document, directory)
    if document is None or not document.table("project"):
        return Metadata()
    name = document.get("project", "name")
    return Metadata(
        Fact(name, document.at("project", "name")) if isinstance(name, str) and name else None,
        _declared(document, Sources(survey, document, directory)),
    )


def _of_poetry(document: Document, directory: str) -> Metadata:
    """`[tool.poetry]`, or `[project]` with what that adds."""
    keys = ("project", "name") if document.get("project", "name") else ("tool", "poetry", "name")
    name = document.get(*keys)
    wants = poetry_project.wants(document)

    def listed(named: Mapping[NormalizedName, Group]) -> Named:
        return tuple((key, poetry_needs.listed(group, document, directory)) for key, group in named.items())

    at = ("tool", "poetry", "dependencies") if poetry_project.uses(document) else ("project", "dependencies")
    main = poetry_needs.listed(wants.main, document, directory)
    needs = Needs(document.at(*at), main, listed(wants.extras), listed(wants.groups))
    return Metadata(Fact(name, document.at(*keys)) if isinstance(name, str) and name else None, needs)


def _declared(document: Document, sources: Sources) -> Needs | None:
    """`[project]` (PEP 621) and `[dependency-groups]` (PEP 735)."""
    project = document.table("project")
    if "dependencies" in project.get("dynamic", ()):
        return None
    keys = ("project", "dependencies")
    optional = ("project", "optional-dependencies")
    extras = project.get("optional-dependencies", {})
    return Needs(
        document.at(*keys),
        _wanted(_placed(document, keys, project.get("dependencies", ())), sources),
        tuple(
            (canonicalize_name(name), _wanted(_placed(document, (*optional, name), texts), sources))
            for name, texts in extras.items()
        ),
        tuple((canonicalize_name(name), _wanted(items, sources)) for name, items in _groups(document).items()),
    )


def _groups(document: Document) -> dict[str, list[tuple[object, Location]]]:
    """PEP 735's, and PDM's older ones, less what has no name."""
    found = groups.read(document)
    keys = ("tool", "pdm", "dev-dependencies")
    for key, texts in document.table(*keys).items():
        named = [(text, at) for text, at in _placed(document, (*keys, key), texts) if not str(text).startswith("-e")]
        found.setdefault(str(canonicalize_name(key)), []).extend(named)
    return found


def _placed(document: Document, keys: tuple[str, ...], texts: object) -> list[tuple[object, Location]]:
    if not isinstance(texts, list | tuple):
        raise ProjectError(f"`{'.'.join(keys)}` has to be a list", at=document.at(*keys), hint="correct that line")
    return [(text, document.at(*keys, item=str(text))) for text in texts]


def _wanted(items: list[tuple[object, Location]], sources: Sources) -> tuple[Wanted, ...]:
    parsed = ((requirement.parse(text, at), at) for text, at in items)
    return tuple(sources.of(requirements_file.from_requirement(wish, at)) for wish, at in parsed)
