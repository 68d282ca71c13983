"""Servers of the Model Context Protocol: over standard input and output, or over HTTP.

By default a server speaks over stdio: a client starts it and holds both ends, so nothing listens (`docker run -i`). Where the code
names a transport over HTTP, it listens: on 127.0.0.1:8000 unless the code, or for FastMCP the environment, says otherwise.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from pottle.project.entries import Entries
from pottle.project.facts import Application, Fact
from pottle.project.makers import Makers, variables
from pottle.project.module import Module, keyword, shown, text_of
from pottle.project.names import Names
from pottle.project.survey import Survey

OVER_HTTP = 100
PROGRAM = 128
"""A console script or package that leads to a server is that server's own: whatever else it can do, it does on demand."""
OVER_STDIO = 78
"""Below an application object of the web: a program with both is reached over HTTP."""
OBJECT = 60
"""A server that the code only makes: its framework's own program runs it."""
PORT = 8000

_CLASSES = {"fastmcp": ("FastMCP",), "mcp": ("FastMCP", "MCPServer")}
_HTTP = ("http", "sse", "streamable-http")
_RUNS = {
    "run": None,
    "run_async": None,
    "run_stdio_async": "stdio",
    "run_sse_async": "sse",
    "run_http_async": "http",
    "run_streamable_http_async": "http",
}
"""Methods that run a server → the transport that they mean."""
_TOLD = (("FASTMCP_HOST", "0.0.0.0"), ("FASTMCP_PORT", "{port}"))  # noqa: S104 - inside a container
_APPS = ("http_app", "streamable_http_app", "sse_app")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Running:
    """A call that runs a server."""

    framework: str
    module: Module
    call: ast.Call
    http: bool
    settings: tuple[ast.Call, ...]
    """Where host and port may be given: the call itself, and what made the server."""


def detect(survey: Survey) -> Iterator[Application]:
    """What is run, once for each way to start it; else the objects."""
    if not any(_imports(module) for module in survey.modules):
        return
    modules = survey.with_calls(_RUNS)
    makers = Makers(Names(modules, survey.named), _framework)
    running = [found for module in modules for call in module.calls if (found := _running(module, call, makers))]
    entries, seen = Entries(survey), set[str]()
    for found in sorted(running, key=lambda one: one.http):  # one that can do both does it over stdio by itself
        entry = entries.to(found.module, found.call)
        if entry is None or entry.target in seen:
            continue
        seen.add(entry.target)
        yield _application(found, entry.target, entry.script)
    yield from _objects(survey, makers, run=bool(seen))


def _application(found: Running, target: str, script: str | None) -> Application:
    how = "over HTTP" if found.http else "over standard input and output"
    make = partial(
        Application,
        framework=found.framework,
        target=target,
        at=found.module.at(found.call),
        because=f"`{shown(found.call.func)}(…)` serves {how} here",
        script=script,
    )
    own = script is not None or not target.endswith(".py")
    if not found.http:
        return make(kind="cli", strength=PROGRAM if own else OVER_STDIO)
    host = next((node for call in found.settings if (node := keyword(call, "host")) is not None), None)
    address = (text_of(host) or "") if host is not None else "" if found.framework == "fastmcp" else _LOOPBACK[0]
    told = _TOLD if found.framework == "fastmcp" else ()
    loopback = Fact(address, found.module.at(found.call)) if address in _LOOPBACK else None
    port = next((number for call in found.settings if (number := _number(keyword(call, "port")))), PORT)
    return make(
        kind="web-own-server", strength=PROGRAM if own else OVER_HTTP, port=port, loopback=loopback, environment=told
    )


def _running(module: Module, call: ast.Call, makers: Makers[str]) -> Running | None:
    if re.fullmatch(r"mcp\b.*\.stdio_server", module.qualified(call.func) or ""):
        return Running("mcp", module, call, http=False, settings=())
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _RUNS:
        return None
    framework = makers.made(module, call.func.value)
    if framework is None:
        return None
    transport = _RUNS[call.func.attr] or text_of(keyword(call, "transport", 0))
    return Running(framework, module, call, transport in _HTTP, (call, *_made(module, call.func.value)))


def _made(module: Module, owner: ast.expr) -> tuple[ast.Call, ...]:
    """The call that made the server, where it is in the same module."""
    if isinstance(owner, ast.Call):
        return (owner,)
    name = owner.id if isinstance(owner, ast.Name) else None
    return tuple(value for variable, value in variables(module) if variable == name and isinstance(value, ast.Call))


def _objects(survey: Survey, makers: Makers[str], *, run: bool) -> Iterator[Application]:
    """`mcp = FastMCP()` where nothing runs it, and `app = mcp.http_app()`, which is an application like any other."""
    for module in survey.modules:
        for assignment in module.assignments:
            value = assignment.value
            target = f"{module.name}:{assignment.name}"
            if not isinstance(value, ast.Call):
                continue
            at = module.at(value)
            because = f"`{assignment.name} = {shown(value.func)}(…)` stands here"
            inner = value.func.value if isinstance(value.func, ast.Attribute) and value.func.attr in _APPS else None
            if inner is not None and (framework := makers.made(module, inner)):
                yield Application("web-asgi", framework, target, at, OVER_HTTP, because)
            elif not run and (framework := makers.called(module, value.func)):
                yield Application("cli", framework, target, at, OBJECT, because)


def _framework(qualified: str) -> str | None:
    package, name = qualified.partition(".")[0], qualified.rpartition(".")[2]
    return package if name in _CLASSES.get(package, ()) else None


def _imports(module: Module) -> bool:
    return any(origin.partition(".")[0] in _CLASSES for origin in module.imports.values())


def _number(node: ast.expr | None) -> int | None:
    """`9000`, or the default in `int(os.environ.get("PORT", 9000))`."""
    match node:
        case ast.Constant(value=int() as value) if not isinstance(value, bool):
            return value if 0 < value < 65536 else None
        case ast.Constant(value=str() as text) if text.isdigit():
            return int(text)
        case ast.Call(args=[*_, last]):
            return _number(last)
        case _:
            return None
