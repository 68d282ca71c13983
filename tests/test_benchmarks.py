"""The benchmarks' own arithmetic, and that the page says what the script printed. Measuring itself is `make bench`."""

import os
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from benchmarks import (
    compiled,
    compression,
    docker,
    generated,
    layer_history,
    native_needs,
    registry,
    report,
    size_steps,
)
from benchmarks.measure import Job, Times, alternate, call, peak_memory
from benchmarks.project import Project
from benchmarks.removable import Ran, Removable, least
from benchmarks.sides import Size
from benchmarks.wire import metered

from pottle.plan.split import LIMITS, Limits

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
SIDES = {
    side: Times((seconds,), (seconds / 2,))
    for side, seconds in (("pottle", 0.2), ("known", 3.0), ("guide", 4.0), ("pattern", 2.0))
}
STARTS = {f"bench-{name}": Times((1.0,)) for name in ("pottle", "pottle-size", "guide", "pattern")}
IMAGES = {name: Size(100_000_000, 40_000_000) for name in (*STARTS, "python:3.13-slim")}
LAYERS = {"base": Size(50_000_000, 20_000_000), "app": Size(1, 1)}


def results(layers=LAYERS, memory=200_000_000) -> report.Results:
    times = dict.fromkeys(("cold", "image", "archive", "engine", "packaged"), SIDES) | {"start": STARTS}
    return report.Results(times, Times((0.05,)), IMAGES, layers, layers, {"shop": memory}, 30)


def test_every_side_takes_its_turn_and_the_first_round_does_not_count():
    said = []
    jobs = {name: Job(lambda name=name: said.append(name), lambda: said.append("-")) for name in "ab"}
    found = alternate(jobs, 2)
    assert "".join(said) == "-a-b" * 3
    assert [len(times.seconds) for times in found.values()] == [2, 2]


def test_the_memory_of_children_counts_and_of_what_is_not_a_program_yet_does_not():
    hungry = "import subprocess, sys; data = b'x' * 100_000_000; [subprocess.run(['true']) for _ in range(200)]"
    peak = peak_memory(lambda: call([sys.executable, "-c", hungry], os.environ))
    assert 100_000_000 < peak < 190_000_000


def test_the_median_is_told_with_its_range():
    assert str(Times((3.0, 1.0, 9.0))) == "3.00 s (1.00 to 9.00)"


def test_ratios_come_first():
    assert "| code change → image | **20.0** | **10.0** | 0.20 s" in report.text(results(), "")


def test_a_missed_limit_is_said():
    assert "missed" not in report.text(results(), "")
    text = report.text(results(LAYERS | {"base": Size(61_000_000, 20_000_000)}, 301_000_000), "")
    assert text.count("**missed**") == 2


