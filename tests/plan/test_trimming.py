"""What is left out where the image is to be small, and why."""

import pytest

from pottle.config.layer import from_pyproject
from pottle.oci.platform import Platform
from pottle.plan.model import CopyProject, ImagePlan, InstallProject, InstallWheels, Trim
from pottle.plan.planner import make_plan
from pottle.project.reader import read_project
from pottle.project.tree import DictTree

PROJECT = {
    "pyproject.toml": '[project]\nname = "a"\nversion = "1"\ndependencies = ["numpy"]\n[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n',
    "a/__init__.py": "",
}


def planned(table: str, files: dict[str, str] = PROJECT) -> ImagePlan:
    options = from_pyproject(f"[tool.pottle]\ncommand = ['a']\n{table}\n").options()
    return make_plan(read_project(DictTree(files)), options, Platform.parse("linux/amd64"))


def trims(plan: ImagePlan) -> dict[str, Trim]:
    return {layer.name: step for layer in plan.layers for step in layer.steps if isinstance(step, Trim)}


def told(plan: ImagePlan) -> dict[str, tuple[str, str]]:
    return {each.decision: (each.value, each.because) for each in plan.reasons}


def test_speed_leaves_nothing_out():
    plan = planned("keep = ['numpy/tests']")
    assert trims(plan) == {}
    assert told(plan).keys().isdisjoint({"left_out", "keep"})


def test_size_leaves_out_what_no_program_reads_of_others_distributions_alone():
    plan = planned("optimize = 'size'")
    assert trims(plan) == {"environment": Trim(into="/opt/venv", without=("tests", "sources", "stubs", "symbols"))}
    (layer,) = [layer for layer in plan.layers if layer.name == "environment"]
    assert [type(step) for step in layer.steps] == [InstallWheels, Trim]
    assert [type(step) for step in plan.layers[-1].steps] == [InstallProject, CopyProject]
    value, because = told(plan)["left_out"]
    assert value == "tests, headers, stubs, symbols"
    assert because == "optimize is set to size: no running program reads what is left out of distributions"


@pytest.mark.parametrize("package", ["gcc", "g++-14", "clang", "build-essential"])
def test_headers_stay_beside_a_compiler(package: str):
    plan = planned(f"optimize = 'size'\npackages = ['{package}']")
    assert trims(plan)["environment"].without == ("tests", "stubs", "symbols")
    assert told(plan)["left_out"][1].endswith(f"headers stay, since {package} is installed")


@pytest.mark.parametrize("package", ["libgcc-s1", "gcc-14-base", "libpq-dev"])
def test_headers_go_beside_what_only_sounds_like_one(package: str):
    assert "sources" in trims(planned(f"optimize = 'size'\npackages = ['{package}']"))["environment"].without


def test_headers_stay_on_a_base_image():
    plan = planned("optimize = 'size'\nbase = 'python:3.13-slim'")
    assert "sources" not in trims(plan)["environment"].without
    assert told(plan)["left_out"][1].endswith("the base image may hold a compiler")


def test_what_is_to_be_kept_is_told():
    plan = planned("optimize = 'size'\nkeep = ['numpy/_core/include', '*/tests']")
    assert trims(plan)["environment"].keep == ("numpy/_core/include", "*/tests")
    assert told(plan)["keep"] == ("numpy/_core/include */tests", "they are configured to stay whole")
