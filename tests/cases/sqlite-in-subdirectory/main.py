from fastapi import FastAPI
from notes.database import engine

app = FastAPI()


@app.get("/health")
def health() -> dict[str, str]:
    return {"database": engine.name}
