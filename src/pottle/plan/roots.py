"""What an image is asked to hold: the project's own dependencies, and the extras and groups that the configuration names.

Development dependencies are groups, so none of them is here unless it is asked for.
"""

import difflib

from packaging.utils import NormalizedName, canonicalize_name

from pottle.config.options import Options
from pottle.errors import ConfigError
from pottle.project.facts import Dependency, Lock

Named = tuple[tuple[NormalizedName, tuple[Dependency, ...]], ...]


def roots(lock: Lock | None, options: Options) -> tuple[Dependency, ...]:
    """Where the walk over the lock begins. Raises `ConfigError` for an extra or a group that the project has not."""
    found = list(lock.roots) if lock else []
    for name in options.extras:
        asks = lock is not None and lock.asks is not None  # then the backend alone knows which there are
        found += _named("extras", name, lock.extras if lock else (), options, unknown=asks)
    for name in options.groups:
        found += _named("groups", name, lock.groups if lock else (), options)
    return tuple(found)


def _named(field: str, name: str, known: Named, options: Options, *, unknown: bool = False) -> tuple[Dependency, ...]:
    by_name = dict(known)
    wanted = canonicalize_name(name)
    if wanted in by_name or unknown:
        return by_name.get(wanted, ())
    near = difflib.get_close_matches(wanted, list(by_name), n=1)
    have = f"it has {', '.join(sorted(by_name))}" if by_name else f"it has no {field}"
    raise ConfigError(
        f"the project has no {field.removesuffix('s')} {name!r}",
        at=options.origins.get(field),
        hint=f"did you mean `{near[0]}`?" if near else have,
    )
