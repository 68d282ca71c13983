"""Programs that listen by themselves."""

import pytest

from pottle.project.detectors.own_servers import detect
from pottle.project.facts import Application
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

GUARD = "\nif __name__ == '__main__':\n    "
BUILD = '[build-system]\nrequires = ["hatchling"]\n'
SHOP = '[project]\nname = "shop"\n[project.scripts]\nshop = "shop.cli:main"\n' + BUILD


def found(files: dict[str, str] | str) -> list[Application]:
    tree = DictTree({"main.py": files} if isinstance(files, str) else files)
    return sorted(detect(Survey(tree)), key=lambda app: -app.strength)


def cli(text: str, **files: str) -> Application:
    """The console script `shop` of a project whose `shop/cli.py` is `text`."""
    others = {f"shop/{name}.py": content for name, content in files.items()}
    return found({"pyproject.toml": SHOP, "shop/__init__.py": "", "shop/cli.py": text, **others})[0]


# --- scripts --------------------------------------------------------------------------------------

AIOHTTP = "from aiohttp import web\n"
SCRIPTS = {
    "aiohttp": (AIOHTTP + GUARD + "web.run_app(web.Application(), port=9000)", "aiohttp", 9000),
    "aiohttp, where it listens by itself": (AIOHTTP + GUARD + "web.run_app(web.Application())", "aiohttp", 8080),
    "aiohttp, without a guard": (AIOHTTP + "app = web.Application()\nweb.run_app(app)", "aiohttp", 8080),
    "aiohttp, in a function": (AIOHTTP + "def main():\n    web.run_app(make())\n" + GUARD + "main()", "aiohttp", 8080),
    "tornado": (
        "import asyncio, tornado.web\nasync def main():\n    tornado.web.Application().listen(8888)\n"
        + GUARD
        + "asyncio.run(main())",
        "tornado",
        8888,
    ),
    "gRPC": (
        "import grpc\ndef serve():\n    server = grpc.server(None)\n    server.add_insecure_port('[::]:50052')\n"
        + GUARD
        + "serve()",
        "grpc",
        50052,
    ),
    "gRPC with a variable": (
        "import grpc\ndef serve():\n    port = '50053'\n    s = grpc.aio.server()\n    s.add_insecure_port(f'[::]:{port}')\n"
        + GUARD
        + "serve()",
        "grpc",
        50053,
    ),
    "http.server": (
        "from http.server import *\nimport http.server\n" + GUARD + "http.server.HTTPServer(('', 8123), H)",
        None,
        8123,
    ),
    "a port by name": (AIOHTTP + "PORT = 8181\n" + GUARD + "web.run_app(app(), port=PORT)", "aiohttp", 8181),
    "NiceGUI": ("from nicegui import ui\nui.label('x')\nui.run(port=8081)", "nicegui", 8081),
    "NiceGUI, guarded for its reloader": (
        "from nicegui import ui\nif __name__ in {'__main__', '__mp_main__'}:\n    ui.run()",
        "nicegui",
        8080,
    ),
    "Gradio": ("import gradio as gr\nwith gr.Blocks() as demo:\n    pass\ndemo.launch()", "gradio", 7860),
    "Gradio with a port": (
        "import gradio as gr\ndemo = gr.Interface(f)\n" + GUARD + "demo.launch(server_port=7861)",
        "gradio",
        7861,
    ),
    "Robyn": (
        "from robyn import Robyn\napp = Robyn(__file__)\n" + GUARD + "app.start(port=8082, host='0.0.0.0')",
        "robyn",
        8082,
    ),
    "gRPC with a host": (
        "import grpc\nHOST = '0.0.0.0'\ndef serve(port=50054):\n    grpc.server(None).add_insecure_port(f'{HOST}:{port}')\n"
        + GUARD
        + "serve()",
        "grpc",
        50054,
    ),
    "waitress, with an address": (
        "import waitress\ndef main():\n    app = make()\n    waitress.serve(app, listen='*:8085')\n" + GUARD + "main()",
        None,
        8085,
    ),
    "options of a dict": (
        "import uvicorn\ndef main():\n    options = {'host': '0.0.0.0', 'port': 8086}\n    uvicorn.run(make(), **options)\n"
        + GUARD
        + "main()",
        None,
        8086,
    ),
    "Twisted": (
        "from twisted.internet import reactor\n" + GUARD + "reactor.listenTCP(8087, Site())\n    reactor.run()",
        "twisted",
        8087,
    ),
    "CherryPy": ("import cherrypy\n" + GUARD + "cherrypy.quickstart(Root())", "cherrypy", 8080),
    "an ASGI application that only the function has": (
        "import uvicorn\ndef main():\n    app = make(settings)\n    uvicorn.run(app, host='0.0.0.0', port=9001)\n"
        + GUARD
        + "main()",
        None,
        9001,
    ),
    "websockets": (
        "import asyncio\nfrom websockets.asyncio.server import serve\nasync def main():\n"
        "    async with serve(echo, '', 8765) as server:\n        await server.serve_forever()\n"
        + GUARD
        + "asyncio.run(main())",
        None,
        8765,
    ),
}


