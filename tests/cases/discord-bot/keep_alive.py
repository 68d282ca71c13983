from threading import Thread

from flask import Flask

app = Flask("")


@app.route("/")
def home():
    return "I am alive"


def keep_alive():
    Thread(target=lambda: app.run(host="0.0.0.0", port=8080)).start()
