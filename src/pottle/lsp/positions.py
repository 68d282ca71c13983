"""Places of a text as an editor counts them (LSP 3.17, "Text Documents"): lines from 0, and in them UTF-16 units unless both sides agree on others.

A line ends with CR LF, with LF, or with CR; in a Dockerfile with LF alone.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping

from lsprotocol.types import Position, PositionEncodingKind, Range

from pottle.text import Span

_END = re.compile(r"\r\n|\n|\r")
_UNITS: Mapping[str, Callable[[str], int]] = {
    "utf-8": lambda char: len(char.encode("utf-8", "surrogatepass")),
    "utf-16": lambda char: 2 if ord(char) > 0xFFFF else 1,
    "utf-32": lambda _: 1,
}


class Places:
    """Those of one text."""

    def __init__(self, text: str, encoding: str = PositionEncodingKind.Utf16.value) -> None:
        self._text = text
        self._starts = [0, *(end.end() for end in _END.finditer(text))]
        self._units = _UNITS[encoding]

    def position(self, offset: int) -> Position:
        """Of a character, counted in code points."""
        offset = max(0, min(offset, len(self._text)))
        line = bisect_right(self._starts, offset) - 1
        return Position(line, sum(map(self._units, self._text[self._starts[line] : offset])))

    def range(self, span: Span) -> Range:
        """Of a span."""
        return Range(self.position(span.start), self.position(span.end))

    def offset(self, position: Position) -> int:
        """The character at a position; behind a line's end its end is meant."""
        if position.line >= len(self._starts):
            return len(self._text)
        start = self._starts[position.line]
        end = self._starts[position.line + 1] if position.line + 1 < len(self._starts) else len(self._text)
        end = start + len(self._text[start:end].rstrip("\r\n"))
        at, units = start, 0
        while at < end and units < position.character:
            units += self._units(self._text[at])
            at += 1
        return at

    def span(self, range_: Range) -> Span:
        """Of a range."""
        return Span(self.offset(range_.start), self.offset(range_.end))
