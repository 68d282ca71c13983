"""The image's accounts: root, the application's user and nobody (passwd(5), group(5), shadow(5), gshadow(5)).

Nobody can log in: every password is locked, and no account has a shell because there is none. Any other uid works too, as long
as `HOME` is in the environment: names are not needed to run.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pottle.oci.entry import Directory, Entry, File

_NOLOGIN = "/usr/sbin/nologin"


@dataclass(frozen=True, slots=True)
class Account:
    """One user and its group."""

    name: str
    uid: int
    gid: int
    group: str
    home: str
    """An absolute path."""

    def __post_init__(self) -> None:
        if any(set(text) & set(":\n\0") for text in (self.name, self.group, self.home)):
            raise ValueError(f"{self.name!r} cannot be an account: a field must not hold a colon or a line break")


_ROOT = Account("root", 0, 0, "root", "/root")
_NOBODY = Account("nobody", 65534, 65534, "nogroup", "/nonexistent")  # as base-passwd has them
_TTY = {5: "tty"}  # the group that terminals belong to (pts(4))


def accounts(user: Account) -> Iterator[Entry]:
    """`/etc/passwd`, `group`, `shadow`, `gshadow` and the home directories. `user` takes the place of who has its uid already."""
    users = sorted({u.uid: u for u in (_ROOT, _NOBODY, user)}.values(), key=lambda u: u.uid)
    groups = dict(sorted((_TTY | {u.gid: u.group for u in users}).items()))
    yield _file("passwd", (f"{u.name}:x:{u.uid}:{u.gid}:{u.name}:{u.home}:{_NOLOGIN}" for u in users))
    yield _file("group", (f"{name}:x:{gid}:" for gid, name in groups.items()))
    # The date of the last change is left out: it would be today's.
    yield _file("shadow", (f"{u.name}:*:::::::" for u in users), mode=0o640)
    yield _file("gshadow", (f"{name}:*::" for name in groups.values()), mode=0o640)
    yield Directory("root", mode=0o700)
    if user.uid != _ROOT.uid:
        # Group 0 may write: platforms that pick a uid put it into that group (OpenShift, "Support arbitrary user ids").
        yield Directory(user.home.strip("/"), mode=0o775, uid=user.uid, gid=0)


def _file(name: str, lines: Iterable[str], mode: int = 0o644) -> File:
    return File(f"etc/{name}", "".join(f"{line}\n" for line in lines).encode(), mode=mode)
