"""Application objects and factories, found in the syntax tree."""

import pytest

from pottle.project.detectors.web_applications import detect
from pottle.project.facts import Application
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

FASTAPI = "from fastapi import FastAPI\n"
FLASK = "from flask import Flask\n"


def found(files: dict[str, str] | str) -> list[Application]:
    tree = DictTree({"main.py": files} if isinstance(files, str) else files)
    return sorted(detect(Survey(tree)), key=lambda app: -app.strength)


def best(files: dict[str, str] | str) -> Application:
    return found(files)[0]


FINDS = {
    "an annotated object that something unseen makes": (FASTAPI + "app: FastAPI = make()", "main:app", "web-asgi"),
    "one of two": (FASTAPI + "app = FastAPI() if debug else FastAPI(docs_url=None)", "main:app", "web-asgi"),
    "round a name": (
        FASTAPI + "from m import GzipMiddleware\napp = FastAPI()\nouter = GzipMiddleware(app)",
        "main:outer",
        "web-asgi",
    ),
    "an adapter to ASGI": (
        FLASK + "from asgiref.wsgi import WsgiToAsgi\nasgi = WsgiToAsgi(Flask('x'))",
        "main:asgi",
        "web-asgi",
    ),
    "an adapter to WSGI": (
        FASTAPI + "from a2wsgi import ASGIMiddleware\nwsgi = ASGIMiddleware(FastAPI())",
        "main:wsgi",
        "web-wsgi",
    ),
    "Socket.IO round it": (
        FASTAPI + "import socketio\napi = FastAPI()\nsio = socketio.AsyncServer()\napp = socketio.ASGIApp(sio, api)",
        "main:app",
        "web-asgi",
    ),
    "an attribute of an object": (
        FASTAPI + "class Box:\n    def __init__(self):\n        self.app = FastAPI()\nbox = Box()",
        "main:box.app",
        "web-asgi",
    ),
    "an object's attribute with a name": (
        FASTAPI + "class Box:\n    def __init__(self):\n        self.web = FastAPI()\napp = Box().web",
        "main:app",
        "web-asgi",
    ),
    "an annotated attribute": (
        FASTAPI + "class Box:\n    def __init__(self):\n        self.app: FastAPI = FastAPI()\nbox = Box()",
        "main:box.app",
        "web-asgi",
    ),
    "an attribute of a class": (FASTAPI + "class Box:\n    app = FastAPI()\nbox = Box()", "main:box.app", "web-asgi"),
    "one by or": (FASTAPI + "app = other or FastAPI()", "main:app", "web-asgi"),
    "a method of a factory": (
        FASTAPI + "class Maker:\n    def make(self):\n        return FastAPI()\napp = Maker().make()",
        "main:app",
        "web-asgi",
    ),
    "awaited": (
        FASTAPI + "import asyncio\nasync def make():\n    return FastAPI()\napp = asyncio.run(make())",
        "main:app",
        "web-asgi",
    ),
    "Pyramid": (
        "from pyramid.config import Configurator\nwith Configurator() as config:\n    app = config.make_wsgi_app()",
        "main:app",
        "web-wsgi",
    ),
    "a factory of Pyramid's": (
        "from pyramid.config import Configurator\ndef create_app():\n    config = Configurator()\n    return config.make_wsgi_app()",
        "main:create_app",
        "web-wsgi",
    ),
    "Dash's server": ("from dash import Dash\napp = Dash(__name__)\nserver = app.server", "main:server", "web-wsgi"),
    "Dash itself": ("from dash import Dash\napp = Dash(__name__)", "main:app", "web-wsgi"),
    "Bottle's default": ("from bottle import route, default_app\napp = default_app()", "main:app", "web-wsgi"),
    "BlackSheep": ("from blacksheep import Application\napp = Application()", "main:app", "web-asgi"),
    "Connexion": ("import connexion\napp = connexion.AsyncApp(__name__)", "main:app", "web-asgi"),
    "Sanic": ("from sanic import Sanic\napp = Sanic('x')", "main:app", "web-own-server"),
    "aiohttp": ("from aiohttp import web\napp = web.Application()", "main:app", "web-own-server"),
    "a coroutine of aiohttp's": (
        "from aiohttp import web\nasync def init():\n    return web.Application()",
        "main:init",
        "web-own-server",
    ),
    "gradio on FastAPI": (
        FASTAPI + "import gradio as gr\napp = gr.mount_gradio_app(FastAPI(), demo, path='/')",
        "main:app",
        "web-asgi",
    ),
    "an object": (FASTAPI + "app = FastAPI()", "main:app", "web-asgi"),
    "an annotated object": (FASTAPI + "app: FastAPI = FastAPI()", "main:app", "web-asgi"),
    "through a module": ("import fastapi\napi = fastapi.FastAPI()", "main:api", "web-asgi"),
    "under another name": ("from flask import Flask as F\nx = F(__name__)", "main:x", "web-wsgi"),
    "a subclass": (FASTAPI + "class App(FastAPI): ...\napp = App()", "main:app", "web-asgi"),
    "inside of try": (FASTAPI + "try:\n    app = FastAPI()\nexcept OSError:\n    raise", "main:app", "web-asgi"),
    "wrapped": (FASTAPI + "from m import Gzip\napp = Gzip(FastAPI())", "main:app", "web-asgi"),
    "made by a function here": (
        FLASK + "def make():\n    a = Flask('x')\n    return a\nserver = make()",
        "main:server",
        "web-wsgi",
    ),
    "starlette": ("from starlette.applications import Starlette\napp = Starlette()", "main:app", "web-asgi"),
    "quart": ("from quart import Quart\napp = Quart(__name__)", "main:app", "web-asgi"),
    "litestar": ("from litestar import Litestar\napp = Litestar()", "main:app", "web-asgi"),
    "falcon on ASGI": ("import falcon.asgi\napp = falcon.asgi.App()", "main:app", "web-asgi"),
    "bottle": ("import bottle\napp = bottle.Bottle()", "main:app", "web-wsgi"),
    "channels": (
        "from django.core.asgi import get_asgi_application as g\nfrom c import R\napplication = R({'http': g()})",
        "main:application",
        "web-asgi",
    ),
    "a factory": (FASTAPI + "def create_app() -> FastAPI:\n    return build()", "main:create_app", "web-asgi"),
    "a factory with defaults": (
        FLASK + "def create_app(config=None, *, debug=False):\n    return Flask('x')",
        "main:create_app",
        "web-wsgi",
    ),
}


