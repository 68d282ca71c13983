"""`Cargo.lock` (The Cargo Book, "Cargo.toml vs Cargo.lock"): the crates of registries that a source is built with, each by its SHA-256."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pottle.sources.placing import host_errors

LARGEST = 8 << 20
"""Bytes: the largest that were seen are a tenth of it."""
_MOST_CRATES = 5000
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_VERSION = re.compile(r"\d+\.\d+\.\d+[A-Za-z0-9.+-]{0,100}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class InvalidLock(ValueError):
    """It is no `Cargo.lock`, or asks for what no registry has."""


@dataclass(frozen=True, slots=True, order=True)
class Crate:
    """One crate at one version."""

    name: str
    version: str
    sha256: str
    """Of its `.crate` file."""
    index: str
    """The registry's, as the lock names it: `registry+https://…`, which is a git repository, or `sparse+https://…/`."""

    @property
    def directory(self) -> str:
        """What its `.crate` file unpacks to."""
        return f"{self.name}-{self.version}"


@dataclass(frozen=True, slots=True)
class CargoLock:
    """What one says."""

    format: int
    """Its `version`, which says how new a cargo has to be."""
    crates: tuple[Crate, ...]


def read(path: Path) -> CargoLock:
    """What the file says. Raises `InvalidLock`."""
    with host_errors(path), path.open("rb") as file:
        return parse(file.read(LARGEST + 1))


def parse(content: bytes) -> CargoLock:
    """What the file says. Raises `InvalidLock`."""
    import tomli

    if len(content) > LARGEST:
        raise InvalidLock(f"it is larger than {LARGEST} bytes")
    try:
        document = tomli.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InvalidLock(f"it is no TOML: {error}") from error
    written, packages = document.get("version", 1), document.get("package", [])
    if not isinstance(written, int) or not isinstance(packages, list) or len(packages) > _MOST_CRATES:
        raise InvalidLock("it does not list crates")
    # Until format 2 the checksums stand in a table of their own.
    apart = document.get("metadata", {})
    return CargoLock(written, tuple(sorted(_crates(packages, apart if isinstance(apart, dict) else {}))))


def _crates(packages: list[Any], apart: dict[str, Any]) -> Iterator[Crate]:
    for package in packages:
        if not isinstance(package, dict) or not isinstance(package.get("name"), str):
            raise InvalidLock("it does not list crates")
        name, version, source = package["name"], package.get("version"), package.get("source")
        if source is None:
            continue  # it lies in the source itself
        if not isinstance(source, str) or not isinstance(version, str):
            raise InvalidLock(f"it does not say where {name} is from")
        if source.startswith("git+"):
            raise InvalidLock(f"it takes {name} from a repository ({source[4:].partition('#')[0].partition('?')[0]})")
        digest = package.get("checksum") or apart.get(f"checksum {name} {version} ({source})")
        if not _NAME.fullmatch(name) or not _VERSION.fullmatch(version):
            raise InvalidLock(f"it names a crate {name!r} {version!r}, as no registry does")
        if not isinstance(digest, str) or not _SHA256.fullmatch(digest):
            raise InvalidLock(f"it does not say what {name} {version} has to be")
        yield Crate(name, version, digest, source)
