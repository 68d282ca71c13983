"""The environment variables that the code reads: what whoever runs it has to set, and what it is unless somebody does.

`os.environ`, `os.getenv`, decouple, environs, django-environ, dj-database-url, Starlette's `Config`, and fields of pydantic's
`BaseSettings`. A variable counts once, at the first place that names it; it is demanded where any place stops without it.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pottle.project.module import Module, keyword, text_of
from pottle.project.survey import Survey
from pottle.project.tree import Tree
from pottle.project.values import variable
from pottle.text import Location

_TELLING = re.compile(r"environ|getenv|decouple|BaseSettings|\bconfig\(|\benv[.(]|dj_database_url")
_ASIDE = re.compile(r"(?:^|/)(?:local|dev|develop|development|test|testing|tests|ci|debug)(?:_settings|_config)?\.py$")
"""Settings for somewhere else."""
_MIGRATIONS = re.compile(r"(?:^|/)(?:migrations|alembic)/env\.py$")
"""Alembic's own settings, which are code."""
_OPTIONAL = ("os.environ.get", "os.getenv")
"""What gives None where there is nothing."""
_READERS = frozenset(
    {"str", "int", "float", "bool", "list", "tuple", "dict", "json", "url", "path", "bytes", "enum", "timedelta", "log_level"}
)  # fmt: skip
_SERVICES = {
    "db": "DATABASE_URL",
    "db_url": "DATABASE_URL",
    "dj_db_url": None,
    "cache": "CACHE_URL",
    "cache_url": "CACHE_URL",
}
"""Methods of django-environ and environs that read the address of a service, and the variable that they read by themselves."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable that the code reads."""

    name: str
    at: Location
    default: str | None = None
    """What it is where it is not set, as far as that is written down."""
    demanded: bool = False
    """The code stops without it."""


def variables(tree: Tree) -> tuple[Variable, ...]:
    """All of them, by name."""
    survey = Survey(tree)
    found: dict[str, Variable] = {}
    for path in (*survey.paths, *(path for path in tree.files() if _MIGRATIONS.search(path))):
        if _ASIDE.search(path) or not _TELLING.search(survey.source(path) or ""):
            continue
        module = survey.parsed(path)
        for each in _read(survey, module) if module is not None else ():
            if _NAME.fullmatch(each.name):
                found[each.name] = _joined(found.get(each.name), each)
    return tuple(found[name] for name in sorted(found))


def _joined(before: Variable | None, here: Variable) -> Variable:
    if before is None:
        return here
    default = before.default if before.default is not None else here.default
    return replace(before, default=default, demanded=before.demanded or here.demanded)


def _read(survey: Survey, module: Module) -> Iterator[Variable]:
    values = survey.code.values
    for node in module.nodes:
        match node:
            case ast.Call():
                if (found := _called(survey, module, node)) is not None:
                    yield found
            case ast.Subscript(value=owner, slice=key, ctx=ast.Load()) if module.qualified(owner) == "os.environ":
                if name := text_of(key):
                    yield Variable(name, module.at(node), demanded=True)
            case ast.ClassDef():
                for value, demanded in values.settings(module, node):
                    default = None if value.default is None else str(value.default)
                    yield Variable(value.variable or "", value.at, default, demanded)
            case _:
                pass


def _called(survey: Survey, module: Module, call: ast.Call) -> Variable | None:
    qualified = module.qualified(call.func) or ""
    owner, _, method = qualified.rpartition(".")
    name = variable(qualified, call)
    behind = call.args[1] if len(call.args) > 1 else keyword(call, "default")
    if qualified == "dj_database_url.config":
        name, behind = text_of(keyword(call, "env", 0)) or "DATABASE_URL", keyword(call, "default", 1)
        behind = behind or ast.Constant(None)  # it gives an empty configuration
    elif name is None and owner.rpartition(".")[2] == "env" and method in (*_READERS, *_SERVICES):
        name = text_of(call.args[0]) if call.args else _SERVICES.get(method)
    if name is None:
        return None
    found = survey.code.values.of(module, behind)
    default = None if found is None or found.default is None else str(found.default)
    return Variable(name, module.at(call), default, behind is None and qualified not in _OPTIONAL)
