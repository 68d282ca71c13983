"""Debian packages of one build, each decompressed once: its layer wants it, and often the interpreter that compiles.

Decompressing a base takes longer than writing it to the disk.
"""

import tempfile
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pottle.build.supplies import Supplies
from pottle.oci.entry import Entry
from pottle.plan.lock import LockedPackage

if TYPE_CHECKING:
    from pottle.sources.debian.deb import Deb


class Packages:
    """For threads that want some of the same packages at about the same time."""

    def __init__(self, supplies: Supplies, aside: Path, readers: Iterable[LockedPackage]) -> None:
        """`aside` is a directory for what is large in them; `readers` names each package as often as it will be read."""
        self._supplies, self._aside = supplies, aside
        self._readers = Counter(package.sha256 for package in readers)
        self._known: dict[str, Unpacked] = {}
        self._lock = threading.Lock()

    def of(self, packages: Sequence[LockedPackage]) -> "list[Unpacked]":
        """The packages, in their order; fetched now, read when their entries are asked for."""
        debs = self._supplies.packages(packages) if packages else ()
        with self._lock:
            return [self._unpacked(package, deb) for package, deb in zip(packages, debs, strict=True)]

    def _unpacked(self, package: LockedPackage, deb: "Deb") -> "Unpacked":
        known = self._known.get(package.sha256)
        if known is None:
            known = Unpacked(deb, self._aside, self._readers[package.sha256])
            self._known[package.sha256] = known
        return known


@dataclass(slots=True)
class Unpacked:
    """One package; its entries are kept until the last of its readers has them."""

    deb: "Deb"
    _aside: Path
    _readers: int
    _entries: tuple[Entry, ...] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def entries(self) -> Iterator[Entry]:
        """Its files, as `Deb.entries` has them."""
        with self._lock:
            found, self._entries = self._entries, None
            if found is None:
                own = Path(tempfile.mkdtemp(dir=self._aside))
                found = tuple(self.deb.entries(own))
            self._readers -= 1
            if self._readers > 0:
                self._entries = found
        return iter(found)
