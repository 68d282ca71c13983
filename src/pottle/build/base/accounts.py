"""The image's accounts: root, the application's user and nobody (passwd(5), group(5), shadow(5), gshadow(5)).

Nobody can log in: every password is locked, and no account has a shell because there is none. Any other uid works too, as long
as `HOME` is in the environment: names are not needed to run.
"""

from collections.abc import Iterable, Iterator, Sequence
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
    group_only: bool = False
    """There is no such user."""

    def __post_init__(self) -> None:
        if any(set(text) & set(":\n\0") for text in (self.name, self.group, self.home)):
            raise ValueError(f"{self.name!r} cannot be an account: a field must not hold a colon or a line break")


_ROOT = Account("root", 0, 0, "root", "/root")
_NOBODY = Account("nobody", 65534, 65534, "nogroup", "/nonexistent")  # as base-passwd has them
_TTY = {5: "tty"}  # the group that terminals belong to (pts(4))


def accounts(user: Account, packages: Iterable[Account] = ()) -> Iterator[Entry]:
    """`/etc/passwd`, `group`, `shadow`, `gshadow` and the home directories.

    `user` takes the place of who has its uid already; those of `packages` come where nobody has their number or name.
    """
    own = {u.uid: u for u in (_ROOT, _NOBODY, user)}
    names = {u.name for u in own.values()} | {u.group for u in own.values()} | {*_TTY.values()}
    more = [account for account in packages if account.name not in names and account.uid not in own]
    users = sorted((*own.values(), *(account for account in more if not account.group_only)), key=lambda u: u.uid)
    groups = dict(sorted((_TTY | {u.gid: u.group for u in (*more, *own.values())}).items()))
    yield _file("passwd", (f"{u.name}:x:{u.uid}:{u.gid}:{u.name}:{u.home}:{_NOLOGIN}" for u in users))
    yield _file("group", (f"{name}:x:{gid}:" for gid, name in groups.items()))
    # The date of the last change is left out: it would be today's.
    yield _file("shadow", (f"{u.name}:*:::::::" for u in users), mode=0o640)
    yield _file("gshadow", (f"{name}:*::" for name in groups.values()), mode=0o640)
    yield Directory("root", mode=0o700)
    if user.uid != _ROOT.uid:
        yield _home(user)
    for account in more:
        if not account.group_only and account.home not in ("/", _NOBODY.home, "/proc", "/dev"):
            yield Directory(account.home.strip("/"), mode=0o755, uid=account.uid, gid=account.gid)


def added(user: Account, passwd: Sequence[str], group: Sequence[str]) -> Iterator[Entry]:
    """The account among those of somebody else's image, and its home: who has its number or its name already keeps it.

    There is no line for it in shadow(5): its password is locked here, so nobody looks there. An image without any account gets our own.
    """
    if not passwd:
        yield from accounts(user)
        return
    users, groups = (_numbers(lines) for lines in (passwd, group))
    if user.uid not in users:
        name = user.name if user.name not in users.values() else f"{user.name}-{user.uid}"
        line = f"{name}:*:{user.uid}:{user.gid}:{name}:{user.home}:{_NOLOGIN}"
        yield _file("passwd", (*passwd, line))
    if user.gid not in groups:
        name = user.group if user.group not in groups.values() else f"{user.group}-{user.gid}"
        yield _file("group", (*group, f"{name}:*:{user.gid}:"))
    yield _home(user)


def _numbers(lines: Iterable[str]) -> dict[int, str]:
    """Uid or gid → name: the third field of passwd(5) and of group(5)."""
    fields = [line.split(":") for line in lines]
    return {int(each[2]): each[0] for each in fields if len(each) > 2 and each[2].isdecimal()}


def _home(user: Account) -> Directory:
    # Group 0 may write: platforms that pick a uid put it into that group (OpenShift, "Support arbitrary user ids").
    return Directory(user.home.strip("/"), mode=0o775, uid=user.uid, gid=0)


def _file(name: str, lines: Iterable[str], mode: int = 0o644) -> File:
    return File(f"etc/{name}", "".join(f"{line}\n" for line in lines).encode(), mode=mode)
