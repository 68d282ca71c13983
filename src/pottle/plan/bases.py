"""The Debian and Ubuntu suites that a base can come from, and the CPython that each brings.

Figures: each suite's own `Packages` index, read 2026-11. The exact patch version is what markers on
`python_full_version` are evaluated with; the locked plan holds the one that was really found.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Base:
    """One suite as a base: its CPython and how much it is trusted to stay as it is."""

    distribution: str
    suite: str
    python: str
    """X.Y"""
    python_full: str
    """X.Y.Z"""
    glibc: tuple[int, int]
    standing: str
    """What the distribution calls it: stable, oldstable, testing, LTS."""

    @property
    def name(self) -> str:
        """`debian:trixie`"""
        return f"{self.distribution}:{self.suite}"


BASES: tuple[Base, ...] = (
    # In the order of preference: Debian before Ubuntu, what is stable before what still moves.
    Base("debian", "trixie", "3.13", "3.13.5", (2, 41), "stable"),
    Base("debian", "bookworm", "3.11", "3.11.2", (2, 36), "oldstable"),
    Base("ubuntu", "noble", "3.12", "3.12.3", (2, 39), "LTS"),
    Base("debian", "forky", "3.14", "3.14.8", (2, 43), "testing"),
    Base("ubuntu", "jammy", "3.10", "3.10.12", (2, 35), "LTS"),
)


def named(name: str) -> tuple[Base, ...]:
    """The bases that a wish for `debian`, `ubuntu`, `trixie` or `debian:trixie` admits; empty: there is none of that name."""
    return tuple(base for base in BASES if name in (base.distribution, base.suite, base.name))


def of(name: str) -> Base:
    """The base that a plan names: `debian:trixie`."""
    return next(base for base in BASES if base.name == name)
