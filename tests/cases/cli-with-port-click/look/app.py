class Look:
    def __init__(self, files):
        self.files = files

    def app(self):
        async def asgi(scope, receive, send): ...

        return asgi
