"""Calls that listen: `uvicorn.run(app, port=9000)`, `app.run()`, `HTTPServer(("", 8000), Handler)` …: where, and what they serve."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pottle.project.candidates import Search
from pottle.project.facts import Kind
from pottle.project.module import Function, Module, called, keyword, text_of
from pottle.project.values import Value, Values

LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")

Argument = tuple[str, int | None]
"""An argument's keyword, and its position where it has one."""


@dataclass(frozen=True, slots=True)
class Server:
    """What a call that listens is known for."""

    framework: str | None
    port: int | None
    """Where it listens unless it is told."""
    app: Argument | None = None
    host_argument: Argument = ("host", None)
    port_argument: Argument = ("port", None)
    address: Argument | None = None
    """An argument that holds both: `("0.0.0.0", 8000)`, `"[::]:50051"`."""
    everywhere: bool = False
    """Unless it is told, it listens on every interface."""
    graceful: bool = False
    """It ends on SIGTERM by itself."""
    kind: Kind = "web-own-server"
    proper: bool = False
    """It is made for production and has no command: what it serves is best served by the code itself."""
    variables: tuple[str, str] | None = None
    """What it reads host and port from itself, where the code names none."""


_UVICORN = Server(None, 8000, ("app", 0), graceful=True)
_ADDRESS = Server(None, 8000, address=("server_address", 0))
_STREAM = Server(None, None, host_argument=("host", 1), port_argument=("port", 2), everywhere=True)
_WSGIREF = Server(None, 8000, ("app", 2), ("host", 0), ("port", 1))
_GEVENT = Server(None, 8000, ("application", 1), address=("listener", 0), proper=True)

FUNCTIONS: Mapping[str, Server] = {
    "uvicorn.run": _UVICORN,
    "uvicorn.Config": _UVICORN,
    "hypercorn.asyncio.serve": replace(_UVICORN, everywhere=True),
    "hypercorn.trio.serve": replace(_UVICORN, everywhere=True),
    "granian.Granian": Server(None, 8000, ("target", 0), ("address", 1), ("port", 2), graceful=True),
    "waitress.serve": Server(None, 8080, ("app", 0), everywhere=True, address=("listen", None)),
    "aiohttp.web.run_app": Server("aiohttp", 8080, ("app", 0), everywhere=True, graceful=True),
    "aiohttp.web.TCPSite": Server("aiohttp", 8080, None, ("host", 1), ("port", 2), everywhere=True),
    "bottle.run": Server("bottle", 8080, ("app", 0), graceful=False),
    "wsgiref.simple_server.make_server": _WSGIREF,
    "werkzeug.serving.run_simple": replace(_WSGIREF, app=("application", 2), host_argument=("hostname", 0)),
    "gevent.pywsgi.WSGIServer": _GEVENT,
    "eventlet.listen": Server(None, 8000, address=("addr", 0), proper=True),
    "tornado.httpserver.HTTPServer": Server("tornado", None, ("request_callback", 0), everywhere=True),
    "cheroot.wsgi.Server": replace(_GEVENT, address=("bind_addr", 0), app=("wsgi_app", 1)),
    "cherrypy.quickstart": Server("cherrypy", 8080, graceful=True),
    "http.server.HTTPServer": _ADDRESS,
    "http.server.ThreadingHTTPServer": _ADDRESS,
    "socketserver.TCPServer": _ADDRESS,
    "socketserver.ThreadingTCPServer": _ADDRESS,
    "xmlrpc.server.SimpleXMLRPCServer": replace(_ADDRESS, address=("addr", 0)),
    "asyncio.start_server": _STREAM,
    "websockets.serve": _STREAM,
    "websockets.server.serve": _STREAM,
    "websockets.asyncio.server.serve": _STREAM,
    "websockets.sync.server.serve": _STREAM,
    "tornado.netutil.bind_sockets": Server("tornado", 8888, None, ("address", 1), ("port", 0), everywhere=True),
    "panel.serve": Server("panel", None, None, ("address", None), everywhere=False, kind="ui", graceful=True),
    "nicegui.ui.run": Server("nicegui", 8080, everywhere=True, kind="ui", graceful=True),
}  # fmt: skip
"""Functions and classes, by the names under which they are imported."""

