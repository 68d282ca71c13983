"""What `pyproject.toml` asks for, as PDM reads it: `[project]` (PEP 621), and groups of PEP 735 and of `[tool.pdm]`.

Source: PDM's documentation, "Manage Dependencies" and "Build Configuration".
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

from packaging.utils import NormalizedName, canonicalize_name

from pottle.errors import ProjectError
from pottle.project import groups
from pottle.project.requirement import without_credentials
from pottle.project.wanted import Group, Origin, Wanted, Wants, expanded, required
from pottle.text import Location
from pottle.toml import Document

_OWN = ("tool", "pdm")
_EDITABLE = re.compile(
    r"-e\s+(?P<place>[^#\s]+)(?:#(?:[^=&]+=[^&]*&)*egg=(?P<name>[A-Za-z0-9._-]+)(?:\[(?P<extras>[^\]]*)\])?[^\s]*)?.*"
)
_ROOT = re.compile(r"file:///?(?:\$\{PROJECT_ROOT\}/?)?|\{root:uri\}/?")
_PYPI = re.compile(r"pypi\.(?:python\.)?[a-z]+")
"""The host of the index that is everybody's default, whatever it was called."""


def wants(document: Document) -> Wants:
    """Its dependencies, extras and groups. Raises `ProjectError` for what cannot be read."""
    keys = ("project", "optional-dependencies")
    extras = {canonicalize_name(name): tuple(_listed(document, (*keys, name))) for name in document.table(*keys)}
    return Wants(
        tuple(_listed(document, ("project", "dependencies"))), expanded(itself(document), extras), _groups(document)
    )


def itself(document: Document) -> NormalizedName | None:
    """What the project calls itself."""
    found = document.get("project", "name")
    return canonicalize_name(found) if isinstance(found, str) and found else None


def overridden(document: Document) -> frozenset[NormalizedName]:
    """The names whose versions are decided in spite of what anybody asks for, or that are left out altogether."""
    resolution = document.table(*_OWN, "resolution")
    names = [*document.table(*_OWN, "resolution", "overrides"), *document.table(*_OWN, "overrides")]
    return frozenset(map(canonicalize_name, names)) | excluded(resolution)


def excluded(resolution: Mapping[str, Any]) -> frozenset[NormalizedName]:
    """The names that are left out altogether."""
    return frozenset(canonicalize_name(str(name)) for name in resolution.get("excludes") or ())


def _listed(document: Document, keys: tuple[str, ...]) -> Iterator[Wanted]:
    value = document.get(*keys)
    if value is not None and not isinstance(value, list):
        raise ProjectError(f"`{'.'.join(keys)}` has to be a list", at=document.at(*keys), hint="correct that line")
    for text in value or ():
        yield required(text, document.at(*keys, item=str(text)))


def _groups(document: Document) -> dict[NormalizedName, Group]:
    found: dict[NormalizedName, Group] = {}
    for key, items in groups.read(document).items():
        found[canonicalize_name(key)] = tuple(required(text, at) for text, at in items)
    older = (*_OWN, "dev-dependencies")
    for key, texts in document.table(*older).items():
        if not isinstance(texts, list):
            raise ProjectError(f"the group {key!r} is no list", at=document.at(*older, key), hint="correct that line")
        own = [each for text in texts for each in _one(text, document.at(*older, key, item=str(text)))]
        found[canonicalize_name(key)] = (*found.get(canonicalize_name(key), ()), *own)
    return found


def _one(text: object, at: Location) -> Iterator[Wanted]:
    """A requirement, or an editable one in pip's notation; who does not name it cannot be asked for by name."""
    if not isinstance(text, str) or not text.startswith("-e"):
        yield required(text, at)
    elif (match := _EDITABLE.fullmatch(text)) and match["name"]:
        extras = tuple(sorted(canonicalize_name(extra) for extra in (match["extras"] or "").split(",") if extra))
        yield Wanted(canonicalize_name(match["name"]), at, extras=extras, origin=_editable(match["place"], at))


def _editable(place: str, at: Location) -> Origin:
    if re.match(r"(?:git|hg|svn|bzr)\+", place) and (found := required(f"it @ {place}", at).origin) is not None:
        return replace(found, editable=True)
    return Origin("path", path(place), editable=True)


def path(place: str) -> str:
    """A path that is told as a URL below the project's root."""
    return _ROOT.sub("", place) or "."


# --- [[tool.pdm.source]] ----------------------------------------------------------------------------


def indexes(document: Document) -> tuple[str | None, tuple[str, ...]]:
    """The index that is asked in place of the user's, and those that are asked besides."""
    found = [(str(source.get("name")), url) for source, url in _sources(document) if not source.get("include_packages")]
    instead = next((url for name, url in found if name == "pypi"), None)
    besides = tuple(url for name, url in found if name != "pypi")
    return (None if instead is None or _is_everybodys(instead) else instead), besides


def index_of(document: Document, name: NormalizedName) -> str:
    """The one index that a name has to come from (`include_packages`); "": any."""
    for source, url in _sources(document):
        if any(fnmatchcase(name, str(pattern).lower()) for pattern in source.get("include_packages") or ()):
            return "" if _is_everybodys(url) else url
    return ""


def _sources(document: Document) -> Iterator[tuple[Mapping[str, Any], str]]:
    found = document.get(*_OWN, "source")
    for source in found if isinstance(found, list) else ():
        if (
            isinstance(source, Mapping)
            and isinstance(url := source.get("url"), str)
            and source.get("type") != "find_links"
        ):
            yield source, without_credentials(url).rstrip("/")


def _is_everybodys(url: str) -> bool:
    """Whether it is PyPI: that one the user may reach by another way."""
    return _PYPI.fullmatch(url.partition("://")[2].partition("/")[0]) is not None
