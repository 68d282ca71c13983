from flask import Flask

from . import probes


def create_app(config=None):
    app = Flask(__name__)
    app.register_blueprint(probes.bp, url_prefix="/-")
    return app