@pytest.mark.parametrize(("text", "framework", "port"), SCRIPTS.values(), ids=SCRIPTS)
def test_a_script_that_listens(text: str, framework: str | None, port: int):
    (app,) = found(text)
    assert (app.target, app.framework, app.port) == ("main.py", framework, port)


QUIET = {
    "FastAPI, which a server serves": "from fastapi import FastAPI\nimport uvicorn\napp = FastAPI()"
    + GUARD
    + "uvicorn.run(app)",
    "the same by name": "from fastapi import FastAPI\nimport uvicorn\napp = FastAPI()"
    + GUARD
    + "uvicorn.run('main:app', port=1)",
    "Flask": "from flask import Flask\napp = Flask('x')" + GUARD + "app.run()",
    "a factory of Flask's": "from flask import Flask\ndef create_app():\n    return Flask('x')"
    + GUARD
    + "create_app().run()",
    "Sanic, which has a command": "from sanic import Sanic\napp = Sanic('x')" + GUARD + "app.run()",
    "a server that nothing starts": AIOHTTP + "def main():\n    web.run_app(web.Application())",
    "a bot's polling": "import bot\nbot.run(token='x')",
    "a client": "import socket\n" + GUARD + "socket.create_connection(('h', 80))",
    "argparse alone": "import argparse\np = argparse.ArgumentParser()\np.add_argument('--port')"
    + GUARD
    + "p.parse_args()",
}


@pytest.mark.parametrize("text", QUIET.values(), ids=QUIET)
def test_stays_quiet(text: str):
    assert found(text) == []


PLACES = {
    "a package": (
        {"shop/__init__.py": "", "shop/__main__.py": "from aiohttp import web\nweb.run_app(x())"},
        "shop",
        None,
    ),
    "a module of a package": (
        {"shop/__init__.py": "", "shop/server.py": AIOHTTP + GUARD + "web.run_app(x())"},
        "shop.server",
        None,
    ),
    "a file of its own directory": (
        {"app/server.py": AIOHTTP + "from views import x" + GUARD + "web.run_app(x())", "app/views.py": "x = 1"},
        "app/server.py",
        None,
    ),
    "a module in src": (
        {"src/shop/__init__.py": "", "src/shop/server.py": AIOHTTP + GUARD + "web.run_app(x())"},
        "shop.server",
        "src",
    ),
}


@pytest.mark.parametrize(("files", "target", "root"), PLACES.values(), ids=PLACES)
def test_how_it_is_run(files: dict[str, str], target: str, root: str | None):
    (app,) = found(files)
    assert (app.target, app.root) == (target, root)


