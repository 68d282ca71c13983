"""Process 1 of a sandbox and the processes above it: pass signals on, reap, hand the exit code up."""

import os
import signal

PASSED_ON = frozenset(
    (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2, signal.SIGWINCH)
)
_HEARD = PASSED_ON | {signal.SIGCHLD}


def hold_signals() -> None:
    """Keeps signals waiting for `shepherd`. Process 1 gets no signal that it does not ask for (pid_namespaces(7))."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)


def release_signals() -> None:
    """What a program expects to find: nothing blocked, nothing ignored (Python ignores two)."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def shepherd(child: int) -> int:
    """Stays until `child` ends, and gives its exit code: 128 and the signal where one ended it."""
    while True:
        heard = signal.sigwait(_HEARD)
        if heard != signal.SIGCHLD:
            _pass_on(child, heard)
        elif (status := _reap(child)) is not None:
            return exit_code(status)


def _pass_on(child: int, number: int) -> None:
    try:
        os.kill(child, number)
    except ProcessLookupError:
        pass


def _reap(child: int) -> int | None:
    """Takes in all that ended; the wait status of `child` if it was among them."""
    found = None
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return found
        if pid == child:
            found = status
        if pid == 0:
            return found


def exit_code(status: int) -> int:
    """What a shell would say of a wait status."""
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code
