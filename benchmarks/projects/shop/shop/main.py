"""The application."""

from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates

from shop import orders, products

app = FastAPI(title="shop")
app.include_router(products.router)
app.include_router(orders.router)

_templates = Jinja2Templates(Path(__file__).with_name("templates"))


@app.get("/", response_class=HTMLResponse)
def front(request: Request) -> HTMLResponse:
    """The front page."""
    return _templates.TemplateResponse(request, "front.html", {"title": app.title})


@app.get("/healthz")
def healthy() -> dict[str, bool]:
    """Alive."""
    return {"ok": True}
