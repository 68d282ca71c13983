"""What a node pulls over the history of a lock, by the split of its environment: nothing is built, sizes are those that locks tell.

    python -m benchmarks.layer_history [--write docs/benchmarks.md] [--revisions N] [NAME=REPOSITORY[#DIRECTORY] …]

REPOSITORY is a path or a URL of git; without any, those of `PROJECTS` are cloned. `--calibrate` builds two projects besides and compares
the sizes of their layers with those of their wheels, for which it needs an index and a Debian mirror.
"""

import argparse
import io
import json
import os
import posixpath
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import IO
from unittest.mock import patch

from benchmarks import report
from benchmarks.measure import call
from benchmarks.project import checkout
from benchmarks.sides import Pottle, emptied

from pottle.config.options import Options
from pottle.errors import PottleError
from pottle.oci.platform import Platform
from pottle.plan import python
from pottle.plan.model import Wheel as Locked
from pottle.plan.needs import Needs
from pottle.plan.planner import _locked as lock_wishes
from pottle.plan.split import LIMITS, UNKNOWN, Limits, shares
from pottle.project import freshness
from pottle.project.reader import read_project
from pottle.project.tree import DictTree

MARK = "layers"
PROJECTS = (
    "docling-project/docling-serve",
    "infiniflow/ragflow",
    "paperless-ngx/paperless-ngx",
    "polarsource/polar#server",
    "PrefectHQ/prefect",
    "rommapp/romm",
    "saleor/saleor",
    "Skyvern-AI/skyvern",
    "sooperset/mcp-atlassian",
)
"""Public applications with a long history of `uv.lock`, by their names on GitHub."""
_READ = ("pyproject.toml", "uv.lock", ".python-version")
"""What the plan of an environment depends on."""

PURE, NATIVE = 2.5, 1.1
"""What a wheel weighs as a layer, compressed, by its own size: bytecode weighs as much as source, and machine code has none (`--calibrate`)."""


@dataclass(frozen=True)
class Wheel:
    """One that is locked."""

    sha256: str
    size: int
    """Bytes."""
    pure: bool

    @property
    def weight(self) -> int:
        """Bytes of its layer."""
        return round(self.size * (PURE if self.pure else NATIVE))


Wheels = Mapping[str, Wheel]
"""By the distributions' names."""
Layers = tuple[frozenset[str], ...]
"""Names, the lowest layer first."""
Way = Callable[[Wheels], Layers]
Factors = Mapping[str, tuple[int, float]]
"""`pure`, `native` → how many layers were weighed, and what they weigh by the size of their wheels."""


@dataclass(frozen=True)
class History:
    """The environments of a project, one for each change of its lock, oldest first."""

    name: str
    first: str
    last: str
    """Commits."""
    revisions: tuple[Wheels, ...]
    unread: int
    """Commits whose lock is none that an image can be made of."""


@dataclass(frozen=True)
class Pulled:
    """What a node pulls that follows every revision, the first left out."""

    bytes: int
    """Each layer that the revision before had not."""
    chained: int
    """The same where a layer is only known on top of those below it."""
    layers: int
    """At most, in any revision."""
    new: float
    """Layers that are pulled with a revision."""


# --- reading histories ----------------------------------------------------------------------------


def history(name: str, repository: Path, directory: str, most: int) -> History:
    """The last `most` changes of the lock on the main line."""
    paths = [posixpath.normpath(posixpath.join(directory, "uv.lock")), "uv.lock"]
    lock = next(path for path in paths if _git(repository, "ls-tree", "HEAD", path))
    listed = _git(repository, "log", "--first-parent", f"-{most}", "--format=%H", "--", lock).split()
    commits = list(reversed(listed))
    found = [_environment(repository, commit, directory) for commit in commits]
    read = tuple(each for each in found if each is not None)
    return History(name, commits[0][:10], commits[-1][:10], read, len(found) - len(read))


def _environment(repository: Path, commit: str, directory: str) -> Wheels | None:
    """As pottle would plan it for amd64. Whether the lock was up to date is not the question: it is what was deployed."""
    options = Options(source_builds=("*",))
    try:
        with patch.object(freshness, "check"):
            facts = read_project(_tree(repository, commit, directory))
        needs = Needs(facts, options, Platform.parse("linux/amd64"))
        wishes = (*facts.python, *lock_wishes(facts.lock))
        base = python.choose(wishes, base=None, python=None, gaps=needs.gaps).base
        found = needs.installed(base).requirements
    except PottleError:
        return None
    return {each.name: _wheel(each.wheel) for each in found if each.wheel}


def _wheel(found: Locked) -> Wheel:
    return Wheel(found.sha256, found.size or UNKNOWN, found.filename.endswith("-none-any.whl"))


