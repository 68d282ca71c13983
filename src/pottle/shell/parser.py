"""Text → `Script`: recursive descent over the words and operators (POSIX.1-2024, Shell Command Language, 2.10)."""

import re
from collections.abc import Iterator

from pottle.shell.syntax import (
    AndOr,
    Assignment,
    Block,
    Case,
    For,
    Function,
    Group,
    If,
    Literal,
    Node,
    Parameter,
    Pipeline,
    Redirected,
    Redirection,
    Script,
    Simple,
    While,
    Word,
)
from pottle.shell.words import InvalidShell, Token, tokens
from pottle.text import Span

_ASSIGNED = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\+?=")
_FUNCTION = re.compile(r"[A-Za-z_][A-Za-z0-9_:.-]*")
_CLOSERS = frozenset({"then", "else", "elif", "fi", "do", "done", "esac", "}", ")", ";;", ";&", ";;&"})
_COMPOUND = frozenset({"if", "for", "select", "while", "until", "case", "{", "(", "function", "[["})
_DEEPEST = 40
_ARGUMENTS = Word('"$@"', Span(0, 0), (Literal("", quoted=True), Parameter("@")))
"""What a loop goes through that names nothing (2.9.4.2)."""


def parse(text: str) -> Script:
    """The script in `text`; what cannot be read ends it, and is said."""
    reader = _Reader()
    try:
        reader.tokens = list(tokens(text))
    except InvalidShell as error:
        return Script(text, (), str(error), error.at)
    found: list[Node] = []
    try:
        reader.block(frozenset(), found)
    except InvalidShell as error:
        return Script(text, tuple(found), str(error), error.at)
    return Script(text, tuple(found))


