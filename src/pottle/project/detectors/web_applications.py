"""Application objects: `app = FastAPI()` in any module, `app = create_app()`, and the factories themselves.

An object is preferred to a factory, one that the code itself serves (`uvicorn.run("x:app")`, `[tool.fastapi]`) to any other, a
conventional name (`app` in `main.py`) to an unconventional one; what is mounted into another application is only a part of it.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from pottle.project import routes
from pottle.project.facts import Application, Kind
from pottle.project.module import Module, assigned, keyword, text_of
from pottle.project.names import Names
from pottle.project.survey import Survey
from pottle.text import Location

Framework: TypeAlias = tuple[str, Kind]

CLASSES: Mapping[str, Framework] = {
    "fastapi.FastAPI": ("fastapi", "web-asgi"),
    "fastapi.applications.FastAPI": ("fastapi", "web-asgi"),
    "starlette.applications.Starlette": ("starlette", "web-asgi"),
    "litestar.Litestar": ("litestar", "web-asgi"),
    "litestar.app.Litestar": ("litestar", "web-asgi"),
    "quart.Quart": ("quart", "web-asgi"),
    "falcon.asgi.App": ("falcon", "web-asgi"),
    "falcon.App": ("falcon", "web-wsgi"),
    "flask.Flask": ("flask", "web-wsgi"),
    "flask.app.Flask": ("flask", "web-wsgi"),
    "bottle.Bottle": ("bottle", "web-wsgi"),
    "django.core.asgi.get_asgi_application": ("django", "web-asgi"),
    "django.core.wsgi.get_wsgi_application": ("django", "web-wsgi"),
}
"""What makes an application → framework, and the interface that it is called by."""

OBJECT = 80
FACTORY = 70
SERVED = 30
"""The code itself says which one is served."""
MOUNTED = -40
CONVENTIONAL_NAME = 6
CONVENTIONAL_MODULE = 4
DEEPEST = 4
"""Every directory below the root costs one, up to this."""

_NAMES = ("app", "application", "api", "asgi", "wsgi", "server")
_MODULES = ("main", "app", "application", "api", "asgi", "wsgi", "server", "web")
_FACTORIES = ("create_app", "make_app", "get_app", "build_app", "create_application", "get_application")
_SERVERS = ("uvicorn.run", "hypercorn.run", "granian.Granian", "waitress.serve")
_SETTINGS = ("ASGI_APPLICATION", "WSGI_APPLICATION")
_MOUNTS = ("mount", "Mount")


@dataclass(frozen=True, slots=True)
class Candidate:
    """An application and the variables that its routes may hang on."""

    application: Application
    name: str
    """`module.attribute`"""
    owners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """What a call makes, and the variable inside a factory that held it."""

    framework: Framework
    owner: str | None = None


def detect(survey: Survey) -> Iterator[Application]:
    """Every application object and factory outside of tests and examples."""
    search = Search(survey.modules)
    served = {**_configured(survey), **search.settings(), **search.served()}
    mounted = search.mounted()
    table = routes.Table(survey.modules, search.names)
    for candidate in search.candidates():
        app = candidate.application
        strength = app.strength
        strength += SERVED if candidate.name in served else 0
        strength += MOUNTED if candidate.name in mounted and candidate.name not in served else 0
        yield replace(
            app,
            strength=strength,
            port=served.get(candidate.name),
            health=table.health(candidate.owners) if app.framework != "django" else None,
            answers_root=table.answers_root(candidate.owners),
        )


def _configured(survey: Survey) -> dict[str, int | None]:
    """`[tool.fastapi] entrypoint`, which the fastapi command reads."""
    entry = survey.pyproject.get("tool", "fastapi", "entrypoint") if survey.pyproject else None
    return {entry.replace(":", "."): None} if isinstance(entry, str) else {}


class Search:
    """The modules of a project, searched for applications."""

    def __init__(self, modules: Sequence[Module]) -> None:
        self.modules = modules
        self.names = Names(modules)

    def candidates(self) -> Iterator[Candidate]:
        """Objects and factories, module by module."""
        for module in self.modules:
            yield from self._objects(module)
            yield from self._factories(module)

    def served(self) -> dict[str, int | None]:
        """What the code hands to a server or starts itself → the port that it names."""
        found: dict[str, int | None] = {}
        for module in self.modules:
            for call in module.calls:
                if target := self._served(module, call):
                    found[target] = _number(keyword(call, "port")) or found.get(target)
        return found

    def settings(self) -> dict[str, int | None]:
        """What Django's settings name; `ASGI_APPLICATION` is only there when somebody wants it."""
        found = {a.name: text_of(a.value) for module in self.modules for a in module.assignments if a.name in _SETTINGS}
        wanted = next((found[name] for name in _SETTINGS if found.get(name)), None)
        return {wanted: None} if wanted else {}

    def mounted(self) -> set[str]:
        """Applications that are given to `mount`."""
        return {
            self.names.canonical(name)
            for module in self.modules
            for call in module.calls
            if _called(call) in _MOUNTS
            for argument in (*call.args, *(k.value for k in call.keywords))
            for node in ast.walk(argument)
            if isinstance(node, ast.Name | ast.Attribute) and (name := module.qualified(node))
        }

    def _served(self, module: Module, call: ast.Call) -> str | None:
        qualified = module.qualified(call.func) or ""
        if qualified in _SERVERS:
            first = call.args[0] if call.args else keyword(call, "app")
            text = text_of(first)
            name = text.replace(":", ".") if text else module.qualified(first)
            return self.names.canonical(name) if name else None
        if _called(call) == "run" and isinstance(call.func, ast.Attribute):
            owner = module.qualified(call.func.value)
            return self.names.canonical(owner) if owner else None
        return None

    def _objects(self, module: Module) -> Iterator[Candidate]:
        seen: set[str] = set()
        for assignment in module.assignments:
            made = self._made_by(module, assignment.value, 0)
            if made is None or assignment.name in seen:
                continue
            seen.add(assignment.name)
            name = f"{module.name}.{assignment.name}"
            app = Application(
                kind=made.framework[1],
                framework=made.framework[0],
                target=f"{module.name}:{assignment.name}",
                at=Location(module.path, assignment.line),
                strength=OBJECT + _convention(module, assignment.name),
                because=f"`{assignment.name} = {_shown(assignment.value)}` stands here",
            )
            yield Candidate(app, name, (name, *((made.owner,) if made.owner else ())))

    def _factories(self, module: Module) -> Iterator[Candidate]:
        for name, function in module.functions.items():
            made = self._returned(module, function, 0) if _callable_without_arguments(function) else None
            if made is None:
                continue
            app = Application(
                kind=made.framework[1],
                framework=made.framework[0],
                target=f"{module.name}:{name}",
                at=module.at(function),
                strength=FACTORY + _convention(module, name),
                because=f"`{name}()` returns the application",
                factory=True,
            )
            yield Candidate(app, f"{module.name}.{name}", (made.owner,) if made.owner else ())

    def _made_by(self, module: Module, value: ast.expr, depth: int) -> Made | None:
        """What the expression makes, where it is a call of a framework's class, of a subclass, or of a factory."""
        if depth > DEEPEST or not isinstance(value, ast.Call):
            return None
        qualified = module.qualified(value.func)
        if qualified is None:
            return None
        qualified = self.names.canonical(qualified)
        if qualified in CLASSES:
            return Made(CLASSES[qualified])
        owner = self.names.owner(qualified)
        if owner is not None:
            there, name = owner
            if name in there.classes:
                framework = self._subclass(there, there.classes[name], 0)
                return Made(framework) if framework else None
            if name in there.functions:
                return self._returned(there, there.functions[name], depth + 1)
        inner = (self._made_by(module, argument, depth + 1) for argument in _wrapped(value))
        return next((made for made in inner if made), None)

    def _subclass(self, module: Module, cls: ast.ClassDef, depth: int) -> Framework | None:
        for base in cls.bases:
            qualified = self.names.canonical(module.qualified(base) or "")
            if qualified in CLASSES:
                return CLASSES[qualified]
            owner = self.names.owner(qualified)
            if owner and owner[1] in owner[0].classes and depth < DEEPEST:
                return self._subclass(owner[0], owner[0].classes[owner[1]], depth + 1)
        return None

    def _returned(self, module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef, depth: int) -> Made | None:
        """What a function returns: by what its `return` names, else by its annotation."""
        if isinstance(function, ast.AsyncFunctionDef) or depth > DEEPEST:
            return None
        nodes = [node for node in ast.walk(function) if isinstance(node, ast.stmt)]
        local = {a.name: a.value for a in assigned(tuple(nodes))}
        for node in nodes:
            if not isinstance(node, ast.Return) or node.value is None:
                continue
            name = node.value.id if isinstance(node.value, ast.Name) else None
            made = self._made_by(module, local.get(name, node.value) if name else node.value, depth + 1)
            if made is not None:
                return Made(made.framework, f"{module.name}.{name}" if name else made.owner)
        qualified = module.qualified(function.returns) if function.returns is not None else None
        framework = CLASSES.get(self.names.canonical(qualified)) if qualified else None
        return Made(framework) if framework and function.name in _FACTORIES else None


