"""Debian packages that an application needs and that its base image has to have: none are put on somebody else's system yet."""

from collections.abc import Iterable, Iterator

from pottle.errors import ProjectError
from pottle.plan import packages
from pottle.plan.bases import Base
from pottle.plan.system import Need
from pottle.text import Location

_OF_A_SHELL = frozenset({*packages.SHELL, *packages.DEBUG})


def missing(base: Base, needs: Iterable[Need]) -> tuple[str, ...]:
    """Warnings, where the image is no Debian's and nobody can tell. Raises `ProjectError` for what a Debian's image has not."""
    image = base.image
    if image is None:
        return ()
    wanted = [(need, lacking) for need in needs if (lacking := tuple(_lacking(need, base)))]
    if wanted and image.packages is not None:
        need, names = wanted[0][0], sorted({name for _, lacking in wanted for name in lacking})
        told = f"package{'s' if len(names) > 1 else ''} {', '.join(names)}"
        what = f"the base image {base.title} does not have the {told}, which the application needs ({need.because})"
        hint = 'install them in a base image of your own, or let pottle put a base together: `base = "debian"`'
        raise ProjectError(what, at=Location.parse(need.at) if need.at else None, hint=hint)
    return tuple(
        f"{base.title} is no Debian, so it is for you to see that it has what the {' '.join(names)} of Debian would bring: "
        f"{need.because}"
        for need, names in wanted
    )


def _lacking(need: Need, base: Base) -> Iterator[str]:
    image = base.image
    assert image is not None, "it was looked into"
    shell = "/bin/sh" in image.has
    there = set(image.packages or ())
    yield from (name for name in need.packages if name not in there and not (shell and name in _OF_A_SHELL))
