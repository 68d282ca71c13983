"""Files of which a lock tells name and hash, not the place (Poetry's and PDM's do): uv asks an index for `name==version`.

The hash is the only one that is allowed, so uv takes this file of all that the version has, or none. Nothing is resolved, and
what uv has in its cache it takes from there without asking anybody.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from pottle.sources.pypi.resolve import Indexes


class File(Protocol):
    """A wheel or a source archive of one version."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def version(self) -> str | None: ...  # noqa: D102
    @property
    def sha256(self) -> str | None: ...  # noqa: D102
    @property
    def index(self) -> str | None: ...  # noqa: D102


def commands(files: Iterable[File], indexes: Indexes, work: Path) -> Iterator[Sequence[str | Path]]:
    """The arguments of uv that install them: one call for each index that the lock names, one for all the rest.

    `indexes` are asked for the rest, where there are any; `work` is where uv's lists are written.
    """
    by_index: dict[str, list[File]] = {}
    for file in files:
        by_index.setdefault(file.index or "", []).append(file)
    for number, index in enumerate(sorted(by_index)):
        listed = work / f"requirements-{number}.txt"
        listed.write_text("".join(map(_line, by_index[index])), encoding="utf-8")
        yield [*_INSTALL, *(("--index", index) if index else _options(indexes)), "--requirements", listed]


_INSTALL = (
    *("pip", "install", "--no-deps", "--require-hashes"),
    *("--no-compile-bytecode", "--break-system-packages", "--link-mode", "hardlink"),
)


def _line(file: File) -> str:
    return f"{file.name}=={file.version} --hash=sha256:{file.sha256}\n"


def _options(indexes: Indexes) -> Iterator[str]:
    if indexes.instead:
        yield from ("--default-index", indexes.instead)
    for url in indexes.besides:
        yield from ("--index", url)
