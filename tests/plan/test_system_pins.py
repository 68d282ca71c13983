"""Debian packages, interpreters and build requirements of `pottle.lock` against what the project asks for."""

from collections.abc import Callable

import msgspec
import pytest

from pottle.config.options import Options
from pottle.errors import ProjectError
from pottle.oci.platform import Platform
from pottle.plan import pottle_lock, system_pins
from pottle.plan.model import ImagePlan
from pottle.plan.planner import make_plan
from pottle.project.facts import Pins
from pottle.project.pinned import PinnedBuild, PinnedDeb, PinnedInterpreter, PinnedRequirement, PinnedSystem
from pottle.project.reader import read_project
from pottle.project.tree import DictTree
from pottle.text import Location

AMD64, ARM64 = Platform.parse("linux/amd64"), Platform.parse("linux/arm64")
HERE = Location("pottle.lock")
FILES = {"main.py": "print()\n"}
PACKAGE = {
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n[project.scripts]\nshop = "shop:main"\n'
    '[build-system]\nrequires = ["hatchling>=1.2"]\nbuild-backend = "hatchling.build"\n',
    "src/shop/__init__.py": "def main(): ...\n",
}
LIBC = PinnedDeb("libc6", "2.41-12", "amd64", "trixie", "pool/main/g/glibc/libc6.deb", "a" * 64, 7, "base")
BUILD = PinnedBuild(
    of="shop",
    wanted=("--backend hatchling.build", "hatchling>=1.2"),
    requires=(PinnedRequirement("hatchling", "1.27.0", ("b" * 64,)),),
)


def planned(lock: Pins | None, options: Options | None = None, files=FILES, platform: Platform = AMD64) -> ImagePlan:
    tree = dict(files) if lock is None else {**files, "pottle.lock": pottle_lock.written(lock)}
    return make_plan(read_project(DictTree(tree)), options or Options(), platform)


def system(options: Options | None = None, **changes: object) -> PinnedSystem:
    """What a lock holds for the project as it is."""
    plan = planned(None, options)
    wanted = system_pins.question(plan.layers)
    found = PinnedSystem(platform=plan.platform, base=plan.base, python=plan.python, wanted=wanted, debs=(LIBC,))
    return msgspec.structs.replace(found, **changes)


def reason(plan: ImagePlan) -> tuple[str, str | None]:
    return next((each.value, each.at) for each in plan.reasons if each.decision == "base_packages")


def test_without_a_lock_a_plan_says_that_the_base_moves():
    plan = planned(None)
    assert reason(plan) == ("newest", None)
    assert [each.decision for each in plan.reasons].index("base_packages") == 1 + next(
        n for n, each in enumerate(plan.reasons) if each.decision == "base"
    )


def test_with_one_it_says_where_they_stand():
    plan = planned(Pins(HERE, systems=(system(),)), Options(locked=True))
    assert reason(plan) == ("locked", "pottle.lock:4")
    assert plan.warnings == ()


def test_a_platform_that_it_has_not_is_told():
    plan = planned(Pins(HERE, systems=(system(),)), platform=ARM64)
    assert reason(plan) == ("newest", None)
    assert [w for w in plan.warnings if "pottle lock --platform linux/arm64" in w]


STALE: dict[str, tuple[Callable[[], PinnedSystem], Options, str]] = {
    "more packages": (system, Options(packages=("libpq5",)), "it was made without libpq5 (packages)"),
    "fewer": (
        lambda: system(Options(packages=("libpq5", "curl"))),
        Options(packages=("curl",)),
        "it was made for libpq5 (packages), which is no longer asked for",
    ),
    "another suite": (
        system,
        Options(base="bookworm", python="3.13"),
        "it was made for debian:trixie with Python 3.13",
    ),
    "another Python": (system, Options(python="3.11"), "and the plan is for debian:bookworm with 3.11"),
    "a layer that is not there": (
        lambda: system(debs=(msgspec.structs.replace(LIBC, layer="cellar"),)),
        Options(),
        "libc6 is of no layer",
    ),
    "another architecture": (
        lambda: system(debs=(msgspec.structs.replace(LIBC, architecture="arm64"),)),
        Options(),
        "libc6 is for arm64",
    ),
    "an interpreter too many": (
        lambda: system(
            interpreter=PinnedInterpreter("3.9.25", "", "x86_64", "https://x.example/a.tar.gz", "c" * 64, 9)
        ),
        Options(),
        "it was made with an interpreter",
    ),
}


@pytest.mark.parametrize(("made", "options", "message"), STALE.values(), ids=STALE)
def test_another_question_stops(made: Callable[[], PinnedSystem], options: Options, message: str):
    with pytest.raises(ProjectError) as caught:
        planned(Pins(HERE, systems=(made(),)), options)
    assert message in caught.value.what
    assert (caught.value.at is not None and caught.value.at.line is not None) or options.python
    assert caught.value.hint == "run `pottle lock`"


def test_what_the_project_is_built_with_is_a_question_too():
    changed = {**PACKAGE, "pyproject.toml": PACKAGE["pyproject.toml"].replace(">=1.2", ">=1.3")}
    lock = Pins(HERE, systems=(system_of(PACKAGE),), builds=(BUILD,))
    planned(lock, Options(locked=True), PACKAGE)
    with pytest.raises(ProjectError, match=r"shop is built with something else now \(hatchling>=1\.3\)"):
        planned(lock, files=changed)


def test_it_may_be_missing_unless_everything_has_to_come_from_locks():
    lock = Pins(HERE, systems=(system_of(PACKAGE),))
    planned(lock, files=PACKAGE)
    with pytest.raises(ProjectError, match="does not say what shop is built with"):
        planned(lock, Options(locked=True), PACKAGE)


def system_of(files: dict[str, str]) -> PinnedSystem:
    plan = planned(None, files=files)
    return system(wanted=system_pins.question(plan.layers))


def test_an_answer_is_read_back_as_the_plan_takes_it():
    interpreter = PinnedInterpreter("3.9.25", "20251031", "x86_64", "https://x.example/a.tar.gz", "c" * 64, 9)
    options = Options(python="3.9")
    debs = (
        msgspec.structs.replace(LIBC, released="2026-01-02T03:04:05Z"),
        msgspec.structs.replace(LIBC, name="zlib1g", released="2025-01-02T03:04:05Z"),
    )
    lock = Pins(HERE, systems=(system(options, interpreter=interpreter, debs=debs),), builds=(BUILD,))
    text = pottle_lock.written(lock)
    facts = read_project(DictTree({**FILES, "pottle.lock": text}))
    assert facts.pins is not None
    assert pottle_lock.written(facts.pins) == text
    decided = system_pins.decided(facts.pins, make_plan(facts, options, AMD64))
    assert decided is not None
    assert decided.interpreter is not None
    assert decided.interpreter.url == interpreter.url
    packages = dict(decided.packages)["base"]
    assert [(each.name, each.released) for each in packages] == [
        ("libc6", "2026-01-02T03:04:05Z"),
        ("zlib1g", "2025-01-02T03:04:05Z"),
    ]
    assert (
        packages[0].at
        == f"pottle.lock:{text.splitlines().index(next(li for li in text.splitlines() if 'libc6' in li and 'sha256' in li)) + 1}"
    )
