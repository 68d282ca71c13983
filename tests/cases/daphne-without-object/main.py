from starlette.applications import Starlette


def create_app():
    return Starlette()
