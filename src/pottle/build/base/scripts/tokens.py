"""A maintainer script's words and operators (POSIX.1-2024, Shell Command Language, "Token Recognition"), quotes left as they are."""

import re
from collections.abc import Iterator

OPERATOR = re.compile(r"&&|\|\||;;|[;&|()\n]|[0-9]*(?:<<-?|<&|<>|>>|>&|>\||<|>)")


class InvalidScript(ValueError):
    """The text is not a script that can be read."""


def tokens(text: str) -> Iterator[str]:
    """Words and operators; the lines of a here-document are passed over, for they are no commands."""
    at, awaited = 0, list[str]()
    while at < len(text):
        character = text[at]
        if text.startswith("\\\n", at):
            at += 2
        elif character in " \t":
            at += 1
        elif character == "#":
            at = _find(text, "\n", at)
        elif operator := OPERATOR.match(text, at):
            at = operator.end()
            if operator[0].lstrip("0123456789").startswith("<<"):
                word, at = _word(text, _skip_blanks(text, at))
                awaited.append(re.sub(r"['\"\\]", "", word))
                continue
            yield operator[0]
            if operator[0] == "\n":
                for end in awaited:
                    at = _after_document(text, at, end)
                awaited = []
        else:
            word, at = _word(text, at)
            yield word


def _skip_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t":
        at += 1
    return at


def _find(text: str, what: str, at: int) -> int:
    found = text.find(what, at)
    return len(text) if found < 0 else found


def _after_document(text: str, at: int, end: str) -> int:
    found = re.compile(rf"^\t*{re.escape(end)}$", re.MULTILINE).search(text, at)
    if found is None:
        raise InvalidScript(f"the here-document has no {end}")
    return found.end()


def _word(text: str, at: int) -> tuple[str, int]:
    start = at
    while at < len(text) and text[at] not in " \t\n;&|()<>":
        at = _part(text, at)
    if at == start:
        raise InvalidScript("a word is missing")
    return text[start:at].replace("\\\n", ""), at


def _part(text: str, at: int) -> int:
    """Behind the part of a word that begins at `at`: a character, or whatever quotes and expansions hold together."""
    match text[at]:
        case "\\":
            return min(at + 2, len(text))
        case "'":
            return _closed(text, at, "'")
        case '"':
            return _quoted(text, at)
        case "`":
            return _closed(text, at, "`")
        case "$" if text[at + 1 : at + 2] in ("(", "{"):
            return _nested(text, at + 1)
        case _:
            return at + 1


def _closed(text: str, at: int, mark: str) -> int:
    end = text.find(mark, at + 1)
    if end < 0:
        raise InvalidScript(f"a {mark} has no end")
    return end + 1


def _quoted(text: str, at: int) -> int:
    at += 1
    while at < len(text) and text[at] != '"':
        at = _part(text, at) if text[at] in "\\`$" else at + 1
    if at >= len(text):
        raise InvalidScript('a " has no end')
    return at + 1


def _nested(text: str, at: int) -> int:
    """Behind the bracket that closes the one at `at`."""
    opening, closing = text[at], {"(": ")", "{": "}"}[text[at]]
    at += 1
    while at < len(text) and text[at] != closing:
        if text[at] == opening:
            at = _nested(text, at)
        elif text[at] == "#" and text[at - 1] in " \t\n" and opening == "(":
            at = _find(text, "\n", at)
        else:
            at = _part(text, at)
    if at >= len(text):
        raise InvalidScript(f"a {opening} has no end")
    return at + 1
