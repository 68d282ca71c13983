"""What the project needs in its environment, for one platform and any base: asked of a base only when it comes into question."""

from collections.abc import Iterator
from functools import cache

from pottle.config.options import Options
from pottle.oci.platform import Platform
from pottle.plan import servers, unresolved, wheels
from pottle.plan.application import Held
from pottle.plan.bases import Base
from pottle.plan.environment import Environment, asked, marker_environment
from pottle.plan.model import Requirement
from pottle.plan.roots import roots
from pottle.plan.selection import select
from pottle.project.facts import Facts, LockedDistribution

LOCAL = ("directory", "editable", "virtual")


class Needs:
    """The project's dependencies, as a function of the base."""

    def __init__(self, facts: Facts, options: Options, platform: Platform) -> None:
        self._lock, self._platform = facts.lock, platform
        self._roots = roots(facts.lock, options)
        self._asked = asked(facts.lock, options)
        self._picks = cache(self._picked)

    @property
    def unresolved(self) -> bool:
        """No lock has decided them."""
        return self._lock is not None and not self._lock.complete

    def gaps(self, base: Base) -> tuple[LockedDistribution, ...]:
        """The distributions that the lock has no wheel of for `base`."""
        return tuple(pick.distribution for pick in self._picks(base) if pick.gap)

    def requirements(self, base: Base) -> tuple[Requirement, ...]:
        """What is installed on `base`, by name. Raises `ProjectError` for what cannot be."""
        if self._lock is not None and self.unresolved:
            return unresolved.requirements(self._lock, self._roots, self._environment(base))
        return wheels.requirements(self._picks(base), base, self._platform)

    def _environment(self, base: Base) -> Environment:
        return {**marker_environment(base, self._platform), **self._asked}

    def _picked(self, base: Base) -> tuple[wheels.Pick, ...]:
        """Third parties' distributions: the project itself is no wheel of an index."""
        if self._lock is None or self.unresolved:
            return ()
        selected = select(self._lock, self._environment(base), self._roots)
        others = (d for d in selected if d.source not in LOCAL or d.source_id != ".")
        return wheels.picks(others, base, self._platform)


def held(requirements: tuple[Requirement, ...]) -> Held:
    """The names among which a server is looked for, each with its place."""
    return dict(_names(requirements))


def _names(requirements: tuple[Requirement, ...]) -> Iterator[tuple[str, str | None]]:
    for requirement in requirements:
        yield requirement.name, requirement.at
        for brought in servers.brought(requirement.wanted or ""):
            yield brought, requirement.at
