"""Dependency groups as the project writes them: PEP 735 with its includes, and uv's older `dev-dependencies`."""

from collections.abc import Iterator, Mapping
from typing import Any

from packaging.utils import canonicalize_name

from pottle.errors import ProjectError
from pottle.text import Location
from pottle.toml import Document


def read(document: Document) -> dict[str, list[tuple[object, Location]]]:
    """Group → its requirements, each with its place. Raises `ProjectError` for an include that leads nowhere, or back."""
    table = {canonicalize_name(name): (name, items) for name, items in document.table("dependency-groups").items()}
    groups = {key: list(_group(document, table, key, ())) for key in table}
    older = document.table("tool", "uv").get("dev-dependencies", ())
    if older:
        at = document.at("tool", "uv", "dev-dependencies")
        groups.setdefault("dev", []).extend((text, at) for text in older)  # type: ignore[arg-type]
    return {str(key): items for key, items in groups.items()}


def _group(
    document: Document, table: Mapping[Any, tuple[str, Any]], key: str, above: tuple[str, ...]
) -> Iterator[tuple[object, Location]]:
    if key in above or key not in table:
        what = "includes itself" if key in above else "does not exist"
        at = document.at("dependency-groups", table[above[-1]][0] if above else key)
        raise ProjectError(f"the dependency group {key!r} {what}", at=at, hint="see PEP 735")
    name, items = table[key]
    if not isinstance(items, list):
        at = document.at("dependency-groups", name)
        raise ProjectError(f"the dependency group {key!r} is no list", at=at, hint="see PEP 735")
    for item in items:
        if isinstance(item, Mapping):
            yield from _group(document, table, canonicalize_name(str(item.get("include-group", ""))), (*above, key))
        else:
            yield item, document.at("dependency-groups", name, item=str(item))
