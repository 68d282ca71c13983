"""Text that was put together from pieces of a file, and still knows where each character stands there."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from pottle.text import Span


@dataclass(frozen=True, slots=True)
class Mapped:
    """`text`, whose characters from `starts[n]` on stand in the file from `places[n]` on."""

    text: str
    starts: tuple[int, ...]
    places: tuple[int, ...]

    @classmethod
    def join(cls, pieces: Iterable[tuple[str, int]]) -> Self:
        """Of pieces, each with its place in the file."""
        texts: list[str] = []
        starts: list[int] = []
        places: list[int] = []
        length = 0
        for text, place in pieces:
            if text or not texts:
                texts.append(text)
                starts.append(length)
                places.append(place)
                length += len(text)
        return cls("".join(texts), tuple(starts) or (0,), tuple(places) or (0,))

    def place(self, offset: int) -> int:
        """Where the character at `offset` stands in the file."""
        number = max(bisect_right(self.starts, offset) - 1, 0)
        return self.places[number] + offset - self.starts[number]

    def span(self, start: int, end: int) -> Span:
        """Where the characters from `start` to `end` stand; what was left out between them belongs to it."""
        if end <= start:
            here = self.place(start) if start < len(self.text) or start == 0 else self.place(start - 1) + 1
            return Span(here, here)
        return Span(self.place(start), self.place(end - 1) + 1)

    def of(self, span: Span) -> Span:
        """The same for a span of `text`."""
        return self.span(span.start, span.end)

    @property
    def whole(self) -> Span:
        """From the first character to the last."""
        return self.span(0, len(self.text))

    def part(self, start: int, end: int) -> "Mapped":
        """The characters from `start` to `end`."""
        first = max(bisect_right(self.starts, start) - 1, 0)
        last = max(bisect_right(self.starts, max(end - 1, start)) - 1, 0)
        starts = tuple(max(each - start, 0) for each in self.starts[first : last + 1])
        places = (self.place(start), *self.places[first + 1 : last + 1])
        return Mapped(self.text[start:end], starts, places)
