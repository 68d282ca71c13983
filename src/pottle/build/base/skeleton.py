"""What every root needs whatever is installed in it: mount points, scratch directories, the name service's order (hier(7))."""

from collections.abc import Iterator

from pottle.oci.entry import Directory, Entry, File

_DIRECTORIES = (
    "dev",
    "etc",
    "home",
    "mnt",
    "opt",
    "proc",
    "run",
    "srv",
    "sys",
    "usr/local/bin",
    "usr/local/lib",
    "var/lib",
    "var/log",
    "var/cache",
)
_SCRATCH = ("tmp", "var/tmp", "run/lock")

NSSWITCH = b"""passwd: files
group: files
shadow: files
hosts: files dns
networks: files
protocols: files
services: files
"""


def skeleton() -> Iterator[Entry]:
    """The directories and `/etc/nsswitch.conf`."""
    for path in _DIRECTORIES:
        yield Directory(path)
    for path in _SCRATCH:
        yield Directory(path, mode=0o1777)
    yield File("etc/nsswitch.conf", NSSWITCH)
