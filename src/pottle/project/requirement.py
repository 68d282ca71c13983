"""PEP 508 requirements as the project writes them, read into dependencies with a place."""

from functools import lru_cache

from packaging.markers import InvalidMarker, Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from pottle.address import without_login
from pottle.errors import ProjectError
from pottle.project.facts import Dependency
from pottle.text import Location

PUBLIC = ("pypi", "org")
"""The name of the index that everybody uses who names none, in its parts."""


def parse(text: object, at: Location) -> Requirement:
    """The requirement that `text` is. Raises `ProjectError` for anything else."""
    if not isinstance(text, str):
        raise ProjectError(f"a dependency is {text!r}, not text", at=at, hint='write it as PEP 508: "name>=1.0"')
    try:
        return Requirement(text)
    except InvalidRequirement as error:
        reason = str(error).partition("\n")[0]
        hint = 'write it as PEP 508: "name[extra]>=1.0; marker"'
        raise ProjectError(
            f"{_short(text)} is no requirement: {reason[:1].lower()}{reason[1:]}", at=at, hint=hint
        ) from None


def dependency(requirement: Requirement, at: Location) -> Dependency:
    """The edge that a requirement is."""
    return Dependency(
        canonicalize_name(requirement.name),
        at,
        extras=tuple(sorted(canonicalize_name(extra) for extra in requirement.extras)),
        marker=requirement.marker,
        specifier=requirement.specifier,
        url=without_credentials(requirement.url) if requirement.url else None,
    )


@lru_cache(maxsize=4096)
def marker(text: str) -> Marker:
    """The marker that `text` is: a large lock repeats few. Raises `ValueError`."""
    try:
        return Marker(text)
    except InvalidMarker:
        raise ValueError(f"{_short(text)} is no marker") from None


def at_marker(text: str | None, at: Location) -> Marker | None:
    """The marker that stands at a place. Raises `ProjectError` for nonsense."""
    if not text:
        return None
    try:
        return marker(text)
    except ValueError as error:
        raise ProjectError(str(error), at=at, hint="see PEP 508: `python_version < '3.13'`") from None


def both(one: Marker | None, other: Marker | None) -> Marker | None:
    """What holds where both do; None holds everywhere."""
    return Marker(f"({one}) and ({other})") if one is not None and other is not None else one or other


def without_credentials(url: str) -> str:
    """`url` less the login in it: secrets travel by netrc or environment, never in facts."""
    if "@" not in url:
        return url
    scheme, separator, rest = url.partition("://")
    if scheme.endswith("ssh"):
        authority, slash, path = rest.partition("/")
        user, at, host = authority.rpartition("@")
        return f"{scheme}{separator}{user.partition(':')[0]}{at}{host}{slash}{path}"  # `git@` is a name, no secret
    return without_login(url)


def _short(text: str) -> str:
    shown = without_credentials(text)
    return repr(shown if len(shown) <= 80 else shown[:77] + "...")


def is_public(url: str) -> bool:
    """Whether an index is the one that everybody asks who names none: tools write it down though nobody has chosen it."""
    host = url.partition("://")[2].partition("/")[0].rpartition("@")[2].split(".")
    return host[-2:] == [*PUBLIC] or host == [PUBLIC[0], "python", PUBLIC[1]]
