"""Environment markers (PEP 508) as a resolved set uses them: `extra` is not one value there but the set of all that are active.

uv writes which of several conflicting extras and groups are active as extras of their own (`extra-4-shop-cpu`,
`group-4-shop-dev`: the length of the project's name, the name, the extra), and asks for several at once.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache

from packaging.markers import Marker
from packaging.utils import NormalizedName, canonicalize_name

from pottle.plan.environment import Environment

_EXTRA = re.compile(r"""extra (?P<is>==|!=) "(?P<name>[^"]*)"|"(?P<named>[^"]*)" (?P<are>==|!=) extra\b""")
_TRUE, _FALSE = 'os_name != ""', 'os_name == ""'


def holds(marker: Marker | None, environment: Environment, extras: Collection[str] = ()) -> bool:
    """Whether something under `marker` counts in `environment` where `extras` are active."""
    if marker is None:
        return True
    if _EXTRA.search(_text(marker)):
        marker = _decided(_text(marker), frozenset(extras))
    return marker.evaluate({**environment, "extra": ""})


def active(owner: NormalizedName | None, extras: Iterable[str], groups: Iterable[str]) -> Iterator[str]:
    """What conflict markers call the project's `extras` and `groups`; nothing where `owner` is None: it has no conflicts."""
    if owner is None:
        return
    for kind, names in (("extra", extras), ("group", groups)):
        yield from (f"{kind}-{len(owner)}-{owner}-{canonicalize_name(name)}" for name in names)


@lru_cache(maxsize=4096)
def _text(marker: Marker) -> str:
    return str(marker)


@lru_cache(maxsize=4096)
def _decided(text: str, extras: frozenset[str]) -> Marker:
    """The marker with every question about an extra answered."""

    def answer(found: re.Match[str]) -> str:
        name, operator = found["name"] or found["named"] or "", found["is"] or found["are"]
        is_active = name in extras or canonicalize_name(name) in extras
        return _TRUE if is_active == (operator == "==") else _FALSE

    return Marker(_EXTRA.sub(answer, text))
