"""Whether `poetry.lock` still says what `pyproject.toml` asks for.

Poetry writes a hash of what it locked into the lock. Where that fits, all is well; where it does not, the difference has to mean
something: reordered keys and other comments are none of a build's business.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.specifiers import SpecifierSet

from pottle.errors import ProjectError
from pottle.project import staleness
from pottle.project.lock_entries import Entries
from pottle.project.wanted import Wants, alternatives
from pottle.toml import Document

_PROJECT = ("requires-python", "dependencies", "optional-dependencies")
_LEGACY = ("dependencies", "source", "extras", "dev-dependencies")
_POETRY = (*_LEGACY, "group")


def check(project: Document, lock: Document, wants: Wants, entries: Entries, locked: tuple[SpecifierSet, ...]) -> None:
    """Raise `ProjectError` at the first place where the project has moved away from the lock, which is for the Pythons `locked`."""
    if lock.get("metadata", "content-hash") in _hashes(project.values):
        return
    pythons = _pythons(project)
    if locked:
        declared = project.get("project", "requires-python") is not None
        keys = ("project", "requires-python") if declared else ("tool", "poetry", "dependencies", "python")
        staleness.check_python("poetry.lock", pythons, locked, project.at(*keys), entries.again)
    staleness.check("poetry.lock", wants.all(), entries, pythons)


def _hashes(values: Mapping[str, Any]) -> Iterator[str]:
    """What Poetry writes as `content-hash`: since 2.3 with the groups of PEP 735, before that without."""
    for groups in (values.get("dependency-groups"), None):
        try:
            text = json.dumps(_relevant(values, groups), sort_keys=True)
        except TypeError:
            return  # a date or the like
        yield hashlib.sha256(text.encode()).hexdigest()


def _relevant(values: Mapping[str, Any], groups: Any) -> Mapping[str, Any]:
    declared, own = (_table(values, *keys) for keys in (("project",), ("tool", "poetry")))
    project = {key: declared[key] for key in _PROJECT if key in declared}
    # Poetry 1 hashes the keys that it had from the start even where they are missing.
    kept = {key: own.get(key) for key in _POETRY if key in own or not (project or groups or key not in _LEGACY)}
    if not project and not groups:
        return kept
    return {name: part for name, part in (("project", project), ("dependency-groups", groups)) if part} | {
        "tool": {"poetry": kept}
    }


def _table(values: Any, *keys: str) -> Mapping[str, Any]:
    for key in keys:
        values = values.get(key) if isinstance(values, Mapping) else None
    return values if isinstance(values, Mapping) else {}


def _pythons(project: Document) -> tuple[SpecifierSet, ...]:
    """Those that the project admits; none: any."""
    keys: tuple[str, ...] = ("project", "requires-python")
    bound = project.get(*keys)
    if bound is None:
        keys = ("tool", "poetry", "dependencies", "python")
        bound = project.get(*keys)
    if isinstance(bound, Mapping):
        bound = bound.get("version")
    try:
        return alternatives(bound) if isinstance(bound, str) else ()
    except ValueError as error:
        raise ProjectError(str(error), at=project.at(*keys), hint='write it as "^3.12" or ">=3.12,<4.0"') from None
