"""pipenv's `Pipfile`: its sources, what its packages ask for, and the hash by which `Pipfile.lock` knows it.

See "Pipfile & Pipfile.lock" in pipenv's documentation; the hash is the one of its file format 6.
"""

import hashlib
import json
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from pottle.errors import ProjectError
from pottle.project import requirement, requirements_file
from pottle.project.clues import Said
from pottle.project.facts import Dependency
from pottle.project.requirements_file import Wanted
from pottle.text import Location
from pottle.toml import Document

PATH = "Pipfile"
PACKAGES = "packages"
DEVELOPMENT = "dev-packages"

_NO_CATEGORY = frozenset({"source", "requires", "scripts", "pipfile", "pipenv"})
_VARIABLES = (
    "os_name", "sys_platform", "platform_machine", "platform_python_implementation", "platform_release",
    "platform_system", "platform_version", "python_version", "python_full_version", "implementation_name",
    "implementation_version",
)  # fmt: skip
"""Variables of markers that may stand as keys of an entry: `sys_platform = "== 'win32'"`."""
_REPOSITORIES = ("git", "hg", "svn", "bzr")


@dataclass(frozen=True, slots=True)
class Sources:
    """The indexes of a Pipfile or of its lock, by name, without credentials."""

    urls: Mapping[str, str]
    first: str | None = None
    """In place of the user's."""
    others: tuple[str, ...] = ()

    def url(self, name: object) -> str:
        """That of one of them; "" for the usual one."""
        url = self.urls.get(str(name), "") if name is not None else ""
        return "" if requirement.is_public(url) else url


def sources(tables: object) -> Sources:
    """`[[source]]`, or `_meta.sources`."""
    listed = [table for table in tables if isinstance(table, Mapping)] if isinstance(tables, list) else []
    pairs = [(str(t.get("name", "")), requirement.without_credentials(str(t["url"]))) for t in listed if "url" in t]
    urls = [url for _, url in pairs]
    first = urls[0] if urls and not requirement.is_public(urls[0]) else None
    return Sources(dict(pairs), first, tuple(url for url in urls[1:] if not requirement.is_public(url)))


def credentials(document: Document) -> Iterator[Said]:
    """A warning for each source whose credentials are left where they are."""
    for table in document.get("source") or ():
        url = str(table.get("url", "")) if isinstance(table, Mapping) else ""
        if requirement.without_credentials(url) != url:
            what = "the credentials in this index URL are not used: keep them in netrc or in the environment"
            yield Said("warning", what, document.at("source", item=url))


def sha256(document: Document) -> str:
    """The hash of what pipenv locks: sources, requirements and every category of packages, as canonical JSON."""
    values = document.values
    data = {
        "_meta": {"sources": values.get("source", []), "requires": values.get("requires", {})},
        "default": values.get(PACKAGES, {}),
        "develop": values.get(DEVELOPMENT, {}),
        **{name: values[name] for name in categories(document) if name not in (PACKAGES, DEVELOPMENT)},
    }
    return hashlib.sha256(json.dumps(data, sort_keys=True, separators=(",", ":"), default=str).encode()).hexdigest()


def categories(document: Document) -> tuple[str, ...]:
    """The tables that hold packages."""
    return tuple(
        name
        for name, table in document.values.items()
        if name == PACKAGES or (name not in _NO_CATEGORY and isinstance(table, dict))
    )


def packages(document: Document, category: str, indexes: Sources) -> tuple[Wanted, ...]:
    """What one table asks for. Raises `ProjectError` for an entry that pipenv would not understand."""
    table = document.get(category)
    if table is not None and not isinstance(table, Mapping):
        raise ProjectError(f"`{category}` has to be a table", at=document.at(category), hint="correct that line")
    return tuple(_package(name, entry, document.at(category, name), indexes) for name, entry in (table or {}).items())


def _package(name: str, entry: object, at: Location, indexes: Sources) -> Wanted:
    table: Mapping[str, Any] = entry if isinstance(entry, Mapping) else {"version": entry}
    dependency = Dependency(
        canonicalize_name(name),
        at,
        extras=tuple(sorted(canonicalize_name(str(extra)) for extra in table.get("extras", ()))),
        marker=requirement.at_marker(condition(table), at),
        specifier=specifier(table.get("version", "*"), name, at),
    )
    return placed(
        replace(dependency, version=requirements_file.pin(dependency.specifier or SpecifierSet())), table, indexes
    )


def placed(dependency: Dependency, entry: Mapping[str, Any], indexes: Sources, hashes: Sequence[str] = ()) -> Wanted:
    """A dependency from where its entry says: a repository, a file, a directory, an index."""
    for kind in _REPOSITORIES:
        if isinstance(url := entry.get(kind), str):
            return requirements_file.linked(replace(dependency, specifier=None), _repository(kind, url, entry))
    location = entry.get("file") or entry.get("path")
    if isinstance(location, str):
        return _located(dependency, location, tuple(hashes))
    return Wanted(dependency, tuple(hashes), location=indexes.url(entry.get("index")))


def _repository(kind: str, url: str, entry: Mapping[str, Any]) -> str:
    """Pip's notation of it."""
    address = url if "://" in url or kind != "git" else "ssh://" + url.replace(":", "/", 1)
    reference = f"@{entry['ref']}" if entry.get("ref") else ""
    subdirectory = f"#subdirectory={entry['subdirectory']}" if entry.get("subdirectory") else ""
    return f"{kind}+{address.removeprefix(f'{kind}+')}{reference}{subdirectory}"


def _located(dependency: Dependency, location: str, hashes: tuple[str, ...]) -> Wanted:
    if "://" in location:
        dependency = replace(dependency, specifier=None, url=requirement.without_credentials(location))
        return requirements_file.linked(dependency, location, hashes)
    path = posixpath.normpath(location)
    is_file = path.endswith((".whl", ".tar.gz", ".zip"))
    return Wanted(replace(dependency, specifier=None), hashes, "path" if is_file else "directory", path)


def specifier(text: object, name: str, at: Location) -> SpecifierSet:
    """`*` is any version. Raises `ProjectError` for what is none."""
    wanted = str(text).strip()
    try:
        return SpecifierSet("" if wanted in ("*", "") else wanted)
    except InvalidSpecifier:
        raise ProjectError(
            f"{name}: {wanted!r} is no version specifier", at=at, hint='write it as "==1.2" or "*"'
        ) from None


def condition(entry: Mapping[str, Any]) -> str | None:
    """The marker of an entry, whichever way it is written."""
    parts = [str(entry["markers"])] if entry.get("markers") else []
    parts += [f"{name} {entry[name]}" for name in _VARIABLES if isinstance(entry.get(name), str)]
    return " and ".join(f"({part})" for part in parts) if len(parts) > 1 else next(iter(parts), None)
