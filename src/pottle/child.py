"""A child process that works for us and says what went wrong on its stderr."""

import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from pottle.stop import Stop

WRITING_PROGRAM = threading.Lock()
"""Held while a file is written that will be executed. A child has all our open files until it has become its own program, and the
kernel executes nothing that anybody has open for writing: execve(2), `ETXTBSY`. Of 400 programs, each executed once it was written
while three threads started others, 29 failed so."""


def start(command: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:
    """`subprocess.Popen`, while no program is being written. It is its own program when this returns."""
    with WRITING_PROGRAM:
        return subprocess.Popen(command, **options)


def run(
    command: Sequence[str],
    stop: Stop,
    *,
    env: Mapping[str, str],
    cwd: Path,
    stdin: IO[bytes] | None = None,
    stdout: IO[bytes] | None = None,
) -> tuple[int, bytes]:
    """Its exit status and what it wrote to stderr; `stdout` takes what it writes there.

    Whatever interrupts or stops ends it, with all that it started. It leads a session of its own, so Ctrl-C at a terminal reaches it
    through us alone.
    """
    stop.check()
    process = start(
        command,
        cwd=cwd,
        env=env,
        stdin=stdin or subprocess.DEVNULL,
        stdout=stdout or subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    with process:
        try:
            with stop.ending(lambda: _end(process)):
                _, said = process.communicate()
        except BaseException:
            _end(process)
            raise
    stop.check()
    return process.returncode, said


def _end(process: subprocess.Popen[bytes]) -> None:
    """End it and whatever it started: they are a session of their own. Until it is waited for, its number is nobody else's."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
