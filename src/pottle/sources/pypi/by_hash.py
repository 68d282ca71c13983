"""Files of which a lock tells name and hash, not the place (Poetry's and PDM's do): uv asks an index for `name==version`.

The hash is the only one that is allowed, so uv takes this file of all that the version has, or none. Nothing is resolved, and
what uv has in its cache it takes from there without asking anybody.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from pottle.sources.pypi.resolve import Indexes, expanded


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


def commands(
    files: Iterable[File], indexes: Indexes, environ: Mapping[str, str], work: Path
) -> Iterator[Sequence[str | Path]]:
    """The arguments of uv that install them: one call for each index that the lock names, one for all the rest.

    `indexes` are asked for the rest, where there are any; variables in URLs are those of `environ`; `work` is where uv's lists
    are written. Raises `ProjectError` for a variable that is not set.
    """
    by_index: dict[str, list[File]] = {}
    for file in files:
        by_index.setdefault(file.index or "", []).append(file)
    for number, index in enumerate(sorted(by_index)):
        listed = work / f"requirements-{number}.txt"
        listed.write_text("".join(map(_line, by_index[index])), encoding="utf-8")
        asked = Indexes(None, (index,)) if index else indexes
        yield [*_INSTALL, *_expanded(asked, environ).options(), "--requirements", listed]


_INSTALL = (
    *("pip", "install", "--no-deps", "--require-hashes"),
    *("--no-compile-bytecode", "--break-system-packages", "--link-mode", "hardlink"),
)


def _line(file: File) -> str:
    return f"{file.name}=={file.version} --hash=sha256:{file.sha256}\n"


def _expanded(indexes: Indexes, environ: Mapping[str, str]) -> Indexes:
    instead = expanded(indexes.instead, environ) if indexes.instead else None
    return Indexes(instead, tuple(expanded(url, environ) for url in indexes.besides))