def test_a_server_is_found_through_other_modules():
    files = {
        "main.py": "from shop.run import start" + GUARD + "start()",
        "shop/__init__.py": "",
        "shop/run.py": "from . import server\ndef start():\n    Thread(target=server.serve)",
        "shop/server.py": AIOHTTP + "def serve():\n    web.run_app(x(), port=9009)",
    }
    (app,) = found(files)
    assert (app.target, app.port) == ("main.py", 9009)
    assert app.because.endswith("`web.run_app` (shop/server.py:3) listens")


def test_what_is_run_outranks_a_helper_and_what_others_import():
    server = AIOHTTP + "def main():\n    web.run_app(x())\n" + GUARD + "main()"
    files = {"main.py": "from server import main" + GUARD + "main()", "server.py": server, "mock_api.py": server}
    first, second, third = found(files)
    assert [app.target for app in (first, second, third)] == ["main.py", "server.py", "mock_api.py"]
    assert first.strength > second.strength > third.strength


# --- where it listens -----------------------------------------------------------------------------


def test_what_only_the_container_reaches_is_told_with_its_place():
    (app,) = found(AIOHTTP + GUARD + "web.run_app(x(),\n        host='127.0.0.1')")
    assert app.loopback is not None
    assert (app.loopback.value, str(app.loopback.at)) == ("127.0.0.1", "main.py:5")
    (app,) = found("import uvicorn\ndef main():\n    app = make()\n    uvicorn.run(app)\n" + GUARD + "main()")
    assert app.loopback is not None
    assert str(app.loopback.at) == "main.py:4"
    assert found(AIOHTTP + GUARD + "web.run_app(x())")[0].loopback is None


VARIABLES = {
    "of the code": (
        "import os\n" + AIOHTTP + GUARD + "web.run_app(x(), host=os.environ.get('BIND', 'localhost'), port=int(os.getenv('APP_PORT', 9000)))",
        (("BIND", "0.0.0.0"), ("APP_PORT", "{port}")),
    ),
    "a port alone": ("import os\n" + AIOHTTP + GUARD + "web.run_app(x(), port=int(os.environ['PORT']))", (("PORT", "{port}"),)),
    "of the framework": (
        "import gradio\ndemo = gradio.Interface(f)\ndemo.launch()",
        (("GRADIO_SERVER_NAME", "0.0.0.0"), ("GRADIO_SERVER_PORT", "{port}")),
    ),
    "of the framework, as far as the code leaves it": (
        "import gradio\ndemo = gradio.Interface(f)\ndemo.launch(server_name='0.0.0.0')",
        (("GRADIO_SERVER_PORT", "{port}"),),
    ),
    "settings": (
        AIOHTTP + "from pydantic_settings import BaseSettings\nclass S(BaseSettings):\n    port: int = 8123\n    host: str = 'localhost'\n"
        "s = S()" + GUARD + "web.run_app(x(), host=s.host, port=s.port)",
        (("HOST", "0.0.0.0"), ("PORT", "{port}")),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "environment"), VARIABLES.values(), ids=VARIABLES)
def test_variables_say_where(text: str, environment: tuple[tuple[str, str], ...]):
    (app,) = found(text)
    assert (app.environment, app.loopback, app.arguments) == (environment, None, ())


def test_a_handler_of_its_own_ends_it_on_sigterm():
    listens = "import signal\nfrom http.server import HTTPServer\ndef serve():\n    HTTPServer(('', 80), H)\n"
    (app,) = found({"main.py": "from shop import serve" + GUARD + "serve()", "shop.py": listens})
    assert not app.handles_sigterm
    (app,) = found(
        {
            "main.py": "from shop import serve" + GUARD + "serve()",
            "shop.py": listens + "signal.signal(signal.SIGTERM, f)\n",
        }
    )
    assert app.handles_sigterm


# --- command lines --------------------------------------------------------------------------------

