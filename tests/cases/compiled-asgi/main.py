from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route


async def healthz(request):
    return PlainTextResponse("ok")


admin = Starlette(routes=[Route("/", healthz)])
app = Starlette(routes=[Route("/healthz", healthz), Mount("/admin", app=admin)])