class _Reader:
    def __init__(self) -> None:
        self.tokens: list[Token] = []
        self._at = 0
        self._depth = 0

    def peek(self) -> Token | None:
        return self.tokens[self._at] if self._at < len(self.tokens) else None

    def _is(self, *texts: str) -> bool:
        """Whether the next token is one of these operators or, unquoted, reserved words."""
        token = self.peek()
        return token is not None and token.text in texts

    def _next(self) -> Token:
        token = self.peek()
        if token is None:
            raise InvalidShell("it ends too early", self._end())
        self._at += 1
        return token

    def _end(self) -> int:
        return self.tokens[self._at - 1].span.end if self._at else 0

    def _since(self, start: int) -> Span:
        return Span(start, self._end())

    def _expect(self, text: str) -> Token:
        token = self._next()
        if token.text != text:
            shown = "the end of the line" if token.text == "\n" else f"`{token.text}`"
            raise InvalidShell(f"{shown} stands where `{text}` belongs", token.span.start)
        return token

    def _word(self) -> Word:
        token = self._next()
        if token.word is None:
            raise InvalidShell(
                f"`{token.text.strip() or 'a line break'}` stands where a word belongs", token.span.start
            )
        return token.word

    def _lines(self) -> None:
        while self._is("\n"):
            self._at += 1

    def block(self, closers: frozenset[str], found: list[Node] | None = None) -> Block:
        """Commands up to one of `closers`, or to the end; `found` holds those that could be read when one cannot."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise InvalidShell("it is nested too deeply", self._end())
        found = [] if found is None else found
        while True:
            while self._is("\n", ";", "&"):
                self._at += 1
            token = self.peek()
            if token is None or token.text in closers:
                self._depth -= 1
                return tuple(found)
            if token.text in _CLOSERS:
                raise InvalidShell(f"`{token.text}` stands where nothing opens it", token.span.start)
            found.append(self._and_or())

    def _and_or(self) -> Node:
        first = self._pipeline()
        rest: list[tuple[str, Span, Node]] = []
        while self._is("&&", "||"):
            operator = self._next()
            self._lines()
            rest.append((operator.text, operator.span, self._pipeline()))
        return AndOr(first, tuple(rest), self._since(first.span.start)) if rest else first

    def _pipeline(self) -> Node:
        token = self.peek()
        start, negated = token.span.start if token else self._end(), False
        while self._is("!"):
            self._next()
            negated = not negated
        parts = [self._command()]
        while self._is("|", "|&"):
            self._next()
            self._lines()
            parts.append(self._command())
        return Pipeline(tuple(parts), negated, self._since(start)) if negated or len(parts) > 1 else parts[0]

    def _command(self) -> Node:
        token = self.peek()
        if token is None or token.text not in _COMPOUND:
            return self._simple()
        start = token.span.start
        node: Node
        match token.text:
            case "if":
                node = self._if()
            case "for" | "select":
                node = self._for()
            case "while" | "until":
                node = self._while()
            case "case":
                node = self._case()
            case "{":
                node = self._group("{", "}")
            case "(":
                node = self._group("(", ")")
            case "function":
                self._next()
                return self._function(self._word().text, start)
            case _:
                node = self._test()
        redirections = tuple(self._redirections())
        return Redirected(node, redirections, self._since(start)) if redirections else node

    def _if(self) -> Node:
        start = self._expect("if").span.start
        branches: list[tuple[Block, Block]] = []
        otherwise: Block = ()
        while True:
            condition = self.block(frozenset({"then"}))
            self._expect("then")
            branches.append((condition, self.block(frozenset({"elif", "else", "fi"}))))
            closing = self._next().text
            if closing == "else":
                otherwise = self.block(frozenset({"fi"}))
                self._expect("fi")
            if closing != "elif":
                return If(tuple(branches), otherwise, self._since(start))

    def _for(self) -> Node:
        start = self._next().span.start
        if self._is("("):
            return self._arithmetic(start)
        name = self._word().text
        words = [_ARGUMENTS]
        self._lines()
        if self._is("in"):
            self._next()
            words = []
            while not self._is(";", "\n", "&") and self.peek() is not None:
                words.append(self._word())
        while self._is(";", "\n"):
            self._next()
        return For(name, tuple(words), self._body(), self._since(start))

    def _arithmetic(self, start: int) -> Node:
        """Bash's `for ((…))`: its condition is no command."""
        depth = 0
        while True:
            token = self._next()
            depth += {"(": 1, ")": -1}.get(token.text, 0)
            if depth == 0:
                break
        while self._is(";", "\n"):
            self._next()
        return While((), self._body(), self._since(start))

    def _while(self) -> Node:
        start = self._next().span.start
        return While(self.block(frozenset({"do"})), self._body(), self._since(start))

    def _body(self) -> Block:
        self._expect("do")
        body = self.block(frozenset({"done"}))
        self._expect("done")
        return body

    def _case(self) -> Node:
        start = self._expect("case").span.start
        word = self._word()
        branches: list[tuple[tuple[Word, ...], Block]] = []
        self._lines()
        self._expect("in")
        self._lines()
        while not self._is("esac"):
            branches.append((tuple(self._patterns()), self.block(frozenset({";;", ";&", ";;&", "esac"}))))
            if self._is(";;", ";&", ";;&"):
                self._next()
            self._lines()
        self._expect("esac")
        return Case(word, tuple(branches), self._since(start))

    def _patterns(self) -> Iterator[Word]:
        if self._is("("):
            self._next()
        yield self._word()
        while self._is("|"):
            self._next()
            yield self._word()
        self._expect(")")

    def _group(self, opening: str, closing: str) -> Node:
        start = self._expect(opening).span.start
        body = self.block(frozenset({closing}))
        self._expect(closing)
        return Group(body, opening == "(", self._since(start))

    def _test(self) -> Node:
        """Bash's `[[ … ]]`, in which operators have other meanings."""
        words = [self._word()]
        while not self._is("]]"):
            token = self._next()
            words.append(token.word or Word(token.text, token.span, (Literal(token.text, quoted=True),)))
        words.append(self._word())
        return Simple((), tuple(words), (), words[0].span.until(words[-1].span))

    def _function(self, name: str, start: int) -> Node:
        if self._is("("):
            self._next()
            self._expect(")")
        self._lines()
        return Function(name, self._command(), self._since(start))

    def _redirections(self) -> Iterator[Redirection]:
        while (token := self.peek()) is not None and _redirects(token):
            yield self._redirection()

    def _redirection(self) -> Redirection:
        operator = self._next()
        token = self._next()
        if token.word is None:
            raise InvalidShell(f"`{operator.text}` redirects nothing", operator.span.start)
        return Redirection(operator.text, token.word, operator.span.until(token.span), token.document)

    def _simple(self) -> Node:
        token = self.peek()
        start = token.span.start if token else self._end()
        assignments: list[Assignment] = []
        words: list[Word] = []
        redirections: list[Redirection] = []
        while (token := self.peek()) is not None:
            if _redirects(token):
                redirections.append(self._redirection())
            elif token.text == "(" and len(words) == 1 and not assignments and _FUNCTION.fullmatch(words[0].text):
                return self._function(words[0].text, start)
            elif token.word is None:
                break
            elif not words and (assigned := _ASSIGNED.match(token.text)):
                self._at += 1
                assignments.append(_assignment(token.word, assigned))
            else:
                self._at += 1
                words.append(token.word)
        if not words and not assignments and not redirections:
            shown = "the end" if token is None else "a line break" if token.text == "\n" else f"`{token.text}`"
            raise InvalidShell(f"{shown} stands where a command belongs", start)
        return Simple(tuple(assignments), tuple(words), tuple(redirections), self._since(start))


def _redirects(token: Token) -> bool:
    return token.word is None and any(mark in token.text for mark in "<>")


def _assignment(word: Word, found: re.Match[str]) -> Assignment:
    first = word.pieces[0]
    assert isinstance(first, Literal)
    rest = (Literal(first.text[found.end() :], first.quoted), *word.pieces[1:])
    span = Span(word.span.start + found.end(), word.span.end)
    return Assignment(found[1], Word(word.text[found.end() :], span, rest), word.span)
