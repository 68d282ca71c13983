"""Application objects and factories in the code: `app = FastAPI()` in any module, `app = create_app()`, and the factories.

What an expression makes is followed through functions, classes of the project, wrappers and imports; nothing is called.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pottle.project.facts import Application
from pottle.project.module import Function, Module, Named, assigned
from pottle.project.names import Names
from pottle.project.web_frameworks import CLASSES, METHODS, PARTS, SERVED_BY_NOBODY, Framework, wrapped, wraps
from pottle.text import Location

OBJECT = 80
FACTORY = 70
CONVENTIONAL_NAME = 6
CONVENTIONAL_MODULE = 4
DEEPEST = 4
"""Every directory below the root costs one, up to this."""

_NAMES = ("app", "application", "api", "asgi", "wsgi", "server")
_MODULES = ("main", "app", "application", "api", "asgi", "wsgi", "server", "web")
_FACTORIES = ("create_app", "make_app", "get_app", "build_app", "create_application", "get_application")
_FURTHEST = 5
"""Calls that are followed."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An application and the variables that its routes may hang on."""

    application: Application
    name: str
    """`module.attribute`"""
    owners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """What an expression makes, and the variable that held it before."""

    framework: Framework
    owner: str | None = None
    inner: str | None = None
    """The application that it was put round, where that has a name of its own."""


