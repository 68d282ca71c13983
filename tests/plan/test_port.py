"""The entry point that honours `$PORT`, run."""

import subprocess
import sys

import pytest

from pottle.config.options import Options
from pottle.plan import application
from pottle.plan.bases import BASES
from pottle.plan.health import health
from pottle.plan.port import launcher
from pottle.plan.runtime import runtime
from pottle.project.facts import Application
from pottle.text import Location

SHOW = (sys.executable, "-c", "import os,sys;print(*sys.argv[1:],os.environ.get('UI_PORT',''),sep='|')")


def run(*command: str, variables: tuple[str, ...] = (), **environ: str) -> subprocess.CompletedProcess[str]:
    entrypoint = launcher(sys.executable, 8000, variables)
    return subprocess.run([*entrypoint, *command], capture_output=True, text=True, check=False, env=environ)


@pytest.mark.parametrize(
    ("given", "started"),
    [
        ("--port 8000 main:app", "--port 9123 main:app"),
        ("--bind 0.0.0.0:8000 main:app", "--bind 0.0.0.0:9123 main:app"),
        ("--listen=[::]:8000", "--listen=[::]:9123"),
        ("--server.port=8000", "--server.port=9123"),
        ("--workers 80000 x8000 8000x 18000", "--workers 80000 x8000 8000x 18000"),
        ("main:app8000", "main:app8000"),
    ],
)
def test_the_port_of_the_plan_gives_way_to_another(given: str, started: str):
    assert run(*SHOW, *given.split(), PORT="9123").stdout.split("|")[:-1] == started.split()
    for same in ({}, {"PORT": "8000"}, {"PORT": ""}):
        assert run(*SHOW, *given.split(), **same).stdout.split("|")[:-1] == given.split()


def test_so_do_variables_that_hold_it_unless_they_were_set_to_something_else():
    assert run(*SHOW, variables=("UI_PORT",), UI_PORT="8000", PORT="9123").stdout == "9123\n"
    assert run(*SHOW, variables=("UI_PORT",), UI_PORT="7000", PORT="9123").stdout == "7000\n"
    assert run(*SHOW, variables=("UI_PORT",), UI_PORT="8000").stdout == "8000\n"


@pytest.mark.parametrize(("program", "code"), [("/no/such/program", 127), ("/", 126)])
def test_what_cannot_be_started_is_told_as_a_shell_tells_it(program: str, code: int):
    done = run(program)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith(f"{program}: ")
    assert "Traceback" not in done.stderr


# --- in the plan ----------------------------------------------------------------------------------

HERE = Location("main.py", 3)


def planned(**start: object):
    app = Application("web-own-server", None, "main.py", HERE, 1, "it is here")
    values = {"command": ("serve", "8000"), "port": 8000, "stop_signal": "SIGTERM", "reasons": ()}
    started = application.Start(app, **{**values, **start})  # type: ignore[arg-type]
    return runtime(started, (), Options(), BASES[0])


def test_the_image_names_the_port_that_its_command_names():
    config, reasons = planned(in_command=True)
    assert dict(config.environment)["PORT"] == "8000"
    assert config.entrypoint[0] == f"/usr/bin/python{BASES[0].python}"
    assert config.command == ("serve", "8000")
    assert [reason.value for reason in reasons] == ["$PORT", "TCP 8000"]


def test_a_program_that_reads_the_port_itself_needs_no_entry_point():
    config, _ = planned(environment=(("PORT", "8000"),))
    assert config.entrypoint == ()
    assert dict(config.environment)["PORT"] == "8000"
    config, _ = planned(environment=(("UI_PORT", "8000"), ("UI_HOST", "0.0.0.0")))
    assert "UI_PORT" in config.entrypoint[-1]
    assert "UI_HOST" not in config.entrypoint[-1]


def test_a_port_that_cannot_be_set_is_not_promised():
    config, _ = planned()
    assert config.entrypoint == ()
    assert "PORT" not in dict(config.environment)


@pytest.mark.parametrize("follows", [True, False])
def test_the_health_check_asks_where_the_program_listens(follows: bool):
    check, _ = health(1, None, sys.executable, follows=follows)
    assert ("PORT" in check.command[-1]) is follows
