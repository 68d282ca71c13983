"""Files for PasteDeploy."""

import pytest

from pottle.project.detectors.paste import detect
from pottle.project.facts import Application
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

INI = "[app:main]\nuse = egg:shop\n\n[server:main]\nuse = egg:waitress#main\nlisten = *:6543\n"
CODE = {"shop/__init__.py": "from pyramid.config import Configurator\n"}


def found(files: dict[str, str]) -> list[Application]:
    return sorted(detect(Survey(DictTree({**CODE, **files}))), key=lambda app: -app.strength)


def test_production_is_preferred_to_development():
    apps = found({"development.ini": INI, "production.ini": INI, "conf/production.ini": INI})
    assert [app.target for app in apps] == ["production.ini", "conf/production.ini", "development.ini"]
    assert (apps[0].kind, apps[0].framework, apps[0].port, str(apps[0].at)) == (
        "web-wsgi",
        "pyramid",
        6543,
        "production.ini:1",
    )


SERVERS = {
    "listen": ("listen = 0.0.0.0:8080", 8080, None),
    "several": ("listen = *:8081 [::]:8081", 8081, None),
    "host and port": ("host = 0.0.0.0\nport = 8082", 8082, None),
    "the loopback": ("listen = localhost:8083", 8083, "production.ini:4"),
    "the loopback as a host": ("host = 127.0.0.1\nport = 8084", 8084, "production.ini:4"),
    "nothing": ("threads = 4", None, None),
}


@pytest.mark.parametrize(("lines", "port", "inside"), SERVERS.values(), ids=SERVERS)
def test_where_it_listens(lines: str, port: int | None, inside: str | None):
    (app,) = found({"production.ini": f"[pipeline:main]\npipeline = a b\n[server:main]\n{lines}\n"})
    assert (app.port, str(app.loopback.at) if app.loopback else None) == (port, inside)


@pytest.mark.parametrize(
    "files",
    [
        {"tox.ini": "[tox]\nenvlist = py\n"},
        {"testing.ini": INI},
        {"tests/functional.ini": INI},
        {"a/b/production.ini": INI},
        {"production.ini": "[app:main\n"},
        {"alembic.ini": "[alembic]\nscript_location = alembic\n"},
    ],
)
def test_stays_quiet(files: dict[str, str]):
    assert found(files) == []
