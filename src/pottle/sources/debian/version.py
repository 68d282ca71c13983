"""The order of Debian versions ([deb-version(7)]), which debian-inspector knows.

Its own reader refuses versions that constraints are full of (`2.36~`), so that reading is done here.

[deb-version(7)]: https://manpages.debian.org/deb-version.7
"""

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from debian_inspector.version import Version

_VERSION = re.compile(
    r"(?:(?P<epoch>\d{1,9}):)?"
    r"(?P<upstream>[A-Za-z0-9][A-Za-z0-9.+~]*(?:-[A-Za-z0-9.+~]+)*?)"
    r"(?:-(?P<revision>[A-Za-z0-9.+~]+))?",
    re.ASCII,
)


class InvalidVersion(ValueError):
    """The text is not `[epoch:]upstream[-revision]`."""


def check(version: str) -> None:
    """Raises `InvalidVersion` for what is no version."""
    _parts(version)


def satisfies(version: str, operator: str, other: str) -> bool:
    """Whether `version OPERATOR other` holds, for `<<`, `<=`, `=`, `>=` and `>>`."""
    order = compare(version, other)
    return {"<<": order < 0, "<=": order <= 0, "=": order == 0, ">=": order >= 0, ">>": order > 0}[operator]


def compare(version: str, other: str) -> int:
    """Negative, zero or positive, as `version` is earlier than, the same as, or later than `other`."""
    if version == other:
        return 0
    from debian_inspector.version import compare_version_objects

    return int(compare_version_objects(_read(version), _read(other)))


def upstream(version: str) -> str:
    """The upstream part: `2.41` of `2.41-12+deb13u1`."""
    return _parts(version)[1]


def _parts(version: str) -> tuple[str, str, str]:
    if not (match := _VERSION.fullmatch(version)):
        raise InvalidVersion(f"not a Debian version: {version!r}")
    return match["epoch"] or "0", match["upstream"], match["revision"] or "0"


@lru_cache(maxsize=4096)
def _read(version: str) -> "Version":
    from debian_inspector.version import Version

    epoch, upstream_, revision = _parts(version)
    return Version(epoch=int(epoch), upstream=upstream_, revision=revision)
