"""RECORD: which files an installed distribution owns (PyPA, "Recording installed projects")."""

import csv
import io
import posixpath

from pottle.oci.entry import File
from pottle.sources.pypi.installed import digest_of


class Record:
    """The lines of one RECORD, whose paths are relative to `site_packages`: equal lines give equal bytes, in any order."""

    def __init__(self, site_packages: str) -> None:
        self._site_packages = site_packages
        self._lines: list[tuple[str, str, str]] = []

    def add(self, path: str, file: File, known: tuple[str, int] | None = None) -> None:
        """A file at `path` below the root; `known` is its digest and size where they need not be computed."""
        digest, size = known or (digest_of(file.content), file.size)
        self._lines.append((self._relative(path), digest, str(size)))

    def content(self, itself: str) -> bytes:
        """The file, which names itself without a hash."""
        buffer = io.StringIO(newline="")
        csv.writer(buffer, lineterminator="\n").writerows(sorted([*self._lines, (self._relative(itself), "", "")]))
        return buffer.getvalue().encode()

    def _relative(self, path: str) -> str:
        return posixpath.relpath(path, self._site_packages)
