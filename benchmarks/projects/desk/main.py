"""Says that it is healthy."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route


async def healthz(_: Request) -> PlainTextResponse:
    """For whoever asks."""
    return PlainTextResponse("ok")


app = Starlette(routes=[Route("/healthz", healthz)])
