"""Routes that a health check may ask for."""

import pytest

from pottle.project.module import Module
from pottle.project.names import Names
from pottle.project.routes import Table


def table(**files: str) -> Table:
    paths = {f"{name.replace('__', '/')}.py": text for name, text in files.items()}
    modules = [Module.parse(path, "# fastapi\n" + text, set(paths)) for path, text in paths.items()]
    return Table([m for m in modules if m], Names([m for m in modules if m]))


def health(**files: str) -> str | None:
    found = table(**files).health(["main.app"])
    return None if found is None else found.value


APP = "from fastapi import *\napp = FastAPI()\n"

ANSWERS = {
    "get": ("@app.get('/health')\ndef h(): ...", "/health"),
    "by keyword": ("@app.get(path='/health')\ndef h(): ...", "/health"),
    "route": ("@app.route('/ping')\ndef h(): ...", "/ping"),
    "route with methods": ("@app.route('/ping', methods=['GET', 'POST'])\ndef h(): ...", "/ping"),
    "an asynchronous one": ("@app.get('/livez')\nasync def h(): ...", "/livez"),
    "with the request": ("@app.get('/livez')\ndef h(request: Request, response: Response): ...", "/livez"),
    "with a default": ("@app.get('/livez')\ndef h(verbose: bool = False): ...", "/livez"),
    "with a dependency": ("@app.get('/livez')\ndef h(db: Annotated[S, Depends(get)]): ...", "/livez"),
    "added": ("app.add_api_route('/healthz', h)", "/healthz"),
    "added to Flask": ("app.add_url_rule('/up', view_func=h)", "/up"),
    "the best of several": ("@app.get('/ping')\ndef a(): ...\n@app.get('/healthz')\ndef b(): ...", "/healthz"),
    "the shorter of equals": ("@app.get('/a/health')\ndef a(): ...\n@app.get('/health')\ndef b(): ...", "/health"),
    "below a prefix": ("r = APIRouter(prefix='/b')\n@r.get('/health')\ndef h(): ...\napp.include_router(r, prefix='/a')", "/a/b/health"),
    "in a blueprint": ("b = Blueprint('b', 'b')\n@b.route('/health')\ndef h(): ...\napp.register_blueprint(b, url_prefix='/x')", "/x/health"),
}  # fmt: skip


AIOHTTP = "from aiohttp import web\nasync def h(request): ...\ndef main():\n    app = web.Application()\n"
OTHERS = {
    "aiohttp's router": (AIOHTTP + "    app.router.add_get('/health', h)", "/health"),
    "aiohttp's list": (AIOHTTP + "    app.add_routes([web.post('/x', h), web.get('/healthz', h)])", "/healthz"),
    "aiohttp's table": ("from aiohttp import web\nr = web.RouteTableDef()\n@r.get('/ping')\nasync def h(request): ...\napp = web.Application()\napp.add_routes(r)", "/ping"),
    "aiohttp behind a login": (AIOHTTP.replace("()\n", "(middlewares=[check_login])\n", 3).replace("main(middlewares=[check_login])", "main()") + "    app.router.add_get('/health', h)", None),
    "Litestar": ("from litestar import *\nfrom litestar import get, Litestar\n@get('/health')\nasync def h(): ...\napp = Litestar(route_handlers=[h])", "/health"),
    "Litestar below a path": (
        "from litestar import get, Litestar, Router\n@get('/up')\nasync def h(): ...\nr = Router(path='/api', route_handlers=[h])\napp = Litestar(route_handlers=[r])",
        "/api/up",
    ),
    "Litestar with a guard": ("from litestar import get, Litestar\n@get('/up', guards=[g])\nasync def h(): ...\napp = Litestar(route_handlers=[h])", None),
    "what a function returns": ("def app():\n    return Starlette(routes=[Route('/up', h)])\nfrom starlette.routing import Route", "/up"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "path"), OTHERS.values(), ids=OTHERS)
def test_other_frameworks_answer(text: str, path: str | None):
    assert health(main=text) == path


@pytest.mark.parametrize(("text", "path"), ANSWERS.values(), ids=ANSWERS)
def test_answers(text: str, path: str):
    assert health(main=APP + text) == path


QUIET = {
    "nothing": "",
    "another verb": "@app.post('/health')\ndef h(): ...",
    "other methods": "@app.route('/health', methods=['POST'])\ndef h(): ...",
    "a parameter in the path": "@app.get('/health/{name}')\ndef h(name): ...",
    "Flask's parameter": "@app.route('/<x>/health')\ndef h(x): ...",
    "a parameter in the query": "@app.get('/health')\ndef h(token: str): ...",
    "guarded by a decorator": "@app.get('/health')\n@login_required\ndef h(): ...",
    "guarded by a dependency": "@app.get('/health', dependencies=[Depends(x)])\ndef h(): ...",
    "guarded as a whole": "r = APIRouter(dependencies=[Depends(x)])\n@r.get('/health')\ndef h(): ...\napp.include_router(r)",
    "guarded when it is included": "r = APIRouter()\n@r.get('/health')\ndef h(): ...\napp.include_router(r, dependencies=[x])",
    "not included": "r = APIRouter()\n@r.get('/health')\ndef h(): ...",
    "below an unknown prefix": "r = APIRouter()\n@r.get('/health')\ndef h(): ...\napp.include_router(r, prefix=settings.API)",
    "computed": "@app.get(PATH + '/health')\ndef h(): ...",
    "of something else": "@cache.get('/health')\ndef h(): ...",
    "something healthy": "@app.get('/healthy-food')\ndef h(): ...",
    "hosts are checked": "from starlette.middleware.trustedhost import TrustedHostMiddleware\n@app.get('/health')\ndef h(): ...",
    "a circle": "r = APIRouter()\nr.include_router(r)\napp.include_router(r)",
}


@pytest.mark.parametrize("text", QUIET.values(), ids=QUIET)
def test_stays_quiet(text: str):
    assert health(main=APP + text) is None


def test_routers_are_followed_across_modules():
    files = {
        "main": APP + "from api import root\napp.include_router(root.router, prefix='/v1')",
        "api__root": "from api.probes import router as probes\nrouter = APIRouter()\nrouter.include_router(probes, prefix='/p')",
        "api__probes": "router = APIRouter()\n@router.get('/readyz')\ndef r(): ...",
    }
    assert health(**files) == "/v1/p/readyz"


@pytest.mark.parametrize("routes", ["[Route('/health', h)]", "ROUTES"])
def test_starlettes_lists_are_read(routes: str):
    text = "from starlette.routing import Route\nfrom starlette.applications import Starlette\nROUTES = [Route('/health', h)]\n"
    assert health(main=f"{text}app = Starlette(routes={routes})") == "/health"


@pytest.mark.parametrize(
    ("text", "answers"), [("@app.get('/')\ndef r(): ...", True), ("@app.post('/')\ndef r(): ...", False), ("", False)]
)
def test_whether_the_root_is_answered(text: str, answers: bool):
    assert table(main=APP + text).answers_root(["main.app"]) is answers
