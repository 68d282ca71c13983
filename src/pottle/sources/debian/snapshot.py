"""Snapshot services, Debian's and Ubuntu's: what an archive was at some moment of the past. They have what mirrors have no more.

Asked for a moment between two of its states, Debian's answers with the earlier one, which may have been taken before the Release in
question was mirrored; a package stays in an archive for more than a day after a newer one has come. So the state of a day later is
asked first.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pottle.sources.debian.suites import Family, Pocket

_LATER = (timedelta(days=1), timedelta())


@dataclass(frozen=True, slots=True)
class Snapshots:
    """A family's service, by its root: what `/debian/TIMESTAMP` is appended to."""

    family: Family
    root: str

    def urls(self, pocket: Pocket, released: str, filename: str) -> Iterator[str]:
        """Where the file at `filename` may be, of the archive that holds `pocket` as it was `released` (ISO 8601, UTC)."""
        archive = "debian-security" if self.family == "debian" and pocket.root == "security" else self.family
        for later in _LATER:
            moment = datetime.fromisoformat(released).astimezone(UTC) + later
            yield f"{self.root}/{archive}/{moment:%Y%m%dT%H%M%SZ}/{filename}"
