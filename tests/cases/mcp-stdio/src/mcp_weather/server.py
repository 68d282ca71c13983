from mcp.server import Server
from mcp.server.stdio import stdio_server


async def serve():
    server = Server("weather")
    async with stdio_server() as (reads, writes):
        await server.run(reads, writes, server.create_initialization_options())
