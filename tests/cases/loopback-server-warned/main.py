from aiohttp import web

HOST = "127.0.0.1"


async def hello(request):
    return web.Response(text="hello")


if __name__ == "__main__":
    app = web.Application()
    app.router.add_get("/", hello)
    web.run_app(app, host=HOST, port=8090)
