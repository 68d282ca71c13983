"""The whole plan, from facts in memory."""

import pytest

from pottle.config.options import Options
from pottle.errors import ConfigError, ProjectError
from pottle.oci.platform import Platform
from pottle.plan.model import (
    CopyProject,
    CreateEnvironment,
    ImagePlan,
    InstallInterpreter,
    InstallPackages,
    InstallProject,
    InstallWheels,
    LayerPlan,
)
from pottle.plan.planner import make_plan
from pottle.project.reader import read_project
from pottle.project.tree import DictTree

SCRIPT = {"main.py": "print()\n"}
LISTED = {**SCRIPT, "requirements.txt": "httpx\n"}
PACKAGED = {
    "pyproject.toml": '[project]\nname = "p"\nversion = "1"\n[project.scripts]\np = "p:main"\n'
    '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n',
    "p.py": "def main(): ...\n",
}


def plan(files: dict[str, str], options: Options | None = None) -> ImagePlan:
    return make_plan(read_project(DictTree(files)), options or Options(), Platform.parse("linux/amd64"))


def layer(planned: ImagePlan, name: str) -> LayerPlan:
    return next(layer for layer in planned.layers if layer.name == name)


def because(planned: ImagePlan, decision: str) -> str | None:
    return next((reason.because for reason in planned.reasons if reason.decision == decision), None)


def test_layers_lie_in_the_order_in_which_they_change():
    order = ["base", "interpreter", "packages", "system", "environment", "app"]
    assert [each.name for each in plan(LISTED, Options(packages=("ffmpeg",))).layers] == order
    assert [each.name for each in plan(SCRIPT).layers] == ["base", "interpreter", "system", "app"]


def test_a_list_that_no_lock_has_decided_is_no_lock_and_is_marked():
    (step,) = layer(plan(LISTED), "environment").steps
    assert isinstance(step, InstallWheels)
    assert step.unresolved
    assert plan(LISTED).lockfile == "requirements.txt"
    assert because(plan(LISTED), "dependencies") == "no lock has decided them: a build does, anew every time"


def test_pyproject_is_no_lockfile():
    files = {**SCRIPT, "pyproject.toml": '[project]\nname = "p"\nversion = "1"\ndependencies = ["httpx"]\n'}
    assert plan(files).lockfile is None
    assert plan(files).warnings[0].startswith("pyproject.toml:4: nothing is locked")


def test_a_packaged_project_is_installed_and_what_its_wheel_holds_is_not_copied():
    install, copy = layer(plan(PACKAGED), "app").steps
    assert isinstance(install, InstallProject)
    assert isinstance(copy, CopyProject)
    assert copy.less_wheel
    (copy,) = layer(plan(SCRIPT), "app").steps
    assert isinstance(copy, CopyProject)
    assert not copy.less_wheel


def bytecode(planned: ImagePlan) -> list[str | None]:
    kinds = (CreateEnvironment, InstallWheels, InstallProject, CopyProject)
    return [step.bytecode for each in planned.layers for step in each.steps if isinstance(step, kinds)]


def test_third_parties_bytecode_is_never_checked_and_the_projects_always_is():
    assert bytecode(plan(LISTED)) == ["unchecked-hash", "unchecked-hash", "checked-hash"]
    assert bytecode(plan(LISTED, Options(optimize="size"))) == [None, None, None]


@pytest.mark.parametrize(
    ("files", "options", "packages", "reason"),
    [
        (SCRIPT, Options(), (), None),
        (SCRIPT, Options(variant="debug"), ("coreutils", "dash"), "the debug variant has one"),
        ({"main.py": "import os\nos.system('ls')\n"}, Options(), ("dash",), "the code calls os.system"),
        (SCRIPT, Options(packages=("libmagic1",)), ("libmagic1",), None),
    ],
)
def test_a_shell_is_there_only_where_it_is_needed_or_wanted(
    files: dict[str, str], options: Options, packages: tuple[str, ...], reason: str | None
):
    planned = plan(files, options)
    assert planned.system_packages.runtime == packages
    assert because(planned, "shell") == reason
    if packages:
        (step,) = layer(planned, "packages").steps
        assert isinstance(step, InstallPackages)
        assert step.packages == packages


# --- the image config -----------------------------------------------------------------------------