RUN = "    import uvicorn\n    uvicorn.run(make(), host=host, port=port)\n"
COMMANDS = {
    "Typer, called by a function": (
        "import typer\napp = typer.Typer()\ndef main():\n    app()\n@app.callback()\ndef common(): ...\n@app.command('up')\n"
        "def up(port: int = 8011, host: str = 'localhost'):\n" + RUN,
        ("up", "--host", "0.0.0.0", "--port", "{port}"),
        8011,
    ),
    "Typer within Typer": (
        "import typer\nmain = typer.Typer()\nweb_ = typer.Typer()\nmain.add_typer(web_, name='web')\n@web_.command()\n"
        "def serve(port: int = 8012, host: str = 'localhost'):\n" + RUN + "@web_.command()\ndef stop(): ...\n",
        ("web", "serve", "--host", "0.0.0.0", "--port", "{port}"),
        8012,
    ),
    "click": (
        "import click\n@click.command()\n@click.option('--host', default='127.0.0.1')\n@click.option('-p', '--port', default=8001)\n"
        "def main(host, port):\n" + RUN,
        ("--host", "0.0.0.0", "--port", "{port}"),
        8001,
    ),
    "a group": (
        "import click\n@click.group()\ndef main(): ...\n@main.command()\n@click.option('--port', default=8002)\n"
        "def serve(port, host='0.0.0.0'):\n" + RUN + "@main.command()\ndef seed(): ...\n",
        ("serve", "--port", "{port}"),
        8002,
    ),
    "a group within": (
        ("import click\n@click.group()\ndef main(): ...\n@main.group('web')\ndef web_(): ...\n@web_.command('up')\n"
        "@click.option('--port', default=8003)\n@click.option('--bind', default='::1')\ndef run(port, bind):\n"
        "    import uvicorn\n    uvicorn.run(make(), host=bind, port=port)\n"),
        ("web", "up", "--bind", "0.0.0.0", "--port", "{port}"),
        8003,
    ),
    "joined elsewhere": (
        "import click\nfrom shop.serve import serve_\n@click.group()\ndef main(): ...\nmain.add_command(serve_, 'serve')\n",
        ("serve", "--host", "0.0.0.0", "--port", "{port}"),
        8004,
    ),
    "Typer": (
        "import typer\nmain = typer.Typer()\n@main.command()\ndef serve(host: str = '127.0.0.1', port: int = 8005):\n"
        + RUN + "@main.command()\ndef seed(): ...\n",
        ("serve", "--host", "0.0.0.0", "--port", "{port}"),
        8005,
    ),
    "Typer with one command": (
        "import typer\nfrom typing import Annotated\nmain = typer.Typer()\n@main.command()\n"
        "def serve(host: Annotated[str, typer.Option('--bind')] = 'localhost', port: int = typer.Option(8006, '--port', '-p')):\n" + RUN,
        ("--bind", "0.0.0.0", "--port", "{port}"),
        8006,
    ),
    "typer.run": (
        "import typer\ndef run(host: str = 'localhost', port: int = 8007):\n" + RUN + "def main():\n    typer.run(run)\n",
        ("--host", "0.0.0.0", "--port", "{port}"),
        8007,
    ),
    "argparse": (
        ("import argparse\nfrom wsgiref.simple_server import make_server\ndef main():\n    parser = argparse.ArgumentParser()\n"
        "    parser.add_argument('--host', default='127.0.0.1')\n    parser.add_argument('-p', '--port', type=int, default=8008)\n"
        "    args = parser.parse_args()\n    make_server(args.host, args.port, app).serve_forever()\n"),
        ("--host", "0.0.0.0", "--port", "{port}"),
        8008,
    ),
    "argparse with sub-commands": (
        ("import argparse\nfrom shop.serve import run\ndef main():\n    parser = argparse.ArgumentParser()\n"
        "    subparsers = parser.add_subparsers()\n    serve = subparsers.add_parser('serve')\n    add(serve)\n    run()\n"
        "def add(parser):\n    group = parser.add_argument_group('net')\n    group.add_argument('--port', default=8009)\n"),
        ("serve", "--port", "{port}"),
        8009,
    ),
    "tornado": (
        ("import tornado.ioloop\nfrom tornado.options import define, options\ndefine('port', default=8010)\ndef main():\n"
        "    make().listen(options.port)\n"),
        ("--port={port}",),
        8010,
    ),
}  # fmt: skip
SERVE = "import click, uvicorn\n@click.command()\n@click.option('--host')\n@click.option('--port', default=8004)\ndef serve_(host, port):\n    run()\n"
SERVE += "def run():\n    uvicorn.run(make(), host='0.0.0.0')\n"


