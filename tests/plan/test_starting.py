"""What the container starts, where several things say it."""

import pytest

from pottle.config.options import Options
from pottle.errors import ConfigError, ProjectError
from pottle.oci.platform import Platform
from pottle.plan.model import ImagePlan
from pottle.plan.planner import make_plan
from pottle.project.reader import read_project
from pottle.project.tree import DictTree

FLASK = {
    "app.py": "from flask import Flask\napp = Flask(__name__)\nif __name__ == '__main__':\n    app.run(port=5005)\n",
    "requirements.txt": "flask\ngunicorn\nwaitress\nuvicorn\nstreamlit\n",
}


def plan(procfile: str, files: dict[str, str] = FLASK, **options: object) -> ImagePlan:
    tree = DictTree({**files, "Procfile": procfile})
    return make_plan(read_project(tree), Options(**options), Platform.parse("linux/amd64"))  # type: ignore[arg-type]


def test_the_configuration_outranks_the_procfile_and_it_the_code():
    assert plan("web: waitress-serve --listen=*:$PORT app:app").command[0] == "waitress-serve"
    assert plan("web: waitress-serve app:app", app="app:app").command[0] == "gunicorn"
    assert plan("web: waitress-serve app:app", command=("x",)).command == ("x",)


@pytest.mark.parametrize(
    ("procfile", "command"),
    [
        ("worker: python app.py\nweb: gunicorn app:app", "gunicorn"),
        ("release: flask db upgrade\nclock: python app.py", "python"),
        ("clock: gunicorn app:app\nworker: python app.py", "python"),
    ],
)
def test_which_process_is_the_default(procfile: str, command: str):
    assert plan(procfile).command[0] == command


PORTS = {
    "nothing names one": ("web: gunicorn app2:app", {}, 8000),
    "the code": ("web: gunicorn app:app", {}, 5005),
    "a default": ("web: gunicorn -b :${PORT:-7000} app:app", {}, 7000),
    "a literal": ("web: gunicorn -b 0.0.0.0:7001 app:app", {}, 7001),
    "the server's own": ("web: waitress-serve app2:app", {}, 8080),
    "the configuration": ("web: gunicorn -b :$PORT app:app", {"port": 9000}, 9000),
    "the configuration, through the environment": ("web: gunicorn app:app", {"port": 9000}, 9000),
    "a worker has none": ("worker: python app.py", {}, None),
}


@pytest.mark.parametrize(("procfile", "options", "port"), PORTS.values(), ids=PORTS)
def test_ports(procfile: str, options: dict[str, object], port: int | None):
    planned = plan(procfile, **options)
    assert planned.port == port
    assert dict(planned.runtime.environment).get("PORT") == (str(port) if port else None)


def test_a_literal_port_contradicts_a_configured_one():
    with pytest.raises(ConfigError, match=r"`port` is 9000, and web listens on 80 \(Procfile:1\)"):
        plan("web: gunicorn -b :80 app:app", port=9000)


def test_variables_before_the_command_are_the_containers():
    planned = plan("web: A=1 B=2 gunicorn app:app", env=(("B", "3"),))
    assert planned.command == ("gunicorn", "app:app")
    assert {"A": "1", "B": "3"}.items() <= dict(planned.runtime.environment).items()


def test_what_listens_on_the_loopback_is_warned_about():
    assert "inside of the container only" in plan("web: uvicorn app:app").warnings[-1]
    assert not any("inside" in warning for warning in plan("web: gunicorn app:app").warnings)


@pytest.mark.parametrize(
    ("procfile", "kind", "framework", "signal"),
    [
        ("web: gunicorn app:app", "web-wsgi", "flask", "SIGTERM"),
        ("web: streamlit run x.py", "ui", "streamlit", "SIGTERM"),
        ("web: python app.py", "web-own-server", None, "SIGINT"),
        ("worker: python app.py", "worker", None, "SIGINT"),
    ],
)
def test_kind_framework_and_signal(procfile: str, kind: str, framework: str | None, signal: str):
    planned = plan(procfile, {**FLASK, "x.py": ""})
    assert (planned.kind, planned.framework, planned.runtime.stop_signal) == (kind, framework, signal)


@pytest.mark.parametrize(
    ("procfile", "what"),
    [
        ("web: hypercorn app:app", "web runs hypercorn, and nothing in the environment brings it"),
        ("web: python nope.py", "web runs nope.py, which is not there"),
        ("a: python app.py\nb: python app.py", "one process by itself, a or b"),
    ],
)
def test_what_cannot_start(procfile: str, what: str):
    with pytest.raises(ProjectError, match=what) as caught:
        plan(procfile)
    assert caught.value.at is not None
    assert caught.value.hint


@pytest.mark.parametrize(
    ("table", "hint"),
    [
        (
            '[project.optional-dependencies]\nweb = ["gunicorn"]\n',
            'the extra web has gunicorn: set `extras = ["web"]` under [tool.pottle]',
        ),
        (
            '[dependency-groups]\nprod = ["gunicorn"]\n',
            'the group prod has gunicorn: set `groups = ["prod"]` under [tool.pottle]',
        ),
        ("", "add it: `gunicorn` in the project's dependencies"),
    ],
)
def test_a_program_that_an_extra_brings_is_told_by_it(table: str, hint: str):
    files = {
        "app.py": FLASK["app.py"],
        "pyproject.toml": f'[project]\nname = "p"\nversion = "1"\ndependencies = ["flask"]\n{table}',
    }
    with pytest.raises(ProjectError) as caught:
        plan("web: gunicorn app:app", files)
    assert caught.value.hint == hint


def test_the_framework_that_a_server_does_not_name_is_the_only_one_that_is_there():
    assert plan("web: gunicorn -c conf.py other:app").framework == "flask"
    assert plan("worker: python app.py").framework is None


def test_a_list_that_is_not_resolved_may_bring_a_program_that_nobody_knows():
    assert plan("web: something app:app").command == ("something", "app:app")


@pytest.mark.parametrize("procfile", ["", "web: gunicorn app:app"])
def test_where_only_the_backend_knows_what_there_is_it_has_to_be_asked(procfile: str):
    setup = {"app.py": FLASK["app.py"], "setup.py": "from setuptools import setup\nsetup(install_requires=read())\n"}
    with pytest.raises(ProjectError) as caught:
        plan(procfile, setup)
    assert caught.value.hint == "only the project's backend knows what it depends on: run `pottle lock`"
