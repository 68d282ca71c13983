import os
import signal
import threading

import pytest

from pottle.run.supervisor import Supervisor, stop_signal


class Patient:
    """A container that ends when killed, and on the signals it has a handler for."""

    def __init__(self, *handled: int) -> None:
        self.handled = handled
        self.signals: list[int] = []
        self.ended = threading.Event()
        self.code = 0

    def wait(self) -> int:
        os.kill(os.getpid(), signal.SIGTERM)
        assert self.ended.wait(5)
        return self.code

    def signal(self, number: int) -> None:
        self.signals.append(number)
        if number in self.handled:
            self.ended.set()

    def kill(self) -> None:
        self.code = 137
        self.ended.set()


def test_asked_to_stop_it_sends_the_images_own_stop_signal():
    supervisor, container = Supervisor(signal.SIGINT, 5), Patient(signal.SIGINT)
    with supervisor.listening():
        assert supervisor.attend(container) == 0
    assert container.signals == [signal.SIGINT]


def test_what_does_not_stop_is_killed_after_the_grace_period():
    supervisor, container = Supervisor(signal.SIGTERM, 0.05), Patient()
    with supervisor.listening():
        assert supervisor.attend(container) == 137


def test_asked_twice_it_waits_no_longer():
    class Twice(Patient):
        def signal(self, number: int) -> None:
            super().signal(number)
            os.kill(os.getpid(), signal.SIGINT)

    supervisor, container = Supervisor(signal.SIGTERM, 60), Twice()
    with supervisor.listening():
        assert supervisor.attend(container) == 137


def test_before_there_is_a_container_a_signal_is_a_ctrl_c():
    with pytest.raises(KeyboardInterrupt), Supervisor(signal.SIGTERM, 5).listening():
        os.kill(os.getpid(), signal.SIGTERM)


def test_the_callers_handlers_come_back():
    before = signal.getsignal(signal.SIGTERM)
    with Supervisor(signal.SIGTERM, 5).listening():
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before


def test_in_another_thread_no_handler_is_touched():
    before = signal.getsignal(signal.SIGTERM)
    found: list[object] = []

    def listen() -> None:
        with Supervisor(signal.SIGTERM, 5).listening():
            found.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=listen)
    thread.start()
    thread.join()
    assert found == [before]


@pytest.mark.parametrize(
    ("name", "number"), [("SIGINT", 2), ("int", 2), ("2", 2), ("SIGQUIT", 3), ("", 15), ("99", 15)]
)
def test_a_stop_signal_is_a_name_or_a_number(name: str, number: int):
    assert stop_signal(name) == number
