import asyncio

from mcp_weather.server import serve


def main():
    asyncio.run(serve())
