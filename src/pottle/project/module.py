"""A Python module of the project as its syntax tree, with names resolved through its imports. Nothing is ever executed."""

import ast
import re
import warnings
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from typing import Self, TypeAlias

from pottle.text import Location

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef

_WORDS = (
    "fastapi", "starlette", "flask", "quart", "litestar", "falcon", "bottle", "uvicorn", "hypercorn", "gunicorn", "granian", "waitress",
)  # fmt: skip
_TELLING: tuple[tuple[str, re.Pattern[str] | None], ...] = (
    *((word, re.compile(rf"\b{word}\b")) for word in _WORDS),
    *((f"\n{name}", re.compile(rf"^{name}\b.*=", re.MULTILINE)) for name in ("app", "application", "api", "server", "asgi", "wsgi")),
    ("popen", re.compile(r"\bos\b.*\bpopen\b")),
    ("system", re.compile(r"\bos\b.*\bsystem\b")),
    ("shell", re.compile(r"shell\s*=\s*true")),
    *(
        (name, None)
        for name in (
            "__main__", "sigterm", "create_subprocess_shell", "django.core.asgi", "django.core.wsgi", "execute_from_command_line", "getoutput",
            "getstatusoutput", "django_settings_module", "wsgi_application", "asgi_application", "static_root", "urlpatterns", "sqlite", "media_root",
            "upload_folder",
        )
    ),
)  # fmt: skip
"""What to look for in the lower-case text, and the expression that must match where it is found: one search for all of them takes five
times as long. A module without any of these has nothing to say for a detector and is not parsed, unless it passes names on."""

_LIBRARIES = (
    "discord", "nextcord", "disnake", "hikari", "import interactions", "from interactions", "telegram", "aiogram", "telebot", "telethon", "pyrogram",
    "slack_bolt", "twitchio", "import nio", "from nio", "vkbottle", "_polling", "run_until_disconnected", "fastmcp", "import mcp", "from mcp",
    "celery", "CELERY", "rq import", "import rq", "rq.", "WorkerSettings", "dramatiq", "huey", "taskiq", "faststream", "django_q", "airflow", "prefect", "dagster", "temporalio", "scrapy",
    "apscheduler", "import schedule", "schedule import", "rocketry",
    "INSTALLED_APPS",
    "sanic", "aiohttp", "tornado", "grpc", "pyramid", "import dash", "from dash", "connexion", "blacksheep", "esmerald", "robyn", "klein",
    "cherrypy", "websockets", "socketserver", "streamlit", "gradio", "import panel", "from panel", "chainlit", "nicegui", "solara",
    "import shiny", "from shiny", "mesop", "marimo", "bokeh", "socketio", "strawberry.asgi", "ariadne.", "litserve", "http.server",
    "wsgiref", "werkzeug.serving", "gevent", "eventlet", "cheroot", "add_command", "add_typer", ".command(",
)  # fmt: skip
"""The same of libraries whose names are looked for as they are."""

LARGEST = 2_000_000
"""Longer modules are data or generated."""


@dataclass(frozen=True, slots=True)
class Named:
    """A module-level assignment `name = value`."""

    name: str
    value: ast.expr
    line: int
    annotation: ast.expr | None = None


