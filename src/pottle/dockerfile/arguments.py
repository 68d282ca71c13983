"""What follows an instruction's keyword: flags, a JSON array, words, pairs (Dockerfile reference; BuildKit's line_parsers.go)."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from pottle.dockerfile.mapped import Mapped
from pottle.dockerfile.model import Argument, Flag, Pair
from pottle.text import Span

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_WORD = re.compile(r"[^\t\v\f\r ]+")
_LISTS = frozenset({"ADD", "COPY", "VOLUME"})
_MAYBE_JSON = frozenset({"RUN", "CMD", "ENTRYPOINT", "SHELL", *_LISTS})
_WORDS = frozenset({"FROM", "EXPOSE", *_LISTS})
_DEEPEST = 100
"""No array of strings has that many brackets: Python's JSON reader counts its own stack."""
KNOWN = frozenset(
    {
        "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER",
        "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Read:
    """Arguments, taken apart."""

    json: bool = False
    words: tuple[Argument, ...] = ()
    pairs: tuple[Pair, ...] = ()
    inner: Mapped | None = None
    problem: str | None = None
    problem_at: Span | None = None


def read(name: str, body: Mapped, escape: str) -> Read:
    """The arguments of an instruction called `name`."""
    if name in _MAYBE_JSON and body.text.lstrip().startswith("["):
        items = _array(body.text)
        if items is not None and not all(isinstance(item, str) for item in items):
            return Read(problem="a JSON array here may hold strings alone")
        if items is not None:
            return Read(json=True, words=tuple(_items(body, items)))
    if name in _WORDS:
        return Read(words=tuple(_split(body)))
    match name:
        case "ENV" | "LABEL":
            return _named(name, body, escape)
        case "ARG":
            return Read(pairs=tuple(_pair(body, start, end) for start, end in _quoted(body.text, escape)))
        case "ONBUILD":
            return Read(inner=body)
        case "HEALTHCHECK" if body.text:
            return Read(inner=body)
        case _:
            return Read()


def _array(text: str) -> list[object] | None:
    if text.count("[") > _DEEPEST:
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, list) else None


def _items(body: Mapped, items: list[object]) -> Iterator[Argument]:
    for item, found in zip(items, _STRING.finditer(body.text), strict=False):
        yield Argument(str(item), body.span(found.start(), found.end()))


def _split(body: Mapped) -> Iterator[Argument]:
    return (Argument(found[0], body.span(found.start(), found.end())) for found in _WORD.finditer(body.text))


def _named(name: str, body: Mapped, escape: str) -> Read:
    """`NAME=value …`, or in the older form `NAME value`."""
    words = list(_quoted(body.text, escape))
    if not words:
        return Read()
    first = body.text[words[0][0] : words[0][1]]
    if "=" not in first:
        separator = re.search(r"[\t\v\f\r ]+", body.text)
        if separator is None:
            return Read(problem=f"{name} needs a name and a value")
        key, value = body.span(0, separator.start()), body.span(separator.end(), len(body.text))
        pair = Pair(body.text[: separator.start()], body.text[separator.end() :], body.whole, key, value, legacy=True)
        return Read(pairs=(pair,))
    for start, end in words:
        if "=" not in body.text[start:end]:
            return Read(problem=f"`{body.text[start:end]}` is not NAME=VALUE", problem_at=body.span(start, end))
    return Read(pairs=tuple(_pair(body, start, end) for start, end in words))


def _pair(body: Mapped, start: int, end: int) -> Pair:
    name, equals, value = body.text[start:end].partition("=")
    middle = start + len(name)
    value_span = body.span(middle + 1, end) if equals else body.span(end, end)
    return Pair(name, value if equals else None, body.span(start, end), body.span(start, middle), value_span)


def _quoted(text: str, escape: str) -> Iterator[tuple[int, int]]:
    """Where the words stand that blanks separate, quotes and escapes heeded."""
    at, start, quote = 0, -1, ""
    while at < len(text):
        character = text[at]
        if not quote and character.isspace():
            if start >= 0:
                yield start, at
            start = -1
        else:
            start = at if start < 0 else start
            if character == escape and quote != "'":
                at += 1
            elif quote:
                quote = "" if character == quote else quote
            elif character in "'\"":
                quote = character
        at += 1
    if start >= 0:
        yield start, len(text)


def flags(text: Mapped, start: int, escape: str) -> tuple[tuple[Flag, ...], int]:
    """The flags from `start` on, and where what follows them begins."""
    found: list[Flag] = []
    line, at = text.text, start
    while True:
        while at < len(line) and line[at].isspace():
            at += 1
        if not line.startswith("--", at):
            return tuple(found), at
        end, value = _flag(line, at, escape)
        if value == "--":
            while end < len(line) and line[end].isspace():
                end += 1
            return tuple(found), end
        name, equals, rest = value[2:].partition("=")
        found.append(Flag(name, rest if equals else None, text.span(at, end)))
        at = end


def _flag(line: str, at: int, escape: str) -> tuple[int, str]:
    """Behind the word at `at`, and the word without quotes and escapes."""
    found, quote = [], ""
    while at < len(line) and (quote or not line[at].isspace()):
        character = line[at]
        if character == escape:
            at += 1
            found.append(line[at : at + 1])
        elif quote:
            quote, kept = ("", "") if character == quote else (quote, character)
            found.append(kept)
        elif character in "'\"":
            quote = character
        else:
            found.append(character)
        at += 1
    return min(at, len(line)), "".join(found)
