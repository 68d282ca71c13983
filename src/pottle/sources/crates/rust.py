"""What a source says of Rust: whether it is built with it, which crates it takes, how new a Rust it needs. Untrusted files, read and not run."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pottle.sources.crates import cargo_lock
from pottle.sources.crates.cargo_config import tables

Version = tuple[int, int]

_BACKENDS = re.compile(r"(maturin|setuptools[-_.]rust|hatch[-_.]?(rs|rust)\w*)(?![\w-])", re.IGNORECASE)
_LARGEST = 1 << 20
_DEEPEST = 6
_NOT_ITS_OWN = frozenset({"examples", "example", "tests", "test", "benches", "vendor", ".git"})
_EDITIONS = {"2018": (1, 31), "2021": (1, 56), "2024": (1, 85)}
_LOCKS = {3: (1, 53), 4: (1, 78)}
"""Which Rust came with what can read it (Cargo's changelog)."""


@dataclass(frozen=True, slots=True)
class Rust:
    """Of one source."""

    locks: tuple[Path, ...]
    """`Cargo.lock` files that cargo goes by."""
    vendored: bool
    """It brings its crates along."""
    needed: Version | None
    """The oldest Rust that can build it, as far as it says."""
    indexes: tuple[str, ...] = ()
    """Registries besides cargo's own that it names itself."""


def read(tree: Path, requires: Sequence[str]) -> Rust | None:
    """What the source at `tree` says, which is built with what it `requires`; None: it is not built with Rust."""
    found = sorted(_walk(tree), key=lambda path: (len(path.parts), path))
    manifests = [path for path in found if path.name == "Cargo.toml"]
    if not manifests or not (any(map(_BACKENDS.match, requires)) or manifests[0].parent == tree):
        return None
    locks = _nearest([path for path in found if path.name == "Cargo.lock"])
    replaced, indexes = _configured([path for path in found if path.name in {"config", "config.toml"}])
    needed = [*map(_of_manifest, _nearest(manifests)), *map(_of_lock, locks)]
    return Rust(locks, replaced, max(filter(None, needed), default=None), indexes)


def _walk(tree: Path) -> Iterator[Path]:
    """Its files of cargo's names, not those of crates that it brings along, of examples or tests. Links are not followed."""
    for place, directories, files in os.walk(tree):
        here = Path(place)
        if ".cargo-checksum.json" in files or len(here.relative_to(tree).parts) > _DEEPEST:
            directories.clear()
            continue
        directories[:] = [name for name in directories if name not in _NOT_ITS_OWN]
        wanted = {"config", "config.toml"} if here.name == ".cargo" else {"Cargo.toml", "Cargo.lock"}
        yield from (here / name for name in files if name in wanted and not (here / name).is_symlink())


def _nearest(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Those nearest to the root: the others are of its parts, and cargo goes by the workspace's."""
    return tuple(path for path in paths if len(path.parts) == len(paths[0].parts))


def _configured(paths: Sequence[Path]) -> tuple[bool, tuple[str, ...]]:
    """Whether the source replaces registries by what it brings, and which it names."""
    from pottle.errors import ConfigError

    replaced, indexes = False, set[str]()
    for path in paths:
        try:
            sources, registries = tables(path)
        except ConfigError:
            continue  # cargo will tell
        replaced |= any("directory" in table or "local-registry" in table for table in sources.values())
        indexes |= {table["index"] for table in registries.values() if isinstance(table.get("index"), str)}
    return replaced, tuple(sorted(indexes))


def _of_manifest(path: Path) -> Version | None:
    """`rust-version` of a package or of its workspace; else what its edition came with."""
    document = _toml(path)
    workspace = document.get("workspace", {})
    tables = [document.get("package", {}), workspace.get("package", {}) if isinstance(workspace, dict) else {}]
    found: list[Version] = []
    for table in (each for each in tables if isinstance(each, dict)):
        said, edition = table.get("rust-version"), table.get("edition")
        if isinstance(said, str) and (match := re.match(r"(\d+)\.(\d+)", said)):
            found.append((int(match[1]), int(match[2])))
        if isinstance(edition, str) and edition in _EDITIONS:
            found.append(_EDITIONS[edition])
    return max(found, default=None)


def _of_lock(path: Path) -> Version | None:
    written = _toml(path, cargo_lock.LARGEST).get("version")
    return _LOCKS.get(written) if isinstance(written, int) else None


def _toml(path: Path, largest: int = _LARGEST) -> dict[str, Any]:
    import tomli

    try:
        with path.open("rb") as file:
            return tomli.loads(file.read(largest).decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return {}  # cargo will tell
