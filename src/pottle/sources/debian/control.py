"""Control data: paragraphs of fields ([Debian policy §5.1]), and relations between packages (§7.1).

[Debian policy §5.1]: https://www.debian.org/doc/debian-policy/ch-controlfields.html
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias, cast

from pottle.sources.debian import version as versions

_FIELD = re.compile(r"^([^\s:#-][^\s:]*):[ \t]*(.*(?:\n[ \t].*)*)", re.MULTILINE)
_COMMENT = re.compile(r"^#.*\n?", re.MULTILINE)
_RELATION = re.compile(
    r"(?P<name>[a-z0-9][a-z0-9+.-]*)(?::(?P<qualifier>[a-z0-9-]+))?"
    r"(?:\s*\(\s*(?P<operator><<|<=|=|>=|>>)\s*(?P<version>[^\s()]+)\s*\))?"
)

Operator: TypeAlias = Literal["<<", "<=", "=", ">=", ">>"]


class InvalidRelation(ValueError):
    """The text is not a relation to a package."""


def paragraphs(text: str) -> Iterator[dict[str, str]]:
    """The fields of each paragraph, by their name as written; continuation lines are kept."""
    for paragraph in re.split(r"\n[ \t]*\n", _COMMENT.sub("", text)):
        if fields := dict(cast(list[tuple[str, str]], _FIELD.findall(paragraph))):
            yield fields


@dataclass(frozen=True, slots=True)
class Relation:
    """A wish for one package: `libc6:any (>= 2.36)`."""

    name: str
    qualifier: str | None = None
    operator: Operator | None = None
    version: str | None = None

    def admits(self, version: str | None) -> bool:
        """Whether a package of this version would do. Without a version (an unversioned Provides) only a wish without one is met."""
        if self.operator is None or self.version is None:
            return True
        return version is not None and versions.satisfies(version, self.operator, self.version)

    def __str__(self) -> str:
        qualifier = f":{self.qualifier}" if self.qualifier else ""
        constraint = f" ({self.operator} {self.version})" if self.operator else ""
        return f"{self.name}{qualifier}{constraint}"


Clause: TypeAlias = tuple[Relation, ...]
"""Alternatives, the first preferred: `debconf (>= 0.5) | debconf-2.0`."""


@lru_cache(maxsize=4096)
def relations(field: str) -> tuple[Clause, ...]:
    """The clauses of a `Depends`, `Provides`, `Conflicts` … field."""
    return tuple(_clause(part) for part in field.split(",") if part.strip())


def _clause(text: str) -> Clause:
    return tuple(_relation(alternative.strip()) for alternative in text.split("|"))


def _relation(text: str) -> Relation:
    if not (match := _RELATION.fullmatch(text)):
        raise InvalidRelation(f"not a relation to a package: {text!r}")
    operator = cast(Operator | None, match["operator"])
    if operator:
        versions.check(match["version"])
    return Relation(match["name"], match["qualifier"], operator, match["version"])
