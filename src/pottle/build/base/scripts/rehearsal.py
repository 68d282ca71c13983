"""What a maintainer script would do if it were called as dpkg calls it on a first installation: `postinst configure ""`.

The script is walked through, not run: conditions that can be known are decided (its arguments, what files there are, versions, debconf's
questions by their default answers), of the others both ways are gone; words are expanded as far as variables are known. What comes of
it are the commands that would be reached.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import assert_never

from pottle.build.base.scripts.conditions import Scene, status, tested
from pottle.build.base.scripts.expansion import UNKNOWN, Variables
from pottle.shell.parser import parse
from pottle.shell.syntax import (
    AndOr,
    Block,
    Case,
    For,
    Function,
    Group,
    If,
    Node,
    Pipeline,
    Redirected,
    Redirection,
    Simple,
    While,
    Word,
)

_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)
_MOST = 20_000
_DEEPEST = 40


class InvalidScript(ValueError):
    """The text is not a script that can be read."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command that would be reached."""

    words: tuple[str, ...]
    certain: bool
    """No condition that could not be decided stands before it."""
    writes: tuple[str, ...] = ()
    """The files that its output goes to."""

    @property
    def name(self) -> str:
        """The program, without its directory."""
        return self.words[0].rpartition("/")[2] if self.words else ""

    @property
    def known(self) -> bool:
        """Whether every word is."""
        return not any(UNKNOWN in word or "`" in word for word in self.words)


def rehearse(script: str, scene: Scene, arguments: tuple[str, ...] = ("configure", "")) -> tuple[Command, ...]:
    """The commands that `script` would reach, in their order. Raises `InvalidScript`."""
    stage = _Stage(scene, Variables(scene.architecture))
    own = {"DPKG_MAINTSCRIPT_PACKAGE": scene.package, "DPKG_MAINTSCRIPT_ARCH": scene.architecture, "0": scene.package}
    stage.variables.values |= own | {str(n): text for n, text in enumerate(arguments, 1)}
    read = parse(script)
    if read.error is not None:
        raise InvalidScript(read.error)
    try:
        stage.block(read.body, certain=True)
    except (_Over, _Returned):
        pass
    return tuple(stage.commands)


class _Over(Exception):
    """`exit`, or more commands than a script has."""


class _Returned(Exception):
    """`return`, `break` or `continue`, with the status that it gives."""

    def __init__(self, status: bool | None) -> None:
        super().__init__()
        self.status = status