def test_only_what_stands_between_the_marks_is_replaced(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- m: begin -->\nold\n<!-- m: end -->\nafter\n")
    report.write("new\n", page, "m")
    report.write("newer\n", page, "m")
    assert page.read_text() == "before\n<!-- m: begin -->\n\nnewer\n\n<!-- m: end -->\nafter\n"


def test_a_page_without_marks_is_left_alone(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("mine\n")
    with pytest.raises(SystemExit, match="has no"):
        report.write("new\n", page, "m")
    assert page.read_text() == "mine\n"


MARKS = (
    *(docker.MARK, registry.MARK, generated.MARK, compression.MARK, compiled.MARK),
    *(layer_history.MARK, size_steps.MARK, native_needs.MARK),
)


@pytest.mark.parametrize("mark", MARKS)
def test_the_page_has_its_marks(mark):
    page = PAGE.with_name("native-needs.md") if mark == native_needs.MARK else PAGE
    assert [page.read_text().count(f"<!-- {mark}: {end} -->") for end in ("begin", "end")] == [1, 1]


def test_a_wire_counts_both_ways():
    with socket.create_server(("127.0.0.1", 0)) as server, metered(f"127.0.0.1:{server.getsockname()[1]}") as wire:
        host, port = wire.address.split(":")
        with socket.create_connection((host, int(port))) as client:
            client.sendall(b"x" * 1000)
            there, _ = server.accept()
            with there:
                assert len(there.recv(1000, socket.MSG_WAITALL)) == 1000
                there.sendall(b"y" * 10)
            assert client.recv(100, socket.MSG_WAITALL) == b"y" * 10
    assert (wire.sent, wire.received) == (1000, 10)


def pushed(seconds, size):
    return registry.Pushed(Times((seconds,) * 3), (size,) * 3)


def test_what_is_pushed_is_told_in_ratios():
    sides = {"pottle": pushed(0.2, 10_000), "guide": pushed(3.0, 26_600_000)}
    two = {f"{what}: {name}": Times((1.0,)) for what in ("cold", "change") for name in ("one", "two")}
    text = registry.text(registry.Results(sides, sides, 6_000, sides, two, 150_000_000), "")
    assert "| code change → pushed | **15.0** | **2660.0** |" in text
    assert "missed" not in text
    assert "**missed**" in registry.text(registry.Results(sides, sides, 4_000, sides, two, 150_000_000), "")


def test_no_two_changes_are_equal(tmp_path):
    module = tmp_path / "main.py"
    module.write_text("app = 1\n")
    seen = set()
    for _ in range(3):
        Project(tmp_path, module).change()
        seen.add(module.read_text())
    assert len(seen) == 3
    assert all(text.startswith("app = 1\n") and text.count("_EDITION") == 1 for text in seen)


def test_compressions_are_compared_on_the_same_bytes():
    found = compression.measured(b"import os\n" * 10_000, 2)
    assert list(found) == ["gzip", "zstd"]
    assert [len(side.packing) for side in found.values()] == [2, 2]
    sides = {"gzip": compression.Side(100, (1.0,), (4.0,)), "zstd": compression.Side(90, (1.5,), (1.0,))}
    assert "| environment | **0.90** | **1.5** | **0.2** |" in compression.text({"environment": sides}, "here")


def test_a_program_is_told_beside_cpython():
    sides = {
        compiled.CPYTHON: compiled.Side(Size(60_000_000, 20_000_000), Times((0.4,)), 2.0),
        compiled.NUITKA: compiled.Side(Size(30_000_000, 12_000_000), Times((0.3,)), 130.0),
    }
    text = compiled.text(sides, "here")
    assert "| on disk | **0.50** | 60.0 MB | 30.0 MB |" in text
    assert "| compressed | **0.60** | 20.0 MB | 12.0 MB |" in text
    assert "| start to end | **0.75** | 0.40 s (0.40 to 0.40) | 0.30 s (0.30 to 0.30) |" in text
    assert "| to build, of processors | **65** | 2 s | 130 s |" in text


# --- histories of locks -----------------------------------------------------------------------------


def wheel(digest: str, size: int, *, pure: bool = True) -> layer_history.Wheel:
    return layer_history.Wheel(digest, size, pure)


FIRST = {"numpy": wheel("n1", 16_000_000, pure=False), "click": wheel("c1", 40_000), "yarl": wheel("y1", 40_000)}
SECOND = FIRST | {"click": wheel("c2", 40_000)}
THIRD = SECOND | {"numpy": wheel("n2", 17_000_000, pure=False)}


def test_what_did_not_change_is_not_pulled():
    by_limits = layer_history.by(LIMITS)
    assert layer_history.pulled([FIRST, SECOND], layer_history.one_layer).bytes == 17_800_000
    assert layer_history.pulled([FIRST, SECOND], layer_history.each_alone).bytes == 100_000
    assert layer_history.pulled([FIRST, SECOND, SECOND, THIRD], by_limits).bytes == 200_000 + 18_700_000


def test_what_lies_above_a_change_is_pulled_by_some():
    """numpy lies lowest."""
    found = layer_history.pulled([FIRST, SECOND, THIRD], layer_history.by(LIMITS))
    assert found == layer_history.Pulled(18_900_000, 19_100_000, 2, 1.0)


def test_who_moves_without_reason_is_counted():
    few = Limits(alone=1, most=2)
    large = {"a": wheel("a1", 3_000_000), "b": wheel("b1", 2_000_000)}
    small = {"c": wheel("c1", 100_000)}
    assert layer_history.moved([{"b": large["b"]} | small, large | small], few) == (1, 2)
    assert layer_history.moved([FIRST, SECOND, THIRD], LIMITS) == (0, 4)


def test_revisions_of_one_small_wheel_are_told_apart():
    assert layer_history.of_small_changes([FIRST, SECOND, THIRD, FIRST]) == [(200_000, 100_000)]


def test_a_history_is_read_from_git_and_told(tmp_path):
    def git(*arguments: str) -> None:
        names = ("-c", "user.name=x", "-c", "user.email=x@example.invalid", "-c", "commit.gpgsign=false")
        call(["git", *names, *arguments], os.environ, tmp_path)

    file = '{{ url = "https://files.example/a-{0}-py3-none-any.whl", hash = "sha256:{1}", size = {2} }}'
    lock = (
        'version = 1\nrequires-python = ">=3.11"\n\n[[package]]\nname = "a"\nversion = "{0}"\n'
        'source = {{ registry = "https://index.example/simple" }}\nwheels = [{3}]\n\n[[package]]\nname = "shop"\n'
        'version = "1.0"\nsource = {{ virtual = "." }}\ndependencies = [{{ name = "a" }}]\n'
    )
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "shop"\nversion = "1.0"\ndependencies = ["a"]\n')
    git("init", "--quiet")
    for version in ("1", "2"):
        listed = file.format(version, version * 64, 5)
        (tmp_path / "uv.lock").write_text(lock.format(version, version * 64, 5, listed))
        git("add", "--all")
        git("commit", "--quiet", "--message", version)
    (tmp_path / "uv.lock").write_text("version = 1\n")
    git("commit", "--quiet", "--all", "--message", "broken")
    found = layer_history.history("example/shop", tmp_path, "", 10)
    assert found.revisions == ({"a": wheel("1" * 64, 5)}, {"a": wheel("2" * 64, 5)})
    assert found.unread == 1
    text = layer_history.text([found], {"pure": (3, 2.4)})
    assert "| example/shop | **1.0** | 1.0 | 1.0 |" in text
    assert "Of 3 pure wheels, built: their layers weigh 2.40 times as much, where 2.5 is assumed." in text


def test_a_generated_dockerfile_is_held_to_the_guides():
    def change(ours: float, sent: float) -> generated.Change:
        times = {"generated": Times((ours,)), "guide": Times((2.0,))}
        return generated.Change(times, times, {"generated": sent, "guide": 20e6})

    good = generated.text({"a": change(1.0, 1e6), "b": change(0.5, 1e5)}, "here")
    assert "| a | **2.0** | **2.0** | **20** |" in good
    assert good.count("| kept |") == 2
    bad = generated.text({"a": change(1.0, 1e6), "b": change(4.0, 6e6)}, "here")
    assert bad.count("**missed**") == 2


NEEDS = {
    "hard": native_needs.Row("hard", "fails", "import hard"),
    "easy": native_needs.Row("easy", "nothing", "import easy"),
    "host": native_needs.Row("host", "fails", "import host", unverifiable="it wants a screen"),
}
FOUND = {
    "hard": native_needs.Outcome(
        *("hard", "2026-11-27", "abc", "1.0"),
        {"libhard1": "", "libsoft2": ""},
        without="OSError: no | libhard",
        needed=("libhard1",),
    ),
    "easy": native_needs.Outcome("easy", "2026-11-27", "abc", "2.0"),
}


def needs(**changed: native_needs.Outcome) -> str:
    return native_needs.Table(NEEDS, FOUND | changed).text()


def test_what_was_chosen_counts_as_far_as_it_is_needed():
    text = needs()
    assert "| failures mended, of 2 that are known | 1 |" in text
    assert "| packages chosen that are needed | 1 of 2, 50% | ≥ 90% | **missed** |" in text
    assert r"| hard 1.0 | OSError: no \| libhard | libhard1 libsoft2 | works | libhard1 |" in text
    assert "Not tried, and not counted: host (it wants a screen)." in text
    assert "imported and used: easy 2.0." in text


def test_what_still_fails_and_what_is_given_in_vain_is_told():
    text = needs(
        hard=replace(FOUND["hard"], within="OSError", needed=()),
        easy=replace(FOUND["easy"], chosen={"libeasy1": ""}, comes_to=("libeasy1", "nvidia-driver-libs")),
    )
    assert "| failures mended, of 2 that are known | 0 |" in text
    assert "| given something in vain, of 1 that need nothing there | 1 | 0 | **missed** |" in text
    assert "| easy 2.0 | works | libeasy1 | works | none |" in text
    assert "| nvidia-driver-libs | 0 | **missed** |" in text


def test_the_rows_of_native_needs_are_python_and_complete():
    for row in native_needs.rows().values():
        compile(row.use, row.name, "exec")
        assert row.unverifiable or row.screen or row.known != "fails" or row.packages


class Pretended(Removable):
    """A root in which some packages are needed, one of them only where another is."""

    def __init__(self, works: Callable[[frozenset[str]], bool], depends: Mapping[str, tuple[str, ...]]) -> None:
        self.added = frozenset("abcd")
        self._works, self._depends, self._gone = works, depends, frozenset()

    def run(self, seconds: float) -> Ran:
        return Ran(0 if self._works(self.added - self._gone) else 1, "")

    @contextmanager
    def without(self, packages):
        self._gone = frozenset(packages)
        yield


def test_a_package_is_taken_away_with_what_is_there_for_its_sake_alone():
    root = Pretended(lambda there: "b" in there, {"a": ("b", "libc6")})
    assert root.only_of("a", ["c"]) == {"a", "b"}
    assert least(root, ("a", "c"), 1.0) == ("a",), "an empty package whose dependency counts"


def test_of_what_was_only_needed_by_something_in_vain_nothing_is_left():
    root = Pretended(lambda there: "d" in there and ("a" not in there or "b" in there), {})
    assert least(root, ("b", "a", "d"), 1.0) == ("d",)


def test_the_line_that_tells_why_is_found():
    said = "Traceback\n  File x\nOSError: no library\nCommand failed\n"
    assert Ran(1, said).why == "OSError: no library"
    assert (Ran(1, "").why, Ran(0, said).why) == ("exit code 1", "")


def test_each_step_is_told_by_what_it_saves():
    steps = [
        ("speed", Size(100_000_000, 50_000_000)),
        ("bytecode", Size(80_000_000, 30_000_000)),
        ("tests", Size(70_000_000, 25_000_000)),
    ]
    text = size_steps.text({"shop": steps}, "here")
    assert "| tests | **0.70** | **0.50** | 10.0 MB | 5.0 MB | 70.0 MB | 25.0 MB |" in text
