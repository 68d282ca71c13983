import fcntl
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pottle.errors import HostError
from pottle.sharing import LOCK, Use, alone, is_occupied, occupied, used

HOLDER = """if True:
    import sys
    from pathlib import Path
    from pottle.sharing import Use
    use = Use(Path(sys.argv[1]))
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another(directory: Path) -> Iterator["subprocess.Popen[str]"]:
    """A process that uses the directory until its input ends."""
    argv = [sys.executable, "-c", HOLDER, str(directory)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_any_number_use_it_at_once(tmp_path: Path) -> None:
    with another(tmp_path), another(tmp_path), Use(tmp_path):
        pass


def test_who_wants_to_be_alone_waits_for_those_who_use_it(tmp_path: Path) -> None:
    with another(tmp_path) as process:
        said = []

        @contextmanager
        def waiting() -> Iterator[None]:
            said.append("waiting")
            assert process.stdin is not None
            threading.Timer(0.3, process.stdin.close).start()
            yield

        began = time.monotonic()
        with alone(tmp_path, 20, waiting):
            assert time.monotonic() - began > 0.25
            assert process.wait(5) == 0
    assert said == ["waiting"]


def test_patience_ends(tmp_path: Path) -> None:
    with another(tmp_path), pytest.raises(HostError, match="in use") as caught, alone(tmp_path, 0.2):
        pytest.fail("nobody else may be there")
    assert caught.value.hint


def test_a_killed_user_holds_nothing(tmp_path: Path) -> None:
    with another(tmp_path) as process:
        process.kill()
        process.wait()
        with alone(tmp_path, 0):
            pass


def test_who_begins_waits_for_the_one_who_is_alone(tmp_path: Path) -> None:
    order = []

    def use() -> None:
        with Use(tmp_path):
            order.append("used")

    thread = threading.Thread(target=use)
    with alone(tmp_path, 0):
        thread.start()
        time.sleep(0.2)
        order.append("done")
    thread.join()
    assert order == ["done", "used"]


def test_a_use_ends_once_and_may_begin_again(tmp_path: Path) -> None:
    use = Use(tmp_path)
    use.end()
    use.end()
    with alone(tmp_path, 0):
        pass
    use.begin()
    use.begin()
    with pytest.raises(HostError), alone(tmp_path, 0):
        pass
    use.end()
    with alone(tmp_path, 0):
        pass


def test_a_directory_that_cannot_be_locked_is_used_and_not_tidied(tmp_path: Path, monkeypatch) -> None:
    def refuse(descriptor: int, operation: int) -> None:
        raise OSError(37, os.strerror(37))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with Use(tmp_path):
        pass
    with pytest.raises(HostError, match="cannot be locked"), alone(tmp_path, 0):
        pass


def test_a_directory_that_cannot_be_made_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with Use(tmp_path / "file" / "cache"):
        pass


def test_the_lock_is_all_that_it_adds(tmp_path: Path) -> None:
    with Use(tmp_path / "cache"):
        assert os.listdir(tmp_path / "cache") == [LOCK]


def test_a_use_is_noted_about_once_an_hour(tmp_path: Path) -> None:
    path, now = tmp_path / "x", time.time()
    path.touch()
    os.utime(path, (now - 1800, now - 1800))
    used(path)
    assert path.stat().st_mtime == pytest.approx(now - 1800)
    os.utime(path, (now - 7200, now - 7200))
    used(path)
    assert path.stat().st_mtime == pytest.approx(now, abs=60)


def test_a_time_that_is_still_to_come_is_corrected(tmp_path: Path) -> None:
    """Some clock was wrong: else it would be young for ever."""
    path, now = tmp_path / "x", time.time()
    path.touch()
    os.utime(path, (now + 1e8, now + 1e8))
    used(path)
    assert path.stat().st_mtime == pytest.approx(now, abs=60)


def test_what_is_gone_was_not_used(tmp_path: Path) -> None:
    used(tmp_path / "gone")


def test_a_directory_is_occupied_for_a_while(tmp_path: Path) -> None:
    assert not is_occupied(tmp_path)
    with occupied(tmp_path), occupied(tmp_path):
        assert is_occupied(tmp_path)
    assert not is_occupied(tmp_path)
    assert not is_occupied(tmp_path / "gone")
