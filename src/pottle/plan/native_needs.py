"""What distributions need that a wheel cannot bring, as far as their names tell: programs that they run, libraries that they load.

What they are linked with is found in the wheels themselves, once these are here (`pottle.plan.libraries`); the rows for what is known
of that beforehand let a plan, and a Dockerfile, have it without a wheel.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pottle.plan.application import Held
from pottle.plan.bases import Base
from pottle.plan.system import Need
from pottle.project.facts import Fact

if TYPE_CHECKING:
    from pottle.native.index import AlpineIndex, Index
    from pottle.native.knowledge import Row

_OTHERWISE = "trixie"
"""Whose names are told where the base is none of the suites."""


@dataclass(frozen=True, slots=True)
class Wants:
    """What the distributions of an environment need on `base`."""

    held: Held
    versions: Mapping[str, str | None]
    """None where nothing has decided it yet."""
    direct: Collection[str]
    """Those that the project asks for."""
    base: Base
    browser: Fact[str] | None = None
    """What the project's code calls to start one."""

    @property
    def needs(self) -> Iterator[Need]:
        """Their packages."""
        for name, row in self._rows():
            if packages := row.named(_index(self.base)):
                at = str(self.browser.at) if row.called and self.browser else self.held[name]
                yield Need(packages, "packages", " ".join(packages), f"{name}: {row.because}", at)

    @property
    def environment(self) -> Mapping[str, str]:
        """Variables without which they do not find what they need."""
        return {name: value for _, row in self._rows() for name, value in row.variables(self.base.suite).items()}

    @property
    def lacking(self) -> Iterator[str]:
        """A warning for each that needs what the suite has no package of."""
        for name, row in self._rows():
            if packages := row.lacking(_index(self.base)):
                yield f"{name}: {row.because}, and {self.base.suite} has no {' '.join(packages)}"

    def _rows(self) -> "Iterator[tuple[str, Row]]":
        from pottle.native.knowledge import rows_for

        called = self.browser.value if self.browser else None
        return (each for each in rows_for(self.versions, frozenset(self.direct)) if each[1].called in {None, called})


def _index(base: Base) -> "Index | AlpineIndex":
    from pottle.native.index import UnknownSuite, index

    try:
        return index(base.suite, "amd64")
    except UnknownSuite:
        return index(_OTHERWISE, "amd64")
