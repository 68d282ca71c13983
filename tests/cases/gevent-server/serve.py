from gevent import monkey

monkey.patch_all()

from gevent.pywsgi import WSGIServer  # noqa: E402

from shop import app  # noqa: E402

if __name__ == "__main__":
    WSGIServer(("0.0.0.0", 5005), app).serve_forever()
