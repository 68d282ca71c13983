from aiohttp import web

from polls.routes import setup_routes


async def create_app():
    app = web.Application()
    setup_routes(app)
    return app


if __name__ == "__main__":
    web.run_app(create_app())
