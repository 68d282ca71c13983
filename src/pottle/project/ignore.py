"""Patterns that leave files out: the language of `.dockerignore`.

As moby's `patternmatcher` reads it: Go's `filepath.Match` plus `**`, the last pattern that matches decides, `!` takes back, and
a pattern that matches a directory matches everything below it.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Self

from pottle.errors import ProjectError
from pottle.text import Location


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line."""

    expression: str
    """A regular expression of whole paths."""
    takes_back: bool

    @classmethod
    def parse(cls, line: str) -> Self:
        """Raises `ValueError` for a malformed one."""
        takes_back = line.startswith("!")
        text = line[1:].strip() if takes_back else line
        if not text:
            raise ValueError("a `!` stands alone")
        cleaned = posixpath.normpath(text).lstrip("/")
        try:
            expression = "".join(_translated(cleaned))
            if "[" in cleaned:  # all else is escaped
                re.compile(expression)
        except re.error:
            raise ValueError(f"{text!r} is no pattern") from None
        return cls(expression, takes_back)


class Ignore:
    """Patterns in the order of their lines."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._patterns = tuple(patterns)

    def __add__(self, other: "Ignore") -> "Ignore":
        return Ignore((*self._patterns, *other._patterns))

    @cached_property
    def _groups(self) -> list[tuple[bool, re.Pattern[str]]]:
        """Neighbours of one kind are one expression: the order among them decides nothing."""
        return [
            (takes_back, re.compile(f"(?:{'|'.join(p.expression for p in group)})(?:/.*)?", re.DOTALL))
            for takes_back, group in groupby(self._patterns, key=lambda pattern: pattern.takes_back)
        ]

    def leaves_out(self, path: str) -> bool:
        """Whether `path` is left out: the last pattern that matches it, or a directory above it, decides."""
        return self._decides(path) is False

    def takes_back(self, path: str) -> bool:
        """Whether `path` is asked for, by a `!` that no later pattern overrules."""
        return self._decides(path) is True

    def _decides(self, path: str) -> bool | None:
        return next((takes_back for takes_back, each in reversed(self._groups) if each.fullmatch(path)), None)


def parse(text: str, path: str = ".dockerignore") -> Ignore:
    """The patterns of a file: one on each line, blank lines and those that begin with `#` aside."""
    return Ignore(_patterns(text, path))


def patterns(lines: Iterable[str]) -> Ignore:
    """The patterns that are given one by one. Raises `ValueError`."""
    return Ignore(Pattern.parse(line.strip()) for line in lines if line.strip())


def _patterns(text: str, path: str) -> Iterator[Pattern]:
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        if line.startswith("#") or not line.strip():
            continue
        try:
            yield Pattern.parse(line.strip())
        except ValueError as error:
            hint = "see the documentation of .dockerignore"
            raise ProjectError(str(error), at=Location(path, number), hint=hint) from None


def _translated(pattern: str) -> Iterator[str]:
    """The pattern as a regular expression, piece by piece."""
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if pattern.startswith("**", at):
            at += 2
            if pattern.startswith("/", at):
                at += 1
                yield "(?:.*/)?"
            else:
                yield ".*"
            continue
        if char == "[" and (end := pattern.find("]", at + 2)) > 0:
            inner = pattern[at + 1 : end].replace("\\", "\\\\").replace("[", "\\[")
            yield f"[{inner}]"
            at = end + 1
            continue
        if char == "\\" and at + 1 < len(pattern):
            at += 1
            yield re.escape(pattern[at])
        elif char == "[":
            raise ValueError(f"{pattern!r} has a `[` without a `]`")
        else:
            yield {"*": "[^/]*", "?": "[^/]"}.get(char, re.escape(char))
        at += 1


def of_git(text: str, directory: str = "") -> Iterator[str]:
    """The lines of a `.gitignore` in `directory` in the language of `.dockerignore` (gitignore(5)).

    There a pattern without a slash counts at any depth, here for the root alone; that one is for directories only cannot be said here.
    """
    prefix = f"{directory}/" if directory else ""
    for raw in text.removeprefix("\ufeff").splitlines():
        line = re.sub(r"(?<!\\) +$", "", raw)
        if not line or line.startswith("#"):
            continue
        back = "!" if line.startswith("!") else ""
        pattern = line.removeprefix(back).removeprefix("\\").rstrip("/").replace("[!", "[^")
        if not pattern:
            continue
        anchored = "/" in pattern
        yield f"{back}{prefix}{'' if anchored else '**/'}{pattern.lstrip('/')}"
