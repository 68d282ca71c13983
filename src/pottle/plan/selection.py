"""Which distributions of a lock belong in the image: a walk over its graph from the project's own dependencies.

Markers are evaluated for the image's environment and extras are followed; nothing is resolved: a lock that leaves two answers
open, or names something that it does not hold, is broken and said to be.
"""

from collections import deque
from collections.abc import Iterable
from typing import TypeAlias

from packaging.utils import NormalizedName
from packaging.version import Version

from pottle.errors import ProjectError
from pottle.plan.environment import Environment
from pottle.plan.markers import holds
from pottle.project.facts import Dependency, Lock, LockedDistribution

_Edge: TypeAlias = tuple[NormalizedName, Version | None, str | None, tuple[NormalizedName, ...]]
"""What tells edges apart: name, version, source, extras."""

_LOWEST = Version("0.dev0")


def select(
    lock: Lock, environment: Environment, roots: Iterable[Dependency], active: frozenset[str] = frozenset()
) -> tuple[LockedDistribution, ...]:
    """The distributions that `roots` need in `environment`, by name; `active` is what conflict markers ask for.

    Raises `ProjectError` for an edge that leads nowhere or to two distributions at once.
    """
    _check_environment(lock, environment)
    chosen: dict[NormalizedName, LockedDistribution] = {}
    seen: set[_Edge] = set()
    todo: deque[tuple[Dependency, tuple[NormalizedName, ...]]] = deque()
    todo.extend((edge, ()) for edge in roots)
    later: deque[tuple[Dependency, tuple[NormalizedName, ...]]] = deque()
    by_name: dict[NormalizedName, list[LockedDistribution]] = {}
    for distribution in lock.distributions:
        by_name.setdefault(distribution.name, []).append(distribution)
    while todo or later:
        patient, (edge, parent_extras) = bool(todo), (todo or later).popleft()
        key = (edge.name, edge.version, edge.source, edge.extras)
        if not holds(edge.marker, environment, active.union(parent_extras)) or key in seen:
            continue
        found = _fitting(edge, by_name.get(edge.name, []), environment, active)
        if patient and len(found) > 1 and edge.specifier is not None:
            later.append((edge, parent_extras))  # another edge may say which one
            continue
        seen |= {key, (edge.name, None, None, edge.extras)}  # who leaves it open takes what is chosen
        distribution = _target(edge, found, chosen.get(edge.name))
        other = chosen.setdefault(edge.name, distribution)
        if other is not distribution:
            raise ProjectError(
                f"the lock wants {edge.name} {other.version} and {distribution.version} in one environment",
                at=distribution.at,
                hint="lock the project again",
            )
        todo.extend((dependency, edge.extras) for dependency in distribution.dependencies)
        for extra, dependencies in distribution.optional:
            if extra in edge.extras:
                todo.extend((dependency, edge.extras) for dependency in dependencies)
    return tuple(chosen[name] for name in sorted(chosen))


def _check_environment(lock: Lock, environment: Environment) -> None:
    if lock.environments and not any(holds(each, environment) for each in lock.environments):
        what = f"the lock was not made for Python {environment['python_version']} on Linux {environment['platform_machine']}"
        hint = "lock the project again, with such an environment"
        raise ProjectError(what, at=lock.at, hint=hint)


def _fitting(
    edge: Dependency, candidates: list[LockedDistribution], environment: Environment, active: frozenset[str]
) -> list[LockedDistribution]:
    """The distributions that an edge may lead to."""
    fitting = [
        candidate
        for candidate in candidates
        if (edge.version is None or candidate.version == edge.version)
        and (edge.source is None or candidate.source_id == edge.source)
        and (
            edge.specifier is None
            or candidate.version is None
            or edge.specifier.contains(candidate.version, prereleases=True)
        )
    ]
    if len(fitting) > 1:
        return [c for c in fitting if not c.markers or any(holds(m, environment, active) for m in c.markers)]
    return fitting


def _target(
    edge: Dependency, fitting: list[LockedDistribution], chosen: LockedDistribution | None
) -> LockedDistribution:
    """The one; where the edge leaves it open (`specifier`), what was chosen before, else the highest version."""
    if len(fitting) > 1 and edge.specifier is not None:
        return chosen if chosen in fitting else max(fitting, key=lambda each: each.version or _LOWEST)
    if len(fitting) == 1:
        return fitting[0]
    what = f"holds no {edge.name}" if not fitting else f"holds {len(fitting)} answers for {edge.name}"
    wanted = f" {edge.version}" if edge.version else ""
    raise ProjectError(f"the lock {what}{wanted}, which it needs", at=edge.at, hint="lock the project again")
