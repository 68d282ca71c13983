"""The commands of a program and their options for host and port: click, Typer, argparse, optparse, tornado.options.

A program is a function, or a group that others join (`@cli.command()`, `app.add_typer(…)`, `subparsers.add_parser("serve")`).
"""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pottle.project.module import Function, Module, called, keyword, text_of
from pottle.project.names import Names
from pottle.project.reach import Spot
from pottle.project.values import Value, Values

_PORT = ("port", "web-port", "http-port", "server-port", "listen-port", "bind-port")
_HOST = (
    "host", "address", "interface", "bind", "listen", "ip", "hostname", "listen-host", "listen-address", "bind-address", "bind-host",
    "server-host", "server-name",
)  # fmt: skip
"""What options for them are called, the likeliest first."""


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a command."""

    flag: str
    """`--port`"""
    default: Value | None
    joined: bool = False
    """Its value follows an equals sign."""

    def given(self, value: str) -> tuple[str, ...]:
        """The option with a value, as arguments."""
        return (f"{self.flag}={value}",) if self.joined else (self.flag, value)


@dataclass(frozen=True, slots=True)
class Command:
    """One of the things that a program does."""

    path: tuple[str, ...]
    """The sub-commands that lead to it; none for a program that is one command."""
    module: Module
    function: Function | None
    """What it runs; None: the program's own start."""
    options: tuple[Option, ...] = ()

    def port(self) -> Option | None:
        """Its option for a port."""
        return self._best(_PORT)

    def host(self) -> Option | None:
        """Its option for the address that it listens on: of several, the one that belongs to the port (`--web-host`)."""
        port = self.port()
        prefix = port.flag.lstrip("-").rpartition("port")[0] if port is not None else ""
        return self._best([f"{prefix}{name}" for name in _HOST])

    def _best(self, names: Sequence[str]) -> Option | None:
        flags = {option.flag.lstrip("-").lower().replace("_", "-"): option for option in self.options}
        return next((flags[name] for name in names if name in flags), None)


