"""Where in a file something stands: the place that an error, a reason or a finding points to."""

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A file (POSIX path, relative to the project where it lies inside it) and, if known, a line counted from 1."""

    path: str
    line: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """The place that `str` wrote: `uv.lock:3`, `uv.lock`."""
        path, _, line = text.rpartition(":")
        return cls(path, int(line)) if path and line.isdecimal() else cls(text)

    def __str__(self) -> str:
        return self.path if self.line is None else f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The characters from `start` up to `end`, counted in code points from 0; `end` is not one of them."""

    start: int
    end: int

    def __contains__(self, other: "Span") -> bool:
        return self.start <= other.start and other.end <= self.end

    def until(self, other: "Span") -> "Span":
        """From the beginning of this to the end of `other`."""
        return Span(self.start, other.end)


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A line and a column, both counted from 1; columns are code points."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a file that spans point into. Bytes that are not UTF-8 are lone surrogates, so that none is lost."""

    path: str
    text: str
    _starts: list[int] = field(init=False, compare=False, repr=False, default_factory=list)

    @classmethod
    def decode(cls, path: str, content: bytes) -> Self:
        """What `content` says; `encode` gives the same bytes."""
        return cls(path, content.decode("utf-8", "surrogateescape"))

    def encode(self) -> bytes:
        """The bytes of the file."""
        return self.text.encode("utf-8", "surrogateescape")

    def _lines(self) -> list[int]:
        if not self._starts:
            self._starts.append(0)
            at = self.text.find("\n")
            while at >= 0:
                self._starts.append(at + 1)
                at = self.text.find("\n", at + 1)
        return self._starts

    def position(self, offset: int) -> Position:
        """The line and the column of a character; only a line feed ends a line."""
        starts = self._lines()
        line = bisect_right(starts, offset)
        return Position(line, offset - starts[line - 1] + 1)

    def byte(self, offset: int) -> int:
        """Where a character begins in the file, in bytes from 0."""
        return len(self.text[:offset].encode("utf-8", "surrogateescape"))

    def line(self, number: int) -> str:
        """The text of a line, counted from 1, without what ends it."""
        starts = self._lines()
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")

    def line_span(self, number: int) -> Span:
        """The whole line, what ends it included."""
        starts = self._lines()
        return Span(starts[number - 1], starts[number] if number < len(starts) else len(self.text))

    def location(self, span: Span) -> Location:
        """The place of a span, as errors name it."""
        return Location(self.path, self.position(span.start).line)

    def at(self, span: Span) -> str:
        """The characters of a span."""
        return self.text[span.start : span.end]
