"""`/sbin/ldconfig`, which `ctypes.util.find_library` asks what there is: the program itself, not Ubuntu's wrapper.

Ubuntu's libc-bin ships `ldconfig` as a shell script that puts work off while dpkg runs, and the program as `ldconfig.real`;
without a shell the script is of no use.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pottle.oci.entry import Entry

PROGRAM = "usr/sbin/ldconfig"
_WRAPPED = f"{PROGRAM}.real"


def unwrapped(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries, with the program in the place of its wrapper."""
    entries = tuple(entries)
    wraps = any(entry.path == _WRAPPED for entry in entries)
    for entry in entries:
        if entry.path == _WRAPPED:
            yield replace(entry, path=PROGRAM)
        elif not (wraps and entry.path == PROGRAM):
            yield entry