METHODS: Mapping[tuple[str, str], Server] = {
    ("flask", "run"): Server("flask", 5000, None, ("host", 0), ("port", 1)),
    ("quart", "run"): Server("quart", 5000, None, ("host", 0), ("port", 1), graceful=True),
    ("bottle", "run"): Server("bottle", 8080),
    ("connexion", "run"): Server("connexion", 8000, graceful=True),
    ("sanic", "run"): Server("sanic", 8000, None, ("host", 0), ("port", 1), graceful=True),
    ("sanic", "prepare"): Server("sanic", 8000, None, ("host", 0), ("port", 1), graceful=True),
    ("dash", "run"): Server("dash", 8050, None, ("host", 0), ("port", 1), variables=("HOST", "PORT")),
    ("dash", "run_server"): Server("dash", 8050, None, ("host", 0), ("port", 1), variables=("HOST", "PORT")),
}
"""Framework of the object, and method."""

IMPORTED: Mapping[tuple[str, str], Server] = {
    ("grpc", "add_insecure_port"): Server("grpc", 50051, address=("address", 0)),
    ("grpc", "add_secure_port"): Server("grpc", 50051, address=("address", 0)),
    ("tornado", "listen"): Server("tornado", 8888, None, ("address", 1), ("port", 0), everywhere=True),
    ("twisted", "listenTCP"): Server("twisted", None, None, ("interface", None), ("port", 0), everywhere=True, graceful=True),
    ("klein", "run"): Server("klein", 8080, None, ("host", 0), ("port", 1), graceful=True),
    ("robyn", "start"): Server("robyn", 8080, graceful=True, variables=("ROBYN_HOST", "ROBYN_PORT")),
    ("gradio", "launch"): Server(
        "gradio", 7860, None, ("server_name", None), ("server_port", None), kind="ui",
        variables=("GRADIO_SERVER_NAME", "GRADIO_SERVER_PORT"),
    ),
    ("flask_socketio", "run"): Server("flask", 5000, ("app", 0), ("host", 1), ("port", 2)),
    ("litserve", "run"): Server("litserve", 8000, None, ("host", None), everywhere=True, graceful=True),
}  # fmt: skip
"""Methods of what a package makes, in modules that import the package."""

_METHODS = frozenset(name for _, name in METHODS)
_GENERIC = frozenset(
    {"run", "serve", "run_server", "run_app", "start_server", "serve_forever", "create_server", "start", "launch"}
)
_LAST = frozenset(
    (*(name.rpartition(".")[2] for name in FUNCTIONS), *_METHODS, *(name for _, name in IMPORTED), *_GENERIC)
)
"""What such a call is called at the end, so that all others are passed over at once."""
_HOSTS = ("host", "address", "bind", "interface", "hostname", "ip")


@dataclass(frozen=True, slots=True)
class Listening:
    """A call that listens."""

    server: Server
    module: Module
    call: ast.Call
    host: Value | None = None
    port: Value | None = None
    named: frozenset[str] = field(default=frozenset())
    """Which of "host" and "port" the call gives, whether or not its value can be seen."""
    served: str | None = None
    """The application that it serves, by its dotted name."""
    variable: str | None = None
    """The variable that holds the application, also one of the function's own."""

    @property
    def default_port(self) -> int | None:
        """Where it listens if the call does not say it; None where it says so in a way that cannot be seen."""
        return self.server.port if "port" not in self.named else None


