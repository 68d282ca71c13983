"""Holds the layers of an image against each other: what one has as a symbolic link, no other may have something below.

The other layer's directory would take the link's place, and hide all that it led to; engines differ in what they do then.
"""

from collections.abc import Iterable

from pottle.errors import SourceError
from pottle.oci.entry import Directory, Entry, Symlink


def check_links(entries: Iterable[Entry]) -> None:
    """Raises SourceError for a link of one package that is a directory of another's."""
    entries = tuple(entries)
    links = {entry.path for entry in entries if isinstance(entry, Symlink)}
    for entry in entries:
        path = entry.path if isinstance(entry, Directory) else entry.path.rpartition("/")[0]
        while path:
            if path in links:
                raise SourceError(
                    f"one package has /{path} as a link, another has /{entry.path}",
                    hint="leave one of them out of `packages`",
                )
            path = path.rpartition("/")[0]
