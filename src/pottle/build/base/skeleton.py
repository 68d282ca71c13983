"""What every root needs whatever is installed in it: mount points, scratch directories, the name service's order (hier(7))."""

from collections.abc import Iterator

from pottle.oci.entry import Directory, Entry, File

_DIRECTORIES = (
    *("dev", "etc", "home", "mnt", "opt", "proc", "run", "srv", "sys"),
    *("usr/bin", "usr/sbin", "usr/lib", "usr/local/bin", "usr/local/lib"),
    *("var/cache", "var/lib", "var/log", "var/spool"),
)
_SCRATCH = ("tmp", "var/tmp", "run/lock")

# What libc-bin's template asks, less NIS and the databases of nss_db, which are not here.
NSSWITCH = b"""passwd: files
group: files
shadow: files
gshadow: files
hosts: files dns
networks: files
protocols: files
services: files
ethers: files
rpc: files
"""


def skeleton() -> Iterator[Entry]:
    """The directories and `/etc/nsswitch.conf`."""
    for path in _DIRECTORIES:
        yield Directory(path)
    for path in _SCRATCH:
        yield Directory(path, mode=0o1777)
    yield File("etc/nsswitch.conf", NSSWITCH)