@pytest.mark.parametrize(("text", "target", "kind"), FINDS.values(), ids=FINDS)
def test_finds(text: str, target: str, kind: str):
    app = best(text)
    assert (app.target, app.kind) == (target, kind)


QUIET = {
    "a class of the same name": "class FastAPI: ...\napp = FastAPI()",
    "inside of a function": FASTAPI + "def main():\n    app = FastAPI()\n    print(app)",
    "inside of the main guard": FASTAPI + "if __name__ == '__main__':\n    app = FastAPI()",
    "a comment": "# from fastapi import FastAPI; app = FastAPI()",
    "an import alone": FASTAPI,
    "a factory that wants something": FASTAPI + "def create_app(config) -> FastAPI:\n    return FastAPI()",
    "an extension": FLASK + "from flask_migrate import Migrate\nmigrate = Migrate(app, db)",
    "a coroutine": FASTAPI + "async def create_app():\n    return FastAPI()",
    "another object": "class Box:\n    def __init__(self):\n        self.app = 1\nbox = Box()",
    "a router": "from fastapi import APIRouter\napp = APIRouter()",
    "no Python": "fastapi ((",
}


@pytest.mark.parametrize("text", QUIET.values(), ids=QUIET)
def test_stays_quiet(text: str):
    assert found(text) == []


@pytest.mark.parametrize(
    "path", ["tests/app.py", "docs/app.py", "examples/app.py", "a/test_app.py", "migrations/app.py", ".hidden/a.py"]
)
def test_does_not_look_aside(path: str):
    assert found({path: FASTAPI + "app = FastAPI()"}) == []


def test_src_is_no_package():
    assert best({"src/a/web.py": FASTAPI + "app = FastAPI()"}).target == "a.web:app"


def test_a_package_is_named_without_init():
    assert best({"a/__init__.py": FASTAPI + "app = FastAPI()"}).target == "a:app"


