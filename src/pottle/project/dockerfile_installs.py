"""What the project's Dockerfile installs beside its list, and starts: a server is often named there and nowhere else.

A list that still has to be resolved leaves open what else there is, and takes up the one distribution whose program the Dockerfile
starts. A complete lock decides for itself.
"""

from dataclasses import replace

from packaging.utils import canonicalize_name

from pottle.project import runners
from pottle.project.command_line import parse
from pottle.project.facts import Dependency, Facts, LockedDistribution, Recipe


def added(facts: Facts) -> Facts:
    """The facts with that distribution among what is wanted, or as they are."""
    lock, recipe = facts.lock, facts.recipe
    if lock is None or lock.complete or recipe is None:
        return facts
    found = starts(recipe)
    if found is None or found.name in {each.name for each in lock.distributions}:
        return facts
    locked = LockedDistribution(
        name=found.name,
        version=found.version,
        source="registry",
        source_id=lock.index or "",
        at=found.at,
        markers=(found.marker,) if found.marker else (),
    )
    lock = replace(lock, roots=(*lock.roots, found), distributions=(*lock.distributions, locked))
    return replace(facts, lock=lock, dependencies=(*facts.dependencies, found))


def starts(recipe: Recipe) -> Dependency | None:
    """The distribution whose program it starts, where it installs that by name."""
    words = runners.bare(parse(recipe.command, {"PORT": "80"}).words) if recipe.command is not None else ()
    program = canonicalize_name(words[0]) if words else ""
    # waitress-serve is a program of waitress.
    return next((each for each in recipe.installs if program == each.name or program.startswith(f"{each.name}-")), None)
