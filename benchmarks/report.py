"""The results as Markdown, between two marks of a page. Ratios first: seconds are this machine's, ratios travel."""

import os
import platform
import statistics
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measure import Times, call
from benchmarks.sides import Size

_BASE = ("base", "interpreter", "packages", "system")
"""The layers below the environment's."""
NOT_OF_WHEELS = frozenset({"base", "interpreter", "packages", "system", "app"})
"""Layers by their names; the others are of wheels."""
_SLIM = Size(119_000_000, 43_200_000)
"""`python:3.12-slim` as published (docker-library/repo-info)."""


@dataclass(frozen=True)
class Results:
    """All that was measured."""

    times: Mapping[str, Mapping[str, Times]]
    help: Times
    images: Mapping[str, Size]
    layers: Mapping[str, Size]
    layers_for_size: Mapping[str, Size]
    memory: Mapping[str, int]
    wheels: int


def circumstances(environ: Mapping[str, str], runs: int, load: float) -> str:
    """Where, when and with what, in a paragraph."""
    root = Path(__file__).parents[1]
    uv = call([Path(sys.executable).with_name("uv"), "--version"], environ).split()[1]
    commit = call(["git", "describe", "--always", "--dirty"], os.environ, root)
    docker = call(["docker", "version", "--format={{.Server.Version}}"], environ)
    buildx = call(["docker", "buildx", "version"], environ).split()[1]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"Measured {datetime.now(UTC):%Y-%m-%d} on {_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, "
        f"Linux {platform.release()}, load {load:.1f} before and {os.getloadavg()[0]:.1f} after; "
        f"pottle {commit} on Python {platform.python_version()}, uv {uv} on both sides, Docker {docker} with buildx {buildx}. "
        f"Medians of {runs} runs (cold builds: {max(3, runs // 3)}), the sides in turn; in brackets the fastest and the slowest."
    )


def machine(runs: int) -> str:
    """The same where nothing but this process is measured."""
    commit = call(["git", "describe", "--always", "--dirty"], os.environ, Path(__file__).parents[1])
    return (
        f"Measured {datetime.now(UTC):%Y-%m-%d} on {_processor()}, one core, pottle {commit}, Python {platform.python_version()}. "
        f"Medians of {runs} runs, the sides in turn."
    )


def built() -> str:
    """The same where only sizes count: by what they were built."""
    commit = call(["git", "describe", "--always", "--dirty"], os.environ, Path(__file__).parents[1])
    return f"Measured {datetime.now(UTC):%Y-%m-%d}, pottle {commit}."


def text(results: Results, where: str) -> str:
    """The tables."""
    blocks = [where, *_durations(results), *_sizes(results), *_limits(results)]
    return "\n\n".join(blocks) + "\n"


def write(tables: str, page: Path, mark: str) -> None:
    """Put the tables between the page's marks of that name."""
    head, begin, rest = page.read_text().partition(f"<!-- {mark}: begin -->")
    _, end, tail = rest.partition(f"<!-- {mark}: end -->")
    if not begin or not end:
        raise SystemExit(f"{page} has no <!-- {mark}: begin --> … <!-- {mark}: end -->")
    page.write_text(f"{head}{begin}\n\n{tables}\n{end}{tail}")


def _durations(results: Results) -> Iterator[str]:
    shown = (
        ("cold build", "cold", "pottle"),
        ("first build on a known base", "cold", "known"),
        ("code change → image", "image", "pottle"),
        ("code change → archive on disk", "archive", "pottle"),
        ("code change → image in the Docker engine", "engine", "pottle"),
        ("packaged project: code change → archive", "packaged", "pottle"),
    )
    rows = []
    for title, name, side in shown:
        ours, guide, pattern = (results.times[name][one] for one in (side, "guide", "pattern"))
        rows.append((title, _ratio(guide, ours), _ratio(pattern, ours), ours, guide, pattern))
    yield "### Time to build"
    yield table(("", "guide ÷ pottle", "pattern ÷ pottle", "pottle", "guide", "pattern"), rows)
    start = results.times["start"]
    ours = start["bench-pottle"]
    names = {
        "bench-pottle": "pottle",
        "bench-pottle-size": 'pottle, `optimize = "size"`',
        "bench-guide": "guide",
        "bench-pattern": "pattern",
    }
    bytecode = {"bench-pottle": "yes", "bench-pottle-size": "no", "bench-guide": "yes", "bench-pattern": "no"}
    yield "### Start: `docker run` to the first answer over HTTP"
    yield table(
        ("", "bytecode", "÷ pottle", "time"),
        [(shown, bytecode[tag], _ratio(start[tag], ours), start[tag]) for tag, shown in names.items()],
    )


