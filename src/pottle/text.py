"""Where in a project something stands: the place that an error or a reason points to."""

from dataclasses import dataclass
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
