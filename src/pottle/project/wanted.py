"""What a project, or a distribution in a lock, asks for: a name under a constraint, whoever wrote it down and how."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Literal
from urllib.parse import parse_qs

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from pottle.project import poetry_constraint
from pottle.project.requirement import marker, parse, without_credentials
from pottle.text import Location

_EXTRA = re.compile(r'extra (==|!=) "([^"]*)"|"([^"]*)" (==|!=) extra')
_ALWAYS, _NEVER = 'python_version >= "0"', 'python_version < "0"'


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a dependency comes from that is on no index."""

    kind: Literal["vcs", "url", "path"]
    place: str
    """The URL, without credentials; or the path, relative to the project."""
    reference: str | None = None
    """The branch, tag or commit of a repository."""
    subdirectory: str | None = None
    editable: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """One name, under one constraint."""

    name: NormalizedName
    at: Location
    constraint: str = ""
    """In Poetry's notation, which PEP 440's is a part of; "" for any version. Read only where there is something to choose."""
    extras: tuple[NormalizedName, ...] = ()
    marker: Marker | None = None
    optional: bool = False
    """It counts only for an extra that names it."""
    source: str | None = None
    """The name of the index that it has to come from."""
    origin: Origin | None = None

    def admits(self, version: Version) -> bool:
        """Whether the constraint does; pre-releases, too: what is locked was allowed. Raises `ValueError` for nonsense."""
        return any(each.contains(version, prereleases=True) for each in alternatives(self.constraint))

    def __str__(self) -> str:
        extras = f"[{','.join(self.extras)}]" if self.extras else ""
        place = f" from {self.origin.place}" if self.origin else f" {self.constraint}".rstrip()
        return f"{self.name}{extras}{place}"


Group = tuple[Wanted, ...]


@dataclass(frozen=True, slots=True)
class Wants:
    """All that a project asks for."""

    main: Group = ()
    extras: Mapping[NormalizedName, Group] = field(default_factory=lambda: MappingProxyType({}))
    groups: Mapping[NormalizedName, Group] = field(default_factory=lambda: MappingProxyType({}))

    def all(self) -> Sequence[Wanted]:
        """Every one, development's too."""
        return [*self.main, *(w for part in (self.extras, self.groups) for group in part.values() for w in group)]


@lru_cache(maxsize=4096)
def alternatives(constraint: str) -> tuple[SpecifierSet, ...]:
    """The sets of which any may admit a version. Raises `ValueError` for what is no constraint."""
    plain = constraint.strip().strip("()").strip()
    return poetry_constraint.alternatives(plain) if plain else (SpecifierSet(),)


def required(text: object, at: Location) -> Wanted:
    """A requirement (PEP 508). Raises `ProjectError` for anything else."""
    found = parse(text, at)
    return Wanted(
        canonicalize_name(found.name),
        at,
        constraint=str(found.specifier),
        extras=tuple(sorted(map(canonicalize_name, found.extras))),
        marker=found.marker,
        origin=_origin(found),
    )


def _origin(requirement: Requirement) -> Origin | None:
    """What stands behind the `@` (PEP 440, "Direct references")."""
    if requirement.url is None:
        return None
    url, _, fragment = without_credentials(requirement.url).partition("#")
    subdirectory = parse_qs(fragment).get("subdirectory", [None])[0]
    if url.startswith("file:"):
        place = re.sub(r"^file:(///?\$\{PROJECT_ROOT\}/|//)?", "", url)
        return Origin("path", place, subdirectory=subdirectory)
    if (scheme := url.partition("+")[0]) not in ("git", "hg", "svn", "bzr"):
        return Origin("url", url, subdirectory=subdirectory)
    address = url.removeprefix("git+") if scheme == "git" else url
    head, at, reference = address.rpartition("@")
    if at and "/" in head.partition("://")[2]:
        return Origin("vcs", head, reference, subdirectory)
    return Origin("vcs", address, subdirectory=subdirectory)


def both(one: Marker | None, other: Marker | None) -> Marker | None:
    """The marker under which both hold."""
    if one is None or other is None or one == other:
        return one or other
    return marker(f"({one}) and ({other})")


def for_extra(wanted: Wanted, extra: NormalizedName) -> Wanted:
    """`wanted` for those who ask for `extra` and nothing else: its marker may tell extras apart."""
    if wanted.marker is None or "extra" not in (text := str(wanted.marker)):
        return wanted

    def truth(match: re.Match[str]) -> str:
        operator, named = match[1] or match[4], match[2] or match[3] or ""
        return _ALWAYS if (canonicalize_name(named) == extra) is (operator == "==") else _NEVER

    return replace(wanted, marker=marker(_EXTRA.sub(truth, text)))


def for_any_extra(found: Marker) -> Marker:
    """The marker less what it says of extras."""
    return marker(_EXTRA.sub(_ALWAYS, str(found)))


def expanded(name: NormalizedName | None, extras: Mapping[NormalizedName, Group]) -> dict[NormalizedName, Group]:
    """Extras that name others of the same project (`all = ["shop[fast,postgres]"]`) with what these bring."""

    def bring(group: Group, above: frozenset[NormalizedName]) -> Group:
        found: list[Wanted] = []
        for each in group:
            if each.name != name:
                found.append(each)
                continue
            for extra in each.extras:
                if extra in extras and extra not in above:
                    found += [
                        replace(one, marker=both(one.marker, each.marker))
                        for one in bring(extras[extra], above | {extra})
                    ]
        return tuple(dict.fromkeys(found))

    return {extra: bring(group, frozenset({extra})) for extra, group in extras.items()}
