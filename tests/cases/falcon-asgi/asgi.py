import falcon.asgi


class Things:
    async def on_get(self, request, response):
        response.text = "things"


app = falcon.asgi.App()
app.add_route("/things", Things())
