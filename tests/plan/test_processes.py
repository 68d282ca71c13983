"""The processes of one image."""

import json

import pytest

from pottle.config.options import Options, ProcessOptions
from pottle.errors import ConfigError
from pottle.oci.platform import Platform
from pottle.plan.model import ImagePlan
from pottle.plan.planner import make_plan
from pottle.project.reader import read_project
from pottle.project.tree import DictTree

WEB = {
    "main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
    "requirements.txt": "fastapi\nuvicorn\narq\nalembic\n",
}
ARQ = {"worker.py": "import arq\nclass WorkerSettings:\n    functions = []\n"}
ALEMBIC = {"alembic.ini": ""}
SCRIPT = {"main.py": "print()\n"}


def plan(files: dict[str, str], **options: object) -> ImagePlan:
    return make_plan(read_project(DictTree(files)), Options(**options), Platform.parse("linux/amd64"))  # type: ignore[arg-type]


def commands(planned: ImagePlan) -> dict[str, str]:
    return {process.name: " ".join(process.command) for process in planned.processes}


@pytest.mark.parametrize(
    ("files", "name"),
    [
        (WEB, "web"),
        (SCRIPT, "main"),
        ({"main.py": "import discord\ndiscord.Client().run(T)\n"}, "bot"),
        ({**ARQ, "requirements.txt": "arq\n"}, "worker"),
        ({**SCRIPT, "Procfile": "clock: python main.py\n"}, "clock"),
    ],
)
def test_its_own_process_is_the_first_and_named_by_what_it_is(files: dict[str, str], name: str):
    planned = plan(files)
    assert planned.processes[0].name == name
    assert planned.processes[0].command == planned.command
    assert planned.processes[0].because
    assert planned.processes[0].at


def test_what_the_code_is_made_for_besides():
    assert commands(plan({**WEB, **ARQ, **ALEMBIC})) == {
        "web": "uvicorn --host 0.0.0.0 --port 8000 main:app",
        "worker": "arq worker.WorkerSettings",
        "migrate": "alembic upgrade head",
    }


def test_what_the_environment_cannot_run_is_left_out():
    assert list(commands(plan({**WEB, **ARQ, **ALEMBIC, "requirements.txt": "fastapi\nuvicorn\n"}))) == ["web"]


def test_a_procfile_means_all_processes():
    planned = plan({**WEB, **ARQ, **ALEMBIC, "Procfile": "web: uvicorn main:app --host 0.0.0.0\n"})
    assert list(commands(planned)) == ["web"]


def test_the_other_processes_of_a_procfile():
    planned = plan(
        {
            **WEB,
            **ARQ,
            "Procfile": "web: uvicorn main:app\nworker: X=1 arq worker.WorkerSettings\nrelease: python main.py\n",
        }
    )
    worker, release = planned.processes[1:]
    assert (worker.command, worker.environment, worker.stop_signal) == (
        ("arq", "worker.WorkerSettings"),
        (("X", "1"),),
        "SIGTERM",
    )
    assert (release.name, release.once, release.stop_signal, release.at) == ("release", True, "SIGINT", "Procfile:3")
    assert not worker.once


def test_a_process_that_cannot_start_is_left_out_and_told():
    planned = plan(
        {**WEB, "Procfile": "web: uvicorn main:app --host 0.0.0.0\nworker: node x.js && b\nx: python nope.py\n"}
    )
    assert list(commands(planned)) == [
        "web",
        "worker",
    ]  # who knows what a shell finds in a list that nobody has resolved
    assert planned.warnings[-1] == "Procfile:3: x runs nope.py, which is not there: it is left out"


def test_the_configuration_outranks_the_procfile_name_by_name():
    said = (
        ("web", ProcessOptions("uvicorn main:app --port $PORT --host 0.0.0.0")),
        ("worker", ProcessOptions(("arq", "a b"), "@daily")),
    )
    planned = plan({**WEB, "Procfile": "web: uvicorn x:y\nworker: arq y\nclock: python main.py\n"}, process=said)
    assert commands(planned) == {
        "web": "uvicorn main:app --port 8000 --host 0.0.0.0",
        "worker": "arq a b",
        "clock": "python main.py",
    }
    assert planned.processes[1].schedule == "@daily"


def test_the_only_process_that_is_configured_is_the_images_own_where_there_is_nothing_else():
    planned = plan(
        {"lib.py": "", "pyproject.toml": '[project]\nname="p"\nversion="1"\n'},
        process=(("job", ProcessOptions("python -m lib")),),
    )
    assert (planned.command, planned.processes[0].name) == (("python", "-m", "lib"), "job")


def test_a_configured_command_that_no_shell_would_run_is_an_error():
    with pytest.raises(ConfigError, match="worker: a quotation mark has no end"):
        plan(WEB, process=(("worker", ProcessOptions("a 'b")),))


def test_another_process_listens_nowhere():
    planned = plan(
        {**WEB, "Procfile": "web: uvicorn main:app --host 0.0.0.0\nadmin: uvicorn main:app --host 0.0.0.0\n"}
    )
    assert planned.runtime.ports == ("8000/tcp",)
    assert dict(planned.processes[1].environment) == {}


def test_a_shell_that_another_process_needs_is_in_the_image():
    planned = plan({**WEB, "Procfile": "web: uvicorn main:app --host 0.0.0.0\nrelease: a && b\n"})
    assert planned.system_packages.runtime == ("dash",)


def test_labels_describe_the_processes_where_there_are_several():
    assert plan(WEB).runtime.labels == ()
    labels = dict(plan({**WEB, **ARQ}, labels=(("a", "b"),)).runtime.labels)
    assert labels["a"] == "b"
    assert json.loads(labels["pottle.process.worker"]) == {
        "command": ["arq", "worker.WorkerSettings"], "environment": {}, "stop_signal": "SIGTERM",
    }  # fmt: skip
