"""Values that a `setup.py` writes down, read from its syntax tree: it is never run.

Literals, names for them, lists that are put together from them, and files of requirements that are opened by a name that stands there,
directly or by a function of the script. Anything else is unknown, and nobody guesses.
"""

import ast
import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

_LISTS = frozenset({"list", "tuple", "set", "sorted", "str"})
_PATHS = frozenset(
    {"abspath", "realpath", "expanduser", "normpath", "fspath", "str", "Path", "PurePath", "resolve", "absolute"}
)
"""Of what these give only the path matters that they are given."""
_OPENS = frozenset({"open", "read_text", "parse_requirements"})
_METHODS = frozenset({"split", "splitlines", "strip", "rstrip", "decode", "readlines", "read"})
_TEXTS = (".txt", ".in", ".pip", ".reqs")


class Unknown(Exception):
    """It is not written down."""


@dataclass(frozen=True, slots=True)
class Written:
    """A text and the line where it stands."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Lines:
    """What the lines of a file of requirements ask for."""

    path: str
    """Relative to the script."""
    line: int
    """Where the script names it."""


UNKNOWN = object()
"""In place of a value that is not written down."""

Value: TypeAlias = Any
"""Written, Lines, a list or a mapping of them, or a constant that is no text."""


@dataclass(slots=True)
class Names:
    """What the names of a script, or of one of its functions, stand for."""

    exists: Callable[[str], bool]
    values: dict[str, Value] = field(default_factory=dict)
    """Without those that are unknown."""
    functions: dict[str, ast.FunctionDef] = field(default_factory=dict)

    def run(self, statements: Iterable[ast.stmt]) -> None:
        """Take in what the statements assign, as far as it is certain."""
        for statement in statements:
            self._take(statement)

    def _take(self, statement: ast.stmt) -> None:
        match statement:
            case ast.FunctionDef():
                self.functions[statement.name] = statement
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self._assign(name, value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                self._assign(name, value)
            case ast.AugAssign(target=ast.Name(id=name) as target, op=ast.Add(), value=value):
                self._assign(name, ast.copy_location(ast.BinOp(_load(target), ast.Add(), value), statement))
            case ast.Expr(
                value=ast.Call(func=ast.Attribute(value=ast.Name(id=name) as target, attr=method), args=[value])
            ) if method in ("append", "extend"):
                more = value if method == "extend" else ast.copy_location(ast.List([value], ast.Load()), value)
                self._assign(name, ast.copy_location(ast.BinOp(_load(target), ast.Add(), more), statement))
            case ast.With(items=items, body=body):
                for item in items:
                    if isinstance(item.optional_vars, ast.Name):
                        self._assign(item.optional_vars.id, item.context_expr)
                self.run(body)
            case ast.Try(body=body):
                self.run(body)
            case ast.If(test=test, body=body) if "__main__" in ast.dump(test):
                self.run(body)
            case _:
                for name in _touched(statement):
                    self.values.pop(name, None)

    def _assign(self, name: str, value: ast.expr) -> None:
        try:
            self.values[name] = self.value(value)
        except Unknown:
            self.values.pop(name, None)

    def known(self, node: ast.expr) -> Value:
        """What an expression stands for, or `UNKNOWN`."""
        try:
            return self.value(node)
        except Unknown:
            return UNKNOWN

    # --- expressions ------------------------------------------------------------------------------

    def value(self, node: ast.expr) -> Value:
        """What an expression stands for. Raises `Unknown`."""
        match node:
            case ast.Constant(value=str(text)):
                return Written(text, node.lineno)
            case ast.Constant(value=constant):
                return constant
            case ast.JoinedStr(values=parts):
                return Written("".join(self._text(part) for part in parts), node.lineno)
            case ast.FormattedValue(value=inner, format_spec=None):
                return self.value(inner)
            case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
                return [one for element in elements for one in self._elements(element)]
            case ast.Dict(keys=keys, values=values):
                return self._mapping(zip(keys, values, strict=True))
            case ast.Name(id=name):
                return self._named(name)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self._sum(self.value(left), self.value(right))
            case ast.BinOp(op=ast.Div()) | ast.Attribute(attr="parent"):
                return Written(self.path(node), node.lineno)
            case ast.Subscript(value=inner, slice=ast.Constant(value=str(key))):
                return self._item(self.value(inner), key)
            case ast.ListComp(elt=element, generators=[one]) | ast.GeneratorExp(elt=element, generators=[one]):
                return self._comprehended(element, one)
            case ast.Call():
                return self._called(node)
        raise Unknown

    def _text(self, node: ast.expr) -> str:
        found = self.value(node)
        if not isinstance(found, Written):
            raise Unknown
        return found.text

    def _named(self, name: str) -> Value:
        if name == "__file__":
            return Written("setup.py", 1)
        if name not in self.values:
            raise Unknown
        return self.values[name]

    def _elements(self, node: ast.expr) -> Sequence[Value]:
        if isinstance(node, ast.Starred):
            return listed(self.value(node.value))
        return [self.value(node)]

    def _mapping(self, pairs: Iterable[tuple[ast.expr | None, ast.expr]]) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for key, value in pairs:
            if key is None:
                more = self.value(value)
                if not isinstance(more, dict):
                    raise Unknown
                found |= more
            else:
                found[self._text(key)] = self.known(value)
        return found

    def _sum(self, left: Value, right: Value) -> Value:
        if isinstance(left, Written) and isinstance(right, Written):
            return Written(left.text + right.text, left.line)
        return [*listed(left), *listed(right)]

    def _item(self, found: Value, key: str) -> Value:
        if not isinstance(found, dict) or found.get(key, UNKNOWN) is UNKNOWN:
            raise Unknown
        return found[key]

    def _comprehended(self, element: ast.expr, generator: ast.comprehension) -> Value:
        """The lines of a file, however they are stripped and sorted out; of a list, only all of it as it stands."""
        over = self.value(generator.iter)
        if isinstance(over, Lines):
            return over
        same = (
            isinstance(element, ast.Name)
            and isinstance(generator.target, ast.Name)
            and element.id == generator.target.id
        )
        if not same or generator.ifs:
            raise Unknown
        return listed(over)

    def _called(self, node: ast.Call) -> Value:
        name = _called_name(node)
        match node:
            case ast.Call(func=ast.Name(id="dict"), args=[]):
                pairs = [
                    (ast.copy_location(ast.Constant(k.arg), k.value) if k.arg else None, k.value) for k in node.keywords
                ]
                return self._mapping(pairs)
            case ast.Call(func=ast.Name(), args=[inner]) if name in _LISTS:
                return self.value(inner)
            case ast.Call(func=ast.Name(), args=[_, inner]) if name in ("map", "filter"):
                return self._file_of(inner)
            case ast.Call(func=ast.Name()) if name in self.functions:
                return self._function(self.functions[name], node)
            case ast.Call(func=ast.Attribute(value=inner)) if name in _METHODS:
                return self._split(inner, name)
        if name in _OPENS:
            return self._opened(node)
        return Written(self.path(node), node.lineno)

    def _file_of(self, node: ast.expr) -> Lines:
        found = self.value(node)
        if not isinstance(found, Lines):
            raise Unknown
        return found

    def _split(self, node: ast.expr, method: str) -> Value:
        """A method of a text or of an open file."""
        found = self.value(node)
        if not isinstance(found, Written):
            return found
        if method not in ("split", "splitlines"):
            return Written(found.text.strip(), found.line)
        words = found.text.split() if method == "split" else found.text.splitlines()
        return [Written(word.strip(), found.line) for word in words if word.strip()]

    # --- files ------------------------------------------------------------------------------------

    def _opened(self, node: ast.Call) -> Lines:
        match node:
            case ast.Call(func=ast.Attribute(value=inner, attr="open" | "read_text")) if not _is_module(inner):
                path = self.path(inner)
            case ast.Call(args=[first, *_]):
                path = self.path(first)
            case _:
                raise Unknown
        is_list = path.endswith(_TEXTS) or posixpath.basename(path).startswith("requirements")
        if not is_list or not self.exists(path):
            raise Unknown
        return Lines(path, node.lineno)

    def _function(self, function: ast.FunctionDef, call: ast.Call) -> Value:
        """A function of the script: what it returns, or the one file that it opens."""
        others = {name: each for name, each in self.functions.items() if each is not function}
        inside = Names(self.exists, dict(self.values), others)
        parameters = [argument.arg for argument in function.args.args]
        given = dict(zip(parameters, call.args, strict=False)) | {k.arg: k.value for k in call.keywords if k.arg}
        defaults = dict(zip(reversed(parameters), reversed(function.args.defaults), strict=False))
        for name in parameters:
            inside.values.pop(name, None)
        for name, value in {**defaults, **given}.items():
            try:
                inside.values[name] = self.value(value)
            except Unknown:
                continue
        inside.run(function.body)
        returned = [
            node.value for node in ast.walk(function) if isinstance(node, ast.Return) and node.value is not None
        ]
        if len(returned) == 1:
            try:
                return inside.value(returned[0])
            except Unknown:
                pass
        files = {found.path: found for found in inside._files(function)}
        if len(files) != 1:
            raise Unknown
        return Lines(next(iter(files)), call.lineno)

    def _files(self, function: ast.FunctionDef) -> Iterator[Lines]:
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and _called_name(node) in _OPENS:
                try:
                    yield self._opened(node)
                except Unknown:
                    continue

    def path(self, node: ast.expr) -> str:
        """A path relative to the script. Raises `Unknown`."""
        match node:
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                found = posixpath.join(self.path(left), self.path(right))
            case ast.Attribute(value=inner, attr="parent"):
                found = posixpath.dirname(self.path(inner))
            case ast.Call(func=ast.Attribute(value=inner), args=[]) if _called_name(node) in _PATHS:
                found = self.path(inner)
            case ast.Call(args=[first]) if _called_name(node) in _PATHS:
                found = self.path(first)
            case ast.Call(args=[first]) if _called_name(node) == "dirname":
                found = posixpath.dirname(self.path(first))
            case ast.Call(args=[first, *others]) if _called_name(node) in ("join", "joinpath", "Path"):
                found = posixpath.join(*(self.path(each) for each in (first, *others)))
            case ast.Call(args=[]) if _called_name(node) in ("getcwd", "cwd", "Path"):
                found = ""
            case ast.Call():
                raise Unknown
            case _:
                found = self._text(node)
        return "" if found in ("", ".") else posixpath.normpath(found)


def listed(value: Value) -> Sequence[Value]:
    """A list, or a file as the only thing in one. Raises `Unknown` for anything else."""
    if isinstance(value, Lines):
        return [value]
    if isinstance(value, list):
        return value
    raise Unknown


def arguments(names: Names, call: ast.Call) -> tuple[Mapping[str, Value], bool]:
    """The keywords of a call, `UNKNOWN` where only running it would tell, and whether these are all of them."""
    found: dict[str, Value] = {}
    whole = True
    for keyword in call.keywords:
        value = names.known(keyword.value)
        if keyword.arg is not None:
            found[keyword.arg] = value
        elif isinstance(value, dict):
            found |= value
        else:
            whole = False
    return found, whole


def _called_name(node: ast.Call) -> str:
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _is_module(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("io", "codecs", "os")


def _load(target: ast.Name) -> ast.Name:
    return ast.copy_location(ast.Name(target.id, ast.Load()), target)


def _touched(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement may change."""
    for node in ast.walk(statement):
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name))):
                yield name
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store()):
                yield name