def _sizes(results: Results) -> Iterator[str]:
    ours = results.images["bench-pottle"]
    rows = [
        (title, _times(size.unpacked, ours.unpacked), _times(size.compressed, ours.compressed), *_megabytes(size))
        for title, size in (
            ("pottle", ours),
            ('pottle, `optimize = "size"`', results.images["bench-pottle-size"]),
            ("guide", results.images["bench-guide"]),
            ("pattern", results.images["bench-pattern"]),
            ("the stand-in for `python:3.13-slim`, which both start from, alone", results.images["python:3.13-slim"]),
            ("`python:3.12-slim` alone, as published", _SLIM),
        )
    ]
    yield "### Size of the image"
    yield table(("", "on disk ÷ pottle", "compressed ÷ pottle", "on disk", "compressed"), rows)
    speed, small = _folded(results.layers), _folded(results.layers_for_size)
    of_wheels = len(results.layers.keys() - NOT_OF_WHEELS)
    yield f"pottle's layers, as tars; the environment holds {results.wheels} wheels in {of_wheels} layers:"
    yield table(
        ("layer", "unpacked", "compressed", 'unpacked, `"size"`', 'compressed, `"size"`'),
        [(name, *_megabytes(size), *_megabytes(small[name])) for name, size in speed.items()],
    )


def _folded(layers: Mapping[str, Size]) -> dict[str, Size]:
    """Those of wheels as one."""
    wheels = _sum(size for name, size in layers.items() if name not in NOT_OF_WHEELS)
    others = {name: size for name, size in layers.items() if name in NOT_OF_WHEELS and name != "app"}
    return {**others, "environment": wheels, "app": layers["app"]}


def _limits(results: Results) -> Iterator[str]:
    speed, small = (_sum(layers.values()) for layers in (results.layers, results.layers_for_size))
    base = _sum(size for name, size in results.layers.items() if name in _BASE)
    archive = results.times["archive"]
    change = archive["pottle"]
    ratio = min(archive[side].median for side in ("guide", "pattern")) / change.median
    memory = max(results.memory.values())
    projects = ", ".join(f"`{name}` {value / 1e6:.0f} MB" for name, value in results.memory.items())
    rows = [
        _size_limit("base with bytecode", base, 60, 21),
        _size_limit("the project with bytecode", speed, 150, 48),
        _size_limit('the project, `optimize = "size"`', small, 119, 43),
        _limit("code change → archive", _with_processor(change), "≤ 0.3 s", change.median <= 0.3),
        _limit("the same against BuildKit's faster one", f"{ratio:.1f} times", "≥ 6 times", ratio >= 6),
        _limit("`pottle --help`", f"{results.help.median * 1e3:.0f} ms", "≤ 150 ms", results.help.median <= 0.15),
        _limit("peak memory of a cold build, all processes", projects, "< 300 MB", memory < 300e6),
    ]
    yield "### What pottle holds itself to"
    yield table(("", "measured", "limit", ""), rows)


def _size_limit(title: str, size: Size, unpacked: int, compressed: int) -> tuple[str, ...]:
    measured = f"{size.unpacked / 1e6:.1f} / {size.compressed / 1e6:.1f} MB"
    kept = size.unpacked <= unpacked * 1e6 and size.compressed <= compressed * 1e6
    return _limit(f"{title}: unpacked / compressed", measured, f"≤ {unpacked} / {compressed} MB", kept)


def _limit(title: str, measured: str, limit: str, kept: bool) -> tuple[str, ...]:
    return title, measured, limit, "kept" if kept else "**missed**"


def _with_processor(times: Times) -> str:
    return f"{times.median:.2f} s; of processors {statistics.median(times.processor):.2f} s"


def _sum(sizes: Iterable[Size]) -> Size:
    all_of_them = list(sizes)
    return Size(sum(s.unpacked for s in all_of_them), sum(s.compressed for s in all_of_them))


def _ratio(other: Times, ours: Times) -> str:
    return _times(other.median, ours.median)


def _times(other: float, ours: float) -> str:
    return f"**{other / ours:.1f}**" if other != ours else "1"


def _megabytes(size: Size) -> tuple[str, str]:
    return f"{size.unpacked / 1e6:.1f} MB", f"{size.compressed / 1e6:.1f} MB"


def table(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    """In Markdown; the first column is text, the others are numbers."""
    lines = [head, ("---", *("--:" for _ in head[1:])), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
