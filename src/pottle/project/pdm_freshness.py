"""Whether `pdm.lock` still says what `pyproject.toml` asks for.

PDM writes a hash of what it locked into the lock. Where that fits, all is well; where it does not, the difference has to mean
something.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from pottle.errors import ProjectError
from pottle.project import pdm_project, staleness
from pottle.project.lock_entries import Entries
from pottle.project.wanted import Wants
from pottle.toml import Document


def check(project: Document, lock: Document, wants: Wants, entries: Entries) -> None:
    """Raise `ProjectError` at the first place where the project has moved away from the lock."""
    if lock.get("metadata", "content_hash") in _hashes(project):
        return
    pythons = _pythons(project.get("project", "requires-python"), project)
    locked = tuple(found for target in _targets(lock) for found in _pythons(target.get("requires_python"), lock))
    if locked:
        at = project.at("project", "requires-python")
        staleness.check_python("pdm.lock", pythons, locked, at, entries.again)
    apart = pdm_project.overridden(project)
    wanted = [each for each in _locked(wants, lock) if each.name not in apart]
    staleness.check("pdm.lock", wanted, entries, pythons)


def _hashes(project: Document) -> Iterator[str]:
    """What PDM writes as `content_hash`: since 2.16 with the whole of `resolution`, since 2.20 with the groups of PEP 735."""
    own, declared = project.table("tool", "pdm"), project.table("project")
    resolution = project.table("tool", "pdm", "resolution")
    overrides = own["overrides"] if "overrides" in own else resolution.get("overrides", {})
    groups = own.get("dev-dependencies", {})
    for dev, key, last in (
        (_merged(project), "resolution", resolution),
        (groups, "resolution", resolution),
        (groups, "overrides", overrides),
    ):
        content = {
            "sources": own.get("source", []),
            "dependencies": declared.get("dependencies", []),
            "dev-dependencies": dev,
            "optional-dependencies": declared.get("optional-dependencies", {}),
            "requires-python": declared.get("requires-python", ""),
            key: last,
        }
        try:
            text = json.dumps(content, sort_keys=True)
        except TypeError:
            return  # a date or the like
        yield f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _merged(project: Document) -> Mapping[str, Any]:
    found: dict[str, list[Any]] = {}
    for table in (project.table("dependency-groups"), project.table("tool", "pdm", "dev-dependencies")):
        for name, items in table.items():
            found.setdefault(canonicalize_name(name), []).extend(items if isinstance(items, list) else ())
    return found


def _locked(wants: Wants, lock: Document) -> Iterator[Any]:
    """What the lock was made for: it may leave groups out."""
    groups = lock.get("metadata", "groups")
    named = {canonicalize_name(str(name)) for name in groups} if isinstance(groups, list) else None
    if named is None or "default" in named:
        yield from wants.main
    for part in (wants.extras, wants.groups):
        for name, group in part.items():
            if named is None or name in named:
                yield from group


def _targets(lock: Document) -> list[Mapping[str, Any]]:
    found = lock.get("metadata", "targets")
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def _pythons(bound: object, document: Document) -> tuple[SpecifierSet, ...]:
    try:
        return (SpecifierSet(bound),) if isinstance(bound, str) and bound else ()
    except InvalidSpecifier:
        at = document.at("project" if document.get("project") else "metadata", "requires-python")
        raise ProjectError(f"{bound!r} is no version specifier", at=at, hint='write it as ">=3.12"') from None
