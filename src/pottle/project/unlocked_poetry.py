"""What a project of Poetry asks for where no lock has decided it, as requirements (PEP 508) that an index can answer."""

import posixpath
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from pottle.errors import ProjectError
from pottle.project import neighbour, poetry_project
from pottle.project.facts import Dependency, Lock, LockedDistribution, SourceKind
from pottle.project.requirement import without_credentials
from pottle.project.survey import Survey
from pottle.project.wanted import Group, Origin, Wanted, alternatives
from pottle.toml import Document

NAME = "pyproject"
"""`Lock.format` of what is none."""

_OWN = ("tool", "poetry", "dependencies")


def read(survey: Survey, document: Document) -> Lock:
    """The incomplete lock that it is. Raises `ProjectError` for what only Poetry can resolve."""
    wants = poetry_project.wants(document)
    indexes = dict(_indexes(document))
    listed = {each: found for each in wants.all() if (found := _listed(survey, each, indexes)) is not None}
    sources = [index for index in _sources(document) if index.get("name") in indexes]
    instead = [indexes[i["name"]] for i in sources if _priority(i) == "default"]
    besides = [indexes[i["name"]] for i in sources if _priority(i) not in ("default", "explicit")]
    return Lock(
        format=NAME,
        at=document.at(*_OWN) if poetry_project.uses(document) else document.at("project", "dependencies"),
        roots=_edges(wants.main),
        distributions=tuple(dict.fromkeys(listed.values())),
        complete=False,
        extras=tuple((extra, _edges(group)) for extra, group in wants.extras.items()),
        groups=tuple((name, _edges(group)) for name, group in wants.groups.items()),
        index=instead[0] if instead else None,
        extra_indexes=tuple(besides),
    )


def _edges(group: Group) -> tuple[Dependency, ...]:
    return tuple(map(_edge, group))


def _edge(wanted: Wanted) -> Dependency:
    origin = wanted.origin
    if origin is not None:
        url = _url(origin) if origin.kind != "path" else None
        return Dependency(wanted.name, wanted.at, extras=wanted.extras, marker=wanted.marker, url=url)
    # PEP 508 knows no union; what a resolver would try first are the highest versions.
    specifier = max(alternatives(wanted.constraint), key=_highest)
    return Dependency(wanted.name, wanted.at, extras=wanted.extras, marker=wanted.marker, specifier=specifier)


def _highest(specifier: SpecifierSet) -> Version:
    """The highest version that it names."""
    return max((Version(each.version.removesuffix(".*")) for each in specifier), default=Version("0"))


def _url(origin: Origin) -> str:
    reference = f"@{origin.reference}" if origin.reference else ""
    fragment = f"#subdirectory={origin.subdirectory}" if origin.subdirectory else ""
    return f"{'git+' if origin.kind == 'vcs' else ''}{origin.place}{reference}{fragment}"


def _listed(survey: Survey, wanted: Wanted, indexes: Mapping[str, str]) -> LockedDistribution | None:
    """What has to be known of a dependency beside its name: the index that it comes from, or the place where it lies."""
    origin, at = wanted.origin, wanted.at
    if origin is not None and origin.kind == "path":
        path = posixpath.normpath(posixpath.join(origin.place, origin.subdirectory or ""))
        if survey.tree.exists(path):
            return LockedDistribution(wanted.name, None, "path", path, at)
        kind: SourceKind = "editable" if origin.editable else "directory"
        return LockedDistribution(wanted.name, None, kind, path, at, backend=neighbour.backend(survey, path, at))
    if wanted.source is None or wanted.source.lower() == "pypi":
        return None
    if wanted.source not in indexes:
        hint = "name it under [[tool.poetry.source]]"
        raise ProjectError(
            f"{wanted.name} comes from the source {wanted.source!r}, which is not there", at=at, hint=hint
        )
    return LockedDistribution(wanted.name, None, "registry", indexes[wanted.source], at)


# --- [[tool.poetry.source]] -------------------------------------------------------------------------


def _sources(document: Document) -> list[Mapping[str, Any]]:
    found = document.get("tool", "poetry", "source")
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def _indexes(document: Document) -> Iterator[tuple[str, str]]:
    """Name → URL. PyPI has none."""
    for source in _sources(document):
        if isinstance(name := source.get("name"), str) and isinstance(url := source.get("url"), str):
            yield name, without_credentials(url).rstrip("/")


def _priority(source: Mapping[str, Any]) -> str:
    """Poetry had `default` and `secondary` before it had a priority."""
    older = "default" if source.get("default") else "secondary" if source.get("secondary") else "primary"
    return str(source.get("priority", older)).lower()