class Module:
    """One parsed module."""

    def __init__(self, path: str, name: str, tree: ast.Module) -> None:
        self.path = path
        self.name = name
        """Dotted, as an import would spell it."""
        self.root = ""
        """The directory, relative to the project, that has to be on the path for it."""
        self._inside: dict[int, tuple[tuple[ast.Call, ...], tuple[ast.Name | ast.Attribute, ...]]] = {}
        self.tree = tree

    @classmethod
    def parse(cls, path: str, text: str, files: AbstractSet[str], *, anyway: bool = False) -> Self | None:
        """The module in `text`, or None where it has nothing to say (but `anyway`) or is no Python that this interpreter reads."""
        passes_on = path.endswith("__init__.py") and "import" in text
        if len(text) > LARGEST or not (anyway or passes_on or _tells(text)):
            return None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return cls(path, dotted(path, files), ast.parse(text))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None

    def at(self, node: ast.expr | ast.stmt) -> Location:
        """Where `node` stands."""
        return Location(self.path, node.lineno)

    def line(self, number: int) -> Location:
        """The line of that number."""
        return Location(self.path, number)

    @property
    def package(self) -> str:
        """What relative imports start from."""
        return self.name if self.path.endswith("/__init__.py") else self.name.rpartition(".")[0]

    @cached_property
    def statements(self) -> tuple[ast.stmt, ...]:
        """What runs on import: the top level, also inside `if`, `try` and `with`, without `if __name__ == "__main__"`."""
        return tuple(_running(self.tree.body))

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node."""
        return walked(self.tree)

    @cached_property
    def calls(self) -> tuple[ast.Call, ...]:
        """Every call, wherever it stands."""
        return tuple(node for node in self.nodes if isinstance(node, ast.Call))

    def inside(self, node: ast.AST) -> tuple[tuple[ast.Call, ...], tuple[ast.Name | ast.Attribute, ...]]:
        """The calls inside of `node`, and the names."""
        if id(node) not in self._inside:
            nodes = walked(node)
            calls = tuple(each for each in nodes if isinstance(each, ast.Call))
            self._inside[id(node)] = calls, tuple(each for each in nodes if isinstance(each, ast.Name | ast.Attribute))
        return self._inside[id(node)]

    @cached_property
    def scopes(self) -> tuple[tuple[ast.AST, Function | None], ...]:
        """Every statement of the top level, and of a class there, with the function that it is."""
        found: list[tuple[ast.AST, Function | None]] = []
        for statement in self.tree.body:
            inner = statement.body if isinstance(statement, ast.ClassDef) else [statement]
            found += [(s, s if isinstance(s, ast.FunctionDef | ast.AsyncFunctionDef) else None) for s in inner]
        return tuple(found)

    @cached_property
    def functions(self) -> dict[str, Function]:
        """Functions at the top level."""
        return {s.name: s for s in self.statements if isinstance(s, ast.FunctionDef | ast.AsyncFunctionDef)}

    @cached_property
    def classes(self) -> dict[str, ast.ClassDef]:
        """Classes at the top level."""
        return {s.name: s for s in self.statements if isinstance(s, ast.ClassDef)}

    @cached_property
    def assignments(self) -> tuple[Named, ...]:
        """`name = value` and `name: Type = value` at the top level, in order."""
        return tuple(assigned(self.statements))

    @cached_property
    def main_guard(self) -> ast.If | None:
        """`if __name__ == "__main__":`, also `in {"__main__", …}`."""
        return next((s for s in self.tree.body if isinstance(s, ast.If) and _is_main_guard(s)), None)

    @cached_property
    def imports(self) -> dict[str, str]:
        """Local name → what it was imported as, absolute and dotted."""
        found: dict[str, str] = {}
        for node in self.nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    top = alias.name.partition(".")[0]
                    found[alias.asname or top] = alias.name if alias.asname else top
            elif isinstance(node, ast.ImportFrom):
                origin = self._origin(node)
                found |= {
                    alias.asname or alias.name: f"{origin}.{alias.name}" for alias in node.names if alias.name != "*"
                }
        return found

    @cached_property
    def absolute(self) -> frozenset[str]:
        """The modules that it imports by absolute names."""
        found = {alias.name for node in self.nodes if isinstance(node, ast.Import) for alias in node.names}
        plain = (node for node in self.nodes if isinstance(node, ast.ImportFrom) and not node.level)
        return frozenset(found | {node.module or "" for node in plain})

    @cached_property
    def starred(self) -> tuple[str, ...]:
        """The modules from which it imports `*`, in order."""
        nodes = (node for node in self.nodes if isinstance(node, ast.ImportFrom))
        return tuple(self._origin(node) for node in nodes if any(alias.name == "*" for alias in node.names))

    @cached_property
    def defined(self) -> frozenset[str]:
        """The names that its own top level defines."""
        return frozenset((*self.functions, *self.classes, *(a.name for a in self.assignments)))

    def _origin(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parts = self.package.split(".")
        above = parts[: len(parts) - node.level + 1]
        return ".".join((*above, node.module) if node.module else above)

    def qualified(self, node: ast.expr | None) -> str | None:
        """The absolute dotted name of a plain name or attribute; names that are not imported belong to this module."""
        match node:
            case ast.Name(id=name):
                return self.imports.get(name, f"{self.name}.{name}")
            case ast.Attribute(value=value, attr=attribute):
                owner = self.qualified(value)
                return None if owner is None else f"{owner}.{attribute}"
            case _:
                return None


def _tells(text: str) -> bool:
    if any(name in text for name in _LIBRARIES):
        return True
    lower = f"\n{text.lower()}"
    return any(part in lower and (how is None or how.search(lower)) for part, how in _TELLING)


def walked(node: ast.AST) -> tuple[ast.AST, ...]:
    """`node` and all below it, as `ast.walk` gives them but for contexts and operators, and in half the time."""
    found = [node]
    for each in found:
        for name in each._fields:
            value = getattr(each, name, None)
            if isinstance(value, list):
                found += [item for item in value if isinstance(item, ast.AST)]
            elif isinstance(value, ast.AST) and value._fields:
                found.append(value)
    return tuple(found)


def dotted(path: str, files: AbstractSet[str]) -> str:
    """The name under which the file at `path` is imported: from the project's root, or from `src` where that is no package."""
    return without_root(path, "src" if path.startswith("src/") and "src/__init__.py" not in files else "")


