"""What a project's own files say of its server."""

import pytest

from pottle.project.detectors.server_settings import detect
from pottle.project.facts import ServerSettings
from pottle.project.survey import Survey
from pottle.project.tree import DictTree


def found(path: str, text: str) -> list[ServerSettings]:
    return list(detect(Survey(DictTree({path: text}))))


GUNICORN = {
    "an address": ("bind = '0.0.0.0:8000'", 8000, None, True),
    "a list": ("bind = ['[::]:8001']", 8001, None, True),
    "every interface, without its number": ("bind = ':8002'", 8002, None, True),
    "a variable": ("import os\nbind = f\"0.0.0.0:{os.environ.get('PORT', 8003)}\"", 8003, "PORT", True),
    "a variable of another name": (
        "from os import getenv\nport = getenv('WEB_PORT', '8004')\nbind = '0.0.0.0:' + port",
        8004,
        "WEB_PORT",
        True,
    ),
    "formatted": ("import os\nbind = '0.0.0.0:{}'.format(os.environ['PORT'])", None, "PORT", True),
    "a host by variable": ("import os\nbind = os.getenv('HOST', '0.0.0.0') + ':8005'", 8005, None, True),
    "the loopback": ("bind = '127.0.0.1:8006'", 8006, None, False),
    "a socket": ("bind = 'unix:/run/web.sock'", None, None, False),
    "nothing": ("workers = 4", None, None, False),
}


@pytest.mark.parametrize(("text", "port", "variable", "everywhere"), GUNICORN.values(), ids=GUNICORN)
def test_gunicorn(text: str, port: int | None, variable: str | None, everywhere: bool):
    (settings,) = found("gunicorn.conf.py", text)
    assert (settings.server, settings.port, settings.variable, settings.everywhere) == (
        "gunicorn",
        port,
        variable,
        everywhere,
    )


UWSGI = {
    "an address": ("http-socket = 0.0.0.0:8000\nmodule = a:b", 8000, None, True),
    "a port": ("http = :8001", 8001, None, True),
    "a variable": ("http-socket = :$(PORT)", None, "PORT", True),
    "the loopback": ("http = 127.0.0.1:8002", 8002, None, False),
    "another protocol": ("socket = :3031", None, None, False),
    "flags": ("master\nstrict\nhttp-socket = :8003", 8003, None, True),
}


@pytest.mark.parametrize(("text", "port", "variable", "everywhere"), UWSGI.values(), ids=UWSGI)
def test_uwsgi(text: str, port: int | None, variable: str | None, everywhere: bool):
    (settings,) = found("uwsgi.ini", f"[uwsgi]\n{text}\n")
    assert (settings.port, settings.variable, settings.everywhere, settings.foreign) == (
        port,
        variable,
        everywhere,
        None,
    )


@pytest.mark.parametrize(
    "line", ["chdir = /opt/site", "uid = www-data", "virtualenv = $(VIRTUAL_ENV)", "plugins = python3"]
)
def test_an_ini_for_another_machine_says_so(line: str):
    (settings,) = found("uwsgi.ini", f"[uwsgi]\nmaster = true\n{line}\n")
    assert settings.foreign is not None
    assert (settings.foreign.value, str(settings.foreign.at)) == (line, "uwsgi.ini:3")
    (settings,) = found("uwsgi.ini", "[uwsgi]\nchdir = %d..\n")
    assert settings.foreign is None


def test_hypercorn():
    (settings,) = found("hypercorn.toml", 'workers = 2\nbind = ["0.0.0.0:8000"]\n')
    assert (settings.port, settings.names, str(settings.at)) == (8000, ("bind", "workers"), "hypercorn.toml:2")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("conf/gunicorn.conf.py", "bind = ':1'"),
        ("gunicorn.conf.py", "bind = ("),
        ("uwsgi.ini", "[other]\nmodule = a"),
        ("uwsgi.ini", "no section"),
        ("settings.toml", 'bind = ":80"'),
    ],
)
def test_stays_quiet(path: str, text: str):
    assert found(path, text) == []
