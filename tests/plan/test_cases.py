"""The plan of every named project, or the error that stops it, against the golden beside its files.

`make golden` writes them anew; the diff is what is reviewed.
"""

import os
import random
from pathlib import Path

import pytest
from tests.named import CASES, project

from pottle import api
from pottle.errors import PottleError
from pottle.oci.platform import Platform
from pottle.plan.model import ImagePlan, InstallWheels, compiles, decode, encode
from pottle.plan.planner import make_plan
from pottle.project.reader import read_project
from pottle.project.tree import DictTree

PLAN, ERROR = "plan.json", "error.txt"
AMD64, ARM64 = Platform.parse("linux/amd64"), Platform.parse("linux/arm64")
PLANNED = [case for case in CASES if (case / PLAN).exists()]


def planned(case: Path, platform: Platform = AMD64) -> ImagePlan:
    return api.plan(project(case), api.read_options(project(case), {}, {}), platform)


def outcome(case: Path) -> tuple[str, str]:
    """The golden's name, and what belongs in it."""
    try:
        return PLAN, encode(planned(case)).decode()
    except PottleError as error:
        return ERROR, f"{error}\n"


def names(plan: ImagePlan) -> set[str]:
    steps = [step for layer in plan.layers for step in layer.steps if isinstance(step, InstallWheels)]
    return {requirement.name for step in steps for requirement in step.requirements}


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_plan_of_a_named_project(case: Path):
    name, text = outcome(case)
    if os.environ.get("GOLDEN") == "rewrite":
        for other in {PLAN, ERROR} - {name}:
            (case / other).unlink(missing_ok=True)
        (case / name).write_text(text)
    assert (case / name).read_text() == text
    assert not any((case / other).exists() for other in {PLAN, ERROR} - {name})


@pytest.mark.parametrize("case", PLANNED, ids=lambda path: path.name)
@pytest.mark.parametrize("platform", [AMD64, ARM64], ids=str)
def test_a_plan_comes_back_from_json_unchanged(case: Path, platform: Platform):
    plan = planned(case, platform)
    assert decode(encode(plan)) == plan


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_the_same_files_give_the_same_plan_wherever_they_lie_and_however_they_are_listed(case: Path):
    files = [(str(path.relative_to(case)), path.read_bytes()) for path in case.rglob("*") if path.is_file()]
    random.Random(case.name).shuffle(files)
    directory = str(project(case).relative_to(case)).removeprefix(".")
    try:
        options = api.read_options(project(case), {}, {})
        facts = read_project(DictTree(dict(files), directory=directory), options.lockfile)
        text = encode(make_plan(facts, options, AMD64)).decode()
    except PottleError as error:
        text = f"{error}\n"
    assert text == outcome(case)[1]


@pytest.mark.parametrize("case", PLANNED, ids=lambda path: path.name)
def test_no_development_dependency_gets_in(case: Path):
    assert not names(planned(case)) & {"pytest", "pluggy", "iniconfig", "ruff"}


@pytest.mark.parametrize("case", PLANNED, ids=lambda path: path.name)
def test_what_a_plan_decides_has_a_reason(case: Path):
    plan = planned(case)
    decided = {"name", "package_manager", "project", "python", "base", "command"}
    decided |= {"bytecode"} if compiles(plan.layers) is None else {"compile"}
    decided |= {"version"} if plan.version else set()
    decided |= {"port", "health"} if plan.port else set()
    decided |= {"dependencies"} if names(plan) else set()
    assert decided <= {reason.decision for reason in plan.reasons}
    assert all(layer.because for layer in plan.layers)
    assert all(reason.because and not reason.because.endswith(".") for reason in plan.reasons)


def test_another_platform_has_its_own_wheels_and_markers():
    case = next(case for case in CASES if case.name == "markers")
    assert "arm-thing" in names(planned(case, ARM64)) - names(planned(case, AMD64))
    assert b"x86_64" not in encode(planned(case, ARM64))
