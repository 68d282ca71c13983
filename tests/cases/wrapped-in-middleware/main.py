import socketio
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

api = FastAPI()
sio = socketio.AsyncServer(async_mode="asgi")


@api.get("/health")
def health():
    return {"status": "up"}


app = CORSMiddleware(socketio.ASGIApp(sio, api), allow_origins=["*"])