def _tree(repository: Path, commit: str, directory: str) -> DictTree:
    """What the plan of an environment depends on; a file that a partial clone has not is not there."""
    listed = _git(repository, "ls-tree", "-r", "--name-only", commit).splitlines()
    paths = [path for path in listed if posixpath.basename(path) in _READ]
    asked = "".join(f"{commit}:{path}\n" for path in paths).encode()
    command = ["git", "-C", str(repository), "cat-file", "--batch"]
    told = io.BytesIO(subprocess.run(command, input=asked, capture_output=True, check=True).stdout)
    return DictTree(dict(_blobs(paths, told)), directory=directory)


def _blobs(paths: Iterable[str], told: IO[bytes]) -> Iterator[tuple[str, bytes]]:
    for path in paths:
        head = told.readline().split()
        if head[-1] != b"missing":
            yield path, told.read(int(head[-1]))
            told.read(1)


def _git(repository: Path, *arguments: str) -> str:
    return call(["git", "-C", repository, *arguments], os.environ)


# --- splitting them -------------------------------------------------------------------------------


def one_layer(wheels: Wheels) -> Layers:
    """The whole environment."""
    return (frozenset(wheels),)


def each_alone(wheels: Wheels) -> Layers:
    """No split pulls less."""
    return tuple(frozenset({name}) for name in sorted(wheels))


def by(limits: Limits) -> Way:
    """pottle's split, with other limits."""

    def split(wheels: Wheels) -> Layers:
        return tuple(frozenset(s.names) for s in shares({name: wheel.size for name, wheel in wheels.items()}, limits))

    return split


def pulled(revisions: Sequence[Wheels], way: Way) -> Pulled:
    """What following them costs."""
    before: list[frozenset[tuple[str, str]]] = []
    total, chained, most, new = 0, 0, 0, 0
    for number, wheels in enumerate(revisions):
        layers = [frozenset((name, wheels[name].sha256) for name in layer) for layer in way(wheels)]
        sizes = [sum(wheels[name].weight for name, _ in layer) for layer in layers]
        most = max(most, len(layers))
        if number:
            missing = [layer not in before for layer in layers]
            total += sum(size for size, needed in zip(sizes, missing, strict=True) if needed)
            same = next((n for n, (a, b) in enumerate(zip(layers, before, strict=False)) if a != b), len(layers))
            chained += sum(sizes[min(same, len(before)) :])
            new += sum(missing)
        before = layers
    return Pulled(total, chained, most, new / max(1, len(revisions) - 1))


def moved(revisions: Sequence[Wheels], limits: Limits) -> tuple[int, int]:
    """How often a wheel that stayed as it was came to be alone or ceased to be, and of how many chances."""
    flips = chances = 0
    for before, after in pairwise(revisions):
        alone = [
            {n for s in by(limits)(w) if len(s) == 1 for n in s if w[n].size >= limits.grain} for w in (before, after)
        ]
        stayed = [name for name in before.keys() & after.keys() if before[name] == after[name]]
        flips += sum((name in alone[0]) != (name in alone[1]) for name in stayed)
        chances += len(stayed)
    return flips, chances


def of_small_changes(revisions: Sequence[Wheels]) -> list[tuple[int, int]]:
    """The bytes that are pulled with every revision that changes one small wheel and nothing else, and those of the wheel alone."""
    found = []
    for before, after in pairwise(revisions):
        changed = [name for name, wheel in after.items() if before.get(name) != wheel]
        if len(changed) == 1 and before.keys() == after.keys() and after[changed[0]].size < LIMITS.grain:
            found.append((pulled([before, after], by(LIMITS)).bytes, after[changed[0]].weight))
    return found


# --- telling it -----------------------------------------------------------------------------------

BUDGETS = (4, 8, 16, 24, 32, 48, 64)
GRAINS = (250_000, 500_000, 1_000_000, 2_000_000, 4_000_000)


def text(histories: Sequence[History], factors: Factors | None = None) -> str:
    """The tables."""
    return "\n\n".join(_blocks(histories, factors or {})) + "\n"


