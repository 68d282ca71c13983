"""What an expression comes to, as far as its text says: a literal, a variable of the environment with its default, a setting.

Names are followed through assignments, imports and classes of settings (pydantic's `BaseSettings` reads the environment). What
is put together at run time has no value here.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pottle.project.module import Function, Module, assigned, called, keyword, text_of
from pottle.project.names import Names
from pottle.text import Location

_DEEPEST = 8
_CONVERSIONS = ("int", "str", "float")
_GETTERS = ("os.environ.get", "os.getenv", "decouple.config")
_READERS = ("int", "str", "get")
_OBJECTS = ("config", "env")
"""What decouple, environs, django-environ and Starlette's `Config` are called where they are used."""


@dataclass(frozen=True, slots=True)
class Value:
    """What an expression is unless it is set otherwise, and what sets it."""

    default: str | int | None
    at: Location
    variable: str | None = None
    """The environment's variable that sets it."""

    @property
    def number(self) -> int | None:
        """The default as a port."""
        text = str(self.default) if self.default is not None else ""
        return int(text) if text.isdecimal() and 0 < int(text) < 65536 else None


class Values:
    """Reads expressions in the modules of a project."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def of(
        self, module: Module, node: ast.expr | None, function: Function | None = None, depth: int = 0
    ) -> Value | None:
        """The value of `node`, which stands in `function`, or at the top level of `module`."""
        if node is None or depth > _DEEPEST:
            return None
        match node:
            case ast.Constant(value=str() | int() as value) if not isinstance(value, bool):
                return Value(value, module.at(node))
            case ast.Call():
                return self._called(module, node, function, depth)
            case ast.BoolOp(op=ast.Or(), values=values):
                return _either([self.of(module, value, function, depth + 1) for value in values])
            case ast.IfExp(body=body, orelse=orelse):
                return _either([self.of(module, value, function, depth + 1) for value in (body, orelse)])
            case ast.Subscript(value=owner, slice=key) if _is_environ(module, owner) and (name := text_of(key)):
                return Value(None, module.at(node), name)
            case ast.Name(id=name):
                return self._name(module, name, function, depth)
            case ast.Attribute(value=owner, attr=attribute):
                return self._attribute(module, owner, attribute, function, depth)
            case _:
                return None

    def settings(self, module: Module, cls: ast.ClassDef) -> Iterator[tuple[Value, bool]]:
        """What a class of settings reads from the environment (pydantic's `BaseSettings`), and whether it insists on it."""
        if not self._reads_environment(module, cls, 0):
            return
        for statement in cls.body:
            match statement:
                case ast.AnnAssign(target=ast.Name(id=name), value=None):
                    yield Value(None, module.at(statement), f"{_prefix(cls)}{name}".upper()), True
                case ast.AnnAssign(target=ast.Name(id=name), value=value) if name != "model_config":
                    found = self._setting(module, cls, name, 0)
                    if found is not None and found.variable is not None:
                        yield found, _is_open(value)
                case _:
                    pass

    def _called(self, module: Module, call: ast.Call, function: Function | None, depth: int) -> Value | None:
        qualified = module.qualified(call.func) or ""
        if isinstance(call.func, ast.Name) and call.func.id in _CONVERSIONS and len(call.args) == 1:
            return self.of(module, call.args[0], function, depth + 1)
        if name := variable(qualified, call):
            default = call.args[1] if len(call.args) > 1 else keyword(call, "default")
            found = self.of(module, default, function, depth + 1)
            return Value(found.default if found else None, module.at(call), name)
        return None

    def _name(self, module: Module, name: str, function: Function | None, depth: int) -> Value | None:
        if function is not None:
            if (local := _local(function, name)) is not None:
                return self.of(module, local, function, depth + 1)
            if name in _parameters(function):
                return self.of(module, _parameters(function)[name], None, depth + 1)
        owner = self._names.owner(module.imports.get(name, f"{module.name}.{name}"))
        if owner is None:
            return None
        there, name = owner
        found = next((a.value for a in there.assignments if a.name == name), None)
        return self.of(there, found, None, depth + 1)

    def _attribute(
        self, module: Module, owner: ast.expr, attribute: str, function: Function | None, depth: int
    ) -> Value | None:
        """A setting: `settings.port`, `Settings().port`, `get_settings().port`, `config.PORT` of a module."""
        if isinstance(owner, ast.Name) and function is not None:
            owner = _local(function, owner.id) or owner
        qualified = module.qualified(owner.func if isinstance(owner, ast.Call) else owner)
        if qualified is None:
            return None
        if (there := self._names.module(self._names.canonical(qualified))) is not None:
            return self._name(there, attribute, None, depth)
        cls = self._class(qualified, depth)
        return None if cls is None else self._setting(*cls, attribute, depth)

    def _class(self, qualified: str, depth: int) -> tuple[Module, ast.ClassDef] | None:
        """The class that a name is, is an instance of, or returns one of."""
        owner = self._names.owner(qualified)
        if owner is None or depth > _DEEPEST:
            return None
        module, name = owner
        if name in module.classes:
            return module, module.classes[name]
        made = next((a.value for a in module.assignments if a.name == name), None)
        if name in module.functions:
            made = next(_returned(module.functions[name]), None)
            made = _local(module.functions[name], made.id) if isinstance(made, ast.Name) else made
        if not isinstance(made, ast.Call):
            return None
        further = module.qualified(made.func)
        return None if further is None else self._class(further, depth + 1)

    def _setting(self, module: Module, cls: ast.ClassDef, name: str, depth: int) -> Value | None:
        """A field of a class: its default, and the variable that pydantic would read it from."""
        value = next((a.value for a in assigned(tuple(cls.body)) if a.name == name), None)
        if value is None:
            return None
        field = value if isinstance(value, ast.Call) and called(value) == "Field" else None
        default = keyword(field, "default", 0) if field is not None else value
        found = self.of(module, default, None, depth + 1) or Value(None, module.at(value))
        if found.variable is not None or not self._reads_environment(module, cls, 0):
            return found
        alias = next((text for key in ("env", "validation_alias", "alias") if (text := _text(field, key))), None)
        return replace(found, variable=alias or f"{_prefix(cls)}{name}".upper())

    def _reads_environment(self, module: Module, cls: ast.ClassDef, depth: int) -> bool:
        for base in cls.bases:
            qualified = module.qualified(base) or ""
            if qualified.endswith(".BaseSettings"):
                return True
            owner = self._names.owner(qualified)
            known = owner is not None and depth < _DEEPEST and owner[1] in owner[0].classes
            if owner is not None and known and self._reads_environment(owner[0], owner[0].classes[owner[1]], depth + 1):
                return True
        return False


def _is_open(value: ast.expr | None) -> bool:
    """Whether a field of pydantic's has no default: `Field(...)`, `Field(alias="X")`."""
    match value:
        case ast.Constant(value=constant):
            return constant is ...
        case ast.Call() if called(value) == "Field":
            default = keyword(value, "default", 0)
            factory = keyword(value, "default_factory")
            return factory is None and (default is None or (isinstance(default, ast.Constant) and default.value is ...))
        case _:
            return False


def _either(values: list[Value | None]) -> Value | None:
    """`a or b`: the variable of the first that has one, the default of the last."""
    found = [value for value in values if value is not None]
    if not found:
        return None
    variable = next((value for value in found if value.variable), None)
    default = next((value.default for value in reversed(found) if value.default is not None), None)
    return Value(default, (variable or found[0]).at, variable.variable if variable else None)


def variable(qualified: str, call: ast.Call) -> str | None:
    """The environment's variable that a call reads: `os.environ.get("X")`, `config("X", …)`, `env.int("X", …)`."""
    name = text_of(call.args[0]) if call.args else None
    if name is None:
        return None
    owner, _, method = qualified.rpartition(".")
    if (
        qualified in _GETTERS
        or (owner.rpartition(".")[2] == "env" and method in _READERS)
        or method in ("config", "env")
    ):
        return name
    return None


def _is_environ(module: Module, node: ast.expr) -> bool:
    return module.qualified(node) == "os.environ"


def _local(function: Function, name: str) -> ast.expr | None:
    statements = tuple(node for node in ast.walk(function) if isinstance(node, ast.stmt))
    return next((a.value for a in assigned(statements) if a.name == name), None)


def _parameters(function: Function) -> Mapping[str, ast.expr | None]:
    """Parameter → its default."""
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
    defaults += arguments.defaults
    pairs = [*zip(positional, defaults, strict=True), *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]
    return {argument.arg: default for argument, default in pairs}


def _returned(function: Function) -> Iterator[ast.expr]:
    return (node.value for node in ast.walk(function) if isinstance(node, ast.Return) and node.value is not None)


def _text(call: ast.Call | None, name: str) -> str | None:
    return text_of(keyword(call, name)) if call is not None else None


def _prefix(cls: ast.ClassDef) -> str:
    """`env_prefix`, of `model_config = SettingsConfigDict(…)`, a dict, or a nested `class Config`."""
    for node in ast.walk(cls):
        match node:
            case ast.keyword(arg="env_prefix", value=value):
                return text_of(value) or ""
            case ast.Dict(keys=keys, values=values):
                found = (v for k, v in zip(keys, values, strict=True) if text_of(k) == "env_prefix")
                if (prefix := text_of(next(found, None))) is not None:
                    return prefix
            case ast.Assign(targets=[ast.Name(id="env_prefix")], value=value):
                return text_of(value) or ""
            case _:
                pass
    return ""
