import subprocess
import sys

import pytest

from pottle.run.shepherd import exit_code

PARENT = """
import os, signal, sys, time
from pottle.run.shepherd import hold_signals, release_signals, shepherd
hold_signals()
child = os.fork()
if child == 0:
    release_signals()
    if os.fork() == 0:  # an orphan that ends later must not be taken for the child
        os._exit(9)
    {child}
{parent}
sys.exit(shepherd(child))
"""


def run(child: str, parent: str = "") -> int:
    return subprocess.run(
        [sys.executable, "-c", PARENT.format(child=child, parent=parent)], timeout=20, check=False
    ).returncode


def test_the_childs_exit_code_is_handed_up():
    assert run("os._exit(7)") == 7


def test_a_signal_that_ended_it_is_handed_up_as_shells_do():
    assert run("os.kill(os.getpid(), signal.SIGKILL)") == 137


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP", "SIGUSR1"])
def test_signals_are_passed_on(name: str):
    child = (
        f"signal.signal(signal.{name}, lambda *_: os._exit(5)); print('up', flush=True); time.sleep(20); os._exit(1)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", PARENT.format(child=child, parent="")], stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        process.send_signal(getattr(__import__("signal"), name))
        assert process.wait(10) == 5


def test_an_exit_status_reads_as_in_a_shell():
    assert [exit_code(status) for status in (0, 3 << 8, 15)] == [0, 3, 143]
