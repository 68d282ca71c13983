from fastapi import FastAPI

from service.container import Container

container = Container()
app: FastAPI = container.web()
