"""Where an instruction announces here-documents: BuildKit splits the line as its own lexer does, not as a shell would."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_HEREDOC = re.compile(r"(\d*)<<(-?)\s*([^<]*)", re.DOTALL)
_PLAIN = re.compile(r"[^\s'\"\\<$]+")


@dataclass(frozen=True, slots=True)
class Announced:
    """`<<NAME`, and where it stands in the text."""

    name: str
    expands: bool
    strips_tabs: bool
    descriptor: int
    start: int
    end: int


def announced(text: str) -> Iterator[Announced]:
    """Every here-document that the joined lines of an instruction announce."""
    for word, start in _words(text):
        found = _HEREDOC.fullmatch(word)
        if found is None or not found[3]:
            continue
        name, quoted = _unquoted(found[3])
        if name is not None and name:
            yield Announced(name, not quoted, found[2] == "-", int(found[1] or 0), start, start + len(word))


def _words(text: str) -> list[tuple[str, int]]:
    """Blank-separated, quotes and escapes kept; `<<` holds what follows it. None at all where a quote has no end."""
    found: list[tuple[str, int]] = []
    at, start = 0, -1
    while at < len(text):
        if text[at].isspace():
            if start >= 0:
                found.append((text[start:at], start))
            start, at = -1, at + 1
            continue
        start = at if start < 0 else start
        end = _part(text, at)
        if end is None:
            return []
        at = end
    return [*found, (text[start:], start)] if start >= 0 else found


def _part(text: str, at: int) -> int | None:
    if plain := _PLAIN.match(text, at):
        return plain.end()
    if text[at] == "\\":
        return min(at + 2, len(text))
    if text[at] == "'":
        end = text.find("'", at + 1)
        return end + 1 if end >= 0 else None
    if text[at] == '"':
        at += 1
        while at < len(text) and text[at] != '"':
            at += 2 if text[at] == "\\" else 1
        return at + 1 if at < len(text) else None
    if text.startswith("<<", at):
        at += 2
        while at < len(text) and text[at].isspace():
            at += 1
        return at
    return at + 1


def _unquoted(text: str) -> tuple[str | None, bool]:
    """The name without its quotes, and whether it had any; no name where it is more than one word."""
    found: list[str] = []
    at, quoted = 0, False
    while at < len(text):
        character = text[at]
        if character.isspace():
            return (None, quoted) if text[at:].strip() else ("".join(found), quoted)
        if character in "'\"":
            end = text.find(character, at + 1)
            if end < 0:
                return None, quoted
            found.append(text[at + 1 : end])
            at, quoted = end + 1, True
        elif character == "\\":
            found.append(text[at + 1 : at + 2])
            at += 2
        else:
            found.append(character)
            at += 1
    return "".join(found), quoted
