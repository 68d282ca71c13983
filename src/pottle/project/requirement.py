"""PEP 508 requirements as the project writes them, read into dependencies with a place."""

from functools import lru_cache

from packaging.markers import InvalidMarker, Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from pottle.address import without_login
from pottle.errors import ProjectError
from pottle.project.facts import Dependency
from pottle.text import Location


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
