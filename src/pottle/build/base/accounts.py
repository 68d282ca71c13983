"""The image's accounts: root, the application's user and nobody (passwd(5), group(5), shadow(5)).

Nobody can log in: every password is locked, and no account has a shell because there is none. Any other uid works too, as long
as `HOME` is in the environment: names are not needed to run.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pottle.oci.entry import Directory, Entry, File

NOLOGIN = "/usr/sbin/nologin"
NOBODY = 65534


@dataclass(frozen=True, slots=True)
class Account:
    """One user with a group of its own name."""

    name: str
    uid: int
    gid: int
    group: str
    home: str


def accounts(user: Account) -> Iterator[Entry]:
    """`/etc/passwd`, `group`, `shadow`, `gshadow` and the home directories."""
    known = (Account("root", 0, 0, "root", "/root"), user, Account("nobody", NOBODY, NOBODY, "nogroup", "/nonexistent"))
    groups = [(each.group, each.gid) for each in known] + [("tty", 5)]
    yield File("etc/passwd", _lines(f"{u.name}:x:{u.uid}:{u.gid}:{u.name}:{u.home}:{NOLOGIN}" for u in known))
    yield File("etc/group", _lines(f"{name}:x:{gid}:" for name, gid in groups))
    # The date of the last change is left out: it would be today's.
    yield File("etc/shadow", _lines(f"{u.name}:*:::::::" for u in known), mode=0o640)
    yield File("etc/gshadow", _lines(f"{name}:*::" for name, _ in groups), mode=0o640)
    yield Directory("root", mode=0o700)
    # Group 0 may write: that is whom platforms with arbitrary uids put into the group (OpenShift, "Support arbitrary user ids").
    yield Directory(user.home.lstrip("/"), mode=0o775, uid=user.uid, gid=0)


def _lines(lines: Iterator[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
