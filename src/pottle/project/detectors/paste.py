"""Applications that a file for PasteDeploy puts together: `[app:main]` of `production.ini`, as Pyramid's projects have."""

import configparser
from collections.abc import Iterator

from pottle.project.facts import Application, Fact
from pottle.project.serving import LOOPBACK
from pottle.project.survey import Survey, is_aside
from pottle.text import Location

FILE = 80
_MAINS = ("app:main", "pipeline:main", "composite:main", "composit:main")
_USUAL = {"production": 8, "prod": 8, "live": 6, "app": 4, "staging": -2, "development": -10, "dev": -10, "local": -10}


def detect(survey: Survey) -> Iterator[Application]:
    """The files at the root, and one directory below it, that have an application."""
    for path in sorted(path for path in survey.tree.files() if path.endswith(".ini") and path.count("/") <= 1):
        text = survey.source(path) or ""
        main = next((name for name in _MAINS if f"[{name}]" in text), None)
        if main is not None and (parser := _parsed(text)) is not None and _is_for_servers(path):
            yield _application(path, text, main, parser, "pyramid" if _has_pyramid(survey) else "paste")


def _application(path: str, text: str, main: str, parser: configparser.RawConfigParser, framework: str) -> Application:
    name = path.rpartition("/")[2].removesuffix(".ini")
    server = dict(parser.items("server:main")) if parser.has_section("server:main") else {}
    host, _, port = str(server.get("listen") or "").split()[0].rpartition(":") if server.get("listen") else ("", "", "")
    host, port = host or str(server.get("host") or ""), port or str(server.get("port") or "")
    # Without either, waitress listens on every interface, and so do Paste's other servers on none but the loopback.
    inside = host in LOOPBACK
    at = Location(path, _line(text, f"[{main}]"))
    return Application(
        "web-wsgi",
        framework,
        path,
        at,
        FILE + _USUAL.get(name, 0) - path.count("/"),
        f"[{main}] puts the application together",
        port=int(port) if port.isdecimal() and 0 < int(port) < 65536 else None,
        loopback=Fact(host, Location(path, _line(text, "listen", "host"))) if inside else None,
    )


def _parsed(text: str) -> configparser.RawConfigParser | None:
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    try:
        parser.read_string(text)
    except configparser.Error:
        return None
    return parser


def _is_for_servers(path: str) -> bool:
    name = path.rpartition("/")[2]
    return not is_aside(path) and not any(word in name for word in ("test", "websocket"))


def _has_pyramid(survey: Survey) -> bool:
    return any(o.partition(".")[0] == "pyramid" for module in survey.modules for o in module.imports.values())


def _line(text: str, *starts: str) -> int:
    lines = text.splitlines()
    return next((n for start in starts for n, line in enumerate(lines, 1) if line.strip().startswith(start)), 1)
