"""One word stops everybody, and whoever cannot hear it is left behind."""

import threading
import time
from functools import partial

import pytest

from pottle.stop import GRACE, Stop, Stopped, together


def failing(error: BaseException):
    raise error


def test_gives_all_results_in_the_order_of_the_works():
    works = [partial(lambda n: (time.sleep(0.01 * (5 - n)), n)[1], n) for n in range(5)]
    assert together(works, Stop(), 3) == [0, 1, 2, 3, 4]


def test_no_work_gives_no_results():
    assert together([], Stop(), 3) == []


def test_the_first_failure_stops_the_others_and_is_the_one_that_is_raised():
    stop, ended = Stop(), []

    def long():
        try:
            stop.sleep(60)
        finally:
            ended.append(True)

    started = time.monotonic()
    with pytest.raises(ValueError, match="first"):
        together([long, partial(failing, ValueError("first"))], stop, 2)
    assert ended == [True]
    assert time.monotonic() - started < 5


def test_what_was_not_begun_is_not_done():
    stop, done = Stop(), []

    def slowly():
        stop.sleep(0.05)
        done.append(True)

    with pytest.raises(ValueError, match="no"):
        together([partial(failing, ValueError("no")), *[slowly] * 50], stop, 1)
    assert len(done) < 50


def test_who_does_not_hear_is_left_behind():
    released = threading.Event()
    started = time.monotonic()
    with pytest.raises(ValueError, match="first"):
        together([released.wait, partial(failing, ValueError("first"))], Stop(), 2)
    assert GRACE <= time.monotonic() - started < GRACE + 5
    released.set()


def test_a_stop_from_outside_ends_the_wait_for_results():
    stop, released = Stop(), threading.Event()
    threading.Timer(0.05, stop.set).start()
    with pytest.raises(Stopped):
        together([released.wait], stop, 1)
    released.set()


def test_the_cause_is_raised_though_those_whom_it_stopped_are_faster():
    stop, asleep = Stop(), threading.Event()

    def inner():
        together([partial(failing, ValueError("the cause")), asleep.wait], stop, 2)

    with pytest.raises(ValueError, match="the cause"):
        together([inner, partial(stop.sleep, 60)], stop, 2)
    asleep.set()


def test_an_end_is_called_once_and_only_while_its_wait_lasts():
    stop, ended = Stop(), []
    with stop.ending(lambda: ended.append("over")):
        pass
    with stop.ending(lambda: ended.append("now")):
        stop.set()
        stop.set()
    assert ended == ["now"]


def test_nothing_begins_after_it_was_said():
    stop = Stop()
    stop.set()
    with pytest.raises(Stopped), stop.ending(lambda: None):
        pytest.fail("began")
    with pytest.raises(Stopped):
        stop.check()
    with pytest.raises(Stopped):
        stop.sleep(60)
    assert stop.is_set
