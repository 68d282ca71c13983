"""One dependency as Poetry writes it, in `pyproject.toml` and in `poetry.lock`: a constraint, a table, or a list of these.

Source: Poetry's documentation, "Dependency specification".
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from packaging.markers import Marker
from packaging.utils import canonicalize_name

from pottle.project.requirement import marker, without_credentials
from pottle.project.wanted import Origin, Wanted, alternatives
from pottle.text import Location

_MINOR = re.compile(r"={0,2}\s*(\d+\.\d+)")
_SCP = re.compile(r"(?P<user>[\w.-]+@)?(?P<host>[\w.-]+):(?!/)(?P<path>.+)")
_PLATFORM = re.compile(r"\s*(==|!=|=)?\s*([\w.-]+)\s*")


def read(name: str, value: object, at: Location) -> Iterator[Wanted]:
    """Each of the constraints on `name`. Raises `ValueError` for what is none."""
    match value:
        case str():
            yield Wanted(canonicalize_name(name), at, constraint=_any(value))
        case Mapping():
            yield _table(name, value, at)
        case list():
            for each in value:
                yield from read(name, each, at)
        case _:
            raise ValueError(f"{value!r} is no constraint on {name}")


def _any(constraint: object) -> str:
    if not isinstance(constraint, str):
        raise ValueError(f"{constraint!r} is no version constraint")  # noqa: TRY004 - of the file, not of the program
    return "" if constraint.strip() == "*" else constraint


def _table(name: str, table: Mapping[str, Any], at: Location) -> Wanted:
    return Wanted(
        canonicalize_name(name),
        at,
        constraint=_any(table.get("version", "")),
        extras=tuple(sorted({canonicalize_name(extra) for extra in table.get("extras", ())})),
        marker=_marker(table.get("markers") or "", table.get("python") or "", table.get("platform") or ""),
        optional=table.get("optional") is True,
        source=table.get("source"),
        origin=_origin(table),
    )


def _origin(table: Mapping[str, Any]) -> Origin | None:
    subdirectory = table.get("subdirectory")
    if "git" in table:
        reference = next((str(table[key]) for key in ("rev", "tag", "branch") if key in table), None)
        return Origin("vcs", address(table["git"]), reference, subdirectory)
    if "url" in table:
        return Origin("url", without_credentials(table["url"]), subdirectory=subdirectory)
    path = table.get("path") or table.get("file")
    if path:
        return Origin("path", path, subdirectory=subdirectory, editable=table.get("develop") is True)
    return None


def address(url: str) -> str:
    """A repository's URL, without credentials; `git@host:path` becomes one."""
    if "://" not in url and (match := _SCP.fullmatch(url)):
        return f"ssh://{match['user'] or ''}{match['host']}/{match['path']}"
    return without_credentials(url)


@lru_cache(maxsize=4096)
def _marker(markers: str, python: str, platform: str) -> Marker | None:
    parts = [part for part in (markers, python_marker(python), _platform_marker(platform)) if part]
    if not parts:
        return None
    return marker(parts[0] if len(parts) == 1 else " and ".join(f"({part})" for part in parts))


def python_marker(constraint: str) -> str:
    """The marker that a constraint on Python is; "" for any. Of a `3.8` any patch version is meant."""
    minor = _MINOR.fullmatch(constraint.strip())
    sets = alternatives(f"{minor[1]}.*" if minor else constraint)
    if not all(str(each) for each in sets):
        return ""
    return _or(
        " and ".join(f'python_full_version {s.operator} "{s.version}"' for s in sorted(each, key=str)) for each in sets
    )


def _platform_marker(constraint: str) -> str:
    """`linux`, `!=win32`, `linux || darwin`."""
    return _or(" and ".join(_platform(one) for one in part.split(",")) for part in constraint.split("||") if part)


def _platform(text: str) -> str:
    match = _PLATFORM.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no platform")
    return f'sys_platform {"!=" if match[1] == "!=" else "=="} "{match[2]}"'


def _or(parts: Iterator[str]) -> str:
    found = list(parts)
    return found[0] if len(found) == 1 else " or ".join(f"({part})" for part in found)
