"""What a `Procfile` says."""

import pytest

from pottle.errors import ProjectError
from pottle.project.detectors.procfile import detect
from pottle.project.survey import Survey
from pottle.project.tree import DictTree


def processes(text: str, **files: str):
    return list(
        detect(Survey(DictTree({"Procfile": text, **{name.replace("__", "."): t for name, t in files.items()}})))
    )


def test_every_line_is_a_process_with_its_place():
    found = processes("# it starts so\n\nweb:  gunicorn app:app \nworker : celery -A x worker\r\n")
    assert [(p.name, p.command, str(p.at)) for p in found] == [
        ("web", "gunicorn app:app", "Procfile:3"),
        ("worker", "celery -A x worker", "Procfile:4"),
    ]


@pytest.mark.parametrize("text", ["", "\n", "# web: x\n"])
def test_stays_quiet(text):
    assert processes(text) == []


def test_no_procfile_no_process():
    assert list(detect(Survey(DictTree({"Procfile.windows": "web: x\n", "docs/Procfile": "web: y\n"})))) == []


BINDS = {
    "a literal": ('bind = "0.0.0.0:9000"', 9000),
    "in a list": ('bind = ["[::]:9000"]', 9000),
    "formatted": ('import os\nbind = ["[::]:{}".format(os.environ.get("PORT", 5006))]', 5006),
    "a variable": ('import os\nport = os.getenv("PORT", "8080")\nbind = f"0.0.0.0:{port}"', 8080),
    "a socket": ('bind = "unix:/run/x.sock"', None),
    "nothing": ("workers = 4", None),
}


@pytest.mark.parametrize(("config", "port"), BINDS.values(), ids=BINDS)
def test_the_port_in_gunicorns_configuration(config, port):
    (process,) = processes("web: gunicorn app:app\n", gunicorn__conf__py=config)
    assert (process.port.value if process.port else None) == port


@pytest.mark.parametrize(
    "option", ["-c other.py", "--config other.py", "--config=other.py", "-cother.py", "-c file:other.py"]
)
def test_the_configuration_that_is_named(option):
    (process,) = processes(
        f"web: gunicorn {option} app:app\n", gunicorn__conf__py='bind = ":1000"', other__py='bind = ":2000"'
    )
    assert process.port is not None
    assert (process.port.value, str(process.port.at)) == (2000, "other.py:1")


def test_other_servers_have_other_configurations():
    assert processes("web: uvicorn x:app\n", gunicorn__conf__py='bind = ":1000"')[0].port is None


def test_a_file_that_is_not_there_is_told():
    assert [p.missing for p in processes("web: python a.py\nx: python b.py\n", a__py="")] == [None, "b.py"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("web gunicorn\n", "Procfile:1: this is no process"),
        ("web:\n", "Procfile:1: this is no process"),
        ("a: b\nweb: x 'y\n", "Procfile:2: a quotation mark has no end"),
        ("a: b\na: c\n", "Procfile:2: a is there twice (Procfile:1)"),
        ("a: X=1\n", "Procfile:1: it runs nothing"),
    ],
)
def test_a_line_that_is_none(text, what):
    with pytest.raises(ProjectError) as caught:
        processes(text)
    assert str(caught.value).startswith(what)