def test_the_environment_is_ours_and_the_configuration_has_the_last_word():
    environment = dict(plan(SCRIPT, Options(env=(("LANG", "de_DE.UTF-8"), ("MODE", "live")))).runtime.environment)
    assert environment["PYTHONUNBUFFERED"] == "1"
    assert environment["HOME"] == "/home/nonroot"
    assert (environment["LANG"], environment["MODE"]) == ("de_DE.UTF-8", "live")
    assert environment["PATH"].startswith("/opt/venv/bin:")


def test_no_root():
    assert plan(SCRIPT).runtime.user == "65532:65532"


def test_a_configured_port_is_probed_and_exposed_even_when_nobody_knows_the_application():
    planned = plan(SCRIPT, Options(command=("serve", "-p", "9000"), port=9000))
    assert planned.runtime.ports == ("9000/tcp",)
    assert planned.runtime.health_check is not None
    assert "9000" in planned.runtime.health_check.command[-1]
    assert plan(SCRIPT, Options(command=("serve",))).runtime.health_check is None


def test_a_variable_of_the_containers_names_the_port_too():
    files = {"app.py": "from flask import Flask\napp = Flask('x')\n", "requirements.txt": "flask\ngunicorn\n"}
    assert plan(files, Options(env=(("PORT", "5000"),))).port == 5000
    assert plan(files, Options(env=(("PORT", "5000"),), port=80)).port == 80
    assert plan(files, Options(env=(("PORT", "none"),))).port == 8000


def test_annotations_name_the_base_and_claim_no_digest_of_one():
    keys = dict(plan(PACKAGED).annotations)
    assert keys == {
        "org.opencontainers.image.base.name": "debian:trixie",
        "org.opencontainers.image.title": "p",
        "org.opencontainers.image.version": "1",
    }


def test_a_base_that_is_none_stops_the_plan():
    with pytest.raises(ConfigError, match="no base named 'nope'"):
        plan(SCRIPT, Options(base="nope"))


# --- strict -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (LISTED, "1 of 1 requirements are not pinned"),
        (
            {**SCRIPT, "pyproject.toml": '[project]\nname = "p"\nversion = "1"\ndependencies = ["httpx"]\n'},
            "nothing is locked",
        ),
        (
            {**SCRIPT, ".python-version": "3.13", "runtime.txt": "python-3.9"},
            "which .python-version:1 outranks with 3.13",
        ),
    ],
)
def test_strict_refuses_what_is_not_as_asked_for(files: dict[str, str], message: str):
    assert message in plan(files).warnings[0]
    with pytest.raises(ProjectError, match=message) as caught:
        plan(files, Options(strict=True))
    assert caught.value.at


def test_strict_leaves_other_warnings_alone():
    files = {**SCRIPT, ".python-version": "shop\n3.13\n"}
    assert "is the name of an environment" in plan(files, Options(strict=True)).warnings[0]


# --- an interpreter that is not the base's own ------------------------------------------------------


def test_a_python_that_no_suite_has_is_a_step_of_its_own():
    planned = plan({**SCRIPT, ".python-version": "3.9"})
    libraries, install, create = layer(planned, "interpreter").steps
    assert (planned.python, planned.base) == ("3.9", "debian:trixie")
    assert isinstance(libraries, InstallPackages)
    assert libraries.packages == ("libcrypt1",)
    assert install == InstallInterpreter(version="3.9", source="python-build-standalone", into="/opt/python")
    assert isinstance(create, CreateEnvironment)
    assert create.interpreter == "/opt/python/bin/python3.9"


def test_from_313_on_it_needs_no_library_of_the_base():
    install, _ = layer(plan({**SCRIPT, ".python-version": "3.15"}), "interpreter").steps
    assert isinstance(install, InstallInterpreter)


def test_the_health_check_asks_with_the_images_own_interpreter():
    files = {"requirements.txt": "fastapi\nuvicorn\n", "main.py": "from fastapi import FastAPI\napp = FastAPI()\n"}
    planned = plan({**files, ".python-version": "3.9"})
    assert planned.runtime.health_check is not None
    assert planned.runtime.health_check.command[0] == "/opt/python/bin/python3.9"


def test_the_locks_range_counts():
    lock = (
        'version = 1\nrequires-python = ">=3.14"\n[[package]]\nname = "p"\nversion = "1"\nsource = { virtual = "." }\n'
    )
    files = {**SCRIPT, "pyproject.toml": '[project]\nname = "p"\nversion = "1"\n', "uv.lock": lock}
    assert plan(files).python == "3.14"