@dataclass
class _Stage:
    scene: Scene
    variables: Variables
    commands: list[Command] = field(default_factory=list)
    functions: dict[str, Node] = field(default_factory=dict)
    depth: int = 0

    # Each of these gives the exit status: True for success, False, or None where it is not known.

    def block(self, block: Block, *, certain: bool) -> bool | None:
        status: bool | None = True
        for node in block:
            status = self.node(node, certain=certain)
        return status

    def node(self, node: Node, *, certain: bool) -> bool | None:
        match node:
            case Simple():
                return self._simple(node, certain=certain)
            case AndOr():
                return self._and_or(node, certain=certain)
            case Pipeline(parts, negated):
                statuses = [self.node(part, certain=certain) for part in parts]
                last = statuses[-1]
                return (None if last is None else not last) if negated else last
            case If():
                return self._if(node, certain=certain)
            case For(name, words, body):
                return self._for(name, _texts(words), body, certain=certain)
            case While(condition, body):
                self.block(condition, certain=certain)
                self._maybe(body)
                return True
            case Case():
                return self._case(node, certain=certain)
            case Group(body):
                return self.block(body, certain=certain)
            case Redirected(inner, redirections):
                if writes := _written(redirections):
                    self._note((), self.variables.expanded(writes), certain=certain)
                return self.node(inner, certain=certain)
            case Function(name, body):
                self.functions[name] = body
                return True
            case _:
                assert_never(node)

    def _maybe(self, block: Block) -> bool | None:
        """A way that may be gone: whatever it sets is not known afterwards."""
        before = dict(self.variables.values)
        try:
            status = self.block(block, certain=False)
        except (_Over, _Returned):
            status = None  # the other way leads on
        for name in self.variables.values.keys() | before.keys():
            if self.variables.values.get(name) != before.get(name):
                self.variables.forget(name)
        return status

    def _and_or(self, joined: AndOr, *, certain: bool) -> bool | None:
        status = self.node(joined.first, certain=certain)
        for operator, _, node in joined.rest:
            if status is None:
                self._maybe((node,))
            elif status is (operator == "&&"):
                status = self.node(node, certain=certain)
        return status

    def _if(self, node: If, *, certain: bool) -> bool | None:
        decided = True
        for condition, body in node.branches:
            status = self.block(condition, certain=certain and decided)
            if status is True and decided:
                return self.block(body, certain=certain)
            if status is not False:
                self._maybe(body)
                decided = False
        if decided:
            return self.block(node.otherwise, certain=certain)
        self._maybe(node.otherwise)
        return None

    def _for(self, name: str, words: Sequence[str], body: Block, *, certain: bool) -> bool | None:
        values = [value for word in words for value in self.variables.fields(word)]
        if any(UNKNOWN in value or set(value) & set("*?`") for value in values):
            self.variables.forget(name)
            self._maybe(body)
            return None
        for value in values:
            self.variables.values[name] = value
            try:
                self.block(body, certain=certain)
            except _Returned:
                break
        return True

    def _case(self, node: Case, *, certain: bool) -> bool | None:
        word = self.variables.text(_text(node.word))
        for patterns, body in node.branches:
            if UNKNOWN in word:
                self._maybe(body)
            elif any(fnmatchcase(word, self.variables.text(_text(pattern))) for pattern in patterns):
                return self.block(body, certain=certain)
        return None if UNKNOWN in word else True

    def _simple(self, simple: Simple, *, certain: bool) -> bool | None:
        for assignment in simple.assignments:
            self.variables.values[assignment.name] = self.variables.text(_text(assignment.value))
        words = _texts(simple.words)
        writes = self.variables.expanded(_written(simple.redirections))
        if not words:
            if writes:
                self._note((":",), writes, certain=certain)
            return True
        return self._called([field for word in words for field in self.variables.fields(word)], writes, certain=certain)

    def _called(self, words: Sequence[str], writes: tuple[str, ...], *, certain: bool) -> bool | None:
        name = words[0] if words else ":"
        if name in self.functions:
            return self._function(words, certain=certain)
        if name in ("exit", "return", "break", "continue"):
            if certain:
                raise _Over if name == "exit" else _Returned(_succeeds(words))
            return None
        if name in ("[", "test"):
            return tested(list(words[1:-1] if name == "[" else words[1:]), self.scene)
        if name in ("local", "export", "readonly", "unset"):
            for word in words[1:]:
                if assignment := _ASSIGNMENT.fullmatch(word):
                    self.variables.values[assignment[1]] = assignment[2]
                elif name == "unset":
                    self.variables.values[word] = ""
            return True
        if name in ("shift", "read", "getopts", "eval") or words[:2] == ["set", "--"]:
            for number in ("1", "2", "3", "@", "*", *(words[1:] if name == "read" else ())):
                self.variables.forget(number)
            return None
        if name == "." and not words[-1].endswith("/debconf/confmodule"):
            self.variables.sourced = True
        if name == "db_get":
            self.variables.values["RET"] = self.scene.answers.get(words[-1], "")
            return True
        self._note(tuple(words), writes, certain=certain)
        return status(words, self.scene)

    def _function(self, words: Sequence[str], *, certain: bool) -> bool | None:
        if self.depth >= _DEEPEST:
            return None
        outer = self.variables.positional()
        self.variables.values |= {str(n): word for n, word in enumerate(words[1:10], 1)}
        self.depth += 1
        try:
            return self.node(self.functions[words[0]], certain=certain)
        except _Returned as returned:
            return returned.status
        finally:
            self.depth -= 1
            self.variables.positional()
            self.variables.values |= outer

    def _note(self, words: tuple[str, ...], writes: tuple[str, ...], *, certain: bool) -> None:
        self.commands.append(Command(words, certain, writes))
        if len(self.commands) > _MOST:
            raise _Over


def _text(word: Word) -> str:
    """As it is written, quotes included: what that comes to is `expansion`'s business."""
    return word.text.replace("\\\n", "")


def _texts(words: Sequence[Word]) -> list[str]:
    return [_text(word) for word in words]


def _written(redirections: Sequence[Redirection]) -> list[str]:
    """The files that output goes to."""
    bare = ((each.operator.lstrip("0123456789"), each.target) for each in redirections)
    return [_text(target) for operator, target in bare if operator.startswith(">") and operator != ">&"]


def _succeeds(words: Sequence[str]) -> bool | None:
    """The status of `return`: its argument, or that of whatever was before it."""
    if len(words) < 2 or UNKNOWN in words[1]:
        return None
    return words[1] == "0"
