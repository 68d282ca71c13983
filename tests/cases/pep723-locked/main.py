# /// script
# requires-python = ">=3.12"
# dependencies = [
#     "fastapi>=0.120",
#     "uvicorn",
#     "colorama; sys_platform == 'win32'",
# ]
# ///
import uvicorn
from fastapi import FastAPI

app = FastAPI()


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


if __name__ == "__main__":
    uvicorn.run(app, host="0.0.0.0", port=8080)
