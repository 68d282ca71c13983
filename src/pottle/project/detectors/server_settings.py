"""The files by which a project sets up the server that serves it: `gunicorn.conf.py`, `uwsgi.ini`, `hypercorn.toml`.

gunicorn reads `gunicorn.conf.py` of the working directory by itself; the others have to be named on the command line.
"""

import ast
import configparser
import re
from collections.abc import Iterable, Iterator

from pottle.project.bind import port_in, with_variables
from pottle.project.facts import Fact, ServerSettings
from pottle.project.module import Module, text_of
from pottle.project.serving import LOOPBACK
from pottle.project.survey import Survey
from pottle.text import Location

GUNICORN = ("gunicorn.conf.py", "gunicorn_conf.py", "gunicorn_config.py", "gunicorn.config.py", "config/gunicorn.py")
UWSGI = ("uwsgi.ini", "uwsgi/uwsgi.ini", "etc/uwsgi.ini", "config/uwsgi.ini", "docker/uwsgi.ini", "deploy/uwsgi.ini")
HYPERCORN = ("hypercorn.toml", "config/hypercorn.toml")

_ELSEWHERE = (
    "chdir",
    "home",
    "virtualenv",
    "venv",
    "pythonpath",
    "uid",
    "gid",
    "daemonize",
    "binary-path",
    "plugin",
    "plugins",
)
"""What makes an `uwsgi.ini` one for a certain machine: its paths, its users, its plugins."""


def detect(survey: Survey) -> Iterator[ServerSettings]:
    """The first file of each server."""
    for path in GUNICORN:
        if (module := survey.parsed(path)) is not None and survey.tree.exists(path):
            yield _gunicorn(module)
            break
    for path in UWSGI:
        if (text := survey.source(path)) is not None:
            yield from _uwsgi(text, path)
            break
    for path in HYPERCORN:
        if (document := survey.toml(path)) is not None:
            bind = document.get("bind")
            first = bind[0] if isinstance(bind, list) and bind else bind
            yield _settings("hypercorn", path, str(first or ""), document.at("bind"), document.values)
            break


def _gunicorn(module: Module) -> ServerSettings:
    names = tuple(sorted({assignment.name for assignment in module.assignments}))
    bind = next((a for a in reversed(module.assignments) if a.name == "bind"), None)
    if bind is None:
        return ServerSettings("gunicorn", module.path, Location(module.path, 1), names)
    nodes = list(with_variables(module, bind.value))
    texts = [text for node in nodes if isinstance(node, ast.expr) and (text := text_of(node)) is not None]
    return ServerSettings(
        "gunicorn",
        module.path,
        Location(module.path, bind.line),
        names,
        port=next((number for node in reversed(nodes) if (number := port_in(node)) is not None), None),
        variable=next((name for node in nodes if (name := _variable(module, node)) is not None), None),
        everywhere=not any(text.startswith(("unix:", *LOOPBACK)) for text in texts),
    )


def _uwsgi(text: str, path: str) -> Iterator[ServerSettings]:
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True, delimiters=("=",))
    try:
        parser.read_string(text)
    except configparser.Error:
        return
    if not parser.has_section("uwsgi"):
        return
    names = dict(parser.items("uwsgi"))
    foreign = next((n for n in _ELSEWHERE if n in names and not (names[n] or "").startswith((".", "%"))), None)
    told = Fact(f"{foreign} = {names[foreign]}", Location(path, _line(text, foreign))) if foreign is not None else None
    key = next((key for key in ("http-socket", "http") if key in names), None)
    address = names[key] if key is not None else ""
    yield _settings("uwsgi", path, address or "", Location(path, _line(text, key or "uwsgi")), names, told)


def _settings(
    server: str, path: str, address: str, at: Location, names: Iterable[str], foreign: Fact[str] | None = None
) -> ServerSettings:
    """Where an address leads: `0.0.0.0:8000`, `:$(PORT)`."""
    host, _, port = address.rpartition(":")
    variable = re.fullmatch(r"\$\((\w+)\)", port)
    number = int(port) if port.isdecimal() and 0 < int(port) < 65536 else None
    everywhere = bool(address) and not address.startswith("unix:") and host not in LOOPBACK
    read = variable[1] if variable else None
    return ServerSettings(server, path, at, tuple(sorted(names)), number, read, everywhere, foreign)


def _line(text: str, key: str) -> int:
    found = re.search(rf"^\s*\[?{re.escape(key)}\b", text, re.MULTILINE)
    return text.count("\n", 0, found.end()) + 1 if found else 1


def _variable(module: Module, node: ast.AST) -> str | None:
    """The variable that holds the port: its name says so, that of the host or of the whole address does not count."""
    match node:
        case ast.Call(args=[ast.Constant(value=str() as name), *_]) as call:
            reads = module.qualified(call.func) in ("os.environ.get", "os.getenv")
        case ast.Subscript(value=owner, slice=ast.Constant(value=str() as name)):
            reads = module.qualified(owner) == "os.environ"
        case _:
            return None
    return name if reads and name.endswith("PORT") else None
