"""The system calls that a sandbox needs and that Python 3.11 lacks: mount(2), pivot_root(2), unshare(2), prctl(2)."""

import ctypes
import errno
import os
import signal

# <linux/sched.h>
NEW_MOUNTS, NEW_UTS, NEW_IPC, NEW_USER, NEW_PIDS = 0x00020000, 0x04000000, 0x08000000, 0x10000000, 0x20000000

NEW_NETWORK = 0x40000000

# <linux/mount.h>
READ_ONLY, NO_SUID, NO_DEVICES, NO_EXEC, REMOUNT, BIND, RECURSIVE, PRIVATE = 1, 2, 4, 8, 32, 4096, 16384, 1 << 18
_NO_ATIME, _NO_DIR_ATIME, _REL_ATIME = 1024, 2048, 1 << 21
_DETACH = 2

# <linux/prctl.h>
_SET_PDEATHSIG, _SET_DUMPABLE, _CAPBSET_DROP, _SET_NO_NEW_PRIVS, _CAP_AMBIENT = 1, 4, 24, 38, 47
_CAP_AMBIENT_CLEAR_ALL = 4

# Flags of a mount that a user namespace may not take away (mount_namespaces(7), "locked"), by their name in statvfs(3).
_LOCKED = (
    (os.ST_RDONLY, READ_ONLY),
    (os.ST_NOSUID, NO_SUID),
    (os.ST_NODEV, NO_DEVICES),
    (os.ST_NOEXEC, NO_EXEC),
    (os.ST_NOATIME, _NO_ATIME),
    (os.ST_NODIRATIME, _NO_DIR_ATIME),
    (os.ST_RELATIME, _REL_ATIME),
)

# <linux/capability.h>: CAP_SETGID, CAP_SETUID, CAP_SETPCAP, CAP_SYS_ADMIN
_ADMINISTRATION = 1 << 6 | 1 << 7 | 1 << 8 | 1 << 21

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def _text(value: str | None) -> bytes | None:
    return None if value is None else os.fsencode(value)


def may_administer() -> bool:
    """Whether this process may mount and change its user: being root says nothing of it, inside a container least of all."""
    with open("/proc/self/status") as file:
        effective = next(int(line.split()[1], 16) for line in file if line.startswith("CapEff:"))
    return effective & _ADMINISTRATION == _ADMINISTRATION


def unshare(namespaces: int) -> None:
    """Moves this process into new namespaces; a new process namespace begins with its next child."""
    try:
        _check(_libc.unshare(ctypes.c_int(namespaces)), "unshare")
    except OSError as error:
        if error.errno == errno.ENOSPC:  # what the kernel says of its limits, and means no disk
            raise OSError(error.errno, "unshare: user.max_*_namespaces allows no more") from error
        raise


def mount(source: str | None, target: str, kind: str | None = None, flags: int = 0, options: str | None = None) -> None:
    """Puts a file system at `target`, or changes the one that is there."""
    raw = (_text(source), _text(target), _text(kind), ctypes.c_ulong(flags), _text(options))
    _check(_libc.mount(*raw), f"mount {target}")


def bind(source: str, target: str, *, recursive: bool = False) -> None:
    """Makes what is at `source` appear at `target` as well."""
    mount(source, target, flags=BIND | (RECURSIVE if recursive else 0))


def make_read_only(target: str) -> None:
    """Lets nobody write through the mount at `target`; its other restrictions stay."""
    there = os.statvfs(target).f_flag
    kept = sum(ours for theirs, ours in _LOCKED if there & theirs)
    mount(None, target, flags=REMOUNT | BIND | (kept | READ_ONLY))


def make_private() -> None:
    """From here on no mount of this namespace reaches another one."""
    mount(None, "/", flags=RECURSIVE | PRIVATE)


def pivot_root_here() -> None:
    """The current directory becomes the root, the old one lies on top of it until `detach` (pivot_root(2), "." twice)."""
    _check(_libc.pivot_root(b".", b"."), "pivot_root")


def detach(target: str) -> None:
    """Takes the mount at `target` away, with everything below it."""
    _check(_libc.umount2(_text(target), ctypes.c_int(_DETACH)), f"umount {target}")


def _prctl(option: int, value: int = 0) -> None:
    rest = (ctypes.c_ulong(0),) * 3
    _check(_libc.prctl(ctypes.c_int(option), ctypes.c_ulong(value), *rest), f"prctl {option}")


def die_with_parent() -> None:
    """SIGKILL when the parent ends. A change of the user takes this back: call it after."""
    _prctl(_SET_PDEATHSIG, signal.SIGKILL)


def hide() -> None:
    """Closes /proc/PID of this process to others of the same user: its program and descriptors are the machine's."""
    _prctl(_SET_DUMPABLE, 0)


def forbid_new_privileges() -> None:
    """No program from here on gets more than it has (`no_new_privs`): set-user-ID bits mean nothing."""
    _prctl(_SET_NO_NEW_PRIVS, 1)


def drop_capabilities() -> None:
    """Empties the bounding and ambient sets: no program that is executed from here on has a capability, as root neither."""
    with open("/proc/sys/kernel/cap_last_cap") as file:
        last = int(file.read())
    for capability in range(last + 1):
        _prctl(_CAPBSET_DROP, capability)
    _prctl(_CAP_AMBIENT, _CAP_AMBIENT_CLEAR_ALL)
