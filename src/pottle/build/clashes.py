"""What two distributions bring to the same place with different contents: the image has one of them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

Contents: TypeAlias = Mapping[str, str]
"""Path below the root → what is there: equal texts are equal files."""


@dataclass(frozen=True, slots=True)
class Clash:
    """Paths that two distributions bring with different contents. The last by name wins, and the other goes without."""

    loser: str
    winner: str
    paths: tuple[str, ...]
    """Sorted."""

    def __str__(self) -> str:
        more = f" and {len(self.paths) - 1} more" if len(self.paths) > 1 else ""
        return f"{self.loser} and {self.winner} both bring /{self.paths[0]}{more}: {self.winner}'s is used"


def clashes(contents: Mapping[str, Contents]) -> tuple[Clash, ...]:
    """What of each distribution another one brings differently."""
    owners = {path: name for name in sorted(contents) for path in contents[name]}
    lost: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, paths in contents.items():
        for path, content in paths.items():
            winner = owners[path]
            if winner != name and content != contents[winner][path]:
                lost[name, winner].append(path)
    return tuple(Clash(*names, tuple(sorted(paths))) for names, paths in sorted(lost.items()))
