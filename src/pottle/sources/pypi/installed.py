"""The tree that uv installs, read by its RECORDs: which distribution owns which file.

Only regular files below the prefix that lie there count, whatever a RECORD claims: a wheel is written by strangers.
"""

import base64
import csv
import hashlib
import os
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from email.parser import HeaderParser
from pathlib import Path

from packaging.utils import canonicalize_name

from pottle.errors import SourceError

_RECORD = re.compile(r"lib(?:64)?/python\d+\.\d+/site-packages/[^/]+\.dist-info/RECORD")


@dataclass(frozen=True, slots=True)
class InstalledFile:
    """One file of a distribution, where it lies and what its RECORD says of it."""

    path: str
    """Below the prefix, as uv laid it out for its own Python: `lib/python3.11/site-packages/click/core.py`."""
    on_disk: Path
    digest: str
    """As RECORD has it, `sha256=…` in unpadded base64url; empty where it names none."""
    size: int
    executable: bool


@dataclass(frozen=True, slots=True)
class Distribution:
    """An installed distribution and its files, in the order of their paths."""

    name: str
    """Normalized (PEP 503)."""
    version: str
    info: str
    """Its `.dist-info` directory below the prefix."""
    files: tuple[InstalledFile, ...] = field(repr=False)


def is_pure(distribution: Distribution) -> bool:
    """Whether its wheel is for every platform, by the tags that it says itself (the binary distribution format, WHEEL)."""
    wheel = next((file for file in distribution.files if file.path == f"{distribution.info}/WHEEL"), None)
    lines = wheel.on_disk.read_text(encoding="utf-8", errors="replace").splitlines() if wheel is not None else []
    tags = [line.partition(":")[2].strip() for line in lines if line.startswith("Tag:")]
    return bool(tags) and all(tag.endswith("-none-any") for tag in tags)


def read(prefix: Path) -> tuple[Distribution, ...]:
    """Every distribution below `prefix`, by name. Files that no RECORD lists go to the nearest neighbour's owner."""
    present = dict(_walk(prefix))
    infos = sorted({posixpath.dirname(path) for path in present if _is_record(path)})
    listed = {info: _recorded(prefix, info, present) for info in infos}
    for path in _strays(present, listed):
        listed[_nearest(path, listed)][path] = ""
    found = [_distribution(prefix, info, listed[info], present) for info in infos]
    return tuple(sorted(found, key=lambda distribution: distribution.name))


def damaged(distribution: Distribution) -> bool:
    """Whether a file is not what RECORD says: the wheel's RECORD is wrong, or somebody wrote into uv's cache."""
    return any(
        file.digest.startswith("sha256=") and digest_of(file.on_disk) != file.digest for file in distribution.files
    )


def digest_of(content: Path | bytes) -> str:
    """As RECORD writes it."""
    if isinstance(content, Path):
        with content.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").digest()
    else:
        digest = hashlib.sha256(content).digest()
    return "sha256=" + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def contested(distributions: Iterable[Distribution]) -> frozenset[str]:
    """The names of distributions that own one path with different content."""
    owners: dict[str, dict[str, set[str]]] = {}
    for distribution in distributions:
        for file in distribution.files:
            owners.setdefault(file.path, {}).setdefault(file.digest, set()).add(distribution.name)
    return frozenset(
        name for claims in owners.values() if len(claims) > 1 for names in claims.values() for name in names
    )


def _walk(prefix: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Every regular file below `prefix`. Symbolic links are neither listed nor followed."""
    pending = [""]
    while pending:
        directory = pending.pop()
        with os.scandir(prefix / directory) as entries:
            for entry in entries:
                path = posixpath.join(directory, entry.name)
                if entry.is_dir(follow_symlinks=False):
                    pending.append(path)
                elif entry.is_file(follow_symlinks=False):
                    yield path, entry.stat(follow_symlinks=False)


def _is_record(path: str) -> bool:
    """Of what is installed, not of what a distribution brings along inside of itself (`setuptools/_vendor/…`)."""
    return _RECORD.fullmatch(path) is not None


def _recorded(prefix: Path, info: str, present: Mapping[str, object]) -> dict[str, str]:
    """Path below the prefix → digest, for the files that are there."""
    try:
        rows = list(csv.reader((prefix / info / "RECORD").read_text(encoding="utf-8").splitlines()))
    except (ValueError, csv.Error) as error:
        raise SourceError(f"the RECORD of {posixpath.basename(info)} cannot be read: {error}") from error
    site = posixpath.dirname(info)
    digests = {posixpath.normpath(posixpath.join(site, row[0])): row[1] if len(row) > 1 else "" for row in rows if row}
    return {path: digest for path, digest in digests.items() if path in present}


def _strays(present: Iterable[str], listed: Mapping[str, Mapping[str, str]]) -> list[str]:
    owned = {path for files in listed.values() for path in files}
    return sorted(path for path in present if path not in owned and "/site-packages/" in path) if listed else []


def _nearest(path: str, listed: Mapping[str, Mapping[str, str]]) -> str:
    """The distribution that has a file in the directory, or else in the nearest one above it."""
    directory = posixpath.dirname(path)
    while directory:
        for info in listed:
            if any(posixpath.dirname(other) == directory for other in listed[info]):
                return info
        directory = posixpath.dirname(directory)
    return next(iter(listed))


def _distribution(
    prefix: Path, info: str, digests: Mapping[str, str], present: Mapping[str, os.stat_result]
) -> Distribution:
    if f"{info}/METADATA" not in present:
        raise SourceError(f"{posixpath.basename(info)} has no METADATA")
    metadata = HeaderParser().parsestr((prefix / info / "METADATA").read_text(encoding="utf-8", errors="replace"))
    files = [
        InstalledFile(path, prefix / path, digest, present[path].st_size, bool(present[path].st_mode & 0o111))
        for path, digest in sorted(digests.items())
    ]
    return Distribution(canonicalize_name(metadata["Name"] or ""), metadata["Version"] or "", info, tuple(files))
