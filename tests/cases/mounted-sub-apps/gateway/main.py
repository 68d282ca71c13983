from fastapi import FastAPI

from gateway.admin import app as admin
from gateway.shop import app as shop

app = FastAPI()
app.mount("/admin", admin)
app.mount("/shop", shop)
