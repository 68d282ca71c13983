import falcon


class Health:
    def on_get(self, request, response):
        response.media = {"status": "up"}


def create_app():
    app = falcon.App()
    app.add_route("/health", Health())
    return app


def get_app():
    return create_app()
