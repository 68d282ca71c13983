"""Which paths the code answers a GET on: decorators, `add_url_rule` and `Route` lists, through routers and blueprints.

Only what is written literally counts: a route that is put together at run time is not seen, and is not needed.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pottle.project.facts import Fact
from pottle.project.module import Module, called, keyword, text_of
from pottle.project.names import Names
from pottle.text import Location

HEALTH = (
    "healthz", "health", "livez", "live", "liveness", "healthcheck", "health-check", "health_check",
    "readyz", "ready", "readiness", "heartbeat", "up", "ping", "status",
)  # fmt: skip
"""Last parts of paths that are meant for probes, best first."""

_GUARDS = re.compile(r"login|auth|permission|require|token", re.IGNORECASE)
_HARMLESS = re.compile(r"\b(?:Request|Response|BackgroundTasks|HTTPConnection|Depends|Security)\b")
_ADDERS = ("add_api_route", "add_route", "add_url_rule")
_INCLUDERS = {"include_router": "prefix", "register_blueprint": "url_prefix"}
_PREFIXES = ("prefix", "url_prefix")
_HANDLERS = ("litestar.get", "litestar.handlers.get")
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Route:
    """A literal path below its owner, and whether anybody may ask for it without arguments."""

    path: str
    at: Location
    open: bool


@dataclass(frozen=True, slots=True)
class Inclusion:
    """A router that is made part of another one."""

    child: str
    prefix: str
    open: bool


class Table:
    """The routes of every application, router and blueprint, by the dotted name of its variable."""

    def __init__(self, modules: Iterable[Module], names: Names) -> None:
        self._names = names
        self._routes: dict[str, list[Route]] = {}
        self._inclusions: dict[str, list[Inclusion]] = {}
        self._prefixes: dict[str, str] = {}
        self._guarded: set[str] = set()
        self._by_address = False
        for module in modules:
            self._read(module)

    def health(self, owners: Iterable[str]) -> Fact[str] | None:
        """The best route for a probe. None too where the application looks at the Host header: a probe's is its own."""
        if self._by_address:
            return None
        ranked = [(HEALTH.index(word), len(r.path), r) for r in self._open(owners) if (word := _word(r.path)) in HEALTH]
        best = min(ranked, key=lambda entry: entry[:2], default=None)
        return None if best is None else Fact(best[2].path, best[2].at)

    def answers_root(self, owners: Iterable[str]) -> bool:
        """Whether `GET /` has a route."""
        return any(route.path == "/" for route in self._open(owners))

    def _open(self, owners: Iterable[str]) -> Iterator[Route]:
        for owner in owners:
            yield from self._below(self._names.canonical(owner), "", 0)

    def _below(self, owner: str, prefix: str, depth: int) -> Iterator[Route]:
        if depth > _DEEPEST or owner in self._guarded:
            return
        prefix += self._prefixes.get(owner, "")
        for route in self._routes.get(owner, ()):
            if route.open:
                yield Route(f"{prefix}{route.path}" or "/", route.at, True)
        for inclusion in self._inclusions.get(owner, ()):
            if inclusion.open:
                yield from self._below(inclusion.child, prefix + inclusion.prefix, depth + 1)

    def _read(self, module: Module) -> None:
        for name, value in _made(module):
            self._made(module, f"{module.name}.{name}", value)
        for node in module.nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                self._decorated(module, node)
        for call in module.calls:
            self._called(module, call)
        self._by_address |= any(origin.endswith(".TrustedHostMiddleware") for origin in module.imports.values())

    def _made(self, module: Module, owner: str, call: ast.Call) -> None:
        self._prefixes[owner] = next((text for name in _PREFIXES if (text := text_of(keyword(call, name)))), "")
        stands_before = keyword(call, "middlewares")
        watched = stands_before is not None and _GUARDS.search(ast.unparse(stands_before))
        if keyword(call, "dependencies") is not None or keyword(call, "guards") is not None or watched:
            self._guarded.add(owner)
        self._handlers(module, owner, call)
        listed = keyword(call, "routes")
        if isinstance(listed, ast.Name):
            listed = next((a.value for a in module.assignments if a.name == listed.id), None)
        for item in listed.elts if isinstance(listed, ast.List | ast.Tuple) else ():
            if isinstance(item, ast.Call) and (module.qualified(item.func) or "").endswith(".Route"):
                self._add(owner, module, item)

    def _handlers(self, module: Module, owner: str, call: ast.Call) -> None:
        """Litestar's applications and routers list their handlers, which have their paths themselves."""
        handlers = keyword(call, "route_handlers")
        for item in handlers.elts if isinstance(handlers, ast.List | ast.Tuple) else ():
            if (child := module.qualified(item)) is not None:
                inclusion = Inclusion(self._names.canonical(child), text_of(keyword(call, "path")) or "", True)
                self._inclusions.setdefault(self._names.canonical(owner), []).append(inclusion)

    def _decorated(self, module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        calls = [d for d in function.decorator_list if isinstance(d, ast.Call) and isinstance(d.func, ast.Attribute)]
        others = [ast.unparse(d) for d in function.decorator_list if d not in calls]
        free = not any(_GUARDS.search(text) for text in others) and _needs_nothing(function)
        for call in (d for d in function.decorator_list if isinstance(d, ast.Call)):
            if isinstance(call.func, ast.Name) and (module.qualified(call.func) or "") in _HANDLERS:
                self._add(f"{module.name}.{function.name}", module, call, free=_needs_nothing(function))
        for call in calls:
            if isinstance(call.func, ast.Attribute) and call.func.attr in ("get", "route", "api_route"):
                owner = module.qualified(call.func.value)
                if owner is not None:
                    self._add(owner, module, call, free=free)

    def _called(self, module: Module, call: ast.Call) -> None:
        if not isinstance(call.func, ast.Attribute) or not call.args:
            return
        owner, verb = module.qualified(call.func.value), call.func.attr
        if owner is None:
            return
        owner = self._names.canonical(owner)
        if verb == "add_routes":
            self._listed(module, owner, call.args[0])
        elif verb == "add_get":
            self._add(owner.removesuffix(".router"), module, call)
        elif verb in _ADDERS:
            self._add(owner, module, call)
        elif verb in _INCLUDERS and (child := module.qualified(call.args[0])):
            prefix = keyword(call, _INCLUDERS[verb])
            known = prefix is None or text_of(prefix) is not None
            free = known and keyword(call, "dependencies") is None
            inclusion = Inclusion(self._names.canonical(child), text_of(prefix) or "", free)
            self._inclusions.setdefault(owner, []).append(inclusion)

    def _listed(self, module: Module, owner: str, routes: ast.expr) -> None:
        """Aiohttp's `app.add_routes([web.get("/health", handler)])`, or a table that decorators fill."""
        if (child := module.qualified(routes)) is not None:
            self._inclusions.setdefault(owner, []).append(Inclusion(self._names.canonical(child), "", True))
        for item in routes.elts if isinstance(routes, ast.List | ast.Tuple) else ():
            if isinstance(item, ast.Call) and called(item) == "get":
                self._add(owner, module, item)

    def _add(self, owner: str, module: Module, call: ast.Call, *, free: bool = True) -> None:
        path = text_of(keyword(call, "path", 0))
        if path is None:
            path = text_of(keyword(call, "rule", 0))
        if path is None or any(mark in path for mark in "{<"):
            return
        guarded = keyword(call, "dependencies") is not None or keyword(call, "guards") is not None
        free = free and _answers_get(call) and not guarded
        owner = self._names.canonical(owner)
        self._routes.setdefault(owner, []).append(Route(path, module.at(call), free))


def _made(module: Module) -> Iterator[tuple[str, ast.Call]]:
    """Every `name = Something(…)`, at any depth, and what functions return without a name for it."""
    for node in module.nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call):
                yield name, call
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.Call() as call):
                yield name, call
            case ast.FunctionDef(name=name, body=[*_, ast.Return(value=ast.Call() as call)]):
                yield name, call
            case _:
                pass


def _word(path: str) -> str:
    return path.strip("/").rpartition("/")[2].lower()


def _answers_get(call: ast.Call) -> bool:
    methods = keyword(call, "methods")
    if methods is None:
        return True
    listed = methods.elts if isinstance(methods, ast.List | ast.Tuple | ast.Set) else []
    return any((text_of(item) or "").upper() == "GET" for item in listed)


def _needs_nothing(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """No argument that a caller would have to send."""
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    required = positional[: len(positional) - len(arguments.defaults)]
    required += [a for a, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if default is None]
    return all(
        a.arg in ("self", "request") or (a.annotation is not None and _HARMLESS.search(ast.unparse(a.annotation)))
        for a in required
    )
