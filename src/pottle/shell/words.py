"""Text → words and operators (POSIX.1-2024, Shell Command Language, 2.3 "Token Recognition"), with what bash adds and Dockerfiles use."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal as OneOf

from pottle.shell.syntax import HereDocument, Literal, Parameter, Piece, Substitution, Word
from pottle.text import Span

_OPERATOR = re.compile(
    r"&&|\|\||;;&?|;&|&>>|&>|\|&|[;&|()]|\n|(?:[0-9]+(?=[<>]))?(?:<<<|<<-|<<|<&|<>|>>|>&|>\||<(?!\()|>(?!\())"
)
_BLANK = re.compile(r"(?:[ \t\r]|\\\r?\n)+")
_COMMENT = re.compile(r"#[^\n]*")
_PLAIN = re.compile(r"[^\s'\"\\$`;&|()<>]+")
_INSIDE = re.compile(r"[^\"\\$`]+")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]")
_ARRAY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\+?=")
_BRACED = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]+)(:?[-+?=]|##?|%%?|//?|)(.*)\}", re.DOTALL)
_DEEPEST = 40


class InvalidShell(ValueError):
    """No shell would take the text; `at` is where it stops making sense."""

    def __init__(self, what: str, at: int) -> None:
        super().__init__(what)
        self.at = at


@dataclass(slots=True)
class Token:
    """A word, or an operator; a line break is one."""

    kind: OneOf["word", "operator"]
    text: str
    span: Span
    word: Word | None = None
    document: HereDocument | None = None
    """Of the word behind `<<`."""


def tokens(text: str) -> Iterator[Token]:
    """The script's words and operators. Raises `InvalidShell`."""
    at, awaited = 0, list[tuple[Token, bool]]()
    expecting: str | None = None
    while at < len(text):
        if found := _BLANK.match(text, at):
            at = found.end()
        elif text[at] == "#":
            found = _COMMENT.match(text, at)
            assert found is not None
            at = found.end()
        elif operator := _OPERATOR.match(text, at):
            at = operator.end()
            yield Token("operator", operator[0], Span(operator.start(), at))
            expecting = "tabs" if operator[0].endswith("<<-") else None
            expecting = "lines" if operator[0].lstrip("0123456789") == "<<" else expecting
            if operator[0] == "\n":
                for token, tabs in awaited:
                    token.document, at = _document(text, at, token, tabs=tabs)
                awaited = []
        else:
            word, at = _word(text, at)
            token = Token("word", word.text, word.span, word)
            if expecting is not None:
                awaited.append((token, expecting == "tabs"))
                expecting = None
            yield token
    for token, _ in awaited:
        raise InvalidShell("a here-document has no lines", token.span.start)


def _document(text: str, at: int, token: Token, *, tabs: bool) -> tuple[HereDocument, int]:
    assert token.word is not None
    end = "".join(piece.text for piece in token.word.pieces if isinstance(piece, Literal))
    quoted = any(isinstance(piece, Literal) and piece.quoted for piece in token.word.pieces)
    before = r"\t*" if tabs else ""
    closing = re.compile(rf"^{before}{re.escape(end)}\r?$", re.MULTILINE).search(text, at)
    if closing is None:
        raise InvalidShell(f"the here-document has no {end}", token.span.start)
    return HereDocument(Span(at, closing.start()), text[at : closing.start()], not quoted), closing.end()


def _word(text: str, start: int) -> tuple[Word, int]:
    at, pieces = start, list[Piece]()
    while at < len(text):
        if found := _PLAIN.match(text, at):
            pieces.append(Literal(found[0], quoted=False))
            at = found.end()
        elif text[at] == "(" and _ARRAY.fullmatch(text, start, at):
            end = nested(text, at)
            pieces.append(Substitution(text[at:end], Span(at, end)))
            at = end
        elif text[at] in "<>" and text.startswith("(", at + 1):
            end = nested(text, at + 1)
            pieces.append(Substitution(text[at:end], Span(at, end)))
            at = end
        elif text[at].isspace() or text[at] in ";&|()<>":
            break
        else:
            at = _part(text, at, pieces)
    if at == start:
        raise InvalidShell(f"`{text[start]}` stands where a word belongs", start)
    return Word(text[start:at], Span(start, at), tuple(pieces)), at


