import uvicorn

from glass.settings import Settings
from glass.state import prepare


def run(workers: int | None) -> None:
    prepare()
    uvicorn.run("glass.api:app", host=str(Settings.host), port=Settings.port, workers=workers)
