"""A command that is a shell script of the project."""

import pytest

from pottle.config.options import Options
from pottle.oci.platform import Platform
from pottle.plan.model import ImagePlan
from pottle.plan.planner import make_plan
from pottle.project.reader import read_project
from pottle.project.tree import DictTree

FILES = {
    "app.py": "from flask import Flask\napp = Flask(__name__)\n",
    "requirements.txt": "flask\ngunicorn\n",
}


def plan(script: str, procfile: str = "web: ./start.sh\n", **options: object) -> ImagePlan:
    tree = DictTree({**FILES, "start.sh": script, "Procfile": procfile})
    return make_plan(read_project(tree), Options(**options), Platform.parse("linux/amd64"))  # type: ignore[arg-type]


def scripted(planned: ImagePlan) -> list[str]:
    return [warning for warning in planned.warnings if warning.startswith("start.sh")]


@pytest.mark.parametrize("command", ["./start.sh", "sh start.sh", "bash start.sh", "bash ./start.sh", "start.sh"])
@pytest.mark.parametrize(
    ("first", "shell", "package"), [("#!/bin/sh", "/bin/sh", "dash"), ("#!/bin/bash", "/bin/bash", "bash")]
)
def test_it_runs_by_its_interpreter(command: str, first: str, shell: str, package: str):
    planned = plan(f"{first}\nexec gunicorn app:app\n", f"web: {command} now\n")
    assert planned.command == (shell, "start.sh", "now")
    assert planned.system_packages.runtime == (package,)
    assert scripted(planned) == []


def test_what_it_runs_last_decides_about_kind_port_and_signal():
    planned = plan('exec gunicorn app:app --bind "0.0.0.0:${PORT:-7000}"\n')
    assert (planned.kind, planned.framework, planned.port, planned.runtime.stop_signal) == (
        "web-wsgi",
        "flask",
        7000,
        "SIGTERM",
    )
    assert ("PORT", "7000") in planned.runtime.environment


def test_what_it_is_given_decides_where_it_runs_that():
    planned = plan('exec "$@"\n', "web: ./start.sh gunicorn app:app -b :7001\n")
    assert (planned.kind, planned.port) == ("web-wsgi", 7001)
    assert planned.command == ("/bin/sh", "start.sh", "gunicorn", "app:app", "-b", ":7001")


def test_tools_bring_their_packages_with_the_line_that_runs_them():
    planned = plan("mkdir -p x\nsed -i s/a/b/ x\nexec gunicorn app:app\n")
    assert planned.system_packages.runtime == ("coreutils", "dash", "sed")
    assert [(r.value, r.because, r.at) for r in planned.reasons if r.decision == "packages"] == [
        ("coreutils", "start.sh runs mkdir", "start.sh:1"),
        ("sed", "start.sh runs sed", "start.sh:2"),
    ]


def test_so_do_the_tools_of_a_line_for_a_shell():
    planned = plan("", "web: mkdir -p x && gunicorn app:app | tee log\n")
    assert planned.system_packages.runtime == ("coreutils", "dash")
    assert [r.because for r in planned.reasons if r.decision == "packages"] == ["Procfile runs mkdir"]


WARNINGS = {
    "no exec": (
        "gunicorn app:app\n",
        "start.sh:1: write `exec` before `gunicorn app:app`: without it no signal reaches that",
    ),
    "a manager": (
        "uv run x\nexec gunicorn app:app\n",
        "start.sh:1: uv is not in the image: its environment is there without it",
    ),
    "a program that is not there": (
        "celery -A x worker &\nexec gunicorn app:app\n",
        "start.sh:1: nothing in the image brings celery",
    ),
}


@pytest.mark.parametrize(("script", "warning"), WARNINGS.values(), ids=WARNINGS)
def test_warnings(script: str, warning: str):
    assert scripted(plan(script)) == [warning]


@pytest.mark.parametrize(
    "script",
    [
        "echo x\nexec gunicorn app:app",
        "bin/wait\nexec gunicorn app:app",
        "something\nexec gunicorn app:app",
        "set -e\nexec $X",
    ],
)
def test_what_nobody_can_know_is_not_warned_about(script: str):
    assert scripted(plan(script)) == []


def test_a_configured_command_may_be_one():
    planned = plan("exec gunicorn app:app\n", command=("./start.sh", "x"))
    assert planned.command == ("/bin/sh", "start.sh", "x")
    assert planned.system_packages.runtime == ("dash",)


def test_a_configured_process_may_be_one():
    from pottle.config.options import ProcessOptions

    planned = plan("exec python app.py\n", "web: gunicorn app:app\n", process=(("job", ProcessOptions("sh start.sh")),))
    assert planned.processes[1].command == ("/bin/sh", "start.sh")
    assert planned.processes[1].stop_signal == "SIGINT"
