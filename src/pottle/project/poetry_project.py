"""What `pyproject.toml` asks for, as Poetry reads it: `[tool.poetry]`, or `[project]` enriched by that (Poetry 2).

Source: Poetry's documentation, "The pyproject.toml file" and "Managing dependencies".
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from packaging.utils import NormalizedName, canonicalize_name

from pottle.errors import ProjectError
from pottle.project import groups, poetry_dependency
from pottle.project.wanted import Group, Wanted, Wants, alternatives, both, expanded, for_extra, required
from pottle.text import Location
from pottle.toml import Document

_OWN = ("tool", "poetry")
_HINT = 'write it as `name = "^1.0"`'


def wants(document: Document) -> Wants:
    """Its dependencies, extras and groups. Raises `ProjectError` for what cannot be read."""
    own = tuple(_table(document, *_OWN, "dependencies"))
    declared = tuple(_declared(document, ("project", "dependencies")))
    optional = _optional(document)
    if not declared and not optional:
        main = tuple(each for each in own if not each.optional)
        return Wants(main, _own_extras(document, own), _groups(document))
    dynamic = document.table("project").get("dynamic", ())
    if "dependencies" in dynamic:
        declared = tuple(each for each in own if not each.optional)
    extras = _own_extras(document, own) if "optional-dependencies" in dynamic else optional
    enriched = {extra: _enriched(group, own) for extra, group in extras.items()}
    return Wants(_enriched(declared, own), enriched, _groups(document))


def uses(document: Document) -> bool:
    """Whether dependencies stand in `[tool.poetry]` alone."""
    project = document.table("project")
    return document.get(*_OWN, "dependencies") is not None and not (
        project.get("dependencies") or project.get("optional-dependencies")
    )


def decides(document: Document) -> bool:
    """Whether Poetry's own tables say what the project needs, or something about it: not where uv's do (`[tool.uv.sources]`)."""
    if document.get(*_OWN) is None:
        return False
    return not document.table("project") or document.get("tool", "uv", "sources") is None


def itself(document: Document) -> NormalizedName | None:
    """What the project calls itself. Poetry takes any text for a name: what is none of a distribution is made one."""
    found = document.get("project", "name") or document.get(*_OWN, "name")
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", found).strip("._-") if isinstance(found, str) else ""
    return canonicalize_name(plain) if plain else None


def scripts(document: Document) -> Iterator[tuple[str, str, Location]]:
    """The console scripts of `[tool.poetry.scripts]`: name, `module:function`, place. Those of `[project]` replace them."""
    if document.get("project", "scripts"):
        return
    for name, value in document.table(*_OWN, "scripts").items():
        at = document.at(*_OWN, "scripts", name)
        table = value if isinstance(value, Mapping) else {"reference": value}
        if table.get("type", "console") != "console":
            continue  # a file that is installed as it is
        target = table.get("reference") or table.get("callable")
        if not isinstance(target, str) or ":" not in target:
            continue  # `poetry run` takes a module, too; nobody else does
        yield name, target.partition("[")[0].replace(" ", ""), at


def _table(document: Document, *keys: str) -> Iterator[Wanted]:
    """A table of dependencies. The entry `python` is none."""
    value = document.get(*keys)
    if value is not None and not isinstance(value, Mapping):
        raise ProjectError(f"`{'.'.join(keys)}` has to be a table", at=document.at(*keys), hint=_HINT)
    for name, constraint in (value or {}).items():
        if name.lower() != "python":
            yield from _read(name, constraint, document.at(*keys, name))


def _read(name: str, constraint: object, at: Location) -> Iterator[Wanted]:
    try:
        for found in poetry_dependency.read(name, constraint, at):
            alternatives(found.constraint)
            yield found
    except ValueError as error:
        raise ProjectError(f"the dependency {name} cannot be read: {error}", at=at, hint=_HINT) from None
    except (TypeError, AttributeError):
        what = f"the dependency {name} cannot be read: a value is of another type than Poetry takes"
        raise ProjectError(what, at=at, hint=_HINT) from None


def _declared(document: Document, keys: tuple[str, ...]) -> Iterator[Wanted]:
    """A list of requirements (PEP 508)."""
    for text in document.get(*keys) or ():
        yield required(text, document.at(*keys, item=str(text)))


def _optional(document: Document) -> dict[NormalizedName, Group]:
    keys = ("project", "optional-dependencies")
    extras = {canonicalize_name(n): tuple(_declared(document, (*keys, n))) for n in document.table(*keys)}
    return expanded(itself(document), extras)


def _enriched(group: Group, own: Group) -> Group:
    """PEP 508 cannot say of which index a name is, nor other things that `[tool.poetry.dependencies]` says beside it."""
    return tuple(found for each in group for found in _with(each, [one for one in own if one.name == each.name]))


def _with(wanted: Wanted, more: list[Wanted]) -> Iterator[Wanted]:
    if wanted in more or not more:
        yield wanted
        return
    for one in more:
        yield replace(
            wanted,
            marker=both(wanted.marker, one.marker),
            source=one.source,
            origin=one.origin or wanted.origin,
            extras=tuple(sorted({*wanted.extras, *one.extras})),
        )


def _own_extras(document: Document, own: Group) -> dict[NormalizedName, Group]:
    """`[tool.poetry.extras]` names dependencies from among all."""
    table = document.table(*_OWN, "extras")
    return {canonicalize_name(extra): tuple(_extra(document, extra, names, own)) for extra, names in table.items()}


def _extra(document: Document, extra: str, names: Any, own: Group) -> Iterator[Wanted]:
    at = document.at(*_OWN, "extras", extra)
    if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
        raise ProjectError(f"the extra {extra!r} is no list of names", at=at, hint=f'write `{extra} = ["name"]`')
    wanted = {canonicalize_name(each) for each in names}
    yield from (for_extra(each, canonicalize_name(extra)) for each in own if each.name in wanted)


# --- groups ---------------------------------------------------------------------------------------


def _groups(document: Document) -> dict[NormalizedName, Group]:
    """`[tool.poetry.group]`, with what they include, `[dependency-groups]` (PEP 735), and the `dev-dependencies` of old."""
    found: dict[NormalizedName, Group] = {}
    for key, items in groups.read(document).items():
        found[canonicalize_name(key)] = tuple(required(text, at) for text, at in items)
    tables = document.table(*_OWN, "group")
    for key in tables:
        own = tuple(_table(document, *_OWN, "group", key, "dependencies"))
        found[canonicalize_name(key)] = (*found.get(canonicalize_name(key), ()), *own)
    if document.get(*_OWN, "dev-dependencies") is not None:
        own = tuple(_table(document, *_OWN, "dev-dependencies"))
        found[canonicalize_name("dev")] = (*found.get(canonicalize_name("dev"), ()), *own)
    return {key: tuple(dict.fromkeys(_including(document, key, found, ()))) for key in found}


def _including(
    document: Document, key: NormalizedName, known: Mapping[NormalizedName, Group], above: tuple[NormalizedName, ...]
) -> Iterator[Wanted]:
    yield from known[key]
    written = {canonicalize_name(one): one for one in document.table(*_OWN, "group")}
    if key not in written:
        return
    keys = (*_OWN, "group", written[key], "include-groups")
    for included in document.get(*keys) or ():
        other = canonicalize_name(str(included))
        if other not in known or other in (*above, key):
            what = "does not exist" if other not in known else "includes itself"
            raise ProjectError(f"the group {other!r} {what}", at=document.at(*keys), hint="correct `include-groups`")
        yield from _including(document, other, known, (*above, key))