def _part(text: str, at: int, pieces: list[Piece]) -> int:
    """Behind one quoted or expanded part of a word."""
    match text[at]:
        case "\\":
            if text.startswith(("\\\n", "\\\r\n"), at):
                return text.index("\n", at) + 1
            pieces.append(Literal(text[at + 1 : at + 2], quoted=True))
            return min(at + 2, len(text))
        case "'":
            end = text.find("'", at + 1)
            if end < 0:
                raise InvalidShell("a ' has no end", at)
            pieces.append(Literal(text[at + 1 : end], quoted=True))
            return end + 1
        case '"':
            return _quoted(text, at, pieces)
        case "`":
            end = _backquoted(text, at)
            pieces.append(Substitution(text[at:end], Span(at, end)))
            return end
        case "$":
            return _expansion(text, at, pieces, quoted=False)
        case _:
            pieces.append(Literal(text[at], quoted=False))
            return at + 1


def _quoted(text: str, start: int, pieces: list[Piece]) -> int:
    at = start + 1
    pieces.append(Literal("", quoted=True))
    while at < len(text):
        if found := _INSIDE.match(text, at):
            pieces.append(Literal(found[0], quoted=True))
            at = found.end()
        elif text[at] == '"':
            return at + 1
        elif text[at] == "\\":
            following = text[at + 1 : at + 2]
            if following == "\n":
                at += 2
                continue
            pieces.append(Literal(following if following in tuple('$`"\\') else f"\\{following}", quoted=True))
            at += 2
        elif text[at] == "`":
            end = _backquoted(text, at)
            pieces.append(Substitution(text[at:end], Span(at, end)))
            at = end
        else:
            at = _expansion(text, at, pieces, quoted=True)
    raise InvalidShell('a " has no end', start)


def _backquoted(text: str, start: int) -> int:
    at = start + 1
    while at < len(text):
        if text[at] == "`":
            return at + 1
        at += 2 if text[at] == "\\" else 1
    raise InvalidShell("a ` has no end", start)


def _expansion(text: str, at: int, pieces: list[Piece], *, quoted: bool) -> int:
    following = text[at + 1 : at + 2]
    if following in ("(", "{"):
        end = nested(text, at + 1)
        braced = _BRACED.fullmatch(text, at + 1, end)
        pieces.append(Parameter(*braced.groups()) if braced else Substitution(text[at:end], Span(at, end)))
        return end
    if following == "'" and not quoted:
        end = at + 2
        while end < len(text) and text[end] != "'":
            end += 2 if text[end] == "\\" else 1
        if end >= len(text):
            raise InvalidShell("a $' has no end", at)
        pieces.append(Substitution(text[at : end + 1], Span(at, end + 1)))
        return end + 1
    if following == '"' and not quoted:
        return _quoted(text, at + 1, pieces)
    if found := _NAME.match(text, at + 1):
        pieces.append(Parameter(found[0]))
        return found.end()
    pieces.append(Literal("$", quoted))
    return at + 1


def nested(text: str, start: int, depth: int = 0) -> int:
    """Behind the bracket that closes the one at `start`."""
    if depth > _DEEPEST:
        raise InvalidShell("it is nested too deeply", start)
    opening, closing = text[start], {"(": ")", "{": "}"}[text[start]]
    at = start + 1
    while at < len(text):
        character = text[at]
        if character == closing:
            return at + 1
        if character == opening or (character == "$" and text[at + 1 : at + 2] in ("(", "{")):
            at = nested(text, at if character == opening else at + 1, depth + 1)
        elif character == "#" and opening == "(" and text[at - 1] in " \t\n":
            found = _COMMENT.match(text, at)
            assert found is not None
            at = found.end()
        elif character in "'\"`\\" and not (character == "'" and opening == "{"):
            at = _skipped(text, at, depth)
        else:
            at += 1
    raise InvalidShell(f"a {opening} has no end", start)


def _skipped(text: str, at: int, depth: int) -> int:
    """Behind a quotation inside brackets."""
    match text[at]:
        case "\\":
            return at + 2
        case "'":
            end = text.find("'", at + 1)
            if end < 0:
                raise InvalidShell("a ' has no end", at)
            return end + 1
        case "`":
            return _backquoted(text, at)
    start, at = at, at + 1
    while at < len(text):
        if text[at] == '"':
            return at + 1
        if text[at] == "\\":
            at += 2
        elif text[at] == "$" and text[at + 1 : at + 2] in ("(", "{"):
            at = nested(text, at + 1, depth + 1)
        else:
            at += 1
    raise InvalidShell('a " has no end', start)
