import os

from aiohttp import web


async def hello(request):
    return web.Response(text="hello")


def main():
    app = web.Application()
    app.router.add_get("/", hello)
    web.run_app(app, port=int(os.environ.get("SHOP_PORT", "8081")))


if __name__ == "__main__":
    main()
