"""What makes a web application: the frameworks' classes, functions and middlewares, and the interface that they are called by."""

import re
from collections.abc import Mapping
from typing import TypeAlias

from pottle.project.facts import Kind

Framework: TypeAlias = tuple[str, Kind]

CLASSES: Mapping[str, Framework] = {
    "fastapi.FastAPI": ("fastapi", "web-asgi"),
    "fastapi.applications.FastAPI": ("fastapi", "web-asgi"),
    "gradio.mount_gradio_app": ("fastapi", "web-asgi"),
    "starlette.applications.Starlette": ("starlette", "web-asgi"),
    "litestar.Litestar": ("litestar", "web-asgi"),
    "litestar.app.Litestar": ("litestar", "web-asgi"),
    "quart.Quart": ("quart", "web-asgi"),
    "quart_trio.QuartTrio": ("quart", "web-asgi"),
    "blacksheep.Application": ("blacksheep", "web-asgi"),
    "blacksheep.server.Application": ("blacksheep", "web-asgi"),
    "connexion.AsyncApp": ("connexion", "web-asgi"),
    "connexion.FlaskApp": ("connexion", "web-asgi"),
    "connexion.App": ("connexion", "web-asgi"),
    "esmerald.Esmerald": ("esmerald", "web-asgi"),
    "falcon.asgi.App": ("falcon", "web-asgi"),
    "falcon.App": ("falcon", "web-wsgi"),
    "falcon.API": ("falcon", "web-wsgi"),
    "flask.Flask": ("flask", "web-wsgi"),
    "flask.app.Flask": ("flask", "web-wsgi"),
    "apiflask.APIFlask": ("flask", "web-wsgi"),
    "flask_openapi3.OpenAPI": ("flask", "web-wsgi"),
    "bottle.Bottle": ("bottle", "web-wsgi"),
    "bottle.app": ("bottle", "web-wsgi"),
    "bottle.default_app": ("bottle", "web-wsgi"),
    # A Dash object can be called since Dash 3.1; older projects have `server = app.server`, which is preferred.
    "dash.Dash": ("dash", "web-wsgi"),
    "dash.dash.Dash": ("dash", "web-wsgi"),
    "django.core.asgi.get_asgi_application": ("django", "web-asgi"),
    "django.core.wsgi.get_wsgi_application": ("django", "web-wsgi"),
    "channels.routing.get_default_application": ("django", "web-asgi"),
    "pyramid.paster.get_app": ("pyramid", "web-wsgi"),
    "paste.deploy.loadapp": ("pyramid", "web-wsgi"),
    "socketio.ASGIApp": ("socketio", "web-asgi"),
    "socketio.WSGIApp": ("socketio", "web-wsgi"),
    "strawberry.asgi.GraphQL": ("strawberry", "web-asgi"),
    "ariadne.asgi.GraphQL": ("ariadne", "web-asgi"),
    "ariadne.wsgi.GraphQL": ("ariadne", "web-wsgi"),
    "sanic.Sanic": ("sanic", "web-own-server"),
    "sanic.app.Sanic": ("sanic", "web-own-server"),
    "aiohttp.web.Application": ("aiohttp", "web-own-server"),
}
"""What makes an application → framework, and the interface that it is called by."""

METHODS: Mapping[str, Framework] = {"make_wsgi_app": ("pyramid", "web-wsgi")}
"""Methods that make one: Pyramid's `Configurator.make_wsgi_app`."""

PARTS: Mapping[tuple[str, str], Framework] = {
    ("dash", "server"): ("dash", "web-wsgi"),
    ("connexion", "app"): ("connexion", "web-wsgi"),
}
"""Framework and attribute of its object → the application that this is: Dash's `app.server` is Flask's."""

SERVED_BY_NOBODY = "aiohttp"
"""Its applications are no WSGI and no ASGI: the code runs them itself, or gunicorn with a worker of aiohttp's."""

_WRAPPER = re.compile(
    r"(?:Middleware|ASGIApp|WSGIApp|ProxyFix|WhiteNoise|WsgiToAsgi|AsgiToWsgi|Dispatcher|ProtocolTypeRouter)$"
)
_TO_ASGI = re.compile(r"(?:WsgiToAsgi|ASGIApp|(?:a2wsgi|starlette|uvicorn|fastapi)\b.*\.WSGIMiddleware)$")
_TO_WSGI = re.compile(r"(?:AsgiToWsgi|WSGIApp|a2wsgi\b.*\.ASGIMiddleware)$")


def wraps(qualified: str) -> bool:
    """Whether what is called so is an application round another one, by the name that such classes have."""
    return _WRAPPER.search(qualified) is not None


def wrapped(framework: Framework, qualified: str) -> Framework:
    """What `framework`'s application is once `qualified` was put round it: adapters change the interface."""
    name, kind = framework
    if _TO_ASGI.search(qualified):
        return name, "web-asgi"
    return (name, "web-wsgi") if _TO_WSGI.search(qualified) else (name, kind)
