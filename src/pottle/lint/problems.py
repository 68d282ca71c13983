"""What keeps a file from being read at all, or from being what it should be."""

from dataclasses import dataclass

from pottle.text import Source, Span


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason."""

    what: str
    span: Span


@dataclass(frozen=True, slots=True)
class Problems:
    """Those of one file."""

    source: Source
    found: tuple[Problem, ...]
