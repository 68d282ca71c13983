"""Holds the files of packages against each other: two packages may have the same file, not two files of one name."""

from collections.abc import Iterable

from pottle.errors import SourceError
from pottle.oci.entry import Directory, Entry


def check_files(packages: Iterable[tuple[str, Iterable[Entry]]]) -> None:
    """Raises SourceError that names both packages, as dpkg would. Replacing and diverting (Debian Policy 7.6, dpkg-divert(1)) is refused too."""
    known: dict[str, tuple[str, Entry]] = {}
    for name, entries in packages:
        for entry in entries:
            if isinstance(entry, Directory):
                continue
            owner, other = known.setdefault(entry.path, (name, entry))
            if other != entry:
                raise SourceError(
                    f"{owner} and {name} both have a file /{entry.path}, and not the same",
                    hint="leave one of them out of `packages`",
                )
