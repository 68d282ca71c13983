"""YAML as it is written here: block style, a comment above what needs one, quotes where a reader could take a text for anything else.

A node is data as JSON has it, in the order in which it is to stand; `Because` puts a comment above its entry, `Line` keeps a list or
a mapping in one line where it fits. What is written means the same to YAML 1.1 (PyYAML, Ruby's psych) and to YAML 1.2 (Go, JavaScript).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, Union

Scalar: TypeAlias = str | int | bool | None
Node: TypeAlias = Union[
    Scalar, "Anchor", "Apart", "Because", "Block", "Line", "Raw", Mapping[str, "Node"], Sequence["Node"]
]

WIDTH = 100
"""Columns of a `Line`, and of a comment."""
_INDENT = "  "
_PLAIN = re.compile(
    r"(?:\.?\.?/|\.?[A-Za-z_])(?:[A-Za-z0-9_./@%+=-]|:(?=[A-Za-z0-9_./@%+=-]))*|\.|[1-9][0-9]*(?:ms|[a-zA-Z]i?)"
)
_PHRASE = re.compile(r"(?:\.?\.?/|[A-Za-z_$])(?:[!-~]| (?! |#))*")
"""What needs no quotes outside of brackets and braces, unless there is a `: ` or a ` #` in it."""
_WORDS = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null", ".inf", ".nan"))
"""What YAML 1.1 takes for something else than a text, however it is capitalised."""
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


@dataclass(frozen=True, slots=True)
class Because:
    """A node, and the comment above it."""

    node: Node
    why: str


@dataclass(frozen=True, slots=True)
class Line:
    """A list or a mapping of scalars, in one line where that is not too long."""

    node: Mapping[str, "Scalar | Line"] | Sequence["Scalar | Line"]


@dataclass(frozen=True, slots=True)
class Anchor:
    """A node with a name, `&name`, by which others take it over."""

    name: str
    node: Mapping[str, Node]


@dataclass(frozen=True, slots=True)
class Apart:
    """A mapping with an empty line between its entries."""

    node: Mapping[str, Node]


@dataclass(frozen=True, slots=True)
class Block:
    """A text of several lines, each with its line break, as they are."""

    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Raw:
    """What stands as it is: an alias, a number in a spelling of its own."""

    text: str


def text(node: Mapping[str, Node], *, apart: bool = True) -> str:
    """A document. `apart`: an empty line between the entries of the top."""
    entries = ["\n".join(_entry(key, value, 0)) for key, value in node.items()]
    return ("\n\n" if apart else "\n").join(entries) + "\n"


_WORD = re.compile(r"(?:`[^`]*`|[^ `])+")


def comment(words: str, indent: int = 0) -> list[str]:
    """Lines of comment, broken between words where they are too long; what stands between backticks is one word."""
    found = [""]
    room = WIDTH - len(_INDENT) * indent - len("# ")
    for line in words.split("\n"):
        for word in _WORD.findall(line) or [line]:
            if found[-1] and len(f"{found[-1]} {word}") > room:
                found.append("")
            found[-1] += f" {word}" if found[-1] else word
        found.append("")
    return [f"{_INDENT * indent}# {line}".rstrip() for line in found[:-1]]


def scalar(value: Scalar) -> str:
    """A text, a number, a truth, or nothing."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case _:
            return value if _PLAIN.fullmatch(value) and value.lower() not in _WORDS else quoted(value)


def phrase(value: Scalar) -> str:
    """The same where no bracket is open: a sentence, a command."""
    if isinstance(value, str) and _PHRASE.fullmatch(value) and ": " not in value and not value.endswith((" ", ":")):
        return quoted(value) if value.lower() in _WORDS else value
    return scalar(value)


def quoted(value: str) -> str:
    """A text in double quotes, in one line."""
    return '"' + "".join(map(_escaped, value)) + '"'


