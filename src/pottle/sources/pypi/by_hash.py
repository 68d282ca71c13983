"""Wheels of which a lock tells name and hash, not the place (Poetry's and PDM's do): uv asks an index for `name==version`.

The hash is the only one that is allowed, so uv takes this wheel of all that the version has, or none. Nothing is resolved, and
what uv has in its cache it takes from there without asking anybody.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pottle.sources.pypi.pylock import Wheel
from pottle.sources.pypi.resolve import Indexes


def commands(wheels: Iterable[Wheel], indexes: Indexes, work: Path) -> Iterator[Sequence[str | Path]]:
    """The arguments of uv that install them: one call for each index that the lock names, one for all the rest.

    `indexes` are asked for the rest, where there are any; `work` is where uv's lists are written.
    """
    by_index: dict[str, list[Wheel]] = {}
    for wheel in wheels:
        by_index.setdefault(wheel.index or "", []).append(wheel)
    for number, index in enumerate(sorted(by_index)):
        listed = work / f"requirements-{number}.txt"
        listed.write_text("".join(map(_line, by_index[index])), encoding="utf-8")
        yield [*_INSTALL, *(("--index", index) if index else _options(indexes)), "--requirements", listed]


_INSTALL = ("pip", "install", "--no-deps", "--require-hashes", "--no-compile-bytecode", "--break-system-packages")


def _line(wheel: Wheel) -> str:
    return f"{wheel.name}=={wheel.version} --hash=sha256:{wheel.sha256}\n"


def _options(indexes: Indexes) -> Iterator[str]:
    if indexes.instead:
        yield from ("--default-index", indexes.instead)
    for url in indexes.besides:
        yield from ("--index", url)