def _blocks(histories: Sequence[History], factors: Factors) -> Iterator[str]:
    whole = {each.name: pulled(each.revisions, one_layer) for each in histories}
    yield "### Pulled over the history of a lock"
    yield report.table(
        (
            "application",
            "÷ one layer",
            "÷ at best",
            "÷ chained",
            "one layer",
            "pottle",
            "layers",
            "pulled",
            "wheels",
            "revisions",
            "commits",
        ),
        [_of(each, whole[each.name]) for each in histories],
    )
    yield f"Of layers, by how many an environment may have (alone two thirds of them, from {_mb(LIMITS.grain)} on):"
    budgets = {str(most): by(Limits(LIMITS.grain, LIMITS.fine, most * 2 // 3, most)) for most in BUDGETS}
    yield _curve("layers", budgets, histories, whole)
    yield f"By the size from which a wheel is alone, with {LIMITS.most} layers at most:"
    grains = {f"{grain / 1e6:g} MB": by(Limits(grain, LIMITS.fine, LIMITS.alone, LIMITS.most)) for grain in GRAINS}
    yield _curve("alone from", grains, histories, whole)
    yield _stability(histories)
    for kind, assumed in (("pure", PURE), ("native", NATIVE)):
        if kind in factors:
            count, factor = factors[kind]
            yield f"Of {count} {kind} wheels, built: their layers weigh {factor:.2f} times as much, where {assumed} is assumed."


def _of(each: History, whole: Pulled) -> tuple[object, ...]:
    ours, best = pulled(each.revisions, by(LIMITS)), pulled(each.revisions, each_alone)
    steps = max(1, len(each.revisions) - 1)
    return (
        each.name,
        *(f"**{_times(whole.bytes, ours.bytes)}**", _times(whole.bytes, best.bytes), _times(whole.bytes, ours.chained)),
        *(_mb(whole.bytes / steps), _mb(ours.bytes / steps)),
        *(ours.layers, f"{ours.new:.1f}", len(each.revisions[-1])),
        f"{len(each.revisions)}{f' + {each.unread}' if each.unread else ''}",
        f"{each.first} … {each.last}",
    )


def _curve(title: str, ways: Mapping[str, Way], histories: Sequence[History], whole: Mapping[str, Pulled]) -> str:
    rows = []
    for name, way in ways.items():
        found = {each.name: pulled(each.revisions, way) for each in histories}
        ratios = [whole[each].bytes / max(1, pull.bytes) for each, pull in found.items()]
        rows.append((name, f"**{statistics.geometric_mean(ratios):.1f}**", *(f"{ratio:.1f}" for ratio in ratios)))
    return report.table((title, "mean", *(each.name.rpartition("/")[2] for each in histories)), rows)


def _stability(histories: Sequence[History]) -> str:
    flips, chances = (sum(each) for each in zip(*(moved(h.revisions, LIMITS) for h in histories), strict=True))
    told = f"Of {chances:,} times that a wheel stayed as it was, it came to be alone or ceased to be {flips} times."
    small = [sizes for each in histories for sizes in of_small_changes(each.revisions)]
    if small:
        layer, wheel = (statistics.median(sizes) for sizes in zip(*small, strict=True))
        told += (
            f" {len(small)} revisions change one small wheel and nothing else: they pull {_mb(layer)} (median; {_mb(max(small)[0])} at most), "
            f"of which the wheel is {_mb(wheel)}."
        )
    return told


def _times(other: float, ours: float) -> str:
    return f"{other / max(1, ours):.1f}"


def _mb(size: float) -> str:
    return f"{size / 1e6:.1f} MB"


# --- real layers ----------------------------------------------------------------------------------


def calibrated(pottle: Pottle, scratch: Path, environ: Mapping[str, str]) -> Factors:
    """What layers of single wheels weigh, compressed, by the weight of the wheels: of each kind their number and the factor."""
    weights: dict[str, list[tuple[int, int]]] = {"pure": [], "native": []}
    for name, edited in (("shop", "shop/main.py"), ("analysis", "main.py")):
        directory = checkout(name, scratch, environ, edited=edited).directory
        layers = pottle.layers(directory)
        plan = json.loads(pottle("plan", "--format=json", directory))
        for layer in plan["layers"]:
            wheels = [r["wheel"] for step in layer["steps"] for r in step.get("requirements", ())]
            kinds = {"pure" if wheel["filename"].endswith("-none-any.whl") else "native" for wheel in wheels}
            if len(kinds) == 1:
                weights[kinds.pop()].append((layers[layer["name"]].compressed, sum(wheel["size"] for wheel in wheels)))
    sums = {kind: tuple(map(sum, zip(*found, strict=True))) for kind, found in weights.items() if found}
    return {kind: (len(weights[kind]), layer / wheel) for kind, (layer, wheel) in sums.items()}


# --- the command ----------------------------------------------------------------------------------


def _histories(named: Iterable[str], most: int, scratch: Path) -> Iterator[History]:
    for each in named:
        name, _, place = each.partition("=")
        repository, _, directory = (place or f"https://github.com/{name}").partition("#")
        path = Path(repository)
        if not path.is_dir():
            path = scratch / name.partition("#")[0].replace("/", "+")
            call(["git", "clone", "--quiet", "--bare", repository, path], os.environ)
        print(f"bench: {name}", file=sys.stderr, flush=True)
        yield history(name.partition("#")[0], path, directory, most)


def main() -> int:
    """Print the tables, or write them where they belong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("projects", nargs="*", default=PROJECTS, metavar="NAME=REPOSITORY[#DIRECTORY]")
    parser.add_argument("--revisions", type=int, default=100, help="changes of each lock, the newest")
    parser.add_argument("--calibrate", action="store_true", help="build, too")
    parser.add_argument("--write", type=Path, help="the page whose tables are replaced; without it they are printed")
    options = parser.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix="pottle-bench-"))
    try:
        histories = list(_histories(options.projects, options.revisions, scratch))
        factors = calibrated(emptied(os.environ, scratch), scratch, os.environ) if options.calibrate else {}
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    tables = text(histories, factors)
    if options.write:
        report.write(tables, options.write, MARK)
    else:
        print(tables)
    return 0


if __name__ == "__main__":
    sys.exit(main())
