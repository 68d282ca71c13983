"""The language of maintainer scripts (POSIX.1-2024, Shell Command Language), as far as they use it: text → a tree of commands.

Words stay as they are written, quotes included: what they come to is `pottle.build.base.scripts.rehearsal`'s business.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from pottle.build.base.scripts.tokens import OPERATOR, InvalidScript, tokens


@dataclass(frozen=True, slots=True)
class Simple:
    """One command: its words, and the files that its output goes to."""

    words: tuple[str, ...]
    writes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chain:
    """Pipelines joined by `&&` and `||`: the first, then each with its operator."""

    first: "Node"
    rest: tuple[tuple[str, "Node"], ...]


@dataclass(frozen=True, slots=True)
class Pipe:
    """Commands joined by `|`; `negated` is `!`."""

    parts: tuple["Node", ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class If:
    """Conditions with what follows from each, and `else`."""

    branches: tuple[tuple["Block", "Block"], ...]
    otherwise: "Block"


@dataclass(frozen=True, slots=True)
class For:
    """`for name in words`."""

    name: str
    words: tuple[str, ...]
    body: "Block"


@dataclass(frozen=True, slots=True)
class While:
    """`while` and `until`."""

    condition: "Block"
    body: "Block"


@dataclass(frozen=True, slots=True)
class Case:
    """`case word in`."""

    word: str
    branches: tuple[tuple[tuple[str, ...], "Block"], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """`{ … }` or `( … )`, with the files that its output goes to."""

    body: "Block"
    writes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Function:
    """`name() …`."""

    name: str
    body: "Block"


Node: TypeAlias = Simple | Chain | Pipe | If | For | While | Case | Group | Function
Block: TypeAlias = tuple[Node, ...]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CLOSERS = frozenset({"then", "else", "elif", "fi", "do", "done", "esac", "}", ")", ";;"})
_DEEPEST = 60


def parse(text: str) -> Block:
    """The script. Raises `InvalidScript`."""
    reader = _Reader([*tokens(text)])
    block = reader.block(frozenset())
    if reader.peek() is not None:
        raise InvalidScript(f"`{reader.peek()}` stands where nothing opens it")
    return block


class _Reader:
    """Recursive descent over the tokens."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens, self._at, self._depth = tokens, 0, 0

    def peek(self) -> str | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def next(self) -> str:
        token = self.peek()
        if token is None:
            raise InvalidScript("it ends too early")
        self._at += 1
        return token

    def _expect(self, token: str) -> None:
        if (found := self.next()) != token:
            raise InvalidScript(f"`{found}` stands where `{token}` belongs")

    def _lines(self) -> None:
        while self.peek() == "\n":
            self._at += 1

    def block(self, closers: frozenset[str]) -> Block:
        """Commands up to one of `closers`, or to the end."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise InvalidScript("it is nested too deeply")
        found: list[Node] = []
        while True:
            while self.peek() in ("\n", ";", "&"):
                self._at += 1
            token = self.peek()
            if token is None or token in closers:
                self._depth -= 1
                return tuple(found)
            if token in _CLOSERS:
                raise InvalidScript(f"`{token}` stands where nothing opens it")
            found.append(self._chain())

    def _chain(self) -> Node:
        first, rest = self._pipe(), list[tuple[str, Node]]()
        while self.peek() in ("&&", "||"):
            operator = self.next()
            self._lines()
            rest.append((operator, self._pipe()))
        return Chain(first, tuple(rest)) if rest else first

    def _pipe(self) -> Node:
        negated = False
        while self.peek() == "!":
            self.next()
            negated = not negated
        parts = [self._command()]
        while self.peek() == "|":
            self.next()
            self._lines()
            parts.append(self._command())
        return Pipe(tuple(parts), negated) if negated or len(parts) > 1 else parts[0]

    def _command(self) -> Node:
        match self.peek():
            case "if":
                return self._redirected(self._if())
            case "for":
                return self._redirected(self._for())
            case "while" | "until":
                return self._redirected(self._while())
            case "case":
                return self._redirected(self._case())
            case "{":
                return self._redirected(self._group("{", "}"))
            case "(":
                return self._redirected(self._group("(", ")"))
            case _:
                return self._simple()

    def _redirected(self, node: Node) -> Node:
        """A compound command may be followed by redirections."""
        writes = tuple(self._redirections())
        return Group((node,), writes) if writes else node

    def _redirections(self) -> Iterator[str]:
        while (token := self.peek()) is not None and (operator := _redirection(token)):
            self.next()
            target = self.next()
            if operator.startswith(">") and operator != ">&":
                yield target

    def _if(self) -> Node:
        branches, otherwise = list[tuple[Block, Block]](), Block()
        self._expect("if")
        while True:
            condition = self.block(frozenset({"then"}))
            self._expect("then")
            branches.append((condition, self.block(frozenset({"elif", "else", "fi"}))))
            match self.next():
                case "else":
                    otherwise = self.block(frozenset({"fi"}))
                    self._expect("fi")
                    return If(tuple(branches), otherwise)
                case "fi":
                    return If(tuple(branches), otherwise)

    def _for(self) -> Node:
        self._expect("for")
        name, words = self.next(), list[str]()
        self._lines()
        if self.peek() == "in":
            self.next()
            while self.peek() not in (";", "\n", None):
                words.append(self.next())
        else:
            words = ['"$@"']
        while self.peek() in (";", "\n"):
            self.next()
        return For(name, tuple(words), self._body())

    def _while(self) -> Node:
        self.next()
        return While(self.block(frozenset({"do"})), self._body())

    def _body(self) -> Block:
        self._expect("do")
        body = self.block(frozenset({"done"}))
        self._expect("done")
        return body

    def _case(self) -> Node:
        self._expect("case")
        word, branches = self.next(), list[tuple[tuple[str, ...], Block]]()
        self._lines()
        self._expect("in")
        self._lines()
        while self.peek() != "esac":
            branches.append((tuple(self._patterns()), self.block(frozenset({";;", "esac"}))))
            if self.peek() == ";;":
                self.next()
            self._lines()
        self._expect("esac")
        return Case(word, tuple(branches))

    def _patterns(self) -> Iterator[str]:
        if self.peek() == "(":
            self.next()
        yield self.next()
        while self.peek() == "|":
            self.next()
            yield self.next()
        self._expect(")")

    def _group(self, opening: str, closing: str) -> Node:
        self._expect(opening)
        body = self.block(frozenset({closing}))
        self._expect(closing)
        return Group(body)

    def _simple(self) -> Node:
        words, writes = list[str](), list[str]()
        while (token := self.peek()) is not None:
            if operator := _redirection(token):
                self.next()
                target = self.next()
                if operator.startswith(">") and operator != ">&":
                    writes.append(target)
            elif len(words) == 1 and token.startswith("(") and _NAME.fullmatch(words[0].replace("-", "_")):
                return self._function(words[0])
            elif OPERATOR.fullmatch(token):
                break
            else:
                words.append(self.next())
        if not words and not writes:
            raise InvalidScript(f"`{self.peek()}` stands where a command belongs")
        return Simple(tuple(words), tuple(writes))

    def _function(self, name: str) -> Node:
        self._expect("(")
        self._expect(")")
        self._lines()
        return Function(name, (self._command(),))


def _redirection(token: str) -> str | None:
    """The operator without its file's number, where the token is one that redirects."""
    bare = token.lstrip("0123456789")
    return bare if OPERATOR.fullmatch(token) and bare.startswith(("<", ">")) else None
