"""Plans that become one program of machine code."""

import pytest

from pottle.config.layer import from_pyproject
from pottle.errors import ConfigError, ProjectError
from pottle.oci.platform import Platform
from pottle.plan.model import CompileProgram, ImagePlan, Port, compiled_layers, compiles, image_layers, installs
from pottle.plan.planner import make_plan
from pottle.project.reader import read_project
from pottle.project.tree import DictTree

AMD64 = Platform.parse("linux/amd64")
SCRIPT = {"main.py": "import sys\nprint(sys.argv)\n"}
ASGI = {
    "main.py": "from fastapi import FastAPI\napp = FastAPI()\n\n@app.get('/healthz')\ndef healthz(): ...\n",
    "requirements.txt": "fastapi==1.0\nuvicorn==1.0\n",
}
MODULE = {"shop/__main__.py": "if __name__ == '__main__':\n    print('shop')\n", "shop/__init__.py": ""}


def planned(files: dict[str, str], table: str = "", compiler: str = 'compile = "nuitka"') -> ImagePlan:
    text = f"[tool.pottle]\n{compiler}\n{table}\n"
    options = from_pyproject(text).options()
    return make_plan(read_project(DictTree({"pyproject.toml": text, **files})), options, AMD64)


def step(plan: ImagePlan) -> CompileProgram:
    found = compiles(plan.layers)
    assert found is not None
    return found


def test_the_image_is_the_program_and_what_it_is_linked_with():
    plan, plain = planned(SCRIPT), planned(SCRIPT, compiler='optimize = "size"')
    assert [layer.name for layer in image_layers(plan.layers)] == ["linked", "program"]
    assert compiled_layers(plan.layers) == plain.layers
    assert (list(image_layers(plain.layers)), compiled_layers(plain.layers)) == (list(plain.layers), ())


def test_a_script_is_compiled_as_it_is():
    plan = planned(SCRIPT, 'command = ["python", "main.py", "--all"]')
    assert (step(plan).starts, step(plan).name, step(plan).healthy, step(plan).port) == ("file", "main.py", None, None)
    assert (plan.runtime.entrypoint, plan.runtime.command) == (("/app/app.bin",), ("--all",))
    assert plan.command == plan.processes[0].command == ("/app/app.bin", "--all")


def test_a_module_is_compiled_as_it_is():
    plan = planned(MODULE, 'command = ["python", "-m", "shop", "sell"]')
    assert (step(plan).starts, step(plan).name, plan.runtime.command) == ("module", "shop", ("sell",))


def test_a_server_is_compiled_with_what_it_serves():
    plan = planned(ASGI)
    found = step(plan)
    assert (found.starts, found.name, found.includes) == ("script", "uvicorn", ("main",))
    assert found.port == Port(number=8000, variables=(), in_command=True)
    assert plan.runtime.command == ("--host", "0.0.0.0", "--port", "8000", "main:app")
    assert plan.runtime.ports == ("8000/tcp",)


def test_it_asks_for_its_own_health():
    plan = planned(ASGI)
    check = plan.runtime.health_check
    assert check is not None
    assert check.command == ("/app/healthy",)
    assert "GET /healthz" in (step(plan).healthy or "")


def test_nothing_of_cpython_is_told():
    plan = planned(ASGI)
    assert dict(plan.runtime.environment) == {
        "HOME": "/home/nonroot",
        "LANG": "C.UTF-8",
        "PATH": "/app",
        "PORT": "8000",
        "SSL_CERT_FILE": "/etc/ssl/certs/ca-certificates.crt",
    }
    told = {reason.decision: reason for reason in plan.reasons}
    assert told["compile"].value == "nuitka"
    assert not {"bytecode", "runtime.entrypoint"} & told.keys()


def test_what_compiles_is_no_part_of_the_image():
    tools = installs(step(planned(SCRIPT, 'build-packages = ["libpq-dev"]')))
    assert tools is not None
    assert {"gcc", "patchelf", "libpython3.13-dev", "libpq-dev"} <= set(tools.packages)


def test_of_several_processes_one_is_compiled():
    plan = planned({**SCRIPT, "Procfile": "web: python main.py\nworker: python main.py work\n"})
    assert [process.name for process in plan.processes] == ["web"]
    assert "worker is left out: a compiled program is one process" in plan.warnings
    assert not plan.runtime.labels


@pytest.mark.parametrize(
    ("table", "told"),
    {
        'optimize = "size"': "no bytecode",
        'base = "python:3.13-slim"': "and not on a base image",
        'python = "3.9"': "no suite has Python 3.9",
        '[tool.pottle.process.worker]\ncommand = "python main.py"': "one process, and worker would be another",
    }.items(),
)
def test_what_cannot_be_together_with_it_is_refused(table: str, told: str):
    with pytest.raises((ConfigError, ProjectError), match=told):
        planned(SCRIPT, table)


@pytest.mark.parametrize(
    ("command", "hint"),
    [
        ('["gunicorn", "main:app"]', "a script of the project"),
        ('["python", "-c", "print()"]', "a script of the project"),
        ('["/bin/sh", "-c", "python main.py"]', "a script of the project"),
    ],
)
def test_what_starts_otherwise_is_refused(command: str, hint: str):
    with pytest.raises(ProjectError, match="starts it, and that cannot be compiled") as caught:
        planned(SCRIPT, f"command = {command}")
    assert hint in (caught.value.hint or "")
