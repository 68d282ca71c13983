"""Which wheels fit an image: PEP 425 compatibility tags for a CPython on a Linux, with glibc or musl, that need not be this one.

Nothing is asked of the running interpreter or host: the tags follow from the image's Python, platform and C library alone.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from packaging.tags import Tag, compatible_tags, cpython_tags, parse_tag
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

_MACHINES = {"linux/amd64": "x86_64", "linux/arm64": "aarch64", "linux/arm64/v8": "aarch64"}
_OLDEST_GLIBC = {"x86_64": 5, "aarch64": 17}
"""PEP 600: no manylinux wheel is older than glibc 2.5 (manylinux1); none for aarch64 is older than 2.17 (PEP 599)."""
_OLDEST_MUSL = (1, 2)
"""Alpine 3.13, 2021: all that uv knows of musl (0.13.8), and what wheels of these years are built for."""
_NEWEST_MUSL = 2
"""uv installs for `musllinux_1_2` and older (0.13.8)."""
_LEGACY = {5: "manylinux1", 12: "manylinux2010", 17: "manylinux2014"}
"""PEP 600's aliases, by the minor version of glibc."""
_NEWEST_GLIBC = 40
"""uv refuses targets above manylinux_2_40 (0.13.8): it installs what is chosen here, so nothing above may be chosen."""
_UV_GLIBCS = (17, 28, *range(31, _NEWEST_GLIBC + 1))
"""The minor versions that uv's `--python-platform` knows (0.13.8)."""


class InvalidTarget(ValueError):
    """There are no wheels to choose for this Python, platform or C library."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a wheel has to fit."""

    python: str
    """`3.13`: a CPython with the GIL."""
    platform: str
    """`linux/amd64`"""
    glibc: tuple[int, int] | None
    musl: tuple[int, int] | None = None
    """In place of glibc, as Alpine has it."""

    def __post_init__(self) -> None:
        if self.python.endswith("t"):
            raise InvalidTarget(f"free-threaded Python is not supported: {self.python}")
        if not re.fullmatch(r"3\.[0-9]{1,2}", self.python):
            raise InvalidTarget(f"not a CPython version like 3.13: {self.python!r}")
        if self.platform not in _MACHINES:
            raise InvalidTarget(f"no wheels for this platform: {self.platform!r} (known: linux/amd64, linux/arm64)")
        if self.musl is not None and (self.musl < _OLDEST_MUSL or self.glibc is not None):
            raise InvalidTarget(f"not a musl that wheels are built for: {self.musl}")
        if self.musl is None and (self.glibc is None or not (2, _OLDEST_GLIBC[self.machine]) <= self.glibc < (3, 0)):
            raise InvalidTarget(f"not a glibc that wheels are built for: {self.glibc}")

    @property
    def machine(self) -> str:
        """As `uname -m` says it."""
        return _MACHINES[self.platform]

    @property
    def uv_platform(self) -> str:
        """The value of uv's `--python-platform` that is nearest from below: `x86_64-manylinux_2_40`."""
        if self.glibc is None:
            return f"{self.machine}-unknown-linux-musl"
        known = [minor for minor in _UV_GLIBCS if minor <= self.glibc[1]]
        return f"{self.machine}-manylinux_2_{known[-1]}" if known else f"{self.machine}-manylinux2014"

    def __str__(self) -> str:
        name, version = ("glibc", self.glibc) if self.glibc is not None else ("musl", self.musl)
        return f"{self.platform}, CPython {self.python} and {name} {'.'.join(map(str, version or ()))}"


def compatible(target: Target) -> tuple[Tag, ...]:
    """Every tag that fits, the most specific first: the order in which installers prefer wheels."""
    ranks = _ranks(target)
    return tuple(sorted(ranks, key=ranks.__getitem__))


def choose_wheel(filenames: Iterable[str], target: Target) -> str | None:
    """The name of the wheel that fits best, or None. Names that are no wheel's (PEP 427) fit nothing.

    Equal fits are decided by the higher build number, then by name.
    """
    ranks = _ranks(target)
    fitting = [(key, name) for name in filenames if (key := _preference(name, ranks)) is not None]
    return min(fitting)[1] if fitting else None


def needed_glibc(filename: str) -> tuple[int, int] | None:
    """The lowest glibc that a wheel's platform tags ask for; None where they name none."""
    return min(_glibcs(filename), default=None)


def _glibcs(filename: str) -> Iterator[tuple[int, int]]:
    minors = {alias: minor for minor, alias in _LEGACY.items()}
    for tag in _tags(filename):
        if match := re.fullmatch(r"manylinux_(\d+)_(\d+)_\w+", tag.platform):
            yield int(match[1]), int(match[2])
        elif minor := minors.get(tag.platform.partition("_")[0]):
            yield 2, minor


def _preference(filename: str, ranks: dict[Tag, int]) -> tuple[int, int, str] | None:
    # A large lock lists ten thousand wheels with a few hundred combinations of tags: only names that fit are parsed whole.
    found = [ranks[tag] for tag in _last_tags(filename) if tag in ranks]
    build = _build_number(filename) if found else None
    return (min(found), -build, filename) if build is not None else None


def _last_tags(filename: str) -> frozenset[Tag]:
    """The tags of a name that may be a wheel's."""
    _, _, tags = filename.removesuffix(".whl").partition("-")
    return _parsed("-".join(tags.rsplit("-", 3)[-3:])) if tags.count("-") >= 3 else frozenset()


_parsed = lru_cache(maxsize=4096)(parse_tag)


def _tags(filename: str) -> frozenset[Tag]:
    try:
        return parse_wheel_filename(filename)[3]
    except InvalidWheelFilename:
        return frozenset()


def _build_number(filename: str) -> int | None:
    """0 where there is none; None for a name that is no wheel's."""
    try:
        build = parse_wheel_filename(filename)[2]
    except InvalidWheelFilename:
        return None
    return build[0] if build else 0


@lru_cache(maxsize=16)
def _ranks(target: Target) -> dict[Tag, int]:
    major, minor = map(int, target.python.split("."))
    platforms = [*_manylinux(target), *_musllinux(target), f"linux_{target.machine}"]
    interpreter = f"cp{major}{minor}"
    tags = [
        *cpython_tags((major, minor), [interpreter], platforms),
        *compatible_tags((major, minor), interpreter, platforms),
    ]
    return {tag: rank for rank, tag in reversed(list(enumerate(tags)))}


def _manylinux(target: Target) -> Iterator[str]:
    newest = min(target.glibc[1], _NEWEST_GLIBC) if target.glibc is not None else -1
    for minor in range(newest, _OLDEST_GLIBC[target.machine] - 1, -1):
        yield f"manylinux_2_{minor}_{target.machine}"
        if minor in _LEGACY:
            yield f"{_LEGACY[minor]}_{target.machine}"


def _musllinux(target: Target) -> Iterator[str]:
    """PEP 656: whatever is built for an older musl of the same major version fits."""
    major, newest = target.musl or (0, -1)
    yield from (f"musllinux_{major}_{minor}_{target.machine}" for minor in range(min(newest, _NEWEST_MUSL), -1, -1))