class Commands:
    """The groups of a project and what has joined them."""

    def __init__(self, modules: Sequence[Module], names: Names, values: Values) -> None:
        self._names = names
        self._values = values
        self._joined: dict[str, list[tuple[str, Module, Function]]] = {}
        self._nested: dict[str, list[tuple[str, str]]] = {}
        self._callbacks: set[str] = set()
        self._parsers: dict[int, tuple[ast.Call, ...]] = {}
        for module in modules:
            self._read(module)

    def of(self, module: Module, name: str) -> Iterator[Command]:
        """The commands of the program that starts with `name` of `module`: a function, or a group."""
        qualified = f"{module.name}.{name}"
        function = module.functions.get(name)
        if qualified in self._joined or qualified in self._nested:
            yield from self._group(qualified, (), 0)
        elif function is not None and _decorator(function, "command") is not None:
            yield Command((), module, function, tuple(self._options(module, function)))
        elif function is not None:
            yield from self._started_by(module, function)

    def parsed(self, spots: Sequence[Spot]) -> Iterator[Command]:
        """The commands of parsers that are put together in `spots`, and the options that tornado is told of there."""
        found: dict[tuple[str, ...], list[Option]] = {}
        for spot in spots:
            for call in self._added_options(spot):
                option = self._option(spot.module, call, spot.function)
                path = self._path(call, spot, spots)
                if option is not None and path is not None:
                    found.setdefault(path, []).append(option)
        defined = list(self._tornado(spots))
        if defined:
            found.setdefault((), []).extend(defined)
        for path, options in found.items():
            yield Command(path, spots[0].module, spots[0].function, tuple(options))

    # --- click and Typer ------------------------------------------------------------------------

    def _read(self, module: Module) -> None:
        for function in module.functions.values():
            for decorator in function.decorator_list:
                func = decorator.func if isinstance(decorator, ast.Call) else decorator
                if not isinstance(func, ast.Attribute) or func.attr not in ("command", "group", "callback"):
                    continue
                owner = self._names.canonical(module.qualified(func.value) or "")
                if owner in ("click", "typer", "rich_click", "asyncclick"):
                    continue
                if func.attr == "callback":
                    self._callbacks.add(owner)
                elif func.attr == "group":
                    self._nested.setdefault(owner, []).append(
                        (_name(decorator, function.name), f"{module.name}.{function.name}")
                    )
                else:
                    self._joined.setdefault(owner, []).append((_name(decorator, function.name), module, function))
        for call in module.calls:
            if called(call) in ("add_command", "add_typer") and isinstance(call.func, ast.Attribute) and call.args:
                self._added(module, call, call.func.value)

    def _added(self, module: Module, call: ast.Call, group: ast.expr) -> None:
        """`group.add_command(serve, "serve")`, `app.add_typer(web, name="web")`."""
        owner = self._names.canonical(module.qualified(group) or "")
        child = self._names.canonical(module.qualified(call.args[0]) or "")
        found = self._names.owner(child)
        name = text_of(keyword(call, "name", 1))
        if found is None or not owner:
            return
        there, definition = found
        function = there.functions.get(definition)
        if function is not None and called(call) == "add_command" and _decorator(function, "group") is None:
            declared = _decorator(function, "command")
            self._joined.setdefault(owner, []).append((name or _name(declared, definition), there, function))
        else:
            self._nested.setdefault(owner, []).append((name or definition.replace("_", "-"), child))

    def _group(self, qualified: str, path: tuple[str, ...], depth: int) -> Iterator[Command]:
        joined, nested = self._joined.get(qualified, []), self._nested.get(qualified, [])
        # Typer: a program of one command has no sub-commands, unless it has a callback.
        alone = len(joined) == 1 and not nested and self._is_typer(qualified) and qualified not in self._callbacks
        for name, module, function in joined:
            below = path if alone else (*path, name)
            yield Command(below, module, function, tuple(self._options(module, function)))
        for name, child in nested:
            if depth < 4:
                yield from self._group(child, (*path, name) if name else path, depth + 1)

    def _is_typer(self, qualified: str) -> bool:
        owner = self._names.owner(qualified)
        return owner is not None and owner[1] not in owner[0].functions

    def _started_by(self, module: Module, function: Function) -> Iterator[Command]:
        """A plain function that hands over to a group: `def main(): cli()`, `typer.run(main)`."""
        for call in ast.walk(function):
            if not isinstance(call, ast.Call):
                continue
            runs = (module.qualified(call.func) or "") == "typer.run" and call.args
            target = self._names.canonical(module.qualified(call.args[0] if runs else call.func) or "")
            if target in self._joined or target in self._nested:
                yield from self._group(target, (), 0)
                return
            owner = self._names.owner(target)
            found = owner[0].functions.get(owner[1]) if owner is not None else None
            if owner is not None and found is not None and (runs or _decorator(found, "command") is not None):
                yield Command((), owner[0], found, tuple(self._options(owner[0], found)))
                return

    def _options(self, module: Module, function: Function) -> Iterator[Option]:
        """`@click.option("--port", default=8001)`, and the parameters that Typer makes options of."""
        clicked = False
        for decorator in function.decorator_list:
            if isinstance(decorator, ast.Call) and called(decorator) == "option":
                clicked = True
                if option := self._option(module, decorator, None):
                    yield option
        if not clicked:
            yield from self._parameters(module, function)

    def _parameters(self, module: Module, function: Function) -> Iterator[Option]:
        arguments = function.args
        positional = [*arguments.posonlyargs, *arguments.args]
        defaults = [*[None] * (len(positional) - len(arguments.defaults)), *arguments.defaults]
        pairs = [
            *zip(positional, defaults, strict=True),
            *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
        ]
        for argument, default in pairs:
            declared = _declared(default) or _declared(argument.annotation)
            if declared is None and default is None:
                continue
            flag = next(_flags(declared), f"--{argument.arg.replace('_', '-')}")
            value = default
            if declared is not None and default is declared:
                value = keyword(declared, "default", 0)
            variable = text_of(keyword(declared, "envvar")) if declared is not None else None
            yield Option(flag, _with(self._values.of(module, value, function), variable))

    # --- argparse, optparse, tornado ------------------------------------------------------------

    def _added_options(self, spot: Spot) -> tuple[ast.Call, ...]:
        if id(spot.node) not in self._parsers:
            calls = (node for node in ast.walk(spot.node) if isinstance(node, ast.Call))
            self._parsers[id(spot.node)] = tuple(
                call for call in calls if called(call) in ("add_argument", "add_option")
            )
        return self._parsers[id(spot.node)]

    def _option(self, module: Module, call: ast.Call, function: Function | None) -> Option | None:
        flag = next(_flags(call), None)
        if flag is None:
            return None
        default = self._values.of(module, keyword(call, "default"), function)
        return Option(flag, _with(default, text_of(keyword(call, "envvar"))))

    def _path(self, call: ast.Call, spot: Spot, spots: Sequence[Spot]) -> tuple[str, ...] | None:
        """The sub-commands of the parser that an option is added to; None where it cannot be seen which one that is."""
        if not isinstance(call.func, ast.Attribute) or not isinstance(call.func.value, ast.Name):
            return ()
        return _parser(call.func.value.id, spot, spots, 0)

    def _tornado(self, spots: Sequence[Spot]) -> Iterator[Option]:
        """`define("port", default=5555)`, in a module that the program leads to, or that such a module imports from."""
        modules = {spot.module.path: spot.module for spot in spots}
        for module in list(modules.values()):
            if any(origin.startswith("tornado.options") for origin in module.imports.values()):
                for origin in module.imports.values():
                    there = self._names.module(origin) or self._names.module(origin.rpartition(".")[0])
                    if there is not None:
                        modules.setdefault(there.path, there)
        for module in modules.values():
            for call in module.calls:
                if module.qualified(call.func) == "tornado.options.define" and (
                    name := text_of(keyword(call, "name", 0))
                ):
                    default = self._values.of(module, keyword(call, "default", 1), None)
                    yield Option(f"--{name.replace('_', '-')}", default, joined=True)


