"""What distributions need that a wheel cannot bring, as far as their names tell: programs that they run, libraries that they load.

What they are linked with is found in the wheels themselves, once these are here (`pottle.plan.libraries`); the rows for what is known
of that beforehand let a plan, and a Dockerfile, have it without a wheel.
"""

from collections.abc import Collection, Iterator, Mapping

from pottle.plan.bases import Base
from pottle.plan.system import Need

_OTHERWISE = "trixie"
"""Whose names are told where the base is none of the suites."""


def needs(held: Mapping[str, str | None], direct: Collection[str], base: Base) -> Iterator[Need]:
    """What the distributions of an environment need on `base`; `direct` are those that the project asks for."""
    from pottle.native.index import UnknownSuite, index
    from pottle.native.knowledge import rows_for

    for name, row in rows_for(frozenset(held), frozenset(direct)):
        try:
            packages = row.named(index(base.suite, "amd64"))
        except UnknownSuite:
            packages = row.named(index(_OTHERWISE, "amd64"))
        yield Need(packages, "packages", " ".join(packages), f"{name}: {row.because}", held[name])