def _escaped(letter: str) -> str:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    if letter.isprintable() and letter != "\ufeff":
        return letter
    number = ord(letter)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _entry(key: str, value: Node, depth: int) -> Iterator[str]:
    """The lines of `key: value`."""
    if isinstance(value, Because):
        yield from comment(value.why, depth)
        yield from _entry(key, value.node, depth)
        return
    begin = f"{_INDENT * depth}{key if key == '<<' else scalar(key)}:"
    if value is None:
        yield begin
    elif isinstance(value, Apart):
        yield begin
        yield from "\n\n".join("\n".join(_entry(*each, depth + 1)) for each in value.node.items()).split("\n")
    else:
        yield from _valued(begin, value, depth)


def _valued(begin: str, value: Node, depth: int) -> Iterator[str]:
    if isinstance(value, Anchor):
        begin, value = f"{begin} &{value.name}", value.node
    inline = _inline(value, len(begin) + 1)
    if inline is not None:
        yield f"{begin} {inline}"
        return
    if isinstance(value, Block):
        yield f"{begin} |"
        yield from (f"{_INDENT * (depth + 1)}{line}".rstrip() for line in value.lines)
        return
    yield begin
    node = value.node if isinstance(value, Line) else value
    if isinstance(node, Mapping):
        for key, each in node.items():
            yield from _entry(key, each, depth + 1)
    elif isinstance(node, Sequence):
        for each in node:
            yield from _item(each, depth + 1)


def _item(value: Node, depth: int) -> Iterator[str]:
    """The lines of `- value`; a mapping begins in the same line."""
    if isinstance(value, Because):
        yield from comment(value.why, depth)
        yield from _item(value.node, depth)
        return
    begin = f"{_INDENT * depth}-"
    inline = _inline(value, len(begin) + 1)
    if inline is not None:
        yield f"{begin} {inline}"
        return
    if isinstance(value, Block):
        yield f"{begin} |"
        yield from (f"{_INDENT * (depth + 1)}{line}".rstrip() for line in value.lines)
        return
    lines = [line for key, each in _pairs(value) for line in _entry(key, each, depth + 1)]
    first = next(number for number, line in enumerate(lines) if not line.lstrip().startswith("#"))
    # Comments of the first entry go above the dash: behind it they would be taken for its value's.
    yield from (line[len(_INDENT) :] for line in lines[:first])
    yield f"{begin} {lines[first].lstrip()}"
    yield from lines[first + 1 :]


def _pairs(value: Node) -> Sequence[tuple[str, Node]]:
    node = value.node if isinstance(value, Line) else value
    assert isinstance(node, Mapping), "a list in a list is not written here"
    return list(node.items())


def _inline(value: Node, column: int) -> str | None:
    """The value where it stands in its key's line; None where it has lines of its own."""
    match value:
        case Raw(words):
            return words
        case Block(lines):
            return None if _is_block(lines) else quoted("".join(f"{line}\n" for line in lines))
        case Line(node):
            line = _flow(node)
            return line if column + len(line) <= WIDTH or not node else None
        case str() | int() | None:
            return phrase(value)
        case Mapping() | Sequence():
            return None if value else "{}" if isinstance(value, Mapping) else "[]"
        case _:
            return None


def _is_block(lines: Sequence[str]) -> bool:
    """Whether a reader finds them again as they are."""
    plain = all(line.isprintable() and "\ufeff" not in line and line == line.rstrip() for line in lines)
    return plain and bool(lines) and bool(lines[0]) and bool(lines[-1]) and not lines[0].startswith(" ")


def _flow(node: "Mapping[str, Scalar | Line] | Sequence[Scalar | Line] | Scalar | Line") -> str:
    if isinstance(node, Line):
        return _flow(node.node)
    if isinstance(node, Mapping):
        return (
            "{ " + ", ".join(f"{scalar(key)}: {_flow(value)}" for key, value in node.items()) + " }" if node else "{}"
        )
    if isinstance(node, Sequence) and not isinstance(node, str):
        return "[" + ", ".join(quoted(each) if isinstance(each, str) else _flow(each) for each in node) + "]"
    return scalar(node)
