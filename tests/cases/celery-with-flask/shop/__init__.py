from celery import Celery
from flask import Flask


def create_app():
    app = Flask(__name__)
    app.extensions["celery"] = Celery(app.name)
    return app