def test_a_factory_is_followed_through_imports():
    files = {
        "main.py": "from shop import create_app\napp = create_app()",
        "shop/__init__.py": "from .factory import create_app",
        "shop/factory.py": FLASK
        + "def create_app():\n    app = Flask('x')\n    @app.get('/healthz')\n    def h(): ...\n    return app",
    }
    app = best(files)
    assert (app.target, app.factory) == ("main:app", False)
    assert app.health is not None
    assert (app.health.value, str(app.health.at)) == ("/healthz", "shop/factory.py:4")


def test_an_import_cycle_ends():
    assert found({"a.py": "from b import app\napp_ = app()", "b.py": "from a import app\napp_ = app()"}) == []


def test_equals_stay_equal():
    left, right = found({"left.py": FASTAPI + "app = FastAPI()", "right.py": FASTAPI + "app = FastAPI()"})
    assert left.strength == right.strength


STRONGER = {
    "an object before a factory": ("app = FastAPI()\ndef create_app():\n    return FastAPI()", "main:app"),
    "a usual name": ("admin = FastAPI()\napp = FastAPI()", "main:app"),
    "what holds the other": ("app = FastAPI()\nroot = FastAPI()\nroot.mount('/api', app)", "main:root"),
    "what is served": (
        "app = FastAPI()\nother = FastAPI()\nimport uvicorn\ndef main(): uvicorn.run(other)",
        "main:other",
    ),
    "what is served by name": (
        "app = FastAPI()\nother = FastAPI()\nimport uvicorn\nuvicorn.run('main:other')",
        "main:other",
    ),
}


@pytest.mark.parametrize(("text", "target"), STRONGER.values(), ids=STRONGER)
def test_is_stronger(text: str, target: str):
    first, second = found(FASTAPI + text)[:2]
    assert first.target == target
    assert first.strength > second.strength


def test_the_fastapi_commands_setting_decides():
    files = {
        "pyproject.toml": '[tool.fastapi]\nentrypoint = "b:x"',
        "a.py": FASTAPI + "app = FastAPI()",
        "b.py": FASTAPI + "x = FastAPI()",
    }
    assert best(files).target == "b:x"


def test_djangos_settings_decide():
    asgi = "from django.core.asgi import get_asgi_application\napplication = get_asgi_application()"
    files = {
        "s/asgi.py": asgi,
        "s/wsgi.py": asgi.replace("asgi", "wsgi"),
        "s/settings.py": 'WSGI_APPLICATION = "s.wsgi.application"',
    }
    assert best(files).target == "s.wsgi:application"
    assert (
        best({**files, "s/settings.py": files["s/settings.py"] + '\nASGI_APPLICATION = "s.asgi.application"'}).target
        == "s.asgi:application"
    )


def test_a_django_application_without_settings_gets_those_of_manage_py():
    wsgi = "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n"
    manage = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 's.settings')\n"
    assert best({"s/wsgi.py": wsgi, "manage.py": manage}).environment == (("DJANGO_SETTINGS_MODULE", "s.settings"),)
    assert best({"s/wsgi.py": manage + wsgi, "manage.py": manage}).environment == ()
    assert best({"s/wsgi.py": wsgi}).environment == ()


PORTS = {
    "uvicorn.run": ("import uvicorn\nuvicorn.run(app, port=9000)", 9000),
    "by name": ("import uvicorn\nuvicorn.run('main:app', port=9001)", 9001),
    "in the main guard": ("import uvicorn\nif __name__ == '__main__':\n    uvicorn.run(app, port=9002)", 9002),
    "app.run": ("app.run(host='0.0.0.0', port=5050)", 5050),
    "from the environment": ("import os, uvicorn\nuvicorn.run(app, port=int(os.environ.get('PORT', '8080')))", 8080),
    "with or": ("import os, uvicorn\nuvicorn.run(app, port=int(os.getenv('PORT') or 8081))", 8081),
    "none": ("import uvicorn\nuvicorn.run(app)", None),
    "none that could be": ("import uvicorn\nuvicorn.run(app, port=0)", None),
    "computed": ("import uvicorn\nuvicorn.run(app, port=settings.port)", None),
    "of something else": ("other.run(port=1234)", None),
}


@pytest.mark.parametrize(("text", "port"), PORTS.values(), ids=PORTS)
def test_port(text: str, port: int | None):
    assert best(FASTAPI + "app = FastAPI()\n" + text).port == port
