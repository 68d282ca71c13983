import os

from flask import Flask

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ.get("DATABASE_URL", "sqlite:///shop.db")
app.config["UPLOAD_FOLDER"] = os.path.join(app.root_path, "uploads")


@app.route("/")
def index() -> str:
    return "hello"
