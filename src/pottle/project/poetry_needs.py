"""What a project of Poetry needs where no lock has decided it, as requirements (PEP 508) that an index can answer."""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, assert_never

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from pottle.errors import ProjectError
from pottle.project import requirements_file
from pottle.project.facts import Dependency
from pottle.project.requirement import without_credentials
from pottle.project.requirements_file import Collected
from pottle.project.requirements_file import Wanted as Listed
from pottle.project.wanted import Group, Origin, Wanted, alternatives
from pottle.toml import Document

_FILES = (".whl", ".tar.gz", ".zip")


def listed(group: Group, document: Document, directory: str = "") -> tuple[Listed, ...]:
    """The requirements of the project in `directory`. Raises `ProjectError` for an index that nothing describes."""
    indexes = dict(_indexes(document))
    return tuple(_listed(each, indexes, directory) for each in group)


def indexes(document: Document) -> Collected:
    """The indexes that are asked in place of the user's and besides; those with the priority `explicit` only by name."""
    named, sources = dict(_indexes(document)), _sources(document)
    instead = [named[i["name"]] for i in sources if i.get("name") in named and _priority(i) == "default"]
    besides = [
        named[i["name"]] for i in sources if i.get("name") in named and _priority(i) not in ("default", "explicit")
    ]
    return Collected(index=instead[0] if instead else None, extra_indexes=besides)


def _listed(wanted: Wanted, indexes: Mapping[str, str], directory: str) -> Listed:
    plain = Dependency(wanted.name, wanted.at, extras=wanted.extras, marker=wanted.marker)
    if wanted.origin is not None:
        return _placed(plain, wanted.origin, directory)
    # PEP 508 knows no union; what a resolver would try first are the highest versions.
    specifier = max(alternatives(wanted.constraint), key=_highest)
    found = Listed(replace(plain, specifier=specifier, version=requirements_file.pin(specifier)))
    if wanted.source is None or wanted.source.lower() == "pypi":
        return found
    if wanted.source not in indexes:
        what = f"{wanted.name} comes from the source {wanted.source!r}, which nothing describes"
        raise ProjectError(what, at=wanted.at, hint=f'add a `[[tool.poetry.source]]` with `name = "{wanted.source}"`')
    return replace(found, location=indexes[wanted.source])


def _highest(specifier: SpecifierSet) -> Version:
    """The highest version that it names."""
    return max((Version(each.version.removesuffix(".*")) for each in specifier), default=Version("0"))


def _placed(plain: Dependency, origin: Origin, directory: str) -> Listed:
    match origin.kind:
        case "path":
            place = posixpath.normpath(posixpath.join(directory, origin.place, origin.subdirectory or ""))
            return Listed(plain, kind="path" if place.endswith(_FILES) else "directory", location=place)
        case "url" | "vcs":
            url = _url(origin)
            return requirements_file.linked(replace(plain, url=url), url)
        case _:
            assert_never(origin.kind)


def _url(origin: Origin) -> str:
    reference = f"@{origin.reference}" if origin.reference else ""
    fragment = f"#subdirectory={origin.subdirectory}" if origin.subdirectory else ""
    return f"{'git+' if origin.kind == 'vcs' else ''}{origin.place}{reference}{fragment}"


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
