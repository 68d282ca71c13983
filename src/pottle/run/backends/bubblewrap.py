"""bubblewrap (bwrap): a sandbox for users without privileges. Root becomes the image's user first, and then starts it."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import IO

from pottle import child
from pottle.run import kernel
from pottle.run.backend import Launch, NotStarted
from pottle.run.process import SandboxContainer, eldest_child, memory_file
from pottle.run.sandbox import COMMAND, Spec
from pottle.run.settings import Host
from pottle.run.specification import specification

_PROBE = Spec("/", ("true",), (("PATH", os.defpath),), "/", 65532, 65532, (("/tmp", 0o1777),), ())  # noqa: S108
_PROBE_TIMEOUT = 10.0
# Covered by the image's root in a mount namespace of bwrap's own. The FHS has it everywhere, and nothing else is read there.
_MEETING_POINT = "/mnt"


@dataclass(frozen=True, slots=True)
class Bubblewrap:
    """bwrap is process 1 and reaps. It is told what to do through a descriptor, so that no secret shows in `ps`."""

    name: str = "bubblewrap"

    def refusal(self, host: Host) -> str | None:
        """The program is tried on something harmless: user namespaces may be forbidden, or an old one may lack an option."""
        program = _find(host)
        if program is None:
            return "not installed"
        with _sandbox(program, _PROBE, stderr=subprocess.PIPE) as outer:
            said = outer.communicate(timeout=_PROBE_TIMEOUT)[1].decode(errors="replace").strip()
        return None if outer.returncode == 0 else f"does not work here: {said}"

    def shares_network(self, launch: Launch, host: Host) -> bool:  # noqa: ARG002
        """Always: a network of its own would need privileges and a way out."""
        return True

    @contextmanager
    def start(self, launch: Launch, host: Host) -> Iterator[SandboxContainer]:
        """The program in bwrap."""
        heard, told = os.pipe()
        with (
            open(heard, "rb") as info,
            specification(launch, host) as spec,
            _sandbox(_find(host) or "bwrap", spec, info_fd=told) as outer,
        ):
            first = _first_process(info.read())
            yield SandboxContainer(outer, lambda: eldest_child(first))


@contextmanager
def started(spec: Spec, host: Host, heard: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """A sandbox by itself, whose program writes to `heard`; nothing of it is left afterwards."""
    refused = BUBBLEWRAP.refusal(host)
    if refused is not None or kernel.may_administer():  # root's own directories are out of reach once root is given up
        raise NotStarted(refused or "is for users without privileges")
    with _sandbox(_find(host) or "bwrap", spec, stderr=heard.fileno(), stdout=heard.fileno()) as outer:
        yield outer


def _find(host: Host) -> str | None:
    return shutil.which("bwrap", path=host.environ.get("PATH", os.defpath))


def _first_process(info: bytes) -> int:
    """What `--info-fd` says: the process number, seen from here, of process 1 in there."""
    try:
        return int(json.loads(info)["child-pid"])
    except ValueError as error:
        raise NotStarted("could not make a sandbox") from error


@contextmanager
def _sandbox(
    program: str, spec: Spec, *, info_fd: int | None = None, stderr: int | None = None, stdout: int | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A running bwrap. `info_fd` is handed over: it is closed here."""
    outer = _start(program, spec, info_fd, (stdout, stderr))
    with outer:
        try:
            yield outer
        finally:
            outer.kill()


def _start(
    program: str, spec: Spec, info_fd: int | None, streams: tuple[int | None, int | None]
) -> subprocess.Popen[bytes]:
    at = _MEETING_POINT if kernel.may_administer() else spec.root
    told = memory_file("bwrap-arguments", b"\0".join(map(os.fsencode, options(replace(spec, root=at)))))
    passed = [told] if info_fd is None else [told, info_fd]
    info = () if info_fd is None else ("--info-fd", str(info_fd))
    command = (*_lowered(spec, at), program, "--args", str(told), *info, "--", *spec.argv)
    try:
        stdout, stderr = streams
        return child.start(command, pass_fds=passed, stdout=stdout, stderr=stderr, start_new_session=True)
    finally:
        for descriptor in passed:
            os.close(descriptor)


def _lowered(spec: Spec, at: str) -> tuple[str, ...]:
    """As root: who will no longer be root finds the root directory elsewhere than in root's own cache."""
    return () if at == spec.root else (*COMMAND, "lower", spec.root, at, str(spec.uid), str(spec.gid))


def options(spec: Spec) -> list[str]:
    """The options for a sandbox (bwrap(1)); their order is the order of the mounts."""
    bounded = () if spec.memory_size is None else ("--size", str(spec.memory_size))
    shared_memory = ("--perms", "1777", *bounded, "--tmpfs", "/dev/shm", "--remount-ro", "/dev") if bounded else ()  # noqa: S108
    return [
        *("--unshare-user", "--uid", str(spec.uid), "--gid", str(spec.gid)),
        *("--unshare-pid", "--unshare-ipc", "--unshare-uts", "--die-with-parent", "--cap-drop", "ALL"),
        *(() if spec.network else ("--unshare-net",)),
        *("--ro-bind", spec.root, "/", "--dev", "/dev", "--proc", "/proc", *shared_memory),
        *(word for path, mode in spec.memory for word in ("--perms", f"{mode:04o}", *bounded, "--tmpfs", path)),
        *(word for source, target in spec.binds for word in ("--ro-bind", source, target)),
        *(word for source, target in spec.writable for word in ("--bind", source, target)),
        *("--chdir", spec.working_dir, "--clearenv"),
        *(word for key, value in spec.environment for word in ("--setenv", key, value)),
    ]


BUBBLEWRAP = Bubblewrap()
