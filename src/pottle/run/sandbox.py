"""What makes a sandbox, in a process of its own: namespaces, mounts, identity, the program.

Started with `COMMAND`, without the site packages: this module and its neighbours import the standard library only.
"""

import json
import os
import resource
import select
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NoReturn

from pottle.run import kernel
from pottle.run.shepherd import hold_signals, release_signals, shepherd

_SOURCE = str(Path(__file__).parents[2])
_START = "import sys; sys.path.insert(0, sys.argv[1]); from pottle.run.sandbox import main; main(sys.argv[2:])"
COMMAND = (sys.executable, "-I", "-S", "-c", _START, _SOURCE)
"""`enter SPEC_FD STATUS_FD`, or `lower ROOT AT UID GID PROGRAM…`."""

CANNOT_EXECUTE, NOT_FOUND = 126, 127  # as shells and engines say it

_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_LINKS = (("fd", "/proc/self/fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2"), ("ptmx", "pts/ptmx"))
# Parts of /proc through which a root without capabilities could still change the machine.
_MACHINE_WIDE = ("/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus")


@dataclass(frozen=True, slots=True)
class Spec:
    """Everything a sandbox is made from. It travels as JSON through a descriptor: arguments are for all to read."""

    root: str
    argv: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    working_dir: str
    uid: int
    gid: int
    memory: tuple[tuple[str, int], ...]
    """Directories that become tmpfs, and their modes."""
    binds: tuple[tuple[str, str], ...]
    """Files of the machine, and where they appear read-only."""
    writable: tuple[tuple[str, str], ...] = ()
    """Directories of the machine, and where they appear, to be written to."""
    network: bool = True
    """The machine's network; without, there is none."""
    memory_size: int | None = None
    """Bytes that each directory of `memory`, and shared memory, may hold; None: half of the machine's."""

    limits: tuple[tuple[str, int], ...] = ()
    """What setrlimit(2) lets each process come to: `nproc`, `fsize`."""

    def encode(self) -> bytes:
        """As `decode` reads it."""
        return json.dumps(asdict(self)).encode()


_PAIRS = ("environment", "memory", "binds", "writable", "limits")


def decode(text: bytes) -> Spec:
    """The specification that `Spec.encode` wrote."""
    raw = json.loads(text)
    pairs = {name: tuple((first, second) for first, second in raw[name]) for name in _PAIRS}
    return Spec(**{**raw, **pairs, "argv": tuple(raw["argv"])})


def main(arguments: Sequence[str]) -> NoReturn:
    """Never returns: exits as the program does."""
    match arguments:
        case ["enter", spec, status]:
            with open(int(spec), "rb") as file:
                text = file.read()
            os._exit(_reporting(int(status), lambda: enter(decode(text), int(status))))
        case ["lower", root, at, uid, gid, *program]:
            lower(root, at, int(uid), int(gid))
            os.execv(program[0], program)  # noqa: S606
        case _:
            raise SystemExit(f"not a sandbox: {arguments}")


def _reporting(status: int, work: Callable[[], int]) -> int:
    """The exit code of `work`; what keeps it from starting the program goes up through `status`."""
    try:
        return work()
    except OSError as error:
        os.write(status, str(error.strerror or error).encode())
        return 1


def lower(root: str, at: str, uid: int, gid: int) -> None:
    """Gives root away, and makes the directory `root` visible at `at` for who may not look into root's home.

    The mount is this process's own and ends with it.
    """
    kernel.unshare(kernel.NEW_MOUNTS)
    kernel.make_private()
    kernel.bind(root, at, recursive=True)
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)


def enter(spec: Spec, status: int) -> int:
    """Makes the namespaces and stays outside, above process 1; gives the program's exit code."""
    os.set_inheritable(status, False)
    hold_signals()
    if not kernel.may_administer():
        _become(spec.uid, spec.gid)
    kernel.unshare(kernel.NEW_MOUNTS | kernel.NEW_PIDS | kernel.NEW_IPC | kernel.NEW_UTS)
    if not spec.network:
        kernel.unshare(kernel.NEW_NETWORK)
    kernel.die_with_parent()
    lifeline, held = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(held)
        os._exit(_reporting(status, lambda: _first_process(spec, status, lifeline)))
    os.close(lifeline)
    os.close(status)
    return shepherd(child)


def _become(uid: int, gid: int) -> None:
    """A user namespace in which the caller's user and group are `uid` and `gid` (user_namespaces(7))."""
    real_uid, real_gid = os.geteuid(), os.getegid()
    kernel.unshare(kernel.NEW_USER)
    for name, content in (
        ("setgroups", "deny"),
        ("uid_map", f"{uid} {real_uid} 1"),
        ("gid_map", f"{gid} {real_gid} 1"),
    ):
        Path(f"/proc/self/{name}").write_text(content)


