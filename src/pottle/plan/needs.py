"""What the project needs in its environment, for one platform and any base: asked of a base only when it comes into question."""

from collections.abc import Iterator
from functools import cache

from pottle.config.options import Options
from pottle.oci.platform import Platform
from pottle.plan import markers, pins, servers, unresolved, wheels
from pottle.plan.application import Held
from pottle.plan.bases import Base
from pottle.plan.environment import Environment, asked, marker_environment
from pottle.plan.roots import roots
from pottle.plan.selection import select
from pottle.plan.wheels import Installed
from pottle.project.facts import Facts, LockedDistribution, Pins


class Needs:
    """The project's dependencies, as a function of the base."""

    def __init__(self, facts: Facts, options: Options, platform: Platform) -> None:
        self._lock, self._options, self._platform = facts.lock, options, platform
        self._pins = facts.pins if facts.pins is not None and facts.pins.has_environment(str(platform)) else None
        self._roots = roots(facts.lock, options)
        self._asked = asked(facts.lock, options)
        self.picks = cache(self._picked)
        """By base: each distribution that is locked, with the wheel of it that fits; none where nothing is locked."""

    @property
    def unresolved(self) -> bool:
        """No lock has decided them, nor has pottle's own."""
        return self._open and self._pins is None

    @property
    def pins(self) -> Pins | None:
        """What `pottle.lock` has decided for the platform, where nothing else has."""
        return self._pins if self._open else None

    @property
    def _open(self) -> bool:
        return self._lock is not None and not self._lock.complete

    def gaps(self, base: Base) -> tuple[LockedDistribution, ...]:
        """The distributions that the lock has no wheel of for `base`."""
        return tuple(pick.distribution for pick in self.picks(base) if pick.gap)

    def installed(self, base: Base) -> Installed:
        """What is installed on `base`. Raises `ProjectError` for what cannot be."""
        if self._lock is not None and self._open:
            found = unresolved.installed(self._lock, self._roots, self._environment(base), self._options)
            if self._pins is None:
                return found
            return pins.applied(found, self._lock, self._pins, (base, self._platform), self._options)
        return wheels.installed(self.picks(base), base, self._platform, self._options)

    def _environment(self, base: Base) -> Environment:
        return {**marker_environment(base, self._platform), **self._asked}

    def _picked(self, base: Base) -> tuple[wheels.Pick, ...]:
        """All but the project itself, and projects that are nothing but their dependencies."""
        if self._lock is None or self._open:
            return ()
        active = frozenset(markers.active(self._lock.owner, self._options.extras, self._options.groups))
        selected = select(self._lock, self._environment(base), self._roots, active)
        return wheels.picks((d for d in selected if d.source != "virtual" and d.source_id != "."), base, self._platform)


def held(installed: Installed) -> Held:
    """The names among which a server is looked for, each with its place."""
    return dict(_names(installed))


def _names(installed: Installed) -> Iterator[tuple[str, str | None]]:
    for requirement in installed.requirements:
        yield requirement.name, requirement.at
        for brought in servers.brought(requirement.wanted or ""):
            yield brought, requirement.at
    for source in installed.sources:
        yield source.name, source.at
    for neighbour in installed.neighbours:
        yield neighbour.name, str(neighbour.at)
