"""Which distributions of a lock belong in the image: a walk over its graph from the project's own dependencies.

Markers are evaluated for the image's environment and extras are followed; nothing is resolved: a lock that leaves two answers
open, or names something that it does not hold, is broken and said to be.
"""

from collections import deque
from collections.abc import Iterable

from packaging.markers import Marker
from packaging.utils import NormalizedName

from pottle.errors import ProjectError
from pottle.plan.environment import Environment
from pottle.project.facts import Dependency, Lock, LockedDistribution
from pottle.text import Location

_ANYWHERE = Location("")


def select(lock: Lock, environment: Environment, roots: Iterable[Dependency]) -> tuple[LockedDistribution, ...]:
    """The distributions that `roots` need in `environment`, by name.

    Raises `ProjectError` for an edge that leads nowhere or to two distributions at once.
    """
    _check_environment(lock, environment)
    chosen: dict[NormalizedName, LockedDistribution] = {}
    seen: set[Dependency] = set()
    todo: deque[tuple[Dependency, tuple[NormalizedName, ...]]] = deque()
    todo.extend((edge, ()) for edge in roots)
    by_name: dict[NormalizedName, list[LockedDistribution]] = {}
    for distribution in lock.distributions:
        by_name.setdefault(distribution.name, []).append(distribution)
    while todo:
        edge, parent_extras = todo.popleft()
        key = Dependency(edge.name, _ANYWHERE, edge.version, edge.source, edge.extras)
        if not holds(edge.marker, environment, parent_extras) or key in seen:
            continue
        seen.add(key)
        distribution = _target(edge, by_name.get(edge.name, []), environment)
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


def holds(marker: Marker | None, environment: Environment, extras: tuple[NormalizedName, ...] = ()) -> bool:
    """Whether something under `marker` counts in `environment`, for who asked for `extras`."""
    if marker is None:
        return True
    return any(marker.evaluate({**environment, "extra": extra}) for extra in (*extras, ""))


def _target(edge: Dependency, candidates: list[LockedDistribution], environment: Environment) -> LockedDistribution:
    fitting = [
        candidate
        for candidate in candidates
        if (edge.version is None or candidate.version == edge.version)
        and (edge.source is None or candidate.source_id == edge.source)
    ]
    if len(fitting) > 1:
        fitting = [c for c in fitting if not c.markers or any(m.evaluate(environment) for m in c.markers)]
    if len(fitting) == 1:
        return fitting[0]
    what = f"holds no {edge.name}" if not fitting else f"holds {len(fitting)} answers for {edge.name}"
    wanted = f" {edge.version}" if edge.version else ""
    raise ProjectError(f"the lock {what}{wanted}, which it needs", at=edge.at, hint="lock the project again")