class Listeners:
    """Finds the calls that listen."""

    def __init__(self, search: Search, values: Values) -> None:
        self._search = search
        self._values = values
        self._within: dict[int, tuple[Listening, ...]] = {}

    def of(self, module: Module, call: ast.Call, function: Function | None) -> Listening | None:
        """What `call`, which stands in `function` or at the top level, listens on; None for one that does not."""
        server = self._server(module, call, function)
        if server is None:
            return None
        keywords = _keywords(call, function)
        host, port = (
            self._argument(keywords, server.host_argument, call),
            self._argument(keywords, server.port_argument, call),
        )
        if server.address is not None and (both := self._argument(keywords, server.address, call)) is not None:
            host, port = _parts(both, function)
        named = frozenset(name for name, node in (("host", host), ("port", port)) if node is not None)
        app = self._app(server, keywords, call)
        return Listening(
            server,
            module,
            call,
            self._values.of(module, host, function),
            self._values.of(module, port, function),
            named,
            self._served(module, app, function),
            module.qualified(app) if app is not None else None,
        )

    def within(self, module: Module, node: ast.AST, function: Function | None) -> tuple[Listening, ...]:
        """Those inside of `node`."""
        if id(node) not in self._within:
            found = (self.of(module, call, function) for call in module.inside(node)[0])
            self._within[id(node)] = tuple(listening for listening in found if listening is not None)
        return self._within[id(node)]

    def _server(self, module: Module, call: ast.Call, function: Function | None) -> Server | None:
        name = called(call) or ""
        if module.imports.get(name, name).rpartition(".")[2] not in _LAST:
            return None
        qualified = module.qualified(call.func) or ""
        if found := FUNCTIONS.get(self._search.names.canonical(qualified)):
            return found
        if not isinstance(call.func, ast.Attribute):
            return None
        method = call.func.attr
        for (package, name), server in IMPORTED.items():
            if name == method and any(o.partition(".")[0] == package for o in module.imports.values()):
                return server
        if method in _METHODS and (made := self._search.made_by(module, call.func.value, function, 1)):
            found = METHODS.get((made.framework[0], method))
            if found is not None:
                return found
        if method in _GENERIC and keyword(call, "port") and any(keyword(call, name) for name in _HOSTS):
            host = next(name for name in _HOSTS if keyword(call, name))
            return Server(None, None, host_argument=(host, None))
        return None

    def _app(self, server: Server, keywords: Mapping[str, ast.expr], call: ast.Call) -> ast.expr | None:
        """The application that is handed over, or whose own method it is."""
        if server.app is not None:
            return self._argument(keywords, server.app, call)
        return call.func.value if isinstance(call.func, ast.Attribute) else None

    def _served(self, module: Module, node: ast.expr | None, function: Function | None) -> str | None:
        """Its name, where that is one that others can import."""
        if text := text_of(node):
            return self._search.names.canonical(text.replace(":", "."))
        if isinstance(node, ast.Call):
            node = node.func
        if function is not None and isinstance(node, ast.Name) and _is_local(function, node.id):
            return None
        qualified = module.qualified(node) if node is not None else None
        return self._search.names.canonical(qualified) if qualified else None

    @staticmethod
    def _argument(keywords: Mapping[str, ast.expr], argument: Argument, call: ast.Call) -> ast.expr | None:
        name, position = argument
        if name in keywords:
            return keywords[name]
        if position is None or position >= len(call.args):
            return None
        return None if any(isinstance(arg, ast.Starred) for arg in call.args[: position + 1]) else call.args[position]


def _keywords(call: ast.Call, function: Function | None) -> dict[str, ast.expr]:
    """The keyword arguments; those of `**options` too, where that is a dict that the function makes."""
    found: dict[str, ast.expr] = {}
    for item in call.keywords:
        if item.arg is not None:
            found[item.arg] = item.value
        elif isinstance(item.value, ast.Name) and function is not None:
            found |= _entries(function, item.value.id)
    return found


def _entries(function: Function, name: str) -> dict[str, ast.expr]:
    found: dict[str, ast.expr] = {}
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=target)], value=ast.Call() as call) if (
                target == name and called(call) == "dict"
            ):
                found |= {item.arg: item.value for item in call.keywords if item.arg}
            case ast.Assign(targets=[ast.Name(id=target)], value=ast.Dict(keys=keys, values=values)) if target == name:
                found |= {key: v for k, v in zip(keys, values, strict=True) if (key := text_of(k))}
            case _:
                pass
    return found


def _parts(node: ast.expr, function: Function | None) -> tuple[ast.expr | None, ast.expr | None]:
    """Host and port of an address: a pair, `"0.0.0.0:8000"`, `f"[::]:{port}"`, a port alone."""
    if isinstance(node, ast.Name) and function is not None:
        node = next((a.value for a in ast.walk(function) if _assigns(a, node.id)), node)  # type: ignore[attr-defined]
    match node:
        case ast.Tuple(elts=[host, port]):
            return host, port
        case ast.Constant(value=str() as text):
            before_port, _, number = text.rpartition(":")
            return ast.copy_location(ast.Constant(before_port), node), ast.copy_location(ast.Constant(number), node)
        case ast.JoinedStr(values=[*before, ast.FormattedValue(value=port)]):
            match before:
                case [ast.Constant(value=str() as text)]:
                    return ast.copy_location(ast.Constant(text.rstrip(":")), node), port
                case [ast.FormattedValue(value=host), ast.Constant(value=":")]:
                    return host, port
                case _:
                    return None, port
        case ast.Constant(value=int()):
            return ast.copy_location(ast.Constant(""), node), node
        case _:
            return node, node


def _assigns(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Assign(targets=[ast.Name(id=target)]):
            return target == name
        case _:
            return False


def _is_local(function: Function, name: str) -> bool:
    return any(_assigns(node, name) for node in ast.walk(function))
