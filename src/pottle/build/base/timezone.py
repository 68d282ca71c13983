"""The local time zone: UTC, as tzdata's postinst sets it where nobody chose one (localtime(5)).

The C library takes UTC without being told; programs that want the zone's name look here.
"""

from collections.abc import Collection, Iterator

from pottle.oci.entry import Entry, File, Symlink

_UTC = "usr/share/zoneinfo/Etc/UTC"


def timezone(paths: Collection[str]) -> Iterator[Entry]:
    """`/etc/localtime` and `/etc/timezone`; nothing in an image without time zones."""
    if _UTC in paths:
        yield Symlink("etc/localtime", f"/{_UTC}")
        yield File("etc/timezone", b"Etc/UTC\n")