class Search:
    """The modules of a project, searched for applications."""

    def __init__(self, modules: Sequence[Module], names: Names) -> None:
        self.modules = modules
        self.names = names
        self.within: set[str] = set()
        """Applications that others were put round, and factories that others call."""
        self.replaced: dict[str, str] = {}
        """Applications that a part of them stands for: Dash's `app` → its `server`."""

    def candidates(self) -> Iterator[Candidate]:
        """Objects and factories, module by module."""
        for module in self.modules:
            yield from self._objects(module)
            yield from self._factories(module)

    def made_by(self, module: Module, value: ast.expr, function: Function | None = None, depth: int = 0) -> Made | None:
        """What the expression makes: a call of a framework's class, of a subclass, of a factory, of a wrapper round one."""
        if depth > _FURTHEST:
            return None
        match value:
            case ast.Await(value=inner):
                return self.made_by(module, inner, function, depth + 1)
            case ast.IfExp(body=first, orelse=second) | ast.BoolOp(values=[first, second]):
                return self.made_by(module, first, function, depth + 1) or self.made_by(
                    module, second, function, depth + 1
                )
            case ast.Name(id=name) if depth:
                return self._named(module, name, function, depth)
            case ast.Attribute(value=owner, attr=attribute):
                return self._part(module, owner, attribute, function, depth)
            case ast.Call():
                return self._called(module, value, function, depth)
            case _:
                return None

    def _objects(self, module: Module) -> Iterator[Candidate]:
        seen: set[str] = set()
        for assignment in module.assignments:
            if assignment.name in seen:
                continue
            made, path = self._object(module, assignment)
            if made is None:
                continue
            seen.add(assignment.name)
            name = f"{module.name}.{assignment.name}"
            if made.inner is not None and made.inner != name:
                self.within.add(made.inner)
                if isinstance(assignment.value, ast.Attribute):
                    self.replaced[made.inner] = name
            app = Application(
                kind=made.framework[1],
                framework=made.framework[0],
                target=f"{module.name}:{assignment.name}{path}",
                at=Location(module.path, assignment.line),
                strength=OBJECT + _convention(module, assignment.name),
                because=f"`{assignment.name} = {_shown(assignment.value)}` stands here",
                root=module.root or None,
            )
            yield Candidate(app, name, tuple(owner for owner in (name, made.owner, made.inner) if owner))

    def _object(self, module: Module, assignment: Named) -> tuple[Made | None, str]:
        """What an assignment makes, and the attribute of its object that is the application: `container.app`."""
        made = self.made_by(module, assignment.value)
        if made is None and isinstance(assignment.value, ast.Call):
            qualified = module.qualified(assignment.annotation) if assignment.annotation is not None else None
            framework = CLASSES.get(self.names.canonical(qualified)) if qualified else None
            made = Made(framework) if framework else None
        if made is None and (cls := self._class(module, assignment.value, None)) is not None:
            for name in ("app", "application", "api", "asgi_app", "wsgi_app"):
                if (part := self._attribute(*cls, name, 0)) is not None:
                    return part, f".{name}"
        return made, ""

    def _factories(self, module: Module) -> Iterator[Candidate]:
        for name, function in module.functions.items():
            made = self._returned(module, function, 0) if _callable_without_arguments(function) else None
            if made is None or (isinstance(function, ast.AsyncFunctionDef) and made.framework[0] != SERVED_BY_NOBODY):
                continue
            self.within |= set(self._calls(module, function)) - {f"{module.name}.{name}"}
            app = Application(
                kind=made.framework[1],
                framework=made.framework[0],
                target=f"{module.name}:{name}",
                at=module.at(function),
                strength=FACTORY + _convention(module, name),
                because=f"`{name}()` returns the application",
                factory=not isinstance(function, ast.AsyncFunctionDef),
                root=module.root or None,
            )
            yield Candidate(app, f"{module.name}.{name}", (made.owner,) if made.owner else ())

    def _calls(self, module: Module, function: Function) -> Iterator[str]:
        """The functions whose result a factory returns: `return create_app()`."""
        for node in _own(function):
            if isinstance(node, ast.Return) and isinstance(node.value, ast.Call):
                owner = self.names.owner(module.qualified(node.value.func) or "")
                if owner is not None and owner[1] in owner[0].functions:
                    yield f"{owner[0].name}.{owner[1]}"

    def _called(self, module: Module, call: ast.Call, function: Function | None, depth: int) -> Made | None:
        if isinstance(call.func, ast.Attribute) and (made := self._method(module, call.func, function, depth)):
            return made
        qualified = self.names.canonical(module.qualified(call.func) or "")
        inner = self._inner(module, call, function, depth, named=wraps(qualified))
        if inner is not None:
            return replace(inner, framework=wrapped(inner.framework, qualified))
        if qualified in CLASSES:
            return Made(CLASSES[qualified])
        owner = self.names.owner(qualified)
        if owner is None:
            return None
        there, name = owner
        if name in there.classes:
            framework = self._subclass(there, there.classes[name], 0)
            return Made(framework) if framework else None
        if name not in there.functions:
            return None
        made = self._returned(there, there.functions[name], depth + 1)
        # A coroutine is no application, unless something round it waits for it.
        waits = depth or not isinstance(there.functions[name], ast.AsyncFunctionDef)
        return made if waits or (made and made.framework[0] == SERVED_BY_NOBODY) else None

    def _inner(
        self, module: Module, call: ast.Call, function: Function | None, depth: int, *, named: bool
    ) -> Made | None:
        """The application inside a call: `Middleware(FastAPI())`; one that has a name only where the call is known to wrap."""
        for argument in _wrapped(call):
            if isinstance(argument, ast.Call) and (made := self.made_by(module, argument, function, depth + 1)):
                return made
            if named and isinstance(argument, ast.Name):
                made = self._named(module, argument.id, function, depth + 1)
                if made is not None:
                    return replace(made, inner=f"{module.name}.{argument.id}")
        return None

    def _named(self, module: Module, name: str, function: Function | None, depth: int) -> Made | None:
        """What a variable holds: one of the function, else one of a module."""
        if function is not None:
            local = next((a.value for a in _locals(function) if a.name == name), None)
            if local is not None:
                made = self.made_by(module, local, function, depth + 1)
                return replace(made, owner=made.owner or f"{module.name}.{name}") if made else None
        owner = self.names.owner(module.imports.get(name, f"{module.name}.{name}"))
        if owner is None:
            return None
        there, name = owner
        value = next((a.value for a in there.assignments if a.name == name), None)
        made = self.made_by(there, value, None, depth + 1) if value is not None else None
        return replace(made, owner=made.owner or f"{there.name}.{name}") if made else None

    def _part(
        self, module: Module, owner: ast.expr, attribute: str, function: Function | None, depth: int
    ) -> Made | None:
        """`app.server` of a Dash object, `container.app` of an object of the project's."""
        made = self.made_by(module, owner, function, depth + 1)
        if made is not None and (part := PARTS.get((made.framework[0], attribute))) is not None:
            return replace(made, framework=part, inner=module.qualified(owner))
        cls = self._class(module, owner, function)
        return self._attribute(*cls, attribute, depth) if cls is not None else None

    def _method(self, module: Module, func: ast.Attribute, function: Function | None, depth: int) -> Made | None:
        """`config.make_wsgi_app()`, `Factory().create()`."""
        if func.attr in METHODS and any(origin.startswith(METHODS[func.attr][0]) for origin in module.imports.values()):
            return Made(METHODS[func.attr])
        cls = self._class(module, func.value, function)
        if cls is None:
            return None
        there, body = cls
        methods = (node for node in body.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
        found = next((method for method in methods if method.name == func.attr), None)
        return self._returned(there, found, depth + 1) if found is not None else None

    def _class(self, module: Module, value: ast.expr, function: Function | None) -> tuple[Module, ast.ClassDef] | None:
        """The project's class that an expression is, or makes an object of."""
        if isinstance(value, ast.Name):
            named = [*(_locals(function) if function is not None else ()), *module.assignments]
            value = next((a.value for a in named if a.name == value.id), value)
        qualified = module.qualified(value.func if isinstance(value, ast.Call) else value)
        owner = self.names.owner(qualified) if qualified else None
        return (owner[0], owner[0].classes[owner[1]]) if owner and owner[1] in owner[0].classes else None

    def _attribute(self, module: Module, cls: ast.ClassDef, name: str, depth: int) -> Made | None:
        """The application that an object of the class keeps under `name`."""
        for node in ast.walk(cls):
            match node:
                case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self"), attr=attribute)], value=value):
                    found = attribute == name
                case ast.AnnAssign(
                    target=ast.Attribute(value=ast.Name(id="self"), attr=attribute), value=ast.expr() as value
                ):
                    found = attribute == name
                case ast.Assign(targets=[ast.Name(id=attribute)], value=value) if node in cls.body:
                    found = attribute == name
                case _:
                    continue
            if found and (made := self.made_by(module, value, None, depth + 1)) is not None:
                return made
        return None

    def _subclass(self, module: Module, cls: ast.ClassDef, depth: int) -> Framework | None:
        for base in cls.bases:
            qualified = self.names.canonical(module.qualified(base) or "")
            if qualified in CLASSES:
                return CLASSES[qualified]
            owner = self.names.owner(qualified)
            if owner and owner[1] in owner[0].classes and depth < _FURTHEST:
                return self._subclass(owner[0], owner[0].classes[owner[1]], depth + 1)
        return None

    def _returned(self, module: Module, function: Function, depth: int) -> Made | None:
        """What a function returns: by what its `return` names, else by its annotation."""
        if depth > _FURTHEST:
            return None
        for node in _own(function):
            if isinstance(node, ast.Return) and node.value is not None:
                made = self.made_by(module, node.value, function, depth + 1)
                if made is not None:
                    return replace(made, owner=made.owner or f"{module.name}.{function.name}")
        qualified = module.qualified(function.returns) if function.returns is not None else None
        framework = CLASSES.get(self.names.canonical(qualified)) if qualified else None
        return Made(framework) if framework and function.name in _FACTORIES else None


def _own(function: Function) -> Iterator[ast.stmt]:
    """The statements of a function, without those of the functions inside it."""
    pending: list[ast.AST] = list(reversed(function.body))
    while pending:
        node = pending.pop()
        if isinstance(node, ast.stmt):
            yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda | ast.expr):
            pending += reversed(list(ast.iter_child_nodes(node)))


