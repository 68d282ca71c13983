from fastapi import FastAPI

from shop.routers import health, items

app = FastAPI(title="Shop")
app.include_router(items.router, prefix="/items")
app.include_router(health.router, prefix="/internal")


@app.get("/")
def index() -> dict[str, str]:
    return {"shop": "open"}
