"""conda's `environment.yml`, read line by line: its name, what it wants of conda, and the lines that it hands to pip.

No YAML but what `conda env export` and people write: block lists of plain or quoted words. Anything else is an error, never a guess.
See "Creating an environment file manually" in conda's documentation.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from pottle.errors import ProjectError
from pottle.project.facts import Fact
from pottle.text import Location

Line: TypeAlias = tuple[int, str, Location]
"""Indentation, the rest without comment, the place."""

_KEY = re.compile(r"([A-Za-z_][\w-]*)\s*:(?:\s+(.*))?")
_PIP = re.compile(r"pip\s*:\s*")
_STRANGE = re.compile(r"[&*!|>%@`{\[]")
"""What begins anything but a plain or quoted word: anchors, tags, blocks, flow collections."""


@dataclass(slots=True)
class Environment:
    """What the file says."""

    name: Fact[str] | None = None
    packages: list[tuple[str, Location]] = field(default_factory=list)
    """Match specifications, as conda reads them."""
    pip: list[tuple[str, Location]] = field(default_factory=list)
    """Lines of a requirements file."""


def read(text: str, path: str) -> Environment:
    """The environment in `text`. Raises `ProjectError` for YAML that is not read, and for what is none."""
    found = Environment()
    key = ""
    inside_pip: int | None = None
    for indent, line, at in _lines(text, path):
        if indent == 0 and not line.startswith("-"):
            key, value = _top(line, at)
            inside_pip = None
            if key == "name" and value:
                found.name = Fact(_scalar(value, at), at)
            elif key == "dependencies" and value:
                raise _unread(at)
            continue
        if key != "dependencies":
            continue
        item = _item(line, at)
        if inside_pip is not None and indent > inside_pip:
            found.pip.append((_scalar(item, at), at))
        elif _PIP.fullmatch(item):
            inside_pip = indent
        else:
            inside_pip = None
            found.packages.append((_scalar(item, at), at))
    return found


def _lines(text: str, path: str) -> Iterator[Line]:
    for number, raw in enumerate(text.splitlines(), 1):
        at = Location(path, number)
        content = re.sub(r"(?:^|\s)#.*$", "", raw).rstrip()
        stripped = content.lstrip(" ")
        if not stripped or stripped in ("---", "..."):
            continue
        if stripped.startswith("\t"):
            raise ProjectError("a tab stands before this line, which YAML does not allow", at=at, hint="use blanks")
        yield len(content) - len(stripped), stripped, at


def _top(line: str, at: Location) -> tuple[str, str]:
    match = _KEY.fullmatch(line)
    if match is None:
        raise ProjectError(
            "this is no environment of conda: a key was expected here", at=at, hint="write `dependencies:`"
        )
    return match[1], (match[2] or "").strip()


def _item(line: str, at: Location) -> str:
    if not line.startswith("- "):
        raise _unread(at)
    return line[2:].strip()


def _scalar(text: str, at: Location) -> str:
    """A plain or quoted word."""
    if text[:1] in "\"'":
        if len(text) < 2 or text[-1] != text[0] or text[0] in text[1:-1]:
            raise ProjectError("a quotation mark has no end", at=at, hint="correct that line")
        return text[1:-1].strip()
    if _STRANGE.match(text):
        raise _unread(at)
    return text


def _unread(at: Location) -> ProjectError:
    hint = "write one entry a line: `- name=1.2`"
    return ProjectError("this YAML is not read: only lists of plain entries are", at=at, hint=hint)


def names(environment: Iterable[tuple[str, Location]]) -> Iterator[str]:
    """What match specifications name, without channel and version."""
    return (re.split(r"[\s=<>!~\[]", text.rpartition("::")[2], maxsplit=1)[0].lower() for text, _ in environment)
