"""What the application writes and wants to find again: Django's `MEDIA_ROOT`, `UPLOAD_FOLDER`, databases of SQLite.

Only what a literal, or a path put together of literals, says; whatever comes from the environment alone is decided by who runs it.
"""

import ast
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from pottle.project.facts import Writable
from pottle.project.module import Module, keyword, text_of
from pottle.project.paths import Found, Paths, from_root
from pottle.project.survey import Survey
from pottle.text import Location

_DIRECTORIES = {"MEDIA_ROOT": "media", "UPLOAD_FOLDER": "uploads", "UPLOADS_DEFAULT_DEST": "uploads"}
"""Settings that name a directory."""
_TELLING = frozenset({*_DIRECTORIES, "DATABASE"})
_LIBRARIES = ("sqlite3", "aiosqlite", "peewee", "playhouse")
_URLS = ("SQLALCHEMY_DATABASE_URI", "SQLALCHEMY_DATABASE_URL")
_URL = re.compile(r"sqlite(?:\+\w+)?:///?(?P<path>[^?]*)(?:\?.*)?")
_CONNECTS = ("sqlite3.connect", "aiosqlite.connect", "peewee.SqliteDatabase", "playhouse.sqlite_ext.SqliteExtDatabase")
_ASIDE = re.compile(r"(?:^|/)(?:local|dev|develop|development|test|testing|tests|ci|debug)(?:_settings|_config)?\.py$")
"""Settings for somewhere else."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A path that the code writes to."""

    what: str
    found: Found
    at: Location
    directory: bool


def detect(survey: Survey) -> Iterator[Writable]:
    """Each path once, at the first place that names it."""
    modules = [module for module in survey.modules if not _ASIDE.search(module.path)]
    paths = Paths(survey.code.names)
    seen: set[str] = set()
    for module in filter(_tells, modules):
        for place in _places(module, paths):
            path = from_root(place.found.text)
            if path in seen or path in ("", "/") or ":memory:" in path:
                continue
            seen.add(path)
            yield Writable(
                what="media" if place.what == "media" else "uploads" if place.what == "uploads" else "database",
                path=path,
                directory=place.directory,
                variable=place.found.variable,
                beside_code=place.found.beside_code,
                holds_code=_holds_code(survey, path if place.directory else posixpath.dirname(path)),
                at=place.at,
            )


def _tells(module: Module) -> bool:
    """Whether a module is worth walking through: few are."""
    if any(origin.startswith(_LIBRARIES) for origin in module.imports.values()):
        return True
    return any(
        (isinstance(node, ast.Constant) and isinstance(node.value, str) and "sqlite" in node.value)
        or (isinstance(node, ast.Name | ast.Attribute | ast.keyword | ast.Subscript) and _named(node) in _TELLING)
        for node in module.nodes
    )


def _named(node: ast.AST) -> str:
    match node:
        case ast.keyword(arg=str() as name):
            return name
        case ast.Name() | ast.Attribute() | ast.Subscript():
            return _name(node)
        case _:
            return ""


def _holds_code(survey: Survey, directory: str) -> bool:
    inside = f"{directory}/" if directory not in ("", ".") else ""
    return any(path.startswith(inside) and path.endswith(".py") for path in survey.tree.files())


def _places(module: Module, paths: Paths) -> Iterator[_Place]:
    for node in module.nodes:
        match node:
            case ast.Assign(targets=[target], value=value) | ast.AnnAssign(target=target, value=ast.expr() as value):
                yield from _setting(module, paths, _name(target), value)
            case ast.keyword(arg=str() as name, value=value):
                yield from _setting(module, paths, name, value)
            case ast.Dict():
                yield from _database(module, paths, node)
            case ast.Call():
                yield from _call(module, paths, node)
            case _:
                pass


def _name(target: ast.expr) -> str:
    """`NAME`, `self.NAME`, `app.config["NAME"]`."""
    match target:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(slice=ast.Constant(value=str() as name)):
            return name
        case _:
            return ""


def _setting(module: Module, paths: Paths, name: str, value: ast.expr) -> Iterator[_Place]:
    if name in _DIRECTORIES and (found := paths.text(module, value)):
        yield _Place(_DIRECTORIES[name], found, module.at(value), directory=True)
    elif (
        name == "DATABASE"
        and (found := paths.text(module, value))
        and found.text.endswith((".sqlite", ".db", ".sqlite3"))
    ):
        yield _Place("database", found, module.at(value), directory=False)
    elif (found := paths.text(module, value)) and (match := _URL.fullmatch(found.text)) and match["path"]:
        yield _Place("database", _of_url(name, found, match["path"]), module.at(value), directory=False)


def _of_url(name: str, found: Found, path: str) -> Found:
    """The file of a URL. Flask-SQLAlchemy takes one without a slash from the application's instance folder."""
    relative = not path.startswith("/") and not found.beside_code
    folder = "instance/" if relative and name in _URLS[:1] else ""
    return Found(folder + path, found.variable, found.beside_code)


def _database(module: Module, paths: Paths, node: ast.Dict) -> Iterator[_Place]:
    """Django's `{"ENGINE": "…sqlite3", "NAME": …}`."""
    keys = {text_of(key): value for key, value in zip(node.keys, node.values, strict=True)}
    engine = paths.text(module, keys.get("ENGINE"))
    if engine is not None and engine.text.endswith("sqlite3"):
        name = keys.get("NAME")
        if name is not None and (found := paths.text(module, name)):
            variable = found.variable or engine.variable
            yield _Place("database", Found(found.text, variable, found.beside_code), module.at(name), directory=False)


def _call(module: Module, paths: Paths, call: ast.Call) -> Iterator[_Place]:
    qualified = module.qualified(call.func) or ""
    first = call.args[0] if call.args else keyword(call, "database")
    if qualified in _CONNECTS and first is not None and (found := paths.text(module, first)):
        yield _Place("database", found, module.at(first), directory=False)
        return
    for argument in (*call.args, *(each.value for each in call.keywords if each.arg in ("url", "default"))):
        found = paths.text(module, argument) if not isinstance(argument, ast.Name | ast.Attribute) else None
        if found and (match := _URL.fullmatch(found.text)) and match["path"]:
            variable = found.variable or text_of(first)
            told = variable if variable and variable.isupper() and variable.isidentifier() else None
            yield _Place(
                "database", Found(match["path"], told, found.beside_code), module.at(argument), directory=False
            )