@pytest.mark.parametrize(("text", "arguments", "port"), COMMANDS.values(), ids=COMMANDS)
def test_options_say_where(text: str, arguments: tuple[str, ...], port: int):
    app = cli(text, serve=SERVE)
    assert (app.script, app.arguments, app.port, app.loopback) == ("shop", arguments, port, None)


def test_a_group_behind_a_main_module_is_found():
    files = {
        "shop/__init__.py": "",
        "shop/__main__.py": "from shop.cli import app\napp()\n",
        "shop/cli.py": "import typer\napp = typer.Typer()\n@app.command()\ndef seed(): ...\n@app.command()\ndef serve(port: int = 8013, host: str = 'x'):\n"
        + RUN,
    }
    (app,) = found(files)
    assert (app.target, app.arguments) == ("shop", ("serve", "--host", "0.0.0.0", "--port", "{port}"))


def test_a_command_of_another_program_is_started_by_that_one():
    files = {
        "setup.py": "from setuptools import setup\nsetup(\n    entry_points={\n        'celery.commands': ['look = look.command:look'],\n    },\n)",
        "look/__init__.py": "",
        "look/command.py": "import click, tornado.web\n@click.command()\ndef look():\n    make().listen(5555)\n",
    }
    app = found(files)[0]
    assert (app.script, app.arguments, app.port, str(app.at)) == ("celery", ("look",), 5555, "setup.py:4")


APP = "from fastapi import FastAPI\napp = FastAPI()\n"
GROUP = "import click, uvicorn\n@click.group()\ndef main(): ...\n"


def test_a_sub_command_that_serves_an_application_outranks_it():
    text = (
        GROUP
        + "@main.command()\ndef start():\n    prepare()\n    uvicorn.run('shop.web:app', host='0.0.0.0', port=8001)\n"
    )
    app = cli(text, web=APP)
    assert (app.arguments, app.framework, app.port) == (("start",), "fastapi", 8001)
    assert app.strength >= 125


NO_BETTER = {
    "it is for development": "@main.command()\ndef start():\n    uvicorn.run('shop.web:app', host='0.0.0.0', reload=True)\n",
    "nobody would reach it": "@main.command()\ndef start():\n    uvicorn.run('shop.web:app')\n",
    "it is no sub-command": "def main():\n    uvicorn.run('shop.web:app', host='0.0.0.0')\n",
}


@pytest.mark.parametrize("text", NO_BETTER.values(), ids=NO_BETTER)
def test_otherwise_the_application_is_served(text: str):
    assert (
        found({"pyproject.toml": SHOP, "shop/__init__.py": "", "shop/web.py": APP, "shop/cli.py": GROUP + text}) == []
    )


def test_a_server_without_a_command_serves_what_it_is_given():
    text = (
        "from flask import Flask\nfrom gevent.pywsgi import WSGIServer\napp = Flask('x')\n"
        "def main():\n    WSGIServer(('0.0.0.0', 8123), app).serve_forever()\n" + GUARD + "main()"
    )
    (app,) = found(text)
    assert (app.framework, app.port, app.loopback) == ("flask", 8123, None)


def test_a_login_that_listens_for_its_answer_is_no_server():
    text = "import click\nfrom http.server import HTTPServer\n@click.command()\ndef main():\n    HTTPServer(('localhost', 0), H)\n"
    assert found({"pyproject.toml": SHOP, "shop/__init__.py": "", "shop/cli.py": text}) == []
