"""TOML files with the lines that their values stand on.

A full parser that keeps positions takes seconds for the lock of a large project; the values come from a fast one and
lines are looked for in the text afterwards, only where a place is needed.
"""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from pottle.text import Location

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+))*)\s*=""")
_PART = re.compile(r""""([^"]*)"|'([^']*)'|([A-Za-z0-9_-]+)""")
_PLACE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")


class InvalidToml(ValueError):
    """The text is not TOML 1.0; `at` is the line where reading stopped."""

    def __init__(self, what: str, at: Location) -> None:
        super().__init__(what)
        self.at = at


class Document:
    """A TOML file: its values, and the line of each."""

    def __init__(self, text: str, path: str) -> None:
        import tomli

        self.path = path
        self.text = text.removeprefix("\ufeff").replace("\r\n", "\n")
        try:
            self.values: Mapping[str, Any] = tomli.loads(self.text)
        except tomli.TOMLDecodeError as error:
            raise _invalid(str(error), self.text, path) from None
        except RecursionError:
            raise InvalidToml("it is nested too deeply", Location(path)) from None

    @cached_property
    def lines(self) -> list[str]:
        """The text's lines."""
        return self.text.split("\n")

    @cached_property
    def _places(self) -> dict[tuple[str, ...], int]:
        return dict(_places(self.lines))

    def get(self, *keys: str) -> Any:
        """The value under `keys`, or None where any of them is missing."""
        value: Any = self.values
        for key in keys:
            if not isinstance(value, Mapping) or key not in value:
                return None
            value = value[key]
        return value

    def table(self, *keys: str) -> Mapping[str, Any]:
        """The table under `keys`; empty where it is missing or no table."""
        value = self.get(*keys)
        return value if isinstance(value, Mapping) else {}

    def at(self, *keys: str, item: str | None = None) -> Location:
        """Where `keys` are set; with `item`, the line at or below it on which that text stands in quotes.

        A value inside an inline table has the table's line. Without any trace of it: the file alone.
        """
        line = next((self._places[keys[:n]] for n in range(len(keys), 0, -1) if keys[:n] in self._places), None)
        if item is None or line is None:
            return Location(self.path, line)
        quoted = (f'"{item}"', f"'{item}'", item.replace('"', '\\"'))
        below = range(line - 1, len(self.lines))
        return Location(self.path, next((n + 1 for n in below if any(q in self.lines[n] for q in quoted)), line))


def _places(lines: list[str]) -> dict[tuple[str, ...], int]:
    """The first line of every table and key that starts a line."""
    found: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(lines, 1):
        if header := _HEADER.match(line):
            table = _split(header[2])
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            path = (*table, *_split(key[1]))
            for n in range(len(table) + 1, len(path) + 1):
                found.setdefault(path[:n], number)
    return found


def _split(dotted: str) -> tuple[str, ...]:
    return tuple(next(part for part in parts if part) if any(parts) else "" for parts in _PART.findall(dotted))


def _invalid(message: str, text: str, path: str) -> InvalidToml:
    place = _PLACE.search(message)
    line = int(place[1]) if place and place[1] else text.rstrip("\n").count("\n") + 1
    what = _PLACE.sub("", message)
    return InvalidToml(what[:1].lower() + what[1:], Location(path, line))