def _convention(module: Module, name: str) -> int:
    """How usual it is to find the application under this name, here."""
    usual = CONVENTIONAL_NAME if name in (*_NAMES, *_FACTORIES) else 0
    usual += CONVENTIONAL_MODULE if module.name.rpartition(".")[2] in _MODULES else 0
    return usual - min(module.name.count("."), DEEPEST)


def _called(call: ast.Call) -> str | None:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return None


def _wrapped(call: ast.Call) -> Iterator[ast.Call]:
    """The calls inside a call: `Middleware(FastAPI())`, `ProtocolTypeRouter({"http": get_asgi_application()})`."""
    for argument in (*call.args, *(k.value for k in call.keywords)):
        inner = argument.values if isinstance(argument, ast.Dict) else [argument]
        yield from (node for node in inner if isinstance(node, ast.Call))


def _callable_without_arguments(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    arguments = function.args
    required = len(arguments.posonlyargs) + len(arguments.args) - len(arguments.defaults)
    return required == 0 and all(default is not None for default in arguments.kw_defaults)


def _number(node: ast.expr | None) -> int | None:
    """A port: `9000`, `"9000"`, or the default in `int(os.environ.get("PORT", 9000))`."""
    match node:
        case ast.Constant(value=int() as value) if not isinstance(value, bool):
            return value if 0 < value < 65536 else None
        case ast.Constant(value=str() as text) if text.isdigit():
            return int(text) if 0 < int(text) < 65536 else None
        case ast.Call(args=[*_, last]):
            return _number(last)
        case ast.BoolOp(op=ast.Or(), values=[*_, last]):
            return _number(last)
        case _:
            return None


def _shown(value: ast.expr) -> str:
    text = ast.unparse(value)
    return text if len(text) <= 30 else f"{text.partition('(')[0]}(…)"