def _locals(function: Function) -> Iterator[Named]:
    yield from assigned(tuple(_own(function)))
    for node in _own(function):
        if isinstance(node, ast.With):
            for item in node.items:
                if isinstance(item.optional_vars, ast.Name):
                    yield Named(item.optional_vars.id, item.context_expr, node.lineno)


def _convention(module: Module, name: str) -> int:
    """How usual it is to find the application under this name, here."""
    usual = CONVENTIONAL_NAME if name in (*_NAMES, *_FACTORIES) else 0
    usual += CONVENTIONAL_MODULE if module.name.rpartition(".")[2] in _MODULES else 0
    directories = module.name.count(".") + (0 if module.root in ("", "src") else module.root.count("/") + 1)
    return usual - min(directories, DEEPEST)


def _wrapped(call: ast.Call) -> Iterator[ast.expr]:
    """What stands inside a call: `Middleware(FastAPI())`, `ProtocolTypeRouter({"http": get_asgi_application()})`."""
    for argument in (*call.args, *(k.value for k in call.keywords)):
        yield from argument.values if isinstance(argument, ast.Dict) else [argument]


def _callable_without_arguments(function: Function) -> bool:
    arguments = function.args
    required = len(arguments.posonlyargs) + len(arguments.args) - len(arguments.defaults)
    return required == 0 and all(default is not None for default in arguments.kw_defaults)


def _shown(value: ast.expr) -> str:
    text = ast.unparse(value)
    return text if len(text) <= 30 else f"{text.partition('(')[0]}(…)"