def _first_process(spec: Spec, status: int, lifeline: int) -> int:
    """Process 1: mounts, starts the program, reaps. It keeps nothing of the machine within the program's reach."""
    _make_root(spec)
    child = os.fork()
    if child == 0:
        os.close(lifeline)
        _give_up_privileges(spec.uid, spec.gid)
        _execute(spec)
    os.close(status)
    _give_up_privileges(spec.uid, spec.gid)
    kernel.hide()
    kernel.die_with_parent()
    if select.select([lifeline], [], [], 0)[0]:  # the parent ended before we asked to end with it
        return 1
    os.close(lifeline)
    return shepherd(child)


def _make_root(spec: Spec) -> None:
    """The root is entered first and mounted into after: no symbolic link of the image leads out of it."""
    kernel.make_private()
    kernel.bind(spec.root, spec.root, recursive=True)
    devices = [(f"/dev/{name}", f"/dev/{name}") for name in _DEVICES if os.path.exists(f"/dev/{name}")]
    bound = (*devices, *spec.binds, *spec.writable)
    kept = {target for _, target in (*devices, *spec.writable)}
    sources = [(os.open(source, os.O_PATH), target) for source, target in bound]
    os.chdir(spec.root)
    kernel.pivot_root_here()
    kernel.mount("proc", "/proc", "proc", kernel.NO_SUID | kernel.NO_DEVICES | kernel.NO_EXEC)
    _make_devices(spec.memory_size)
    for descriptor, target in sources:
        _bind(descriptor, target, read_only=target not in kept)
    kernel.detach(".")
    os.chdir("/")
    for path, mode in spec.memory:
        _make_memory(path, f"mode={mode:o},uid={spec.uid},gid={spec.gid}", spec.memory_size)
    for path in filter(os.path.exists, _MACHINE_WIDE):
        kernel.bind(path, path, recursive=True)
        kernel.make_read_only(path)
    kernel.make_read_only("/dev")
    kernel.make_read_only("/")


def _make_memory(path: str, options: str, size: int | None) -> None:
    most = "" if size is None else f",size={size}"
    kernel.mount("tmpfs", path, "tmpfs", kernel.NO_SUID | kernel.NO_DEVICES, options + most)


def _make_devices(shared_memory: int | None) -> None:
    """/dev as engines make it: a few harmless devices, terminals of its own, shared memory (OCI runtime-spec, config-linux.md)."""
    kernel.mount("tmpfs", "/dev", "tmpfs", kernel.NO_SUID | kernel.NO_EXEC, "mode=755")
    for name in ("pts", "shm"):
        os.mkdir(f"/dev/{name}")
    kernel.mount("devpts", "/dev/pts", "devpts", kernel.NO_SUID | kernel.NO_EXEC, "newinstance,ptmxmode=0666,mode=620")
    _make_memory("/dev/shm", "mode=1777", shared_memory)  # noqa: S108
    for name, target in _LINKS:
        os.symlink(target, f"/dev/{name}")


def _bind(source: int, target: str, *, read_only: bool) -> None:
    if target.startswith("/dev/"):
        os.close(os.open(target, os.O_CREAT | os.O_CLOEXEC))
    kernel.bind(f"/proc/self/fd/{source}", target)
    os.close(source)
    if read_only:
        kernel.make_read_only(target)


def _give_up_privileges(uid: int, gid: int) -> None:
    kernel.drop_capabilities()
    if _is_real_root():
        os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    kernel.forbid_new_privileges()


def _is_real_root() -> bool:
    """Whether groups can be given up: in a user namespace of one user they cannot (user_namespaces(7), setgroups)."""
    return Path("/proc/self/setgroups").read_text().strip() == "allow"


def _limit(limits: Sequence[tuple[str, int]]) -> None:
    for name, most in limits:
        kind = getattr(resource, f"RLIMIT_{name.upper()}")
        hard = resource.getrlimit(kind)[1]
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (least, least))


def _execute(spec: Spec) -> NoReturn:
    try:
        os.chdir(spec.working_dir)
        _limit(spec.limits)
        release_signals()
        os.execvpe(spec.argv[0], spec.argv, dict(spec.environment))  # noqa: S606
    except OSError as error:
        missing = isinstance(error, FileNotFoundError | NotADirectoryError)
        os.write(2, f"pottle: cannot start {spec.argv[0]}: {error.strerror}\n".encode())
        os._exit(NOT_FOUND if missing else CANNOT_EXECUTE)