def _parser(name: str, spot: Spot, spots: Sequence[Spot], depth: int) -> tuple[str, ...] | None:
    """The sub-commands of the parser that a function calls `name`: its own, or one that it is given."""
    for node in ast.walk(spot.node):
        match node:
            case ast.Assign(targets=[ast.Name(id=target)], value=ast.Call() as made) if target == name:
                if called(made) == "add_parser":
                    command = text_of(made.args[0]) if made.args else None
                    return (command,) if command else None
                if called(made) == "add_argument_group" or called(made) == "add_mutually_exclusive_group":
                    owner = made.func.value if isinstance(made.func, ast.Attribute) else None
                    return (
                        _parser(owner.id, spot, spots, depth + 1) if isinstance(owner, ast.Name) and depth < 4 else ()
                    )
                return ()
            case _:
                pass
    position = _position(spot.function, name)
    if position is None or spot.function is None or depth > 4:
        return ()
    for other in spots:
        for node in ast.walk(other.node):
            if isinstance(node, ast.Call) and called(node) == spot.function.name and position < len(node.args):
                argument = node.args[position]
                return _parser(argument.id, other, spots, depth + 1) if isinstance(argument, ast.Name) else ()
    return ()


def _position(function: Function | None, name: str) -> int | None:
    names = [argument.arg for argument in function.args.args] if function is not None else []
    names = names[1:] if names[:1] in (["self"], ["cls"]) else names
    return names.index(name) if name in names else None


def _decorator(function: Function, kind: str) -> ast.expr | None:
    """The decorator of click's that makes it a command, or a group."""
    for decorator in function.decorator_list:
        func = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else None
        if name == kind:
            return decorator
    return None


def _name(decorator: ast.expr | None, function: str) -> str:
    """What a command is called: as it is told, else as click derives it from the function's name."""
    if isinstance(decorator, ast.Call) and (name := text_of(keyword(decorator, "name", 0))):
        return name
    plain = function.lower().replace("_", "-").strip("-")
    return re.sub(r"-(?:command|cmd)$", "", plain)


def _flags(call: ast.Call | None) -> Iterator[str]:
    """The long options among the arguments, without the half that says no."""
    for argument in call.args if call is not None else ():
        if (text := text_of(argument)) and text.startswith("--"):
            yield text.partition("/")[0].strip()


def _declared(node: ast.expr | None) -> ast.Call | None:
    """`typer.Option(…)`, as a default or in `Annotated[int, typer.Option(…)]`."""
    for part in ast.walk(node) if node is not None else ():
        if isinstance(part, ast.Call) and called(part) == "Option":
            return part
    return None


def _with(value: Value | None, variable: str | None) -> Value | None:
    return replace(value, variable=variable) if value is not None and variable else value
