import os

from bottle import Bottle, run

app = Bottle()


@app.route("/")
def index():
    return "hello"


if __name__ == "__main__":
    run(app, host="localhost", port=int(os.environ.get("PORT", "8080")), debug=True)
