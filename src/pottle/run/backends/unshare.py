"""Namespaces made with the kernel's own calls, unshare(2): nothing has to be installed."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from pottle import child
from pottle.run.backend import Launch, NotStarted
from pottle.run.process import SandboxContainer, memory_file
from pottle.run.sandbox import COMMAND, Spec
from pottle.run.settings import Host
from pottle.run.specification import specification


@dataclass(frozen=True, slots=True)
class Unshare:
    """As root the program gets the image's user; without, the caller's user appears as that one."""

    name: str = "unshare"

    def refusal(self, host: Host) -> str | None:  # noqa: ARG002
        """Whether the kernel lets us is known only by trying: `start` says so."""
        return None if hasattr(os, "memfd_create") else "not Linux"

    def shares_network(self, launch: Launch, host: Host) -> bool:  # noqa: ARG002
        """Always: a network of its own would need privileges and a way out."""
        return True

    @contextmanager
    def start(self, launch: Launch, host: Host) -> Iterator[SandboxContainer]:
        """The program, once all mounts are in place."""
        with specification(launch, host) as spec:
            outer = _start(spec)
            container = SandboxContainer(outer, lambda: outer.pid)
            try:
                yield container
            finally:
                container.close()


@contextmanager
def started(spec: Spec, host: Host, heard: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:  # noqa: ARG001
    """A sandbox by itself, whose program writes to `heard`; nothing of it is left afterwards."""
    outer = _start(spec, heard)
    try:
        yield outer
    finally:
        outer.kill()
        outer.wait()


def _start(spec: Spec, heard_by: IO[bytes] | None = None) -> subprocess.Popen[bytes]:
    """Waits until the program is being executed; raises `NotStarted` with what the kernel refused."""
    there = memory_file("pottle-sandbox", spec.encode())
    heard, told = os.pipe()
    try:
        command = (*COMMAND, "enter", str(there), str(told))
        outer = child.start(
            command,
            pass_fds=(there, told),
            start_new_session=True,
            stdin=None if heard_by is None else subprocess.DEVNULL,
            stdout=heard_by,
            stderr=heard_by,
        )
    finally:
        os.close(there)
        os.close(told)
    try:
        with open(heard, "rb") as status:
            refusal = status.read()
    except BaseException:
        outer.kill()
        outer.wait()
        raise
    if refusal:
        outer.wait()
        raise NotStarted(f"the kernel refuses a sandbox: {refusal.decode(errors='replace')}")
    return outer


UNSHARE = Unshare()