def without_root(path: str, root: str) -> str:
    """The name under which the file at `path` is imported where the directory `root` is on the path."""
    parts = path.removeprefix(f"{root}/" if root else "").removesuffix(".py").split("/")
    if parts[-1] == "__init__" and len(parts) > 1:
        parts = parts[:-1]
    return ".".join(parts)


def assigned(statements: tuple[ast.stmt, ...]) -> Iterator[Named]:
    """Plain assignments to a name among `statements`."""
    for statement in statements:
        match statement:
            case ast.Assign(targets=targets, value=value):
                yield from (Named(t.id, value, statement.lineno) for t in targets if isinstance(t, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value, annotation=annotation):
                yield Named(name, value, statement.lineno, annotation)
            case _:
                pass


def text_of(node: ast.expr | None) -> str | None:
    """The text that a string literal is."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def shown(function: ast.expr) -> str:
    """What is called, for a reader: the arguments of calls on the way are left out."""
    match function:
        case ast.Attribute(value=value, attr=name):
            return f"{shown(value)}.{name}"
        case ast.Call(func=inner):
            return f"{shown(inner)}(…)"
        case ast.Name(id=name):
            return name
        case _:
            return "…"


def called(call: ast.Call) -> str | None:
    """The last part of the name of what is called."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return None


def keyword(call: ast.Call, name: str, position: int | None = None) -> ast.expr | None:
    """The argument that `call` gives `name`, or the one at `position`."""
    found = next((k.value for k in call.keywords if k.arg == name), None)
    if found is None and position is not None and position < len(call.args):
        return call.args[position]
    return found


def _running(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        match statement:
            case ast.If() if _is_main_guard(statement):
                pass
            case ast.If(body=inner, orelse=other):
                yield from _running([*inner, *other])
            case ast.Try(body=inner, handlers=handlers, orelse=other, finalbody=last):
                yield from _running([*inner, *(s for h in handlers for s in h.body), *other, *last])
            case ast.With(body=inner):
                yield from _running(inner)
            case _:
                yield statement


def _is_main_guard(node: ast.If) -> bool:
    match node.test:
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            return {_guard_part(left), _guard_part(right)} == {"__name__", "__main__"}
        case ast.Compare(left=ast.Name(id="__name__"), ops=[ast.In()], comparators=[ast.Set() | ast.Tuple() as names]):
            return "__main__" in map(text_of, names.elts)
        case _:
            return False


def _guard_part(node: ast.expr) -> str | None:
    return node.id if isinstance(node, ast.Name) else text_of(node)
