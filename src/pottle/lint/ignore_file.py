"""A `.dockerignore` in its build context, as rules ask about it."""

import posixpath
import re
from dataclasses import dataclass
from functools import cached_property

from pottle.lint.project import Project
from pottle.lint.repository import Repository
from pottle.text import Source, Span


@dataclass(frozen=True, slots=True)
class Line:
    """A pattern; `text` without its `!` and without blanks around it."""

    text: str
    takes_back: bool
    span: Span
    """Of `text`."""


class IgnoreFile:
    """The file, and what lies in the directory that it is about."""

    def __init__(self, source: Source, path: str, repository: Repository) -> None:
        self.source = source
        self.path = path
        self.project = Project(repository, posixpath.dirname(path), path.removesuffix(".dockerignore"))

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The patterns, in order."""
        found, at = [], 0
        for raw in re.findall(r"[^\n]*\n|[^\n]+", self.source.text):
            text = raw.strip().removeprefix("\ufeff").strip()
            if text and not raw.startswith(("#", "\ufeff#")):
                start = at + raw.index(text)
                bare = text[1:].strip() if text.startswith("!") else text
                found.append(Line(bare, text.startswith("!"), Span(start + len(text) - len(bare), start + len(text))))
            at += len(raw)
        return tuple(found)

    @property
    def end(self) -> Span:
        """Where a line can be put in at the end."""
        return Span(len(self.source.text), len(self.source.text))
