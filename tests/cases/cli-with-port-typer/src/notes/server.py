import uvicorn

from notes.web import app
from notes.store import migrate


def serve(host: str, port: int) -> None:
    migrate()
    uvicorn.run(app, host=host, port=port)
